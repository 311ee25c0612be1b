/** `ringlight studio` and the studio of other commands, as processes: what a browser would be given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { messageOfLine, type SceneMessage, type Update } from '../../src/scene.ts';
import { hashOf } from '../../src/studio/live/names.ts';
import { Running, ringlight } from './command.ts';

const PATIENCE = { timeout: 20_000 };
const base = mkdtempSync(join(tmpdir(), 'ringlight-cli-studio-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const running: Running[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.process.kill('SIGKILL');
    await one.ended;
  }
});
function start(args: string[]): Running {
  const command = new Running([...args, '--json']);
  running.push(command);
  return command;
}
interface Shown {
  nodes: { state: number }[];
}
const read = async (url: string) => (await fetch(url)).json();

/** What a page hears of a scene. */
async function stream(address: string, scene: string): Promise<SceneMessage[]> {
  const heard: SceneMessage[] = [];
  const socket = new WebSocket(`${address.replace('http', 'ws')}/api/scenes/${scene}/stream`);
  socket.on('message', (line) => heard.push(messageOfLine(String(line))));
  socket.on('error', () => {});
  await expect.poll(() => heard.length, PATIENCE).toBeGreaterThanOrEqual(3);
  return heard;
}
const framesOf = (heard: SceneMessage[]) =>
  heard.filter((message): message is Update => message.type === 'frame');

describe('ringlight up', () => {
  test('shows what somebody puts from another terminal within about a second', async () => {
    const up = start(['up', '--nodes', '4', '--ring', '4', '--studio', '0']);
    const { url, address } = await up.event('studio');
    expect(url).toBe(`${address}/#live=ring`);
    expect(up.lines[0]).toContain('"event":"studio"');
    expect(await (await fetch(address)).text()).toMatch(/^<!doctype html>/i);
    const { entry } = await up.event('ring-ready');
    await up.event('status');
    const heard = await stream(address, 'ring');
    expect(await read(`${address}/api/scenes/mainline`)).toMatchObject({ nodes: [{}, {}, {}, {}] });
    expect((await ringlight(['ring', 'insert', 'apple', 'red', '--at', entry])).status).toBe(0);
    const insertedAtMs = performance.now();
    const apple = () =>
      framesOf(heard)
        .flatMap(({ keys }) => keys)
        .find(({ key }) => key === hashOf('apple'));
    await expect.poll(apple, PATIENCE).toMatchObject({ bytes: 3 });
    // Generous: the machine may be busy. Without load it is a quarter of a second.
    expect(performance.now() - insertedAtMs).toBeLessThan(5000);
    expect(await read(`${address}/api/scenes/ring/keys/apple`)).toMatchObject({
      key: { key: hashOf('apple'), bytes: 3, state: 'safe' },
    });
    const { keys } = (await read(`${address}/api/scenes/ring/keys`)) as {
      keys: { name: string }[];
    };
    expect(keys.map(({ name }) => name)).toContain('key 7');
    const refused = await fetch(`${address}/api/scenes/ring/commands`, { method: 'POST' });
    expect(refused.status).toBe(403);
    const beganAtMs = performance.now();
    expect(await up.end('SIGINT')).toMatchObject({ status: 0, stderr: '' });
    expect(performance.now() - beganAtMs).toBeLessThan(5000);
  });

  test('lets who has the token crash a node', async () => {
    const up = start([
      'up',
      '--nodes',
      '2',
      '--ring',
      '5',
      '--studio',
      '0',
      '--control-token',
      'auto',
    ]);
    const { address, token, url } = await up.event('studio');
    expect(url).toBe(`${address}/#live=ring&token=${token}`);
    await up.event('status');
    const act = (given: string) =>
      fetch(`${address}/api/scenes/ring/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${given}`, 'content-type': 'application/json' },
        body: JSON.stringify({ do: 'act', act: { kind: 'crash', nodes: [1] } }),
      });
    expect((await act('not-the-token')).status).toBe(401);
    expect(await (await act(token)).json()).toEqual({ done: true, message: 'crash: node 1' });
    const nodes = async () => ((await read(`${address}/api/scenes/ring`)) as Shown).nodes;
    await expect.poll(nodes, PATIENCE).toMatchObject([{ state: 1 }, { state: 2 }, {}, {}]);
  });
});

