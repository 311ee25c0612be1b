import { expect, test } from 'vitest';
import { flood, honestSettings, judged, Trial, within } from '../../../src/lab/attacks/attack.ts';
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
    const stage = trial.against({ kind: 'droppers', share: 0.2 }, honestSettings(), 60_000);
    expect(stage.actors[0].nodes).toHaveLength(25);
    expect(trial.stages).toEqual([stage]);
    return stage.world.traceHash;
  });
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

test('what is attacked hangs on the seed and on nothing else', () => {
  const [one, same, other] = [1, 1, 2].map((seed) => {
    const trial = new Trial(seed, 100, 2);
    return { keys: [trial.key(), trial.key()], victim: trial.victim() };
  });
  expect(one).toEqual(same);
  expect(one.keys).not.toEqual(other.keys);
  expect(one.keys[0]).not.toEqual(one.keys[1]);
});

test('a flood begins when all have settled', () => {
  expect(flood(10_000)).toEqual({ schedule: { from: 300_000, to: 310_000 }, endMs: 311_000 });
});
