/** Lookups in lanes: all of them, so many at a time, one after the other. */
import { describe, expect, test } from 'vitest';
import { Lanes } from '../../../src/lab/mainline/lanes.ts';
import { type MainlineOverlay, mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CHOICES } from '../graded.ts';

const NOBODY = { onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} };

function looking(lookups: number, atOnce: number, seed: number) {
  const ended: { number: number; node: number; isFound: boolean; atMs: number }[] = [];
  let lanes: Lanes | null = null;
  const overlay: MainlineOverlay = mainlineWorld(
    {
      ...{ seed, nodes: 50, upkeep: false, settings: settingsFrom(CHOICES), sha1 },
      network: { latency: { kind: 'constant', ms: 40 } },
    },
    { ...NOBODY, onLookup: (call, lookup) => void lanes!.onLookup(call, lookup) },
  );
  lanes = new Lanes(overlay, { lookups, atOnce }, (number, node, lookup) => {
    ended.push({ number, node, isFound: lookup !== null, atMs: overlay.world.elapsedMs });
  });
  lanes.begin();
  return { overlay, ended, lanes };
}

describe('lanes', () => {
  test.each([1, 2, 3])(
    'have every lookup once, in each lane one after the other, seed %i',
    (seed) => {
      const { overlay, ended, lanes } = looking(47, 5, seed);
      overlay.world.run(Infinity);
      expect(lanes.over).toBe(47);
      expect(ended.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual([
        ...Array(47).keys(),
      ]);
      expect(ended.every(({ isFound }) => isFound)).toBe(true);
      for (let lane = 0; lane < 5; lane++) {
        const own = ended.filter(({ number }) => number % 5 === lane);
        expect(own).toEqual(own.toSorted((a, b) => a.number - b.number));
        // A query, its answer, and word to the next.
        for (const [i, { atMs }] of own.entries())
          expect(atMs).toBeGreaterThanOrEqual(80 + 120 * i);
      }
    },
  );

  test('do not have more of them at a time, and look from other nodes with another seed', () => {
    const [one, other] = [looking(30, 30, 1), looking(30, 1, 2)];
    one.overlay.world.run(one.overlay.world.now + 100);
    other.overlay.world.run(other.overlay.world.now + 100);
    expect(other.ended.length).toBeLessThanOrEqual(1);
    one.overlay.world.run(Infinity);
    other.overlay.world.run(Infinity);
    const askers = ({ ended }: typeof one): number[] =>
      ended.toSorted((a, b) => a.number - b.number).map(({ node }) => node);
    expect(askers(one)).not.toEqual(askers(other));
    expect(askers(looking(0, 4, 1))).toEqual([]);
  });

  test('go on when a node is down, or goes in the middle', () => {
    const { overlay, ended, lanes } = looking(40, 4, 7);
    const { world } = overlay;
    for (let node = 0; node < 50; node += 3) overlay.crash(node);
    world.run(world.now + 60);
    for (let node = 1; node < 50; node += 3) {
      overlay.crash(node);
      lanes.gone(node);
    }
    world.run(Infinity);
    expect(ended).toHaveLength(40);
    const lost = ended.filter(({ isFound }) => !isFound);
    expect(lost.length).toBeGreaterThan(10);
    expect(lost.every(({ node }) => node % 3 !== 2)).toBe(true);
  });
});
