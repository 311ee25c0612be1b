/**
 * Acquaintances: can a ring that fell apart be one again? Only if somebody in one part still remembers
 * somebody who lives in the other; whom nobody alive has ever heard of, nobody can ask.
 *
 *     A ── remembers ──▶ B        C ──▶ D          two parts: no protocol brings them together
 *     A ── remembers ──▶ C        A ──▶ B          one part: it is a matter of time
 */
import type { Place } from './circle.ts';
import type { RingOverlay } from './ring-overlay.ts';

/** Into how many parts do the living members fall, of which none remembers a living one of another? */
export function acquaintedParts(overlay: RingOverlay): number {
  const { oracle, circle, world } = overlay;
  const members = oracle.members();
  const nodes = new Set(members.map((place) => circle.nodeOf(place)));
  const parentOf = new Map([...nodes].map((node) => [node, node]));
  const rootOf = (node: number): number => {
    let root = node;
    while (parentOf.get(root) !== root) root = parentOf.get(root)!;
    return root;
  };
  for (const place of members) {
    const node = circle.nodeOf(place);
    for (const other of rememberedBy(overlay, place)) {
      const isThere = world.alive[other] === 1 && nodes.has(other);
      if (isThere) parentOf.set(rootOf(other), rootOf(node));
    }
  }
  return [...nodes].filter((node) => rootOf(node) === node).length;
}

function rememberedBy(overlay: RingOverlay, place: Place): number[] {
  const { successors, predecessors, fingers } = overlay.identityAt(place)!;
  const { known } = overlay.node(overlay.circle.nodeOf(place)).memory;
  const all = [...successors, ...predecessors, ...fingers.members, ...known];
  return all.map(({ address }) => overlay.nodeAt(address)).filter((node) => node >= 0);
}
