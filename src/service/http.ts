/**
 * The ring over HTTP: values by their names, lists, changes as they happen, and how the member is.
 *
 *     PUT GET HEAD POST DELETE /values/NAME      GET /names      GET /changes
 *     GET /ring /metrics /healthz /readyz /openapi.json
 *
 * It stands on loopback unless told otherwise, and is looked at as the studio is: a page of somebody else's
 * that a browser was led to may not use it. In a ring with a secret who asks shows that, or a key made from
 * it, as a bearer token.
 */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { DhtError, metricsText, passwordRights, type Ring, type RingName } from '../ring.ts';
import { bearerOf, isHostAllowed, isOriginAllowed } from '../studio/server/guard.ts';
import { documentOf } from '../studio/server/openapi.ts';
import * as said from './description.ts';
import { eventStream } from './events.ts';
import { failureOf, ServiceError } from './failure.ts';
import { Values } from './values.ts';

/** Connections at a time; each that follows is one. */
const CONNECTIONS_MAX = 4096;
/** For the head of a request; a body may take as long as it moves. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 10 * 60_000;
/** Answers of this status and above tell of a failure. */
const FAILED_LEAST = 400;

export interface HttpOptions {
  /** Default `127.0.0.1`: nobody but this machine. */
  host?: string;
  /** TCP port. Default 0: any free one. */
  port?: number;
  /** The secret of the ring: who asks has to show it, or a key made from it. Default: nobody has to. */
  secret?: string;
}

export interface HttpStats {
  /** Open now. */
  connections: number;
  requests: number;
  /** Of these: answered with a status of 400 and more. */
  requestsFailed: number;
}

/** An open port. Close it. */
export interface HttpServer {
  /** `http://host:port`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Counters since this was opened. */
  readonly stats: HttpStats;
  /** The numbers of `stats` in the text format of Prometheus; `GET /metrics` has them beside those of the member. */
  metricsText(): string;
  /** Lets the process end although this is open, once nobody is connected. */
  unref(): HttpServer;
  /** Keeps the process from ending until this is closed, as it is from the start. */
  ref(): HttpServer;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves a member's ring. @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE or NOT_PERMITTED. */
export async function openHttp(ring: Ring, options: HttpOptions = {}): Promise<HttpServer> {
  const { host = '127.0.0.1', port = 0, secret } = options;
  // A wrong one is told now, not to the first client.
  if (secret !== undefined) passwordRights(secret, secret);
  const stop = new AbortController();
  const stats: HttpStats = { connections: 0, requests: 0, requestsFailed: 0 };
  const metrics = (): string => metricsText('http', [{ stats }]);
  const app = httpApp(ring, { host, secret, stopped: stop.signal, stats, metrics });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS },
  }) as Server;
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket) => {
    stats.connections++;
    socket.once('close', () => stats.connections--);
  });
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      stop.abort();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const opened: HttpServer = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    host,
    port: bound,
    get stats() {
      return { ...stats };
    },
    metricsText: metrics,
    unref() {
      server.unref();
      return opened;
    },
    ref() {
      server.ref();
      return opened;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return opened;
}

const ABOUT = { title: 'Ringlight ring', description: 'The keys of a ring, at any member.' };

/** Asked by who looks after processes: no password, nothing told. */
const FREE = new Set(['/healthz', '/readyz']);

interface Surroundings {
  host: string;
  secret: string | undefined;
  stopped: AbortSignal;
  stats: HttpStats;
  metrics(): string;
}

