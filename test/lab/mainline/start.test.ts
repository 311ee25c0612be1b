/**
 * Two ways to begin, one network: warm tables against those of nodes that really joined. Without
 * churn they differ in whom they hold, and so by a tenth in the length of lookups; with churn they do
 * not differ at all.
 */

import { describe, expect, test } from 'vitest';
import { State } from '../../../src/lab/life/life.ts';
import { checkStart } from '../../../src/lab/mainline/start.ts';
import type { Grade } from '../../../src/lab/results/grade.ts';
import { Living, MINUTE_MS } from '../living.ts';

function mean(grades: Grade[], of: (grade: Grade) => number): number {
  return grades.reduce((sum, grade) => sum + of(grade), 0) / grades.length;
}

const exact = ({ exact }: Grade): number => (exact ? 1 : 0);
const hops = ({ hops }: Grade): number => hops;
const rpcs = ({ rpcs }: Grade): number => rpcs;

describe('1,000 nodes without churn', () => {
  const warm = new Living({ nodes: 1000 });
  const joined = new Living({ nodes: 1000, start: { kind: 'protocol', joinsPerSecond: 20 } });

  test('join at the rate that was asked for, each through others', () => {
    expect(joined.joiningMs).toBe(50_000);
    expect(joined.life.upCount).toBe(0);
    joined.run(25_000);
    expect(Math.abs(joined.life.upCount - 500)).toBeLessThan(60);
    joined.run(25_000);
    expect(joined.life.upCount).toBe(1000);
    joined.run(20 * MINUTE_MS);
  });

  test('have tables of the same size, filled in the same way', () => {
    const [one, two] = [warm.tables(), joined.tables()];
    expect(two.size / one.size).toBeCloseTo(1, 1);
    expect(Math.abs(two.parts - one.parts)).toBeLessThan(0.1);
    for (let part = 0; part < 8; part++) {
      expect(Math.abs(two.fill[part] - one.fill[part])).toBeLessThan(0.2);
    }
    expect([one.dead, two.dead]).toEqual([0, 0]);
  });

  test('look up as exactly, with a tenth more hops for those whose eldest everybody knows', () => {
    const one = warm.look(400).slice();
    const two = joined.look(400).slice();
    expect(mean(one, exact)).toBe(1);
    expect(mean(two, exact)).toBe(1);
    const longer = mean(two, hops) / mean(one, hops);
    expect(longer).toBeGreaterThan(1.03);
    expect(longer).toBeLessThan(1.17);
    expect(mean(two, rpcs) / mean(one, rpcs)).toBeLessThan(1.12);
  });
});

test('under churn nobody can tell after an hour how a world began', () => {
  const measured = (['warm', 'protocol'] as const).map((kind) => {
    const start = { kind, joinsPerSecond: 20 };
    const up = { kind: 'exponential', meanMs: 60 * MINUTE_MS } as const;
    const living = new Living({ nodes: 600, start, churn: { up, rejoin: 'newcomer' } });
    living.run(living.joiningMs + 60 * MINUTE_MS);
    return { tables: living.tables(), grades: living.look(400).slice() };
  });
  const [one, two] = measured as [(typeof measured)[0], (typeof measured)[0]];
  expect(Math.abs(two.tables.size / one.tables.size - 1)).toBeLessThan(0.05);
  expect(Math.abs(two.tables.dead - one.tables.dead)).toBeLessThan(0.04);
  for (let part = 0; part < 5; part++) {
    expect(Math.abs(two.tables.fill[part] - one.tables.fill[part])).toBeLessThan(0.5);
  }
  expect(Math.abs(mean(two.grades, hops) / mean(one.grades, hops) - 1)).toBeLessThan(0.06);
  expect(Math.abs(mean(two.grades, rpcs) / mean(one.grades, rpcs) - 1)).toBeLessThan(0.06);
  expect(Math.abs(mean(two.grades, exact) - mean(one.grades, exact))).toBeLessThan(0.06);
});

describe('who is up at first', () => {
  test('is everybody, a share, or whom churn has up; and tables hold nobody else', () => {
    expect(new Living().life.upCount).toBe(100);
    const half = new Living({ nodes: 1000, start: { up: 0.5 } });
    expect(Math.abs(half.life.upCount - 500)).toBeLessThan(60);
    const kad = new Living({
      nodes: 1000,
      churn: {
        up: { kind: 'exponential', meanMs: 1000_000 },
        down: { kind: 'exponential', meanMs: 3000_000 },
      },
    });
    expect(Math.abs(kad.life.upCount - 250)).toBeLessThan(50);
    for (const living of [half, kad]) {
      expect(living.tables().dead).toBe(0);
      expect(living.tables().size).toBeGreaterThan(40);
      for (const grade of living.look(100)) expect(grade.failed).toBe(false);
    }
    expect(half.grades.every(exact)).toBe(true);
  });

  test('may be nobody', () => {
    const nobody = new Living({ start: { up: 0 } });
    expect(nobody.those(State.up)).toEqual([]);
    nobody.run(MINUTE_MS);
    expect(nobody.world.delivered).toBe(0);
  });
});

describe('checkStart', () => {
  test('takes a word or an object', () => {
    expect(checkStart('protocol')).toEqual({ kind: 'protocol' });
    expect(checkStart({ up: 0.5, joinsPerSecond: 3 })).toEqual({ up: 0.5, joinsPerSecond: 3 });
  });

  test.each([
    ['cold', /"start\.kind" expected warm or protocol, got "cold"/],
    [null, /"start" expected an object/],
    [{ up: 2 }, /"start\.up" expected a number in 0\.\.1, got 2/],
    [{ joinsPerSecond: 0 }, /"start\.joinsPerSecond" .*1\.\.1000000, got 0/],
    [{ warmth: 1 }, /"start" .*"warmth"/],
  ])('%j is refused by name', (start, message) => {
    expect(() => checkStart(start)).toThrow(message);
  });
});
