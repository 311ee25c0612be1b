/** The server over real sockets on loopback: who is let in, what is told, and that all of it ends. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { messageOfLine, type SceneMessage } from '../../../src/scene.ts';
import {
  CONNECTIONS_MAX,
  MESSAGE_BYTES_MAX,
  openStudio,
  type Studio,
  type StudioOptions,
  VIEWERS_MAX,
  VIEWERS_PER_ADDRESS,
} from '../../../src/studio/server/server.ts';
import { FakeScene } from '../fake-scene.ts';

const PATIENCE = { timeout: 10_000 };
const TOKEN = 'open-sesame';
const base = mkdtempSync(join(tmpdir(), 'ringlight-studio-'));
writeFileSync(join(base, 'index.html'), '<!doctype html><title>page</title>');
afterAll(() => rmSync(base, { recursive: true, force: true }));

const opened: Studio[] = [];
afterEach(async () => {
  for (const studio of opened.splice(0)) await studio.close();
});

async function open(options: StudioOptions = {}): Promise<{ studio: Studio; scene: FakeScene }> {
  const scene = new FakeScene();
  const studio = await openStudio({ scenes: [scene], site: base, ...options });
  opened.push(studio);
  return { studio, scene };
}

/** A viewer as a page is one. */
class Page {
  readonly messages: SceneMessage[] = [];
  readonly socket: WebSocket;
  closed: { code: number; reason: string } | null = null;

  constructor(studio: Studio, path = '/api/scenes/fake/stream', options: ClientOptions = {}) {
    this.socket = new WebSocket(studio.url.replace('http', 'ws') + path, options);
    this.socket.on('message', (line) => this.messages.push(messageOfLine(String(line))));
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
    this.socket.on('error', () => {});
  }

  /** The first message of this type from now on, or so far. */
  async message(type: SceneMessage['type']): Promise<SceneMessage> {
    await expect.poll(() => this.messages.some((one) => one.type === type), PATIENCE).toBe(true);
    return this.messages.find((one) => one.type === type)!;
  }

  send(value: unknown): void {
    this.socket.send(typeof value === 'string' ? value : JSON.stringify(value));
  }

  async end(): Promise<{ code: number; reason: string }> {
    await expect.poll(() => this.closed, PATIENCE).not.toBeNull();
    return this.closed!;
  }
}

/** What an upgrade that was refused was answered with. */
async function refusal(studio: Studio, path?: string, options?: ClientOptions): Promise<object> {
  const { socket } = new Page(studio, path, options);
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const piece of response) body += piece;
  return { status: response.statusCode, ...JSON.parse(body) };
}

describe('a stream', () => {
  test('opens with all there is and goes on with what happens', async () => {
    const { studio, scene } = await open();
    const page = new Page(studio);
    await page.message('frame');
    expect(page.messages.slice(0, 3).map(({ type }) => type)).toEqual(['hello', 'places', 'frame']);
    expect(page.messages[2]).toMatchObject({ whole: true });
    scene.nodes = 4;
    await expect.poll(() => page.messages.at(-1), PATIENCE).toMatchObject({ whole: false });
    expect(studio.viewers).toBe(1);
    page.socket.close();
    await expect.poll(() => [studio.viewers, scene.ends], PATIENCE).toEqual([0, 1]);
  });

  test('takes what concerns the viewer himself, and tells what cannot be done', async () => {
    const { studio } = await open();
    const page = new Page(studio);
    await page.message('frame');
    page.send({ do: 'inspect', node: 2 });
    expect(await page.message('node')).toMatchObject({ node: 2 });
    page.send({ do: 'rewind', toMs: 0 });
    expect(await page.message('trouble')).toMatchObject({ message: /time is real/ });
    expect(page.closed).toBeNull();
  });

  test.each([
    ['no JSON', 'hello', /JSON/],
    ['no command', '{"do":"dance"}', /no command/],
    ['a wrong field', '{"do":"inspect","node":"x"}', /node/],
  ])('ends after %s, with the reason', async (_, text, reason) => {
    const { studio } = await open();
    const page = new Page(studio);
    await page.message('frame');
    page.send(text);
    expect(await page.end()).toEqual({ code: 1008, reason: expect.stringMatching(reason) });
  });

  test('ends after bytes, too long a message, or too many of them', async () => {
    const { studio } = await open();
    const [bytes, long, many] = [new Page(studio), new Page(studio), new Page(studio)];
    for (const page of [bytes, long, many]) await page.message('frame');
    bytes.socket.send(Uint8Array.of(1, 2));
    expect((await bytes.end()).code).toBe(1008);
    long.send('x'.repeat(MESSAGE_BYTES_MAX + 1));
    expect((await long.end()).code).toBe(1009);
    for (let i = 0; i < 100; i++) many.send({ do: 'inspect', node: -1 });
    expect(await many.end()).toEqual({ code: 1008, reason: 'too many commands' });
  });

  test('is for so many viewers of one address', async () => {
    const { studio } = await open();
    const pages = Array.from({ length: VIEWERS_PER_ADDRESS }, () => new Page(studio));
    for (const page of pages) await page.message('hello');
    expect(await refusal(studio)).toMatchObject({
      status: 503,
      error: { code: 'TOO_MANY_VIEWERS' },
    });
    pages[0].socket.close();
    await expect.poll(() => studio.viewers, PATIENCE).toBe(VIEWERS_PER_ADDRESS - 1);
    await new Page(studio).message('hello');
  });

  test('is for so many viewers in all', async () => {
    const { studio } = await open();
    const pages: Page[] = [];
    for (let i = 0; i < VIEWERS_MAX; i++) {
      const localAddress = `127.0.0.${1 + Math.floor(i / VIEWERS_PER_ADDRESS)}`;
      pages.push(new Page(studio, undefined, { localAddress }));
    }
    for (const page of pages) await page.message('hello');
    const more = await refusal(studio, undefined, { localAddress: '127.0.0.99' });
    expect(more).toMatchObject({ error: { code: 'TOO_MANY_VIEWERS' } });
  });

  test('is not for pages from elsewhere, other names of this host, or scenes that are not', async () => {
    const { studio } = await open();
    const origin = await refusal(studio, undefined, { origin: 'http://evil.example' });
    expect(origin).toMatchObject({ status: 403, error: { code: 'WRONG_ORIGIN' } });
    const host = await refusal(studio, undefined, { headers: { host: 'evil.example' } });
    expect(host).toMatchObject({ status: 403, error: { code: 'WRONG_HOST' } });
    for (const path of ['/api/scenes/none/stream', '/', '/api/scenes/fake']) {
      expect(await refusal(studio, path)).toMatchObject({ status: 404 });
    }
    await new Page(studio, undefined, { origin: studio.url }).message('hello');
  });
});

