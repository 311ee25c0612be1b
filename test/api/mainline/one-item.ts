/** A desk that stands in for a network which holds one item, and notes what is put to it. */
import { type Desk, searchOf } from '../../../src/api/mainline/desk.ts';
import type { ItemErrand } from '../../../src/mainline/errand.ts';
import type { Item } from '../../../src/mainline/krpc/item.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import type { ManualClock } from '../../io/memory-network.ts';

export function oneItem(clock: ManualClock, closing = new AbortController().signal) {
  const world = {
    newest: null as Item | null,
    /** By how many nodes a put is stored. */
    stored: 8,
    puts: [] as (Item | null)[],
    putsAtMs: [] as number[],
  };
  const desk: Desk = {
    found: new Map(),
    ask: () => false,
    closing,
    tell: () => {},
    now: () => clock.now(),
    within: (_limits, work) => work,
    search: (run) => searchOf(run, () => {}),
    lookup: async (_limits, kind, _target, errand) => {
      const item = errand as ItemErrand;
      const isPut = kind === LookupKind.put;
      item.newest = world.newest;
      if (isPut) {
        world.puts.push(item.compose?.(world.newest) ?? null);
        world.putsAtMs.push(clock.now());
      }
      const trace = { kind: 'put', target: '', durationMs: 0, steps: [], closest: [] } as const;
      const whole = { ...trace, steps: [], closest: [], answered: 8, failed: 0 };
      return { trace: whole, stored: isPut ? world.stored : 0, failed: 0, writes: [] };
    },
  };
  const run = async (durationMs: number, stepMs = 60_000) => {
    for (let left = durationMs; left > 0; left -= stepMs) {
      clock.advance(stepMs);
      for (let n = 0; n < 4; n++) await new Promise(setImmediate);
    }
  };
  return { world, desk, run };
}
