/**
 * Grading: a finished lookup beside the truth, by the oracle, who knows the k closest that are alive.
 */
import { compareDistance } from '../../core/id.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { Grade } from '../results/grade.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

/** Grades a lookup of `node` that has just ended. */
export function gradeOf(overlay: MainlineOverlay, node: number, lookup: Lookup): Grade {
  const truth = overlay.oracle.closest(lookup.target, lookup.k, node + 1);
  let rank = 0;
  let inOrder = 0;
  let found = 0;
  let hops = 0;
  lookup.closestAnswered(lookup.k, (row) => {
    if (rank === 0) hops = lookup.hopsOf(row);
    if (isContact(overlay, truth[rank], lookup, row)) inOrder++;
    if (truth.some((handle) => isContact(overlay, handle, lookup, row))) found++;
    rank++;
  });
  return {
    node,
    exact: inOrder === truth.length && rank === truth.length,
    found,
    wanted: truth.length,
    rpcs: lookup.askedCount,
    hops,
    latencyMs: overlay.world.now - lookup.startedAtMs,
    failed: rank === 0,
  };
}

function isContact(overlay: MainlineOverlay, handle: number, lookup: Lookup, row: number): boolean {
  const bytes = overlay.contactBytes;
  const at = handle * CONTACT_BYTES;
  return compareDistance(bytes, at, lookup.bytes, lookup.idStart(row), lookup.target, 0) === 0;
}
