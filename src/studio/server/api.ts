/**
 * The studio's HTTP API as a Hono application: scenes as JSON, commands for who has the token, the
 * pages. Each request passes the guard first; each failure is {error: {code, message}} and one status.
 */
import { RequestError } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { DhtError, formatAddress } from '../../mainline.ts';
import { Command, checkCommand } from '../../scene.ts';
import { CommandRefused, type LiveScene } from '../live/live-scene.ts';
import { hashOf } from '../live/names.ts';
import type { RequestCounts } from './counts.ts';
import { ApiError } from './failures.ts';
import {
  isHostAllowed,
  isOriginAllowed,
  RateLimit,
  REQUESTS_AT_ONCE,
  REQUESTS_PER_SECOND,
} from './guard.ts';
import { described, documentOf } from './openapi.ts';
import { roomRoutes } from './rooms.ts';
import { checkToken, type Env, type Handled, jsonIn, type SceneOf } from './route.ts';
import {
  DoneAnswer,
  KeyAnswer,
  KeysAnswer,
  LookupsAnswer,
  NodeAnswer,
  rowsOf,
  SceneAnswer,
  SceneListAnswer,
} from './schemas.ts';

/** Of a request: a command with a value of 128 Ki characters fits. */
export const BODY_BYTES_MAX: number = 256 << 10;

export interface ApiOptions {
  /** The address or name that the server is bound to. */
  host: string;
  scenes: ReadonlyMap<string, LiveScene>;
  /** Recordings by name, as the text of their files. */
  recordings: ReadonlyMap<string, Uint8Array>;
  controlToken: string | undefined;
  /** The pages; null for the API alone. */
  site: Hono | null;
  version: string;
  /** Counted here. */
  counts: RequestCounts;
  /** What there is to measure, for Prometheus. */
  metrics: () => string;
}

export function studioApi(options: ApiOptions): Hono<Env> {
  const app = new Hono<Env>();
  const rate = new RateLimit(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE);
  app.use('*', async (context, next) => {
    options.counts.requests++;
    await next();
    if (context.res.status >= 400) options.counts.requestsFailed++;
  });
  app.use('*', async (context, next) => {
    checkOrigin(context.req.header('host'), context.req.header('origin'), options.host);
    if (!rate.take(remoteOf(context), performance.now())) {
      throw new ApiError(429, 'TOO_MANY_REQUESTS', 'too many requests: try again in a second');
    }
    await next();
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
  });
  app.use('/api/*', async (context, next) => {
    await next();
    context.header('Cache-Control', 'no-store');
  });
  app.use(
    '/api/*',
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: () => {
        throw new ApiError(413, 'TOO_LARGE', `a request has at most ${BODY_BYTES_MAX} bytes`);
      },
    }),
  );
  const routes = routesOf(options);
  for (const route of routes) app[route.method](route.path, described(route), route.handle);
  app.get(
    '/api/openapi.json',
    documentOf(app, { ...ABOUT, version: options.version, token: 'control' }),
  );
  app.all('/api/*', (context) => {
    throw new ApiError(404, 'NOT_FOUND', `there is no ${context.req.method} ${context.req.path}`);
  });
  if (options.site) app.route('/', options.site);
  app.notFound((context) => {
    const message = `there is no ${context.req.method} ${context.req.path}`;
    return failed(new ApiError(404, 'NOT_FOUND', message));
  });
  app.onError((error) => failed(asApiError(error)));
  return app;
}

/** Is it for us, and from nobody else's page? @throws ApiError. */
export function checkOrigin(
  host: string | undefined,
  origin: string | undefined,
  bound: string,
): void {
  if (!isHostAllowed(host, bound)) {
    throw new ApiError(403, 'WRONG_HOST', `this server is not "${host}": use its address`);
  }
  if (!isOriginAllowed(origin, host)) {
    throw new ApiError(403, 'WRONG_ORIGIN', `pages of "${origin}" may not use this server`);
  }
}

/** Reads a command. @throws ApiError. */
export function commandOf(text: string): Command {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(400, 'BAD_COMMAND', 'a command is JSON, this is not');
  }
  try {
    return checkCommand(value);
  } catch (error) {
    throw new ApiError(400, 'BAD_COMMAND', error instanceof Error ? error.message : String(error));
  }
}

const ABOUT = {
  title: 'Ringlight studio',
  description:
    'Live scenes of running nodes. Read-only, but for commands, which need the control token. ' +
    'Errors are {error: {code, message}}.',
};

const MISSING = { 404: 'There is no such thing' };

function routesOf(options: ApiOptions): Handled[] {
  const { scenes, recordings } = options;
  const scene: SceneOf = (context) => {
    const name = context.req.param('scene') ?? '';
    const found = scenes.get(name);
    if (found) return found;
    throw new ApiError(404, 'NO_SUCH_SCENE', `there is no scene "${name}"`);
  };
  return [
    ...sceneRoutes(options, scene),
    ...detailRoutes(scene),
    ...actRoutes(options, scene),
    ...roomRoutes(options, scene),
    recordingRoute(recordings),
    metricsRoute(options),
  ];
}

