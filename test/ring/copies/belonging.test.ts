import { describe, expect, it } from 'vitest';
import { keptEnd } from '../../../src/ring/copies/belonging.ts';
import { identitiesOf } from '../order.ts';
import { SmallRing } from '../small-ring.ts';

describe('records of others', () => {
  it('begin behind the arcs of the K nearest processes', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(7);
    world.run(10_000);
    const all = identitiesOf(nodes);
    all.forEach(({ process, identity }, i) => {
      expect(keptEnd(process.node, identity)).toEqual(all[(i + 3) % 7].identity.hash);
    });
    const few = new SmallRing({ settings: { k: 2 } });
    for (const { node } of few.ring(3)) {
      few.run(5000);
      expect(keptEnd(node, node.identities[0])).toBeNull();
    }
  });
});
