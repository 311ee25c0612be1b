/**
 * The studio's server: HTTP for the pages and the API, WebSockets for what happens.
 *
 *     GET /                          the page
 *     GET /api/…                     scenes as JSON (api.ts)
 *     GET /api/scenes/NAME/stream ── upgrade ──▶ a Viewer, which the scene tells what happens
 *
 * It closes within a second, whoever is connected.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { type WebSocket, WebSocketServer } from 'ws';
import { lineOfMessage, type SceneMessage } from '../../scene.ts';
import type { LiveScene } from '../live/live-scene.ts';
import { checkOrigin, commandOf, studioApi } from './api.ts';
import {
  type RequestCounts,
  type StudioStats,
  studioMetrics,
  type ViewerCounts,
} from './counts.ts';
import { ApiError, StudioError } from './failures.ts';
import { TOKEN_LENGTH_LEAST } from './guard.ts';
import { siteOf } from './site.ts';
import { CloseCode, Viewer } from './viewer.ts';

/** Viewers in all, and from one address. */
export const VIEWERS_MAX = 64;
export const VIEWERS_PER_ADDRESS = 16;
/** Of a message that a viewer sends. */
export const MESSAGE_BYTES_MAX: number = 16 << 10;
/** Connections of all kinds. */
export const CONNECTIONS_MAX = 256;
/** For a request to come in whole. */
const REQUEST_MS = 10_000;
/** Viewers are asked to go, and cut off after this. */
const CLOSE_GRACE_MS = 300;

export interface StudioOptions {
  /** Address or name to bind. Default `127.0.0.1`: nobody but this machine. */
  host?: string;
  /** TCP port. Default 0: any free one. */
  port?: number;
  scenes?: readonly LiveScene[];
  /** Recordings to offer, by name. */
  recordings?: ReadonlyMap<string, Uint8Array>;
  /** Who has it may act. Default: nobody may. */
  controlToken?: string;
  /** Folder of the built pages; null for the API alone. Default: those of this package. */
  site?: string | null;
}

export interface Studio {
  /** `http://host:port`. */
  readonly url: string;
  readonly port: number;
  /** How many look on. */
  readonly viewers: number;
  /** Counters since this was opened. */
  readonly stats: StudioStats;
  /** The numbers of `stats` in the text format of Prometheus; `GET /metrics` has them, too. */
  metricsText(): string;
  /** Lets the process end although this is open, once nobody is connected. */
  unref(): Studio;
  /** Keeps the process from ending until this is closed, as it is from the start. */
  ref(): Studio;
  /** Sends everybody away and frees the port; takes less than a second. The scenes are closed, too. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Beside the code when built, in dist when run from its sources. */
const SITES = ['../../site', '../../../dist/site'];

/** @throws TypeError or RangeError for a wrong option; StudioError; SiteError. */
export async function openStudio(options: StudioOptions = {}): Promise<Studio> {
  const { host = '127.0.0.1', port = 0, scenes = [], recordings = new Map(), site } = options;
  const { controlToken } = options;
  checkOptions(port, controlToken);
  const named = new Map(scenes.map((scene) => [scene.name, scene]));
  if (named.size < scenes.length) throw new TypeError('"scenes" expected different names');
  for (const scene of scenes) scene.isControlled = controlToken !== undefined;
  const pages = site === null ? null : openSite(site);
  const version = versionOf();
  const gate = new Gate(host, named);
  const requests: RequestCounts = { requests: 0, requestsFailed: 0, acts: 0 };
  const stats = (): StudioStats => ({ scenes: named.size, ...gate.counts, ...requests });
  const metrics = (): string => studioMetrics(stats());
  const api = studioApi({
    ...{ host, scenes: named, recordings, controlToken, site: pages, version },
    ...{ counts: requests, metrics },
  });
  const server = createAdaptorServer({
    fetch: api.fetch,
    serverOptions: { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
  }) as Server;
  server.maxConnections = CONNECTIONS_MAX;
  server.on('upgrade', (request, socket, head) => gate.upgrade(request, socket, head));
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= closeAll(server, gate, scenes);
    return closing;
  };
  const studio: Studio = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    get viewers() {
      return gate.viewers.size;
    },
    get stats() {
      return stats();
    },
    metricsText: metrics,
    unref() {
      server.unref();
      return studio;
    },
    ref() {
      server.ref();
      return studio;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return studio;
}

function checkOptions(port: number, controlToken: string | undefined): void {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`"port" expected a whole number in 0..65535, got ${port}`);
  }
  if (controlToken !== undefined && !/^[\w.~+/=-]+$/.test(controlToken)) {
    throw new TypeError('"controlToken" expected letters, digits and -._~+/=');
  }
  if (controlToken !== undefined && controlToken.length < TOKEN_LENGTH_LEAST) {
    throw new RangeError(`"controlToken" expected ${TOKEN_LENGTH_LEAST} characters or more`);
  }
}

