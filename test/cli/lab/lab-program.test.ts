import { describe, expect, test } from 'vitest';
import { shardOf } from '../../../src/cli/lab/lab-program.ts';
import { ringlight } from '../command.ts';

test('a share is i/n with i in 1..n', () => {
  expect(shardOf('2/8')).toEqual({ index: 2, of: 8 });
  for (const wrong of ['0/2', '3/2', '1', '1/2/3', '-1/2', 'a/b', '']) {
    expect(() => shardOf(wrong), wrong).toThrow('Expected i/n');
  }
});

describe('ringlight lab run', () => {
  test('has help of its own, and help for each experiment', async () => {
    const [general, bare, one] = await Promise.all([
      ringlight(['lab', 'run', '--help']),
      ringlight(['lab', 'run']),
      ringlight(['lab', 'run', 'replica-survival', '--help']),
    ]);
    expect(general.stdout).toMatch(
      /^Usage: ringlight lab run <experiment\|file\.json\|module\.mjs> \[options\]/,
    );
    expect(general.stdout).toMatch(/\n {2}size-estimate +how large/);
    expect(general.stdout).toMatch(/--shard <i\/n>/);
    expect(bare).toEqual(general);
    expect(one.stdout).toMatch(/^Usage: ringlight lab run replica-survival \[options\]/);
    expect(one.stdout).toMatch(/--half-life-ms <duration>/);
    expect([general.status, one.status]).toEqual([0, 0]);
  });

  test('options may stand before the name', async () => {
    const args = ['lab', 'run', '--nodes', '50', '--json', '--lookups', '5', 'kad-hops'];
    const { status, stdout } = await ringlight(args);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 50, options: { lookups: 5 } });
  });

  test.each([
    [['--bogus', 'kad-hops'], /unknown option '--bogus'; kad-hops has --seed, --nodes, /],
    [['kad-hops', '--zones', '3'], /unknown option '--zones'.*; kad-hops has/],
    [['kad-hops', '--nodes'], /option '--nodes <n>' argument missing/],
    [['kad-hops', 'more'], /too many arguments/],
    [['kad-hops', '--shard', '1/2'], /--shard is for sweeps, this is one run/],
    [['sweep.json', '--shard', '0/8'], /there is no such file/],
    [
      ['kad-hops', '--seeds', '2', '--shard', '0/8'],
      /'0\/8' is invalid\. Expected i\/n with i in 1/,
    ],
    [['kad-hops', '--nodes', '1'], /--nodes expected a whole number in 2\.\.10000000, got 1/],
    [['chord-massfail', '--dead', '0.1,x'], /--dead expected numbers in 0\.\.0\.95 such as/],
    [['chord-churn', '--rates', ''], /--rates expected numbers in 0\.001\.\.100 such as/],
    [['--json'], /"run" expected the name of an experiment or a file first/],
    [['missing.json'], /missing\.json: there is no such file/],
    [
      ['kad-hops', '--nodes', '10000000', '--k', '64', '--lookups', '1000000'],
      /10,000,000 nodes take about 5\d\.\d GB/,
    ],
  ])('%j is one line and exit status 2', async (args, message) => {
    const { status, stderr } = await ringlight(['lab', 'run', ...args]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });
});
