import { lineOfMessage, type SceneMessage } from 'ringlight/scene';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  FIRST_WAIT_MS,
  LAST_WAIT_MS,
  liveSource,
  rememberToken,
  type Web,
} from '../../../web/src/sources/live-source.ts';
import type { LinkState, Source } from '../../../web/src/sources/source.ts';
import { frame, hello } from '../model/messages.ts';

class FakeSocket {
  readonly url: string;
  readonly sent: string[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { reason: string }) => void) | null = null;

  constructor(url: string) {
    this.url = url;
  }

  open(): void {
    this.readyState = 1;
    this.onopen!();
  }

  say(message: SceneMessage): void {
    this.onmessage!({ data: lineOfMessage(message) });
  }

  drop(reason = ''): void {
    this.readyState = 3;
    this.onclose!({ reason });
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }
}

let sockets: FakeSocket[];
let waits: { ms: number; then: () => void }[];
let requests: { url: string; init: RequestInit }[];
let answer: () => Promise<Response>;
let tokens: Map<string, string>;
let web: Web;
let messages: SceneMessage[];
let links: LinkState[];
let source: Source;

beforeEach(() => {
  sockets = [];
  waits = [];
  requests = [];
  messages = [];
  links = [];
  tokens = new Map();
  answer = async () => Response.json({ done: true });
  web = {
    base: 'http://127.0.0.1:8080/',
    connect: (url) => {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    events: () => {
      throw new Error('a room needs them, not a scene');
    },
    fetch: (url, init) => {
      requests.push({ url: String(url), init: init! });
      return answer();
    },
    now: () => 1000,
    after: (ms, then) => {
      waits.push({ ms, then });
      return () => {
        waits = [];
      };
    },
    tokens: {
      getItem: (name) => tokens.get(name) ?? null,
      setItem: (name, value) => void tokens.set(name, value),
      removeItem: (name) => void tokens.delete(name),
    },
  };
  source = liveSource(
    'my ring',
    web,
  )({
    onMessage: (message) => messages.push(message),
    onLink: (link) => links.push(link),
  });
});

const act = { do: 'act', act: { kind: 'put', name: 'apple', value: 'a' } } as const;
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the stream', () => {
  test('is found beside the page, and its lines are messages', () => {
    expect(sockets[0]!.url).toBe('ws://127.0.0.1:8080/api/scenes/my%20ring/stream');
    sockets[0]!.open();
    sockets[0]!.say(hello({ origin: 'live' }));
    sockets[0]!.say(frame({ nodes: Uint32Array.of(3), states: Uint8Array.of(1) }));
    expect(messages.map(({ type }) => type)).toEqual(['hello', 'frame']);
    expect((messages[1] as { nodes: Uint32Array }).nodes).toEqual(Uint32Array.of(3));
    expect(links.at(-1)).toEqual({ state: 'open' });
  });

  test('questions go out on it, what needs time or hands does not', () => {
    source.send({ do: 'inspect', node: 1 });
    sockets[0]!.open();
    source.send({ do: 'inspect', node: 2 });
    source.send({ do: 'play', pace: 1 });
    expect(sockets[0]!.sent).toEqual(['{"do":"inspect","node":2}']);
  });

  test('a line that is none is said, and the stream goes on', () => {
    sockets[0]!.open();
    sockets[0]!.onmessage!({ data: '{"type":"frame"' });
    expect(messages[0]).toMatchObject({ type: 'trouble' });
    sockets[0]!.say(hello());
    expect(messages.at(-1)).toMatchObject({ type: 'hello' });
  });

  test('when it is gone it is tried again, less and less often, until it is back', () => {
    sockets[0]!.open();
    sockets[0]!.say(hello());
    const waited: number[] = [];
    for (let i = 0; i < 8; i++) {
      sockets.at(-1)!.drop(i === 0 ? 'the server stops' : '');
      expect(links.at(-1)).toMatchObject({ state: 'waiting' });
      const { ms, then } = waits.pop()!;
      waited.push(ms);
      expect(links.at(-1)).toMatchObject({ retryAtMs: 1000 + ms });
      then();
    }
    expect(waited[0]).toBe(FIRST_WAIT_MS);
    expect(waited[1]).toBe(FIRST_WAIT_MS * 2);
    expect(waited.at(-1)).toBe(LAST_WAIT_MS);
    sockets.at(-1)!.open();
    sockets.at(-1)!.say(hello());
    sockets.at(-1)!.drop();
    expect(waits.at(-1)!.ms).toBe(FIRST_WAIT_MS);
  });

  test('the reason is told', () => {
    sockets[0]!.drop('too many viewers');
    expect(links.at(-1)).toMatchObject({ message: expect.stringContaining('too many viewers') });
  });

  test('closed by us it stays closed', () => {
    source.close();
    sockets[0]!.drop();
    expect(waits).toHaveLength(0);
    expect(links.map(({ state }) => state)).toEqual(['opening']);
  });
});

describe('hands', () => {
  test('go by HTTP, with the token of this tab', async () => {
    rememberToken('my ring', 'secret', web);
    source.send(act);
    await settled();
    const { url, init } = requests[0]!;
    expect(url).toBe('http://127.0.0.1:8080/api/scenes/my%20ring/commands');
    expect(init.method).toBe('POST');
    expect(init.headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(JSON.parse(init.body as string)).toEqual(act);
  });

  test('without a token one is asked for, and then the act is done', async () => {
    answer = async () =>
      Response.json({ error: { code: 'token', message: 'no' } }, { status: 401 });
    source.send(act);
    await settled();
    expect(requests[0]!.init.headers).not.toHaveProperty('authorization');
    expect(links.at(-1)).toMatchObject({ state: 'locked' });
    answer = async () => Response.json({ done: true });
    source.unlock!('secret');
    await settled();
    expect(requests[1]!.init.headers).toMatchObject({ authorization: 'Bearer secret' });
    expect(links.at(-1)).toEqual({ state: 'open' });
    expect(messages).toEqual([]);
  });

  test('a wrong token is told and forgotten', async () => {
    rememberToken('my ring', 'wrong', web);
    answer = async () => Response.json({}, { status: 401 });
    source.send(act);
    await settled();
    expect(links.at(-1)).toMatchObject({ message: expect.stringContaining('not the right one') });
    expect(tokens.size).toBe(0);
  });

  test('going on without a token does nothing', async () => {
    answer = async () => Response.json({}, { status: 401 });
    source.send(act);
    await settled();
    source.unlock!(null);
    await settled();
    expect(requests).toHaveLength(1);
    expect(links.at(-1)).toEqual({ state: 'open' });
  });

  test('what the server refuses is told in its words; silence in ours', async () => {
    answer = async () =>
      Response.json({ error: { code: 'rate', message: 'too many commands' } }, { status: 429 });
    source.send(act);
    await settled();
    expect(messages.at(-1)).toMatchObject({ message: 'That was not done: too many commands' });
    answer = async () => new Response('<html>', { status: 502 });
    source.send(act);
    await settled();
    expect(messages.at(-1)).toMatchObject({ message: expect.stringContaining('502') });
    answer = () => Promise.reject(new TypeError('failed to fetch'));
    source.send(act);
    await settled();
    expect(messages.at(-1)).toMatchObject({
      message: expect.stringContaining('cannot be reached'),
    });
  });
});
