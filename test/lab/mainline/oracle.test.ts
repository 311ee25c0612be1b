/** The oracle against brute force: all living ids, sorted by XOR as its definition says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { Oracle } from '../../../src/lab/mainline/oracle.ts';
import { Population } from '../../../src/lab/mainline/population.ts';
import { CONTACT_BYTES, Contacts } from '../../../src/mainline/rows/contacts.ts';
import { numberOf, someId } from '../../core/ids.ts';

function scene(nodes: number, alivePercent: number, seed: number, founders: number = nodes) {
  const random = new SeededRandom(seed, 7);
  const population = new Population(nodes, new SeededRandom(seed), founders);
  const contacts = new Contacts(nodes, 1);
  population.settleIn(contacts, random);
  const alive = Uint8Array.from({ length: nodes }, () =>
    randomBelow(random, 100) < alivePercent ? 1 : 0,
  );
  const ids = Array.from({ length: nodes }, (_, node) =>
    contacts.bytes.slice((node + 1) * CONTACT_BYTES, (node + 1) * CONTACT_BYTES + 20),
  );
  const values = ids.map(numberOf);
  const bruteForce = (target: Uint8Array, k: number, except: number): number[] => {
    const aim = numberOf(target);
    return values
      .map((value, node) => ({ distance: value ^ aim, handle: node + 1 }))
      .filter(({ handle }) => alive[handle - 1] === 1 && handle !== except)
      .sort((a, b) => (a.distance < b.distance ? -1 : 1))
      .slice(0, k)
      .map(({ handle }) => handle);
  };
  return { random, alive, ids, bruteForce, oracle: new Oracle(population, alive, contacts) };
}

describe('the closest', () => {
  test('are those of brute force, for any share of dead, any k and any target', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.constantFrom(0, 1, 3, 20, 60, 100),
        fc.nat(),
        (nodes, alivePercent, seed) => {
          const { random, ids, oracle, bruteForce } = scene(nodes, alivePercent, seed);
          for (let i = 0; i < 6; i++) {
            // Also targets that are somebody's id, or hardly differ from it.
            const target = i % 2 === 0 ? someId(random) : ids[randomBelow(random, nodes)].slice();
            if (i === 3) target[19] ^= 1;
            const k = 1 + randomBelow(random, 20);
            const except = randomBelow(random, nodes + 1);
            expect([...oracle.closest(target, k, except)]).toEqual(bruteForce(target, k, except));
          }
        },
      ),
      { seed: 8, numRuns: 80 },
    );
  });

  test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    'are right among 3000 of whom most are dead, for k = %i',
    (k) => {
      const { random, oracle, bruteForce, alive } = scene(3000, 5, k);
      const living = alive.indexOf(1) + 1;
      for (let i = 0; i < 4; i++) {
        const target = someId(random);
        const [first] = bruteForce(target, 1, 0);
        for (const except of [0, first, living]) {
          expect([...oracle.closest(target, k, except)]).toEqual(bruteForce(target, k, except));
        }
      }
    },
  );

  test('never include the asker, however close it is', () => {
    const { ids, oracle } = scene(500, 100, 1);
    for (let node = 0; node < 500; node += 13) {
      expect(oracle.closest(ids[node], 1, 0)[0]).toBe(node + 1);
      expect([...oracle.closest(ids[node], 20, node + 1)]).not.toContain(node + 1);
    }
  });

  test('follow the living: who dies is out at once', () => {
    const { random, alive, oracle, bruteForce } = scene(1000, 100, 2);
    const target = someId(random);
    for (let i = 0; i < 40; i++) {
      const [closest] = oracle.closest(target, 1, 0);
      expect(closest).toBe(bruteForce(target, 1, 0)[0]);
      alive[closest - 1] = 0;
    }
    expect(oracle.closest(target, 8, 0)).toHaveLength(8);
  });

  test('are a list of their own that the next question does not change', () => {
    const { random, oracle } = scene(200, 100, 3);
    const first = oracle.closest(someId(random), 8, 0);
    const copy = [...first];
    oracle.closest(someId(random), 8, 0);
    expect([...first]).toEqual(copy);
  });
});

test('latecomers, whose ids are in no order, are found as well', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 300 }),
      fc.nat({ max: 90 }),
      fc.nat(),
      fc.nat(),
      (most, late, k, seed) => {
        const founders = most + 1;
        const { oracle, bruteForce, ids } = scene(founders + late, 70, seed, founders);
        const wanted = 1 + (k % 20);
        for (const target of [
          someId(new SeededRandom(seed)),
          ids[seed % ids.length],
          ids.at(-1)!,
        ]) {
          expect([...oracle.closest(target, wanted, 3)]).toEqual(bruteForce(target, wanted, 3));
        }
      },
    ),
    { numRuns: 100, seed: 9 },
  );
});
