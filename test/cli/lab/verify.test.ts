import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { EXPERIMENTS } from '../../../src/cli/lab/experiments.ts';
import { checkedOptions } from '../../../src/cli/lab/options.ts';
import { seedsOf } from '../../../src/cli/lab/verify.ts';
import { objects, ringlight } from '../command.ts';

describe('seeds from a text', () => {
  test('are those of its hash: anybody can tell them, and nobody choose them', () => {
    const seeds = seedsOf('d6c75f8', 'kad-hops', 20);
    expect(new Set(seeds).size).toBe(20);
    expect(seeds).toEqual(seedsOf('d6c75f8', 'kad-hops', 20));
    const digest = createHash('sha256').update('d6c75f8 kad-hops 3').digest();
    expect(seeds[3]).toBe(digest.readUInt32BE(0));
  });

  test('are others for another text and another experiment', () => {
    const all = ['a', 'b'].flatMap((text) =>
      ['kad-hops', 'chord-path'].flatMap((name) => seedsOf(text, name, 5)),
    );
    expect(new Set(all).size).toBe(20);
  });
});

test.each(EXPERIMENTS)('$name has a quick size with something to check', (experiment) => {
  const options = checkedOptions(experiment, { ...experiment.quick });
  expect(options).toMatchObject({ seed: 1 });
});

describe('lab verify', () => {
  test('runs what is named over its seeds, one line each', { timeout: 120_000 }, async () => {
    const args = ['lab', 'verify', 'kad-hops', '--seeds-from', 'a text', '--seeds', '3'];
    const outcome = await ringlight([...args, '--json']);
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    const [finding, last] = objects(outcome);
    expect(finding).toMatchObject({ event: 'experiment', experiment: 'kad-hops', pass: true });
    expect(finding['seeds']).toEqual(seedsOf('a text', 'kad-hops', 3));
    expect(last).toEqual({ event: 'verified', pass: true, seedsFrom: 'a text', seeds: 3 });
    const { stdout } = await ringlight(args);
    expect(stdout).toMatch(/^ {2}pass {2}kad-hops {2}3 of 3 seeds {2}3 of 3 checks {2}\d+ s\n$/);
  });

  test('begins nothing when its time is over, and says so', { timeout: 60_000 }, async () => {
    const names = ['kad-hops', 'size-estimate'];
    const args = ['lab', 'verify', ...names, '--seeds-from', 'x', '--seeds', '2'];
    const { status, stdout } = await ringlight([...args, '--within', '1ms']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/LATE {2}size-estimate {2}not begun after 1 s/);
  });

  test.each([
    [[], /required option '--seeds-from <text>'/],
    [['--seeds-from', ' '], /--seeds-from expected a text such as a commit hash/],
    [['--seeds-from', 'x', '--seeds', '1'], /Expected a whole number in 2\.\.1000/],
    [['nothing', '--seeds-from', 'x'], /there is no experiment "nothing"/],
  ])('%j is one line and exit status 2', async (args, message) => {
    const { status, stderr, stdout } = await ringlight(['lab', 'verify', ...args]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([status, stdout]).toEqual([2, '']);
  });
});