function openSite(folder: string | undefined): Hono {
  if (folder !== undefined) return siteOf(folder);
  const [built, sources] = SITES.map((path) => decodeURI(new URL(path, import.meta.url).pathname));
  try {
    return siteOf(built!);
  } catch {
    return siteOf(sources!);
  }
}

function versionOf(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

const CODES: Record<string, StudioError['code']> = {
  EADDRINUSE: 'ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'ADDRESS_UNAVAILABLE',
  ENOTFOUND: 'ADDRESS_UNAVAILABLE',
  EACCES: 'NOT_PERMITTED',
};
const REASONS: Record<StudioError['code'], string> = {
  ADDRESS_IN_USE: 'the port is taken',
  ADDRESS_UNAVAILABLE: 'this machine has no such address',
  NOT_PERMITTED: 'not permitted',
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const code = CODES[error.code ?? ''] ?? 'NOT_PERMITTED';
      reject(
        new StudioError(code, `the studio cannot listen on ${host}:${port}: ${REASONS[code]}`),
      );
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

async function closeAll(server: Server, gate: Gate, scenes: readonly LiveScene[]): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  gate.close();
  for (const scene of scenes) scene.close();
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    gate.cut();
    server.closeAllConnections();
  }, CLOSE_GRACE_MS);
  await closed;
  clearTimeout(cut);
}

/** Where viewers come in. */
class Gate {
  readonly viewers: Map<WebSocket, Viewer> = new Map();
  readonly #host: string;
  readonly #scenes: ReadonlyMap<string, LiveScene>;
  readonly #perAddress = new Map<string, number>();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
  });
  readonly #lines = new WeakMap<SceneMessage, string>();
  #admitted = 0;
  #refused = 0;

  constructor(host: string, scenes: ReadonlyMap<string, LiveScene>) {
    this.#host = host;
    this.#scenes = scenes;
  }

  get counts(): ViewerCounts {
    return {
      viewers: this.viewers.size,
      viewersAdmitted: this.#admitted,
      viewersRefused: this.#refused,
    };
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const address = request.socket.remoteAddress ?? '';
    try {
      const scene = this.#sceneFor(request, address);
      this.#sockets.handleUpgrade(request, socket, head, (accepted) =>
        this.#accept(accepted, scene, address),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused++;
      refuse(socket, error);
    }
  }

  close(): void {
    for (const viewer of this.viewers.values()) {
      viewer.close(CloseCode.goingAway, 'the server stops');
    }
  }

  cut(): void {
    for (const socket of this.viewers.keys()) socket.terminate();
  }

  #sceneFor({ headers, url }: IncomingMessage, address: string): LiveScene {
    checkOrigin(headers.host, headers.origin, this.#host);
    const name = /^\/api\/scenes\/([a-z0-9-]+)\/stream(?:\?|$)/.exec(url ?? '')?.[1];
    const scene = name === undefined ? undefined : this.#scenes.get(name);
    if (!scene) throw new ApiError(404, 'NO_SUCH_SCENE', `there is no stream at ${url}`);
    const fromHere = this.#perAddress.get(address) ?? 0;
    if (this.viewers.size >= VIEWERS_MAX || fromHere >= VIEWERS_PER_ADDRESS) {
      throw new ApiError(503, 'TOO_MANY_VIEWERS', 'too many look on already');
    }
    return scene;
  }

  #accept(socket: WebSocket, scene: LiveScene, address: string): void {
    const viewer = new Viewer(socket, scene, {
      lineOf: (message) => this.#lineOf(message),
      commandOf,
    });
    this.#admitted++;
    this.viewers.set(socket, viewer);
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    socket.on('close', () => {
      this.viewers.delete(socket);
      const left = (this.#perAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(address, left);
      else this.#perAddress.delete(address);
    });
  }

  /** Written once for all viewers. */
  #lineOf(message: SceneMessage): string {
    const known = this.#lines.get(message);
    if (known !== undefined) return known;
    const line = lineOfMessage(message);
    this.#lines.set(message, line);
    return line;
  }
}

/** An answer to who asked for a WebSocket and does not get one. */
function refuse(socket: Duplex, { status, code, message }: ApiError): void {
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
