/** The API answers as its own description says, and every failure is one clear object. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BODY_BYTES_MAX, commandOf, studioApi } from '../../../src/studio/server/api.ts';
import type { RequestCounts } from '../../../src/studio/server/counts.ts';
import { REQUESTS_AT_ONCE } from '../../../src/studio/server/guard.ts';
import { siteOf } from '../../../src/studio/server/site.ts';
import { FakeScene } from '../fake-scene.ts';

const TOKEN = 'open-sesame';
const base = mkdtempSync(join(tmpdir(), 'ringlight-api-'));
writeFileSync(join(base, 'index.html'), `<!doctype html>${'page '.repeat(500)}`);
afterAll(() => rmSync(base, { recursive: true, force: true }));

let scene: FakeScene;
let api: ReturnType<typeof studioApi>;
let counts: RequestCounts;
function build(controlToken: string | undefined = TOKEN): void {
  scene = new FakeScene();
  counts = { requests: 0, requestsFailed: 0, acts: 0 };
  scene.isControlled = controlToken !== undefined;
  api = studioApi({
    host: '127.0.0.1',
    scenes: new Map([['fake', scene]]),
    recordings: new Map([['a b.ring', new Uint8Array(Buffer.from('line\n'))]]),
    controlToken,
    site: siteOf(base),
    version: '1.2.3',
    counts,
    metrics: () => 'measured 1\n',
  });
}
beforeEach(() => build());

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { host: '127.0.0.1:8467', ...(init.headers as object) };
  return api.request(path, { ...init, headers });
}
const errorOf = async (response: Response) => {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.message.length).toBeGreaterThan(10);
  expect(error.message).not.toContain('\n');
  return [response.status, error.code];
};
const post = (body: unknown, headers: Record<string, string> = {}) =>
  ask('/api/scenes/fake/commands', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const crash = { do: 'act', act: { kind: 'crash', nodes: [1] } };

interface Description {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: { Error: object } };
}
interface Operation {
  responses: Record<string, { content?: { 'application/json': { schema: object } } }>;
  security?: object[];
  requestBody?: object;
}
const describeIt = async (): Promise<Description> =>
  (await ask('/api/openapi.json')).json() as Promise<Description>;

describe('the description', () => {
  test('has every route that the application answers', async () => {
    const { paths, openapi, info } = await describeIt();
    expect([openapi, info.version]).toEqual(['3.1.0', '1.2.3']);
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const answered = api.routes
      .filter(
        ({ path, method }) =>
          method !== 'ALL' && /^\/(?:api|metrics)/.test(path) && path !== '/api/openapi.json',
      )
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(described.sort()).toEqual([...new Set(answered)].sort());
    expect(described).toContain('POST /api/scenes/{scene}/commands');
    expect(described.length).toBeGreaterThan(8);
  });

  test('is true: real answers are what it says', async () => {
    scene.lookup();
    scene.nodes = 3;
    const { paths, components } = await describeIt();
    const filled: Record<string, string> = { scene: 'fake', node: '1', key: 'ab'.repeat(20) };
    let checked = 0;
    for (const [path, { get }] of Object.entries(paths)) {
      const schema = get?.responses['200']?.content?.['application/json'].schema;
      const real = path.replace(/\{(\w+)\}/g, (_, name: string) => filled[name] ?? name);
      const response = await ask(real);
      const answer = (await response.json().catch(() => null)) as unknown;
      if (schema && response.status === 200) {
        expect(z.fromJSONSchema(schema as never).safeParse(answer), path).toMatchObject({
          success: true,
        });
        checked++;
      } else if (response.status !== 200) {
        expect(z.fromJSONSchema(components.schemas.Error as never).parse(answer)).toBeTruthy();
      }
    }
    expect(checked).toBeGreaterThanOrEqual(5);
    const done = await (await post(crash)).json();
    const { post: command } = paths['/api/scenes/{scene}/commands'];
    const said = command.responses['200'].content!['application/json'].schema;
    expect(z.fromJSONSchema(said as never).parse(done)).toEqual(done);
    expect(command).toMatchObject({ security: [{ control: [] }], requestBody: { required: true } });
    // The check can fail.
    expect(z.fromJSONSchema(said as never).safeParse({ done: 'yes' }).success).toBe(false);
  });
});

describe('reading', () => {
  test('lists what there is', async () => {
    expect(await (await ask('/api/scenes')).json()).toEqual({
      scenes: [
        {
          name: 'fake',
          title: 'scene fake',
          overlay: 'ring',
          origin: 'live',
          nodes: 0,
          abilities: ['inspect', 'explain', 'act'],
          control: true,
        },
      ],
      recordings: ['a b.ring'],
    });
  });

  test('shows a scene as it is now, in words', async () => {
    const response = await ask('/api/scenes/fake');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({
      hello: { type: 'hello', origin: 'live' },
      places: [{ id: '0'.repeat(40), address: '127.0.0.1:1000', node: 0, safety: null }, {}, {}],
      nodes: [{ state: 1, load: 0 }, {}, {}],
    });
  });

  test('gives a recording as it is', async () => {
    const response = await ask('/api/recordings/a%20b.ring');
    expect(await response.text()).toBe('line\n');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  test.each([
    ['/api/scenes/none', 'NO_SUCH_SCENE'],
    ['/api/scenes/none/keys', 'NO_SUCH_SCENE'],
    ['/api/scenes/fake/nodes/99', 'NO_SUCH_NODE'],
    ['/api/scenes/fake/nodes/-1', 'NO_SUCH_NODE'],
    ['/api/scenes/fake/nodes/1e1', 'NO_SUCH_NODE'],
    ['/api/scenes/fake/keys/apple', 'NO_SUCH_KEY'],
    ['/api/recordings/none', 'NO_SUCH_RECORDING'],
    ['/api/nothing', 'NOT_FOUND'],
    ['/nothing.js', 'NOT_FOUND'],
  ])('%s is not there', async (path, code) => {
    expect(await errorOf(await ask(path))).toEqual([404, code]);
  });

  test('of a stream without a WebSocket is told what is missing', async () => {
    expect(await errorOf(await ask('/api/scenes/fake/stream'))).toEqual([426, 'NO_WEBSOCKET']);
  });

  test('is not for others: names, origins, too many at once', async () => {
    const host = await ask('/api/scenes', { headers: { host: 'evil.example' } });
    expect(await errorOf(host)).toEqual([403, 'WRONG_HOST']);
    const origin = await ask('/api/scenes', { headers: { origin: 'http://evil.example' } });
    expect(await errorOf(origin)).toEqual([403, 'WRONG_ORIGIN']);
    const many = Array.from({ length: 4 * REQUESTS_AT_ONCE }, () => ask('/api/nothing'));
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 404).length).toBeGreaterThan(100);
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
  });
});

describe('a command', () => {
  test('is carried out, and told what came of it', async () => {
    const response = await post(crash);
    expect([response.status, await response.json()]).toEqual([
      200,
      { done: true, message: 'did crash' },
    ]);
    expect(scene.acts).toEqual([crash.act]);
  });

  test('without a token in the server is refused to everybody', async () => {
    build(undefined as never);
    api = studioApi({
      host: '127.0.0.1',
      scenes: new Map([['fake', scene]]),
      recordings: new Map(),
      controlToken: undefined,
      site: null,
      version: '1',
      counts,
      metrics: () => '',
    });
    const response = await post(crash);
    expect(await errorOf(response)).toEqual([403, 'READ_ONLY']);
    expect(await errorOf(await post(crash, { authorization: 'Bearer undefined' }))).toEqual([
      403,
      'READ_ONLY',
    ]);
    expect(await errorOf(await ask('/'))).toEqual([404, 'NOT_FOUND']);
  });

  test.each([
    ['no token', crash, { authorization: '' }, 401, 'NO_TOKEN'],
    ['another token', crash, { authorization: 'Bearer open-sesam' }, 401, 'WRONG_TOKEN'],
    ['no JSON type', crash, { 'content-type': 'text/plain' }, 415, 'NO_JSON'],
    ['no JSON', '{', {}, 400, 'BAD_COMMAND'],
    ['null', 'null', {}, 400, 'BAD_COMMAND'],
    ['an unknown act', { do: 'act', act: { kind: 'dance' } }, {}, 400, 'BAD_COMMAND'],
    ['wrong nodes', { do: 'act', act: { kind: 'crash', nodes: [-1] } }, {}, 400, 'BAD_COMMAND'],
    ['no nodes', { do: 'act', act: { kind: 'crash', nodes: [] } }, {}, 400, 'IMPOSSIBLE'],
    ['no act', { do: 'inspect', node: 1 }, {}, 400, 'BAD_COMMAND'],
    ['too much', 'x'.repeat(BODY_BYTES_MAX + 1), {}, 413, 'TOO_LARGE'],
  ])('with %s is refused', async (_, body, headers, status, code) => {
    expect(await errorOf(await post(body, headers as Record<string, string>))).toEqual([
      status,
      code,
    ]);
    expect(scene.acts).toEqual([]);
  });

  test('that fails says why; a mistake of ours is one line, too', async () => {
    scene.refuse();
    expect(await errorOf(await post(crash))).toEqual([409, 'FAILED']);
    scene.failure = new Error('a bug');
    expect(await errorOf(await post(crash))).toEqual([500, 'INTERNAL']);
  });

  test('names the field that is wrong', () => {
    expect(() => commandOf('{"do":"act","act":{"kind":"put","name":"","value":"x"}}')).toThrow(
      /"act\.name"/,
    );
    expect(commandOf('{"do":"pause"}')).toEqual({ do: 'pause' });
  });
});

test('what is asked is counted, and shown to Prometheus', async () => {
  await ask('/api/scenes');
  await ask('/api/nothing');
  await post(crash);
  await post(crash, { authorization: 'Bearer wrong' });
  expect(counts).toEqual({ requests: 4, requestsFailed: 2, acts: 1 });
  const response = await ask('/metrics');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await response.text()).toBe('measured 1\n');
});

describe('the pages', () => {
  test('come with a policy, a tag, and compressed to who wants that', async () => {
    const response = await ask('/');
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=UTF-8',
      'cache-control': 'no-cache',
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(await response.text()).toMatch(/^<!doctype html>page/);
    const again = await ask('/', { headers: { 'if-none-match': headers['etag'] } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const compressed = await ask('/', { headers: { 'accept-encoding': 'br, gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect((await compressed.arrayBuffer()).byteLength).toBeLessThan(200);
  });
});
