import { expect, test } from 'vitest';
import {
  attackerSettings,
  honestSettings,
  judged,
  Trial,
  within,
} from '../../../src/lab/attacks/attack.ts';
import { SURROUNDING } from '../../../src/lab/attacks/surrounding.ts';

const [attack] = SURROUNDING as [(typeof SURROUNDING)[0]];

test('a share may stray by chance from its bounds, a number without chance may not', () => {
  const bounds = within(0.9, 1, 'most');
  expect(judged('x', attack, bounds, 10, 0.8).pass).toBe(true);
  expect(judged('x', attack, bounds, 100_000, 0.8).pass).toBe(false);
  expect(judged('x', { ...attack, isShare: false }, bounds, 10, 0.8).pass).toBe(false);
  expect(judged('x', attack, within(0, 0, ''), 10, 0.001).pass).toBe(false);
});

test('a trial remembers its stages, and the same one is the same again', () => {
  const hashes = [1, 1, 2].map((seed) => {
    const trial = new Trial(seed, 100, 2);
    const stage = trial.amid(0.2, honestSettings());
    expect(stage.attackers).toHaveLength(25);
    stage.enter(attackerSettings());
    stage.run(60_000);
    expect(trial.stages).toEqual([stage]);
    return stage.world.traceHash;
  });
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});
