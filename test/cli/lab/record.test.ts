/** A world written down: the same twice, with what was done to it, and readable. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { messageOfLine, readRecording } from '../../../src/scene.ts';
import { objects, ringlight } from '../command.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-record-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const path = (name: string) => join(base, name);
function json(name: string, value: unknown): string {
  writeFileSync(path(name), JSON.stringify(value));
  return path(name);
}

describe('ringlight lab record', () => {
  test('writes what the page would have seen, the same each time', async () => {
    const args = [
      '--overlay',
      'mainline',
      '--nodes',
      '20',
      '--seed',
      '7',
      '--until',
      '5s',
      '--json',
    ];
    const first = await ringlight(['lab', 'record', path('a'), ...args]);
    expect(first.status).toBe(0);
    expect(objects(first)[0]).toMatchObject({
      event: 'recorded',
      file: path('a'),
      config: { overlay: 'mainline', nodes: 20, seed: 7 },
      endMs: 5000,
      isFull: false,
    });
    await ringlight(['lab', 'record', path('b'), ...args]);
    const text = readFileSync(path('a'), 'utf8');
    expect(readFileSync(path('b'), 'utf8')).toBe(text);
    const { lines, trouble } = readRecording(text);
    expect(trouble).toBeNull();
    expect(messageOfLine(lines[0])).toMatchObject({ type: 'hello', overlay: 'mainline' });
  });

  test('takes the world and what is done to it from files', async () => {
    const config = json('config.json', { overlay: 'ring', nodes: 5, k: 1, keys: 2 });
    const acts = json('acts.json', [{ atMs: 1000, act: { kind: 'crash', nodes: [2] } }]);
    const args = ['--config', config, '--seed', '3', '--acts', acts, '--until', '2s'];
    const { stdout, status } = await ringlight(['lab', 'record', path('c'), ...args]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Recorded 5 nodes \(ring, seed 3\) for 2\.0 s: .*c, 0\.\d MiB\.\n/);
    expect(stdout).toContain(`npx ringlight studio --recording ${path('c')}`);
    const messages = readRecording(readFileSync(path('c'), 'utf8')).lines.map(messageOfLine);
    const crashed = messages.find(
      (message) => message.type === 'frame' && [...message.states].includes(2),
    );
    expect(crashed).toMatchObject({ atMs: expect.any(Number) });
    expect((crashed as { atMs: number }).atMs).toBeGreaterThanOrEqual(1000);
  });

  test('says in one line what is wrong', async () => {
    writeFileSync(path('no.json'), '{');
    const wrong: [string[], RegExp][] = [
      [['--config', json('w.json', { nodez: 3 })], /"config\.?.*nodez|"nodez"/],
      [['--config', path('none')], /^ringlight: cannot read .*none: there is no such file/],
      [['--acts', path('no.json')], /^ringlight: .*no\.json is no JSON\n$/],
      [
        ['--acts', json('v.json', [{ atMs: 0, act: { kind: 'dance' } }])],
        /"acts\[0\]\.act\.kind" expected/,
      ],
      [['--nodes', '0'], /Expected a whole number/],
    ];
    for (const [args, message] of wrong) {
      const outcome = await ringlight(['lab', 'record', path('d'), ...args]);
      expect(outcome.stderr).toMatch(message);
      expect([outcome.status, outcome.stdout]).toEqual([2, '']);
    }
    const nowhere = await ringlight(['lab', 'record', path('none/e'), '--until', '1s']);
    expect(nowhere.status).toBe(2);
    expect(nowhere.stderr).toMatch(
      /^ringlight: cannot write .*none\/e: there is no such file or folder/,
    );
  });
});
