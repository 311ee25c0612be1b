import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pageOf } from '../../../src/cli/lab/experiment.ts';
import { EXPERIMENTS, experimentNamed } from '../../../src/cli/lab/experiments.ts';
import { checkedOptions, flagOf, isToggle, metaOf } from '../../../src/cli/lab/options.ts';

const PROJECT = new URL('../../../', import.meta.url);
/** What `lab run` has for all of them. */
const TAKEN = ['--out', '--csv', '--sample', '--seeds', '--jobs', '--shard', '--json', '--help'];

describe.each(EXPERIMENTS)('$name', (experiment) => {
  test('has a page that begins with its name, and a line in docs/lab.md', () => {
    const page = readFileSync(new URL(pageOf(experiment), PROJECT), 'utf8');
    expect(page).toMatch(new RegExp(`^# ${experiment.name}\n`));
    expect(page).toContain('## What to notice');
    const lab = readFileSync(new URL('docs/lab.md', PROJECT), 'utf8');
    expect(lab).toContain(`(experiments/${experiment.name}.md)`);
  });

  test('has defaults that are right, a seed and nodes among them', () => {
    const options = checkedOptions(experiment, {});
    expect(options).toMatchObject({ seed: 1, nodes: expect.any(Number) });
    // What was recorded is read again by a replay.
    expect(checkedOptions(experiment, structuredClone(options))).toEqual(options);
    expect(JSON.parse(JSON.stringify(options))).toEqual(options);
  });

  test('says what each option is about, under a flag that nobody else has', () => {
    for (const [name, schema] of Object.entries(experiment.options.shape)) {
      expect(metaOf(schema).about, name).toBeTruthy();
      expect(TAKEN).not.toContain(flagOf(name));
    }
    expect(experiment.checks.length).toBeGreaterThan(0);
  });

  test('takes more for more nodes', () => {
    const at = (nodes: number): number =>
      experiment.footprint(checkedOptions(experiment, { nodes })).bytes;
    // Tables that nobody touches take nothing: 1.16 times for the look-ups that kad-hops makes of itself.
    expect(at(100_000)).toBeGreaterThan(1.1 * at(10_000));
  });
});

test('a flag is a switch for all or for none: names are found before experiments are known', () => {
  const kinds = new Map<string, boolean>();
  for (const { options } of EXPERIMENTS) {
    for (const [name, schema] of Object.entries(options.shape)) {
      expect(kinds.get(name) ?? isToggle(schema), name).toBe(isToggle(schema));
      kinds.set(name, isToggle(schema));
    }
  }
});

test('one that is not there is told with those that are', () => {
  expect(() => experimentNamed('nothing')).toThrow(
    /^there is no experiment "nothing"; there are kad-hops, /,
  );
});