describe('members and nodes that serve', () => {
  test('show themselves and those around them', async () => {
    const serve = ['ring', 'serve', '--port', '0', '--k', '1'];
    const first = start(serve);
    const { addresses } = await first.event('listening');
    const second = start([...serve, '--join', addresses[0], '--studio']);
    const { address, url } = await second.event('studio');
    expect(url).toBe(`${address}/#live=ring`);
    await second.event('joined');
    const heard = await stream(address, 'ring');
    await expect.poll(() => framesOf(heard).at(-1)!.figures.nodesNow, PATIENCE).toBe(2);
    const node = ['mainline', 'serve', '--host', '127.0.0.1', '--port', '0', '--no-bootstrap'];
    const alone = start([...node, '--studio', '0']);
    const shown = await alone.event('studio');
    expect(await read(`${shown['address']}/api/scenes/mainline`)).toMatchObject({
      nodes: [{ state: 1 }],
    });
    for (const one of [second, alone]) expect((await one.end('SIGINT')).status).toBe(0);
  });
});

describe('ringlight studio', () => {
  test('serves the page, a recording and a ring that runs elsewhere', async () => {
    const file = join(base, 'run.ring');
    const recorded = await ringlight([
      'lab',
      'record',
      file,
      '--nodes',
      '6',
      '--until',
      '3s',
      '--json',
    ]);
    expect(recorded.status).toBe(0);
    const member = start(['ring', 'serve', '--port', '0']);
    const { addresses } = await member.event('listening');
    await member.event('joined');
    const studio = start([
      'studio',
      '--studio',
      '0',
      '--recording',
      file,
      '--attach',
      addresses[0],
    ]);
    const { address, url } = await studio.event('studio');
    expect(url).toBe(`${address}/#recording=api/recordings/run.ring`);
    const text = await (await fetch(`${address}/api/recordings/run.ring`)).text();
    expect(text).toMatch(/^\{"format":"ringlight-recording"/);
    expect(text.length).toBe(JSON.parse(recorded.stdout).bytes);
    expect(await read(`${address}/api/scenes/ring`)).toMatchObject({ nodes: [{ state: 1 }] });
    expect((await studio.end('SIGINT')).status).toBe(0);
  });

  test('says in one line what is wrong', async () => {
    const broken = join(base, 'broken.ring');
    writeFileSync(broken, 'no recording\n');
    const taken = start(['studio', '--port', '0']);
    const { address } = await taken.event('studio');
    const { port } = new URL(address);
    const wrong: [string[], RegExp][] = [
      [['--recording', broken], /^ringlight: cannot play .*: line 1: this is no recording .*\n$/],
      [
        ['--recording', join(base, 'none')],
        /^ringlight: cannot read .*none: there is no such file or folder\n$/,
      ],
      [['--attach', '127.0.0.1:1'], /^ringlight: no member of a ring answers at 127\.0\.0\.1:1\n$/],
      [['--port', port], /^ringlight: the studio cannot listen on 127.*: the port is taken\n$/],
      [
        ['--control-token', 'short'],
        /^ringlight: option '--control-token.*Expected auto, or 8.*\n$/,
      ],
      [['--studio-host', '192.0.2.1', '--port', '0'], /no such address\n$/],
    ];
    for (const [args, message] of wrong) {
      const outcome = await ringlight(['studio', ...args]);
      expect(outcome.stderr).toMatch(message);
      expect([outcome.status === 0, outcome.stdout]).toEqual([false, '']);
    }
  });
});