describe('the studio', () => {
  test('is counted, and who was sent away, too', async () => {
    const { studio } = await open();
    const page = new Page(studio);
    await page.message('hello');
    const stranger = new Page(studio, '/api/scenes/nothing/stream');
    await expect.poll(() => stranger.closed, PATIENCE).not.toBeNull();
    await fetch(`${studio.url}/api/nothing`);
    expect(studio.stats).toEqual({
      ...{ scenes: 1, viewers: 1, viewersAdmitted: 1, viewersRefused: 1 },
      ...{ requests: 1, requestsFailed: 1, acts: 0 },
    });
    const text = await (await fetch(`${studio.url}/metrics`)).text();
    expect(text).toContain('# TYPE ringlight_studio_viewers gauge\nringlight_studio_viewers 1\n');
    expect(text).toContain('\nringlight_studio_requests_failed_total 1\n');
    expect(studio.metricsText().split('\n')).toHaveLength(text.split('\n').length);
  });

  test('closes within a second, whoever is connected', async () => {
    const { studio } = await open();
    const page = new Page(studio);
    await page.message('frame');
    const idle = connect(studio.port, '127.0.0.1');
    await once(idle, 'connect');
    const half = connect(studio.port, '127.0.0.1');
    half.write('GET / HTTP/1.1\r\nHost: ');
    for (const socket of [idle, half]) socket.on('error', () => {});
    const beganAtMs = performance.now();
    await Promise.all([studio.close(), studio.close()]);
    expect(performance.now() - beganAtMs).toBeLessThan(1000);
    expect(await page.end()).toEqual({ code: 1001, reason: 'the server stops' });
    const again = createServer().listen(studio.port, '127.0.0.1');
    await once(again, 'listening');
    again.close();
  });

  test('tells in one line why it cannot be opened', async () => {
    const { studio } = await open();
    await expect(openStudio({ site: null, port: studio.port })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: `the studio cannot listen on 127.0.0.1:${studio.port}: the port is taken`,
    });
    await expect(openStudio({ site: join(base, 'nothing') })).rejects.toMatchObject({
      code: 'SITE_MISSING',
    });
    await expect(openStudio({ site: null, host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
    });
    const wrong: [StudioOptions, RegExp][] = [
      [{ port: 70_000 }, /"port" expected/],
      [{ controlToken: 'short' }, /"controlToken" expected 8/],
      [{ controlToken: 'with a blank' }, /"controlToken" expected letters/],
      [{ scenes: [new FakeScene('a'), new FakeScene('a')] }, /"scenes" expected different/],
    ];
    for (const [options, message] of wrong) {
      await expect(openStudio({ site: null, ...options })).rejects.toThrow(message);
    }
  });

  test('keeps acting to those who have the token', async () => {
    const { studio, scene } = await open({ controlToken: TOKEN });
    const act = (authorization?: string) =>
      fetch(`${studio.url}/api/scenes/fake/commands`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ do: 'act', act: { kind: 'crash', nodes: [1] } }),
      });
    expect((await act()).status).toBe(401);
    expect((await act('Bearer wrong-sesame')).status).toBe(401);
    expect(scene.acts).toEqual([]);
    expect(await (await act(`Bearer ${TOKEN}`)).json()).toEqual({
      done: true,
      message: 'did crash',
    });
    expect(scene.acts).toEqual([{ kind: 'crash', nodes: [1] }]);
  });

  test('stays when requests are nonsense', async () => {
    const { studio } = await open();
    for (const text of [
      '\0\0\0\0\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'POST /api HTTP/1.1\r\n\r\n',
    ]) {
      const socket = connect(studio.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume().end(text);
      await once(socket, 'close');
    }
    expect((await fetch(`${studio.url}/api/scenes`)).status).toBe(200);
  });

  test('has so many connections and no more', async () => {
    const { studio } = await open();
    const sockets = Array.from({ length: CONNECTIONS_MAX + 8 }, () =>
      connect(studio.port, '127.0.0.1').on('error', () => {}),
    );
    let closed = 0;
    for (const socket of sockets) socket.resume().on('close', () => closed++);
    await expect.poll(() => closed, PATIENCE).toBe(8);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(async () => (await fetch(studio.url).catch(() => null))?.status, PATIENCE)
      .toBe(200);
  });

  test('answers to no name but its own', async () => {
    const { studio } = await open();
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'evil.example' };
      request({ port: studio.port, host: '127.0.0.1', path: '/', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
    expect((await fetch(`http://localhost:${studio.port}/`)).status).toBe(200);
  });
});
