import { describe, expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { countable } from '../../../src/lab/ring/counting.ts';
import { linearizable, type Timed } from '../../../src/lab/ring/linearizability.ts';

const add = (beganMs: number, endedMs: number, by: number, got = 0): Timed => ({
  ...{ beganMs, endedMs, act: { do: 'increment', by, got } },
});
const get = (beganMs: number, endedMs: number, got: string | null): Timed => ({
  ...{ beganMs, endedMs, act: { do: 'get', got } },
});

/** What a counter does when each act takes effect at a moment of its own, or never; then some are told wrong. */
function history(random: SeededRandom, acts: number, isTrue: boolean): Timed[] {
  const begun = Array.from({ length: acts }, () => {
    const beganMs = randomBelow(random, 60);
    const atMs = beganMs + randomBelow(random, 12);
    const isAdd = randomBelow(random, 3) > 0;
    const isUnknown = isAdd && randomBelow(random, 3) === 0;
    const isDone = !isUnknown || randomBelow(random, 2) === 0;
    const late = isUnknown ? randomBelow(random, 30) : 0;
    const endedMs = isUnknown ? Infinity : atMs + randomBelow(random, 12);
    const by = isAdd ? 1 + randomBelow(random, 3) : 0;
    return { beganMs, endedMs, atMs: atMs + late + random.uint32() / 2 ** 33, by, isDone };
  });
  let value = 0;
  const told: Timed[] = [];
  for (const { beganMs, endedMs, by, isDone } of begun.sort((a, b) => a.atMs - b.atMs)) {
    if (isDone) value += by;
    const isWrong = !isTrue && randomBelow(random, acts) === 0;
    const said = Math.max(0, value + (isWrong ? randomBelow(random, 5) - 2 : 0));
    if (by > 0) told.push(add(beganMs, endedMs, by, endedMs === Infinity ? 0 : said));
    else told.push(get(beganMs, endedMs, said === 0 ? null : `${said}`));
  }
  return told;
}

describe('a history of a counter', () => {
  test('that happened is possible, however many ends are unknown', () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = new SeededRandom(seed, 1);
      expect(countable(history(random, 5 + randomBelow(random, 120), true)).is).toBe('possible');
    }
  });

  test('has the same verdict as by search, whether it happened or not', () => {
    const seen = { possible: 0, impossible: 0, unknown: 0 };
    for (let seed = 0; seed < 1500; seed++) {
      const random = new SeededRandom(seed, 2);
      const acts = history(random, 2 + randomBelow(random, 12), false);
      const { is } = linearizable(acts);
      seen[is]++;
      if (is !== 'unknown') expect([seed, countable(acts).is]).toEqual([seed, is]);
    }
    expect(seen.possible).toBeGreaterThan(200);
    expect(seen.impossible).toBeGreaterThan(200);
    expect(seen.unknown).toBe(0);
  });

  test('names the act that fits nowhere', () => {
    const lost = [add(0, 1, 2, 2), add(2, 3, 1, 3), add(4, 5, 1, 3)];
    expect(countable(lost)).toMatchObject({ is: 'impossible', stuckAt: 2 });
    const back = [add(0, 1, 1, 1), add(2, 3, 1, 2), get(4, 5, '1')];
    expect(countable(back)).toMatchObject({ is: 'impossible' });
    // One of unknown end may fill a gap, but only once, and not before it began.
    expect(countable([add(0, Infinity, 2), get(1, 2, '2')]).is).toBe('possible');
    expect(countable([add(0, Infinity, 2), get(1, 2, '4')]).is).toBe('impossible');
    expect(countable([add(3, Infinity, 2), get(1, 2, '2')]).is).toBe('impossible');
  });

  test('of something that is no counter is refused', () => {
    const acts: Timed[] = [{ beganMs: 0, endedMs: 1, act: { do: 'insert', value: 'a' } }];
    expect(() => countable(acts)).toThrow('not asked to insert');
  });
});
