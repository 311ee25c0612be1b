import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { createTestnet } from '../../../src/testnet.ts';
import { Running, ringlight } from '../command.ts';

const BASE = ['mainline', 'serve', '--host', '127.0.0.1', '--port', '0', '--json'];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('ringlight mainline serve', () => {
  test('keeps its id and its contacts in a state file, and its register as JSON lines', async () => {
    const state = join(folder, 'state.json');
    const register = join(folder, 'register.jsonl');
    const args = [...BASE, '--no-bootstrap', '--state', state, '--register', register];
    const first = new Running(args);
    const { id, host, port } = (await first.event('listening')) as Record<string, never>;
    const other = await openMainline({ host: '127.0.0.1', bootstrap: [`${host}:${port}`] });
    await other.ready();
    // Whoever asks is pinged before it is a contact: its answer may come after ours.
    await first.event('status', ({ table }) => (table as { size: number }).size === 1);
    expect((await first.end()).status).toBe(0);
    const written = readFileSync(state, 'utf8');
    expect(written).toMatch(/^ringlight mainline state 1\n/);
    expect(written).toContain(` ["id","${id}"]\n`);
    expect(written).toContain(` ["contact","${other.host}:${other.port}"]\n`);
    const [line] = readFileSync(register, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(line)).toMatchObject({ id: other.id, port: other.port });

    const second = new Running(args);
    expect((await second.event('listening')) as object).toMatchObject({ id });
    await expect.poll(() => other.table.entries().some((entry) => entry.id === id)).toBe(true);
    expect((await second.end()).status).toBe(0);
    await other.close();
  });

  test('tells how joining went', async () => {
    const first = new Running([...BASE, '--no-bootstrap']);
    const { port } = (await first.event('listening')) as Record<string, never>;
    const second = new Running([...BASE, '--bootstrap', `127.0.0.1:${port}`]);
    expect((await second.event('joined')) as object).toMatchObject({ answered: 1, table: 1 });
    expect((await second.event('status')) as object).toMatchObject({ table: { size: 1 } });
    await Promise.all([first.end(), second.end()]);
  });

  test('refuses a file that is no state file, before it listens', async () => {
    const file = join(folder, 'other.json');
    writeFileSync(file, '{"id":7}');
    const { status, stderr } = await ringlight([...BASE, '--no-bootstrap', '--state', file]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `ringlight: ${file} is no state file of ringlight\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('{"id":7}');
  });

  test.each([
    ['empty', ''],
    ['cut', '{"id":"abababababab'],
    ['full of zeros', '\0'.repeat(4096)],
  ])('starts from a file that is %s, sets it aside and says so', async (what, text) => {
    const file = join(folder, `${what}.json`);
    writeFileSync(file, text);
    const args = [...BASE, '--no-bootstrap', '--for', '50ms', '--state', file];
    const { status, stdout } = await ringlight(args);
    expect(status).toBe(0);
    if (text === '') return;
    expect(stdout).toMatch(/"event":"warning","code":"STATE_DAMAGED"/);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(text);
  });

  test('goes on when the state can no longer be written, and says so at the end', async () => {
    const away = mkdtempSync(join(folder, 'away-'));
    const args = [...BASE, '--no-bootstrap', '--state', join(away, 'state')];
    const running = new Running(args);
    await running.event('listening');
    rmSync(away, { recursive: true });
    const { status, stderr } = await running.end();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ringlight: cannot write .*state: ENOENT/);
  });

  test('says so when it cannot write what it was asked to', async () => {
    const nowhere = join(folder, 'no', 'such', 'folder.jsonl');
    const args = [...BASE, '--no-bootstrap', '--for', '50ms', '--register', nowhere];
    const { status, stderr } = await ringlight(args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ringlight: cannot write .*folder\.jsonl: there is no such file/);
  });
});

test('with --also a node on each address, which join, keep their states and end together', async () => {
  await using testnet = await createTestnet({ nodes: 8 });
  const state = join(folder, 'homes');
  const register = join(folder, 'homes.jsonl');
  const args = ['mainline', 'serve', '--json', '--port', '0', '--state', state];
  args.push('--metrics', '0', '--register', register, '--id', 'ab'.repeat(20));
  const homes = ['--host', '127.0.0.2', '--also', '127.0.0.3'];
  const running = new Running([...args, ...homes, '--bootstrap', testnet.bootstrap[0]]);
  const { port } = await running.event('metrics', () => true);
  const ids: unknown[] = [];
  for (const host of ['127.0.0.2', '127.0.0.3']) {
    const { id } = await running.event('listening', (line) => line['host'] === host);
    ids.push(id);
    await running.event('status', ({ host: at, table }) => {
      return at === host && (table as { size: number }).size > 0;
    });
  }
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(await running.end()).toMatchObject({ status: 0 });
  expect(['2', '3'].map((n) => existsSync(`${state}.127.0.0.${n}`))).toEqual([true, true]);
  expect(['2', '3'].map((n) => existsSync(`${register}.127.0.0.${n}`))).toEqual([true, true]);
  expect(ids[0]).toBe('ab'.repeat(20));
  expect(ids[1]).not.toBe(ids[0]);
  expect(text).toMatch(/^ringlight_mainline_table_size\{node="127\.0\.0\.2:\d+"\} [1-9]/m);
  expect(text).toMatch(/^ringlight_mainline_table_size\{node="127\.0\.0\.3:\d+"\} [1-9]/m);
});
