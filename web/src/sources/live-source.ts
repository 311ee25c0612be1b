/**
 * Live nodes of the server that served this page: what happens comes over a WebSocket, what hands do
 * goes by HTTP with a token. When the server is gone the picture stays as it was, says so, and is there
 * again by itself when the server is.
 *
 *     ws  api/scenes/NAME/stream     ◀── lines, one message each     ──▶ inspect, follow, explain
 *     POST api/scenes/NAME/commands  ──▶ act, with Authorization: Bearer TOKEN
 */
import { type Command, messageOfLine } from 'ringlight/scene';

import type { LinkState, OpenSource, Source, SourceListener } from './source.ts';

/** The first wait; each further one is twice as long, up to the last. */
export const FIRST_WAIT_MS = 500;
export const LAST_WAIT_MS = 15_000;

const ASK_TOKEN =
  'To change live nodes, type the control token that Ringlight printed when it started.';

/** A token is needed; `wasGiven`: one was, and it was wrong. */
export function lockedLink(wasGiven: boolean): LinkState {
  const message = wasGiven ? `That token is not the right one. ${ASK_TOKEN}` : ASK_TOKEN;
  return { state: 'locked', message };
}

/** What of the browser is used, so that a test can bring its own. */
export interface Web {
  base: string;
  connect(url: string): WebSocket;
  events(url: string): EventSource;
  fetch: typeof fetch;
  now(): number;
  after(ms: number, then: () => void): () => void;
  /** Null where the browser forbids it. */
  tokens: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
}

export function browserWeb(): Web {
  return {
    base: document.baseURI,
    connect: (url) => new WebSocket(url),
    events: (url) => new EventSource(url),
    fetch: (...args) => fetch(...args),
    now: () => performance.now(),
    after: (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    tokens: sessionTokens(),
  };
}

function sessionTokens(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

const tokenName = (name: string) => `ringlight-token-${name}`;

/** Kept as long as the tab is open, never longer; null forgets it. */
export function rememberToken(name: string, token: string | null, web: Web = browserWeb()): void {
  if (token === null) web.tokens?.removeItem(tokenName(name));
  else web.tokens?.setItem(tokenName(name), token);
}

export function rememberedToken(name: string, web: Web = browserWeb()): string | null {
  return web.tokens?.getItem(tokenName(name)) ?? null;
}

export function liveSource(name: string, web: Web = browserWeb()): OpenSource {
  return (listener) => new LiveSource(name, web, listener);
}

class LiveSource implements Source {
  readonly #name: string;
  readonly #web: Web;
  readonly #listener: SourceListener;
  #socket: WebSocket | null = null;
  #stopWaiting = () => {};
  #waitMs = FIRST_WAIT_MS;
  #isClosed = false;
  /** An act that was refused for want of a token: done when the token is there. */
  #refused: Command | null = null;

  constructor(name: string, web: Web, listener: SourceListener) {
    this.#name = name;
    this.#web = web;
    this.#listener = listener;
    listener.onLink({ state: 'opening' });
    this.#connect();
  }

  send(command: Command): void {
    if (command.do === 'act') void this.#act(command);
    else if (command.do === 'inspect' || command.do === 'follow' || command.do === 'explain') {
      if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(command));
    }
  }

  /** A token for acts; null to go on watching only. */
  unlock(token: string | null): void {
    rememberToken(this.#name, token, this.#web);
    const refused = this.#refused;
    this.#refused = null;
    this.#listener.onLink({ state: 'open' });
    if (token !== null && refused) void this.#act(refused);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWaiting();
    this.#socket?.close();
  }

  #url(path: string): URL {
    return new URL(`api/scenes/${encodeURIComponent(this.#name)}/${path}`, this.#web.base);
  }

  #connect(): void {
    const url = this.#url('stream');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = this.#web.connect(url.href);
    this.#socket = socket;
    socket.onopen = () => {
      this.#listener.onLink({ state: 'open' });
    };
    socket.onmessage = ({ data }) => {
      // Only what carries a message proves that all is well: a server may open and close at once.
      this.#waitMs = FIRST_WAIT_MS;
      this.#receive(String(data));
    };
    socket.onclose = ({ reason }) => this.#lost(reason);
  }

  #receive(line: string): void {
    try {
      this.#listener.onMessage(messageOfLine(line));
    } catch (error) {
      const message = `The server sent what cannot be read: ${(error as Error).message}`;
      this.#listener.onMessage({ type: 'trouble', message });
    }
  }

  #lost(reason: string): void {
    if (this.#isClosed) return;
    this.#socket = null;
    this.#listener.onLink({
      state: 'waiting',
      message: `The live nodes cannot be reached${reason ? ` (${reason})` : ''}. What you see is how it was.`,
      retryAtMs: this.#web.now() + this.#waitMs,
    });
    this.#stopWaiting = this.#web.after(this.#waitMs, () => this.#connect());
    this.#waitMs = Math.min(this.#waitMs * 2, LAST_WAIT_MS);
  }

  async #act(command: Command): Promise<void> {
    const token = rememberedToken(this.#name, this.#web);
    try {
      const response = await this.#web.fetch(this.#url('commands'), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(command),
      });
      if (this.#isClosed || response.ok) return;
      const reason = await reasonOf(response);
      if (response.status === 401) this.#lock(command, Boolean(token));
      else this.#tell(`That was not done: ${reason}`);
    } catch {
      if (!this.#isClosed) this.#tell('That was not done: the server cannot be reached.');
    }
  }

  #lock(command: Command, wasGiven: boolean): void {
    this.#refused = command;
    rememberToken(this.#name, null, this.#web);
    this.#listener.onLink(lockedLink(wasGiven));
  }

  #tell(message: string): void {
    this.#listener.onMessage({ type: 'trouble', message });
  }
}

/** Why it answered so, in words. */
export async function reasonOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: { message?: string } };
    if (error?.message) return error.message;
  } catch {
    // Not of our server: the status has to do.
  }
  return `the server answered ${response.status}.`;
}
