import { expect, test } from 'vitest';
import type { Console } from '../../../src/cli/console.ts';
import type { CellOutcome } from '../../../src/cli/lab/cell.ts';
import { runCell } from '../../../src/cli/lab/cell.ts';
import { experimentNamed } from '../../../src/cli/lab/experiments.ts';
import {
  lengthText,
  progressText,
  shortly,
  showFailures,
  showOutcome,
} from '../../../src/cli/lab/lab-text.ts';
import { checkedOptions } from '../../../src/cli/lab/options.ts';
import { listen } from '../heard.ts';

function heard(show: (console: Console) => void): string {
  const { console, said } = listen();
  show(console);
  return said.map((line) => `${line}\n`).join('');
}

test('progress has virtual time, speed, memory and what is left', () => {
  const progress = { unit: 'lookup', done: 500, of: 2000, messages: 400_000, virtualMs: 61_000 };
  expect(progressText({ ...progress, wallMs: 2000, rssBytes: 150e6 })).toBe(
    '500 lookups of 2,000  61 s virtual  200k messages/s  150 MB  6 s left',
  );
  expect(progressText({ ...progress, done: 0, wallMs: 2000, rssBytes: 0 })).toMatch(/\? left$/);
});

test('lengths and values are as long as they need be', () => {
  expect([900, 99_000, 120_000, 7_200_000].map(lengthText)).toEqual([
    '1 s',
    '99 s',
    '2 min',
    '2.0 h',
  ]);
  expect([1, 12_345, 0.123456, 1234.5678, 0.00001].map(shortly)).toEqual([
    ...['1', '12,345', '0.1235', '1235', '0.00001'],
  ]);
});

test('an outcome shows its figures and checks; a failed one how to see it again', async () => {
  const options = checkedOptions(experimentNamed('kad-hops'), { nodes: 50, lookups: 5 });
  const outcome = await runCell({ experiment: 'kad-hops', options, keep: null }, () => {});
  const text = heard((console) => showOutcome({ ...outcome, figures: { share: 0.25 } }, console));
  expect(text).toMatch(/^kad-hops {2}50 nodes, seed 1\n/);
  expect(text).toMatch(/\n {2}share +0\.25\n/);
  expect(text).toMatch(/pass {2}exactRate {2}measured 1\.000/);
  expect(text).not.toMatch(/replay/);
  expect(text).toMatch(/\n {2}lookups +5, /);
  const metrics = { ...outcome.metrics, lookups: 0, successRate: Number.NaN };
  const without = heard((console) => showOutcome({ ...outcome, metrics }, console));
  expect(without).not.toMatch(/\n {2}(lookups|latency) |NaN/);
  const failed = {
    ...{ name: 'violations', expected: 0, tolerance: 0, allowed: 0, error: 0, jump: 0 },
    ...{ measured: 1, pass: false, reason: '' },
  };
  const wrong: CellOutcome = { ...outcome, checks: [{ ...failed, detail: 'one at 3 s' }] };
  expect(heard((console) => showFailures(wrong, console))).toMatch(
    /FAIL {2}violations \(one at 3 s\); to see it again:\n {2}npx ringlight lab replay 'kad-hops /,
  );
});