function httpApp(ring: Ring, { host, secret, stopped, stats, metrics }: Surroundings): Hono {
  const app = new Hono();
  app.use('*', async (context, next) => {
    stats.requests++;
    await next();
    if (context.res.status >= FAILED_LEAST) stats.requestsFailed++;
  });
  app.use('*', async (context, next) => {
    check(context, host);
    if (secret !== undefined && !FREE.has(context.req.path)) authorize(context, secret);
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
  });
  const values = new Values(ring, ring.valueBytesMax);
  const value = '/values/:name{.+}';
  app.get(value, said.GET_VALUE, (context) => values.get(context, nameOf(context)));
  app.put(value, said.PUT_VALUE, (context) => values.put(context, nameOf(context)));
  app.post(value, said.APPEND_VALUE, (context) => values.append(context, nameOf(context)));
  app.delete(value, said.REMOVE_VALUE, (context) => values.remove(context, nameOf(context)));
  app.all('/values/', () => {
    throw noName();
  });
  app.get('/names', said.NAMES, said.namesQuestion, async (context) =>
    context.json(await names(ring, context.req.valid('query'))),
  );
  app.get('/changes', said.CHANGES, (context) => changes(context, ring, stopped));
  app.get('/ring', said.RING, (context) => context.json(ring.info()));
  app.get('/metrics', said.METRICS, (context) => context.text(ring.metricsText() + metrics()));
  app.get('/healthz', said.HEALTHZ, (context) => context.text('ok\n'));
  app.get('/readyz', said.READYZ, (context) => {
    const isReady = ring.info().identities.every(({ state }) => state === 'member');
    return isReady ? context.text('ready\n') : context.text('not a member\n', 503);
  });
  const about = { ...ABOUT, version: versionOf(), token: 'password', isTokenForAll: true };
  app.get('/openapi.json', documentOf(app, about));
  app.notFound(({ req }) => {
    return failed(new ServiceError(404, 'NOT_FOUND', `there is no ${req.method} ${req.path}`));
  });
  app.onError((error) => failed(failureOf(error)));
  return app;
}

function check(context: Context, bound: string): void {
  const host = context.req.header('host');
  if (!isHostAllowed(host, bound)) {
    throw new ServiceError(403, 'WRONG_HOST', `this server is not "${host}": use its address`);
  }
  const origin = context.req.header('origin');
  if (!isOriginAllowed(origin, host)) {
    throw new ServiceError(403, 'WRONG_ORIGIN', `pages of "${origin}" may not use this server`);
  }
}

const READS = new Set(['GET', 'HEAD']);

function authorize(context: Context, secret: string): void {
  const rights = passwordRights(secret, bearerOf(context.req.header('authorization')));
  if (rights === null) {
    throw new ServiceError(401, 'NOT_PERMITTED', 'Authorization: Bearer and the secret is needed');
  }
  if (rights === 'read' && !READS.has(context.req.method)) {
    throw new ServiceError(403, 'NOT_PERMITTED', 'this key may only read');
  }
}

/** What stands behind `/values/`, decoded. */
function nameOf(context: Context): string {
  const text = new URL(context.req.url).pathname.slice('/values/'.length);
  try {
    const name = decodeURIComponent(text);
    if (name !== '') return name;
  } catch {}
  throw noName();
}

function noName(): ServiceError {
  const message = 'a name, percent-encoded UTF-8, belongs behind /values/';
  return new ServiceError(400, 'BAD_REQUEST', message);
}

async function names(
  ring: Ring,
  { prefix, limit, after }: said.NamesQuestion,
): Promise<{ names: RingName[]; next: string | null }> {
  const found: RingName[] = [];
  for await (const entry of ring.names({ prefix, ...(after !== undefined && { after }) })) {
    if (found.length === limit) return { names: found, next: found.at(-1)!.key };
    found.push(entry);
  }
  return { names: found, next: null };
}

function changes(context: Context, ring: Ring, stopped: AbortSignal): Response {
  const [key, prefix] = [context.req.query('key'), context.req.query('prefix')];
  const after = context.req.header('last-event-id') ?? context.req.query('after');
  const stream = eventStream(
    ring.follow({
      ...(key !== undefined && { key }),
      ...(prefix !== undefined && { prefix }),
      ...(after !== undefined && after !== '' && { after }),
      signal: stopped,
    }),
  );
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  return new Response(stream, { headers });
}

function failed({ status, code, message }: ServiceError): Response {
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return Response.json({ error: { code, message } }, { status, headers });
}

function versionOf(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

const REASONS: Readonly<Record<string, readonly [DhtError['code'], string]>> = {
  EADDRINUSE: ['ADDRESS_IN_USE', 'the port is taken'],
  EADDRNOTAVAIL: ['ADDRESS_UNAVAILABLE', 'this machine has no such address'],
  EACCES: ['NOT_PERMITTED', 'not permitted'],
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const [code, reason] = REASONS[error.code ?? ''] ?? ['SOCKET_FAILED', error.message];
      reject(new DhtError(code, `cannot listen on ${host}:${port}: ${reason}`));
    });
    server.listen(port, host, resolve);
  });
}
