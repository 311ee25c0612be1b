import { expect, test } from 'vitest';
import { addPowerOfTwo } from '../../../src/core/arc.ts';
import { ID_BYTES } from '../../../src/core/id.ts';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { QUIET } from '../../../src/lab/ring/ring-settings.ts';
import { sha1 } from '../../../src/lab/sha1.ts';

const DEAF = { onOutcome() {}, onEvent() {} };

test('of so many nodes from a finger on, those are known that are nearer than all before them', () => {
  for (const seed of [1, 2, 3]) {
    const { circle, oracle, world, identityAt } = whole(seed, 5);
    const target = new Uint8Array(ID_BYTES);
    let moreThanOne = 0;
    for (const place of oracle.members()) {
      const { hash, fingers } = identityAt(place);
      addPowerOfTwo(hash, 0, 159, target, 0);
      const known = fingers.members.map(({ address }) => address);
      let candidate = circle.after(oracle.ownerOf(target));
      let leastMs = Infinity;
      for (let i = 0; i < 5 && candidate !== place; i++) {
        const ms = world.network.latency.between(circle.nodeOf(place), circle.nodeOf(candidate));
        if (ms < leastMs) {
          expect(known, `seed ${seed}`).toContain(oracle.addressAt(candidate));
          if (i > 0) moreThanOne++;
          leastMs = ms;
        }
        candidate = circle.after(candidate);
      }
    }
    expect(moreThanOne).toBeGreaterThan(20);
  }
});

test('without a choice there is one node for each finger, and fewer of them', () => {
  const count = (nearestOf: number): number => {
    const { oracle, identityAt } = whole(1, nearestOf);
    const all = oracle.members().map((place) => identityAt(place).fingers.members.length);
    return all.reduce((sum, length) => sum + length, 0);
  };
  expect(count(5)).toBeGreaterThan(count(1));
});

function whole(seed: number, nearestOf: number) {
  const overlay = ringWorld(
    {
      ...{ seed, nodes: 60, sha1, settings: QUIET },
      network: { latency: { kind: 'space', sideMs: 150 } },
      warm: { successors: 1, predecessors: 0, fingers: 'chord', nearestOf },
    },
    DEAF,
  );
  const { circle, oracle, world } = overlay;
  return { circle, oracle, world, identityAt: (place: number) => overlay.identityAt(place)! };
}
