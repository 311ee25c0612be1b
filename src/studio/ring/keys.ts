/**
 * The keys of a ring as they truly are, put together from what its members keep: who owns a key, who
 * has it as new as the newest, and how many copies would be left if the owner died now.
 *
 *     records of each member ─▶ by key: newest version, holders ─▶ KeyView
 *     places of the living ──▶ owner: the last place at or before the key, around the circle
 *
 * Of members in other processes only what they say is known: an owner outside is taken to have what it
 * owns, and its backups what it says they have.
 */
import type { RecordInfo } from '../../ring.ts';
import type { Figures, KeyView } from '../../scene.ts';
import type { ToldKey } from './told-keys.ts';

/** Keys that are shown at most; of a larger ring those that come first on the circle. */
export const KEYS_SHOWN = 2000;
/** Records of one member that are read at most. */
export const RECORDS_READ = 8000;

/** A place of a living member. */
export interface OwningPlace {
  id: string;
  place: number;
  node: number;
  /** Its records are known, not only what it says. */
  isOwn: boolean;
  /** Nodes outside that it says have all of its arc. */
  backupsOutside: readonly number[];
}

export interface RingHoldings {
  /** In the order of their ids. */
  places: readonly OwningPlace[];
  records: readonly { node: number; records: readonly RecordInfo[] }[];
  /** By key, of members elsewhere: what they said that they keep. */
  told?: ReadonlyMap<string, Pick<ToldKey, 'bytes' | 'isRemoved'>>;
  /** Keys seen earlier, which may be gone. */
  known: Iterable<KeyView>;
  names: ReadonlyMap<string, string>;
  k: number;
}

interface Newest {
  version: string;
  isRemoved: boolean;
  bytes: number;
  holders: number[];
}

/** How many there are, and in what state. */
export function countsOf(
  keys: Iterable<KeyView>,
): Pick<Figures, 'keysNow' | 'unsafeKeysNow' | 'lostKeysNow'> {
  const counts = { safe: 0, unsafe: 0, lost: 0, removed: 0 };
  for (const { state } of keys) counts[state]++;
  const { safe, unsafe, lost } = counts;
  return { keysNow: safe + unsafe, unsafeKeysNow: unsafe, lostKeysNow: lost };
}

export function keysOf(holdings: RingHoldings): KeyView[] {
  const newest = newestOf(holdings);
  const horizon = horizonOf(holdings);
  const views: KeyView[] = [];
  const show = (key: string, newestOne: Newest | undefined, before: KeyView | undefined): void => {
    views.push(viewOf(holdings, key, newestOne, before));
  };
  const known = new Map<string, KeyView>();
  for (const view of holdings.known) known.set(view.key, view);
  for (const [key, one] of newest) {
    if (key > horizon || (one.isRemoved && !known.has(key))) continue;
    if (known.size + views.length >= KEYS_SHOWN && !known.has(key)) continue;
    show(key, one, known.get(key));
    known.delete(key);
  }
  for (const [key, before] of known) {
    if (before.state !== 'removed' && key <= horizon) show(key, undefined, before);
  }
  return views;
}

/** The last place at or before the key, around the circle. */
export function ownerOf(places: readonly OwningPlace[], key: string): OwningPlace | undefined {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]!.id <= key) low = middle + 1;
    else high = middle;
  }
  return places[low - 1] ?? places.at(-1);
}

function newestOf({ records, told }: RingHoldings): Map<string, Newest> {
  const newest = new Map<string, Newest>();
  for (const [key, one] of told ?? []) newest.set(key, { version: '', holders: [], ...one });
  for (const { node, records: its } of records) {
    for (const { key, version, bytes, isRemoved } of its) {
      const known = newest.get(key);
      if (known === undefined || known.version < version) {
        newest.set(key, { version, bytes, isRemoved, holders: [node] });
      } else if (known.version === version) known.holders.push(node);
    }
  }
  return newest;
}

/** Beyond this key not all that the members keep was read. */
function horizonOf({ records }: RingHoldings): string {
  let horizon = 'g'; // after every hexadecimal digit
  for (const { records: its } of records) {
    const last = its.at(-1)?.key;
    if (its.length >= RECORDS_READ && last !== undefined && last < horizon) horizon = last;
  }
  return horizon;
}

function viewOf(
  { places, names, k }: RingHoldings,
  key: string,
  newest: Newest | undefined,
  before: KeyView | undefined,
): KeyView {
  const owner = ownerOf(places, key);
  const base = {
    key,
    name: names.get(key) ?? before?.name ?? null,
    owner: owner?.place ?? -1,
    bytes: newest?.bytes ?? before?.bytes ?? 0,
  };
  if (newest?.isRemoved) {
    return { ...base, holders: [], effectiveK: -1, state: 'removed' };
  }
  const holders = new Set(newest?.holders);
  if (owner !== undefined) {
    if (!owner.isOwn) holders.add(owner.node);
    if (holders.has(owner.node)) for (const backup of owner.backupsOutside) holders.add(backup);
  }
  const effectiveK = owner !== undefined && holders.has(owner.node) ? holders.size - 1 : -1;
  const processes = new Set(places.map(({ node }) => node)).size;
  const wanted = Math.min(k, processes - 1);
  const state = holders.size === 0 ? 'lost' : effectiveK < wanted ? 'unsafe' : 'safe';
  return { ...base, holders: [...holders].sort((a, b) => a - b), effectiveK, state };
}
