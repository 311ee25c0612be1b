/**
 * Belonging: which records a node may have to keep, as owner or as backup, and which are others'. An
 * identity keeps its own arc and those of the K nearest other processes behind it.
 *
 *     [ me ══ my arc ══ s1 ── backup ── s2 ── backup ── s3 )   K = 2: kept up to here
 */
import { isInArc } from '../../core/arc.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { readU32 } from '../frames.ts';
import type { RingState } from '../state.ts';

/**
 * Where the arcs end whose copies an identity may have to keep: after the arcs of the K nearest other
 * processes behind it. Null when the whole circle is no more than that.
 */
export function keptEnd(node: RingState, identity: Identity): Uint8Array | null {
  const { k } = node.settings;
  if (k === 0) return identity.end;
  const seen: Member[] = [];
  for (const member of identity.successors) {
    if (member.home === node.home || seen.some((other) => alike(other, member))) continue;
    if (seen.length === k) return member.hash;
    seen.push(member);
  }
  return null;
}

/** Do two members count once when copies are placed? */
function alike(a: Member, b: Member): boolean {
  return a.home === b.home || (a.host !== 0 && a.host === b.host);
}

/** The same of all identities, in their order. */
export function keptEnds(node: RingState): (Uint8Array | null)[] {
  return node.identities.map((identity) => keptEnd(node, identity));
}

/** Is there a record for somebody else among those of a frame, which was written when we were near? */
export function holdsForeign(
  node: RingState,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (!node.isMember) return false;
  const ends = keptEnds(node);
  for (let at = start; at < end; ) {
    if (!isOurs(node, ends, bytes, at)) return true;
    at += ID_BYTES + 4 + readU32(bytes, at + ID_BYTES);
  }
  return false;
}

/** May we have to keep a record under this key? */
export function isOurs(
  node: RingState,
  ends: readonly (Uint8Array | null)[],
  key: Uint8Array,
  at = 0,
): boolean {
  for (let i = 0; i < node.identities.length; i++) {
    const identity = node.identities[i];
    if (!identity.isMember) continue;
    const end = ends[i];
    if (end === null || isInArc(key, at, identity.hash, 0, end, 0)) return true;
  }
  return false;
}

/**
 * Did a class program take it when we left? It may name us as the owner for as long as we live: some
 * look for another only when we do not answer any more.
 */
export function isTakenByPlain(node: RingState, key: Uint8Array): boolean {
  return node.identities.some(
    ({ isTakenByPlain, hash, end }) => isTakenByPlain && isInArc(key, 0, hash, 0, end, 0),
  );
}
