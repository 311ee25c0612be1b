/** What a node of a lab says of itself, in plain numbers: those of a live node, as far as a world has them. */

import { formatId } from '../../core/id.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import { Counters } from '../../mainline/counters.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import { type MainlineStats, statsOf } from '../../mainline/views.ts';

export interface LabNodeStats extends Omit<MainlineStats, 'uptimeMs' | 'network' | 'in' | 'out'> {
  /** Since its process began; null where nodes do not count for themselves. */
  in: MainlineStats['in'] | null;
  out: Omit<MainlineStats['out'], 'failures' | 'refusal'> | null;
}

const NOTHING = new Counters();

export function labNodeStats(overlay: MainlineOverlay, number: number): LabNodeStats {
  const counters = overlay.countersOf(number);
  const id = formatId(overlay.contactBytes, (number + 1) * CONTACT_BYTES);
  const address = overlay.addressOf(number);
  const stats = statsOf(overlay.node(number), counters ?? NOTHING, id, address);
  return counters === null ? { ...stats, in: null, out: null } : stats;
}