function sceneRoutes({ scenes, recordings }: ApiOptions, scene: SceneOf): Handled[] {
  return [
    {
      method: 'get',
      path: '/api/scenes',
      summary: 'The scenes and recordings there are',
      answer: SceneListAnswer,
      handle: (context) =>
        context.json({
          scenes: [...scenes.values()].map(summaryOf),
          recordings: [...recordings.keys()],
        }),
    },
    {
      method: 'get',
      path: '/api/scenes/:scene',
      summary: 'A scene as it is now',
      answer: SceneAnswer,
      errors: MISSING,
      handle: async (context) => {
        const [hello, places, update] = await scene(context).opening();
        if (places?.type !== 'places' || update?.type !== 'frame') {
          throw new ApiError(503, 'NOT_READY', 'the scene has nothing to show yet');
        }
        return context.json({ hello, ...rowsOf(places, update, formatAddress) });
      },
    },
  ];
}

function detailRoutes(scene: SceneOf): Handled[] {
  return [
    {
      method: 'get',
      path: '/api/scenes/:scene/nodes/:node',
      summary: 'A node looked into',
      answer: NodeAnswer,
      errors: MISSING,
      handle: async (context) => {
        const number = context.req.param('node') ?? '';
        const view = /^\d{1,9}$/.test(number) ? await scene(context).node(Number(number)) : null;
        if (view === null) throw new ApiError(404, 'NO_SUCH_NODE', `there is no node "${number}"`);
        return context.json({ node: view });
      },
    },
    {
      method: 'get',
      path: '/api/scenes/:scene/keys',
      summary: 'The keys, their owners and holders',
      answer: KeysAnswer,
      errors: MISSING,
      handle: async (context) => context.json({ keys: await scene(context).keys() }),
    },
    {
      method: 'get',
      path: '/api/scenes/:scene/keys/:key',
      summary: 'One key, by 40 hexadecimal digits or by its name',
      answer: KeyAnswer,
      errors: MISSING,
      handle: async (context) => {
        const wanted = context.req.param('key') ?? '';
        const keys = await scene(context).keys();
        // Who put it elsewhere told nobody its name, only what that is hashed to.
        const hash = hashOf(wanted);
        const key = keys.find((one) => one.key === hash || one.name === wanted);
        if (!key) throw new ApiError(404, 'NO_SUCH_KEY', `there is no key "${wanted}"`);
        return context.json({ key });
      },
    },
    {
      method: 'get',
      path: '/api/scenes/:scene/lookups',
      summary: 'The last lookups, step by step',
      answer: LookupsAnswer,
      errors: MISSING,
      handle: (context) => context.json({ lookups: scene(context).lookups() }),
    },
  ];
}

function actRoutes({ controlToken, counts }: ApiOptions, scene: SceneOf): Handled[] {
  return [
    {
      method: 'get',
      path: '/api/scenes/:scene/stream',
      summary:
        'A WebSocket: one line of a recording in each message; takes inspect, follow, explain',
      answer: null,
      errors: { ...MISSING, 426: 'No WebSocket was asked for' },
      handle: (context) => {
        scene(context);
        return failed(new ApiError(400, 'NO_WEBSOCKET', 'ask for a WebSocket here'), 426);
      },
    },
    {
      method: 'post',
      path: '/api/scenes/:scene/commands',
      summary: 'An act of somebody who has the control token',
      answer: DoneAnswer,
      body: Command,
      needsToken: true,
      errors: {
        ...MISSING,
        400: 'No command, or one that live nodes do not know',
        401: 'The wrong token',
        403: 'The server was started without a token',
        409: 'It did not work out',
        413: 'Too large',
        415: 'No JSON',
      },
      handle: async (context) => {
        checkToken(context.req.header('authorization'), controlToken);
        const chosen = scene(context);
        const command = commandOf(await jsonIn(context));
        if (command.do !== 'act') {
          throw new ApiError(400, 'BAD_COMMAND', `"${command.do}" is asked for on the stream`);
        }
        const message = await chosen.perform(command.act);
        counts.acts++;
        return context.json({ done: true, message });
      },
    },
  ];
}

function recordingRoute(recordings: ApiOptions['recordings']): Handled {
  return {
    method: 'get',
    path: '/api/recordings/:recording',
    summary: 'A recording, line by line',
    answer: null,
    errors: MISSING,
    handle: (context) => {
      const name = context.req.param('recording') ?? '';
      const bytes = recordings.get(name);
      if (!bytes) throw new ApiError(404, 'NO_SUCH_RECORDING', `there is no recording "${name}"`);
      return context.body(new Uint8Array(bytes), 200, {
        'Content-Type': 'text/plain; charset=utf-8',
      });
    },
  };
}

function metricsRoute({ metrics }: ApiOptions): Handled {
  return {
    method: 'get',
    path: '/metrics',
    summary: 'Counters of this server as Prometheus reads them',
    answer: null,
    handle: (context) =>
      context.body(metrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4' }),
  };
}

function summaryOf(scene: LiveScene): object {
  const { name, title, overlay, nodeCount, abilities, hasHands, isControlled } = scene;
  const control = hasHands && isControlled;
  return { name, title, overlay, origin: 'live', nodes: nodeCount, abilities, control };
}

function remoteOf(context: Context<Env>): string {
  return context.env?.incoming?.socket.remoteAddress ?? '';
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof RequestError) return new ApiError(400, 'BAD_REQUEST', error.message);
  if (error instanceof CommandRefused) {
    const status = ({ UNKNOWN: 404, IMPOSSIBLE: 400, FAILED: 409 } as const)[error.code];
    return new ApiError(status, error.code, error.message);
  }
  if (error instanceof DhtError) return new ApiError(503, error.code, error.message);
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(500, 'INTERNAL', `internal error: ${message}`);
}

function failed({ status, code, message }: ApiError, shown: number = status): Response {
  return Response.json({ error: { code, message } }, { status: shown });
}
