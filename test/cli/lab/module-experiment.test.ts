import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bringModule, isModule } from '../../../src/cli/lab/module-experiment.ts';
import { checkedOptions } from '../../../src/cli/lab/options.ts';
import { type Outcome, ringlight } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));
const GOSSIP = new URL('../../../examples/gossip.mjs', import.meta.url).pathname;
const SMALL = ['--nodes', '30', '--for-ms', '60s'];

function moduleOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
const lastOf = ({ stdout }: Outcome) => JSON.parse(stdout.trim().split('\n').at(-1)!);

test('a module is told by the end of its name', () => {
  expect(['a.mjs', 'x/b.js', 'c.json', 'kad-hops'].map(isModule)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('its options have the types of their defaults', async () => {
  const defaults = "{ seed: 7, share: 0.5, waitMs: 10, isOpen: true, name: 'a', list: [1] }";
  const file = moduleOf(
    'typed.mjs',
    `export const options = ${defaults}; export function run() {}`,
  );
  const experiment = await bringModule(file);
  const whole = { seed: 7, nodes: 100, share: 0.5, waitMs: 10, isOpen: true, name: 'a', list: [1] };
  expect(checkedOptions(experiment, {})).toEqual(whole);
  expect(checkedOptions(experiment, { waitMs: '2 min' })).toMatchObject({ waitMs: 120_000 });
  for (const wrong of [
    { share: 'x' },
    { isOpen: 1 },
    { name: 2 },
    { waitMs: 'soon' },
    { more: 1 },
  ]) {
    expect(() => checkedOptions(experiment, wrong), JSON.stringify(wrong)).toThrow(
      /expected|no option/,
    );
  }
});

describe('ringlight lab run with a module', () => {
  test('runs, keeps, replays, sweeps and shares as with one of ours', async () => {
    const out = join(folder, 'out');
    const run = await ringlight(['lab', 'run', GOSSIP, ...SMALL, '--out', out, '--json']);
    expect(run.stderr).toBe('');
    expect(lastOf(run)).toMatchObject({ experiment: 'gossip', nodes: 30, pass: true });
    const parquet = readFileSync(join(out, 'lookups.parquet')).subarray(0, 4).toString();
    expect(parquet).toBe('PAR1');
    const again = await ringlight(['lab', 'replay', out, '--module', GOSSIP, '--json']);
    expect(lastOf(again)).toMatchObject({ same: true });
    const sweep = join(folder, 'sweep.json');
    const varied = { everyMs: [1000, '2 s'] };
    writeFileSync(
      sweep,
      JSON.stringify({ experiment: GOSSIP, nodes: 30, forMs: '60 s', seeds: 2, sweep: varied }),
    );
    const cells = ['lab', 'run', sweep, '--out', join(folder, 'cells'), '--json'];
    await ringlight([...cells, '--shard', '1/2']);
    const all = await ringlight(cells);
    expect(lastOf(all)).toMatchObject({ event: 'sweep', cells: 4, done: 4 });
    expect(all.stdout.match(/"event":"cell"/g)).toHaveLength(2);
  }, 300_000);

  test.each([
    ['nothing.mjs', null, 'there is no such file'],
    ['broken.mjs', 'export const = 3', 'does not load'],
    ['bare.mjs', 'export const options = {};', 'expected to export "run", got undefined'],
    ['odd.mjs', 'export const options = 3;', 'expected to export "options"'],
    ['undone.mjs', 'export const options = {}; export function run() {}', 'expected an object'],
    ['late.mjs', 'export const options = {}; export async function run() {}', 'got a promise'],
    ['lost.mjs', 'export const options = {}; export function run() { return {}; }', '"world"'],
  ])('%s is one line', async (name, text, expected) => {
    const file = text === null ? join(folder, name) : moduleOf(name, text);
    const { status, stderr } = await ringlight(['lab', 'run', file]);
    expect([status, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain(expected);
  });
});
