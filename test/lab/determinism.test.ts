/**
 * The same seed gives the same run, bit for bit, on any machine: every experiment and every example
 * scenario, small, runs here, in a process that has run much else, and its trace hash is compared with
 * the committed one.
 *
 * A hash that changed means that nodes or the lab now do something else, or in another order. When
 * that is meant, record the new ones and say why in the commit:
 *
 *     npx vitest run test/lab/determinism.test.ts -u
 */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../src/cli/lab/experiment.ts';
import { EXPERIMENTS } from '../../src/cli/lab/experiments.ts';
import type { Options } from '../../src/cli/lab/options.ts';
import { planOf, requestFrom } from '../../src/cli/lab/plan.ts';
import { SMALL } from './small-experiments.ts';

const SCENARIOS = new URL('../../examples/scenarios/', import.meta.url);

const hashes: Record<string, string> = {};

function note(name: string, experiment: Experiment, options: Options): void {
  const hash = (chosen: Options): string =>
    experiment.run(structuredClone(chosen), () => {}, null).traceHash;
  hashes[name] = hash(options);
  // A run that is inspected is the same run.
  if (options['safety'] !== true) return;
  expect(hash({ ...options, safety: false })).toBe(hashes[name]);
}

describe('runs, and has a hash', () => {
  test.each(EXPERIMENTS)('$name', (experiment) => {
    const values = SMALL[experiment.name];
    expect(values, 'give a new experiment options in small-experiments.ts').toBeDefined();
    const plan = planOf({ experiment, file: null, values: values }, new Set());
    note(experiment.name, experiment, plan.cells[0].options);
  });

  test.each(readdirSync(SCENARIOS))('%s', (file) => {
    const request = requestFrom(new URL(file, SCENARIOS).pathname);
    const { options } = planOf(request, new Set()).cells[0];
    const short = request.experiment.name === 'scenario' ? { healingMs: 0 } : { lookups: 50 };
    note(file, request.experiment, { ...options, ...short, nodes: 10 });
  });
});

test('all trace hashes are the committed ones', async () => {
  const ordered = Object.fromEntries(Object.entries(hashes).sort());
  await expect(`${JSON.stringify(ordered, null, 2)}\n`).toMatchFileSnapshot('trace-hashes.json');
});
