/** What people type after `lab grade`: faults, laws of churn, files. */
import { expect, test } from 'vitest';
import { churnOf, faultsOf, scheduleOf } from '../../../src/cli/lab/grade-program.ts';

test('faults are a list, or all', () => {
  expect(faultsOf('loss,crash')).toEqual(['loss', 'crash']);
  expect(faultsOf('all')).toEqual(['loss', 'partition', 'pause', 'crash', 'wipe']);
  expect(() => faultsOf('loss,rain')).toThrow(
    'Expected all, or some of loss,partition,pause,crash,wipe; got rain.',
  );
});

test('churn is a preset or laws', () => {
  expect(churnOf('li')).toMatchObject({ up: { kind: 'exponential', meanMs: 3_600_000 } });
  expect(churnOf('{"up":{"kind":"exponential","meanMs":5}}')).toEqual({
    up: { kind: 'exponential', meanMs: 5 },
  });
  expect(() => churnOf('lo')).toThrow('expected bt-redhat');
  expect(() => churnOf('{')).toThrow('JSON');
});

test('a schedule that is not there is told in one line', () => {
  expect(() => scheduleOf('no/such.json')).toThrow(
    /^no\/such\.json: there is no such file or folder$/,
  );
});
