/** What an exam is made of: wrong options are named, faults become steps. */
import { describe, expect, test } from 'vitest';
import {
  EXAM_DEFAULTS,
  type ExamOptions,
  FAULTS,
  networkOf,
  stepsOf,
  trialFrom,
} from '../../../src/lab/exam/trial.ts';

describe('options', () => {
  test.each([
    [{ task: 'sort' }, '"task" expected echo, lookup, ring, kv, got "sort"'],
    [{ nodez: 3 }, '"nodez" is no option of an exam, did you mean "nodes"?'],
    [{ nodes: 101 }, '"nodes" expected a whole number in 1..100, got 101'],
    [{ faults: ['rain'] }, '"faults[0]" expected loss, partition'],
    [{ faults: 'loss' }, '"faults" expected an array, got "loss"'],
    [{ forMs: 0 }, '"forMs" expected a whole number'],
    [{ churn: { trace: '0 1 leave' } }, '"churn" expected a preset or laws'],
    [{ schedule: [{ at: 1, rain: {} }] }, '"schedule[0].rain" is nothing that a step can do'],
    [{ network: { latency: { kind: 'x' } } }, '"network.latency.kind" expected'],
  ] as unknown as [ExamOptions, string][])('%o', (options, complaint) => {
    expect(() => trialFrom(options)).toThrow(complaint);
  });

  test('are completed', () => {
    expect(trialFrom({ nodes: 3 })).toEqual({ ...EXAM_DEFAULTS, nodes: 3 });
  });
});

test('all begin one after the other in the first half, faults take turns and end in time', () => {
  const trial = trialFrom({ nodes: 4, faults: FAULTS, joinMs: 4000, forMs: 60_000 });
  const steps = stepsOf(trial);
  const joins = steps.filter(({ at, join }) => join?.nodes !== undefined && Number(at) < 4000);
  expect(joins.map(({ at, join }) => [at, join!.nodes])).toEqual([
    [500, [1]],
    [1000, [2]],
    [1500, [3]],
  ]);
  const others = steps.slice(3).map((step) => Object.keys(step)[1]);
  expect(others).toEqual(['partition', 'pause', 'crash', 'join', 'crash', 'join', 'partition']);
  for (const { at } of steps) expect(Number(at)).toBeLessThanOrEqual(64_000);
  expect(networkOf(trial).loss).toBe(0.05);
  expect(networkOf(trialFrom({})).loss).toBeUndefined();
});
