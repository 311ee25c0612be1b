/**
 * Titles of a ring that has been calm for long: every owner holds one, and all its electors and copies have
 * accepted it.
 */
import type { RingNode } from '../../ring/node.ts';
import { peersOf } from '../../ring/titles/title.ts';
import type { Circle } from './circle.ts';

interface Ring {
  readonly circle: Circle;
  readonly world: { readonly now: number };
  nodeAt(address: number): number;
  node(node: number): RingNode;
}

/** Of the members 0 to `members` - 1, the dead apart. */
export function entitle(ring: Ring, members: number, isDead: Readonly<Uint8Array>): void {
  for (let node = 0; node < members; node++) {
    for (let identity = 0; isDead[node] === 0 && identity < ring.circle.identities; identity++) {
      const title = ring.node(node).holdWarm(ring.world.now, identity);
      for (const { home } of title === null ? [] : peersOf([title.copies, title.electors])) {
        const other = ring.nodeAt(home);
        if (isDead[other] === 1) continue;
        const { seat } = ring.node(other);
        seat?.elector.accept({ titles: [title!], isInForce: true });
        seat?.keep();
      }
    }
  }
}
