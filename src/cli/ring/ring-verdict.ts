/**
 * The verdict on a ring: the views of all its members, laid side by side.
 *
 *     member   a ────────▶ b ────────▶ c ──▶ …       each arc ends where the next member begins:
 *     arc      [a, b)      [b, c)                    no gap, no key with two owners
 *     list     b c d       c d e                     itself and its list leave nobody out
 *
 * Beside the arcs it checks Zave's two conditions ("Reasoning about identifier spaces: how to make
 * Chord correct", 2017): every list of successors has a living entry, and there are enough principal
 * members, whom no list leaves out. And whoever a title names has to be there, with as many copies as
 * there should be. Pure: what was found decides alone.
 */
import { clockOffsetsOf } from '../../ring.ts';
import type { Surveyed } from './ring-survey.ts';

export interface Finding {
  check:
    | 'alive'
    | 'coverage'
    | 'order'
    | 'k'
    | 'missing'
    | 'live successor'
    | 'principals'
    | 'clock'
    | 'walk';
  address: string;
  message: string;
}

export interface Survey {
  /** In the order of the circle. */
  members: Surveyed[];
  /** Named by somebody, and not there. */
  dead: Surveyed[];
  faults: Finding[];
  /** Members that nobody's list of successors leaves out, and how many there have to be. */
  principals: number;
  principalsNeeded: number;
  /** The least effective K, and the K asked for. */
  effectiveK: number;
  k: number;
  /** How far the clock of each is ahead, in the middle of what the others say of it. */
  clockOffsetsMs: Map<string, number>;
}

/** Lays the views side by side. */
export function judge(found: ReadonlyMap<string, Surveyed>): Survey {
  const all = [...found.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const members = all.filter(isMember);
  const dead = all.filter((one) => !one.isAlive);
  const faults: Finding[] = [];
  for (const one of all) {
    if (one.isAlive && !isMember(one)) {
      const state = one.view?.state ?? 'no identity of that process';
      faults.push({ check: 'alive', address: one.address, message: `is not a member: ${state}` });
    }
  }
  for (const [i, one] of members.entries()) {
    const next = members[(i + 1) % members.length]!;
    const previous = members[(i + members.length - 1) % members.length]!;
    faults.push(...(one.isPlain ? plainFaults(one, previous) : arcFaults(one, next, found)));
  }
  const { principals, needed, skips } = countPrincipals(members);
  if (principals < needed) {
    const message = `${principals} members are in every list they belong in, ${needed} are needed`;
    faults.push({ check: 'principals', address: skips[0] ?? '', message });
  }
  const own = members.filter((one) => one.info !== null);
  const k = Math.max(0, ...own.map(({ info }) => info!.k));
  const effectiveK = own.length === 0 ? 0 : Math.min(...own.map(({ view }) => view!.effectiveK));
  return {
    members,
    dead,
    faults: [...faults, ...backupFaults(own), ...missingFaults(own), ...clockFaults(own)],
    principals,
    principalsNeeded: needed,
    effectiveK,
    k,
    clockOffsetsMs: clockOffsets(own),
  };
}

function isMember({ isAlive, isPlain, view }: Surveyed): boolean {
  return isAlive && (isPlain || view?.state === 'member' || view?.state === 'leaving');
}

/** The arc of one of our identities ends where the next member begins. */
function arcFaults(one: Surveyed, next: Surveyed, found: ReadonlyMap<string, Surveyed>): Finding[] {
  const { address } = one;
  const { end, successors } = one.view!;
  const faults: Finding[] = [];
  if (end !== next.hash) {
    const message = `its arc ends at ${end.slice(0, 8)}…, ${next.address} begins at ${next.hash.slice(0, 8)}…`;
    faults.push({ check: 'coverage', address, message });
  }
  const first = successors[0]?.address ?? address;
  if (first !== next.address) {
    faults.push({
      check: 'order',
      address,
      message: `follows up with ${first}, not ${next.address}`,
    });
  }
  const isSomebodyThere =
    next === one || successors.some((successor) => found.get(successor.address)?.isAlive);
  if (!isSomebodyThere) {
    faults.push({ check: 'live successor', address, message: 'nobody in its list is there' });
  }
  if (!isInOrder([one.hash, ...successors.map(({ hash }) => hash)])) {
    faults.push({ check: 'order', address, message: 'its list of successors is out of order' });
  }
  return faults;
}

/** A class program tells only who owns what: whoever owns hash-1 has to be the one before it. */
function plainFaults(one: Surveyed, previous: Surveyed): Finding[] {
  if (one.before === previous.address) return [];
  const message = `${one.before} owns what comes before it, not ${previous.address}`;
  return [{ check: 'coverage', address: one.address, message }];
}

/** Once around the circle at most, without a step back. The first may come again as the last. */
function isInOrder(hashes: readonly string[]): boolean {
  const [start] = hashes;
  const distances = hashes.slice(1).map((hash) => distance(start!, hash));
  return distances.every((one, i) => i === 0 || distances[i - 1]! < one);
}

/** Clockwise from `a` to `b`; the whole circle when they are the same. */
function distance(a: string, b: string): bigint {
  const size = 1n << 160n;
  const steps = (BigInt(`0x${b}`) - BigInt(`0x${a}`) + size) % size;
  return steps === 0n ? size : steps;
}

/**
 * Zave's principals: members that no member's list, itself put before it, leaves out. There have to
 * be one more than a list is long, or all when there are fewer.
 */
function countPrincipals(members: readonly Surveyed[]): {
  principals: number;
  needed: number;
  skips: string[];
} {
  const left = new Set<string>();
  let longest = 0;
  for (const { hash, view } of members) {
    if (view === null) continue;
    longest = Math.max(longest, view.successors.length);
    const list = [hash, ...view.successors.map((one) => one.hash)];
    for (let i = 1; i < list.length; i++) {
      for (const one of between(members, list[i - 1]!, list[i]!)) left.add(one.address);
    }
  }
  const needed = Math.min(members.length, longest + 1);
  return { principals: members.length - left.size, needed, skips: [...left] };
}

/** The members strictly between two places, clockwise; `members` is in the order of the circle. */
function* between(members: readonly Surveyed[], from: string, to: string): Generator<Surveyed> {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (members[middle]!.hash <= from) low = middle + 1;
    else high = middle;
  }
  for (let i = 0; i < members.length; i++) {
    const one = members[(low + i) % members.length]!;
    const { hash } = one;
    const isInside =
      from < to ? hash > from && hash < to : hash !== from && (hash > from || hash < to);
    if (!isInside) return;
    yield one;
  }
}

/** As many backups as were asked for, or as there are processes to hold them. */
function backupFaults(own: readonly Surveyed[]): Finding[] {
  const processes = new Set(own.map(({ info }) => info!.identities[0]?.address)).size;
  const faults: Finding[] = [];
  for (const { address, info, view } of own) {
    const wanted = Math.min(info!.k, processes - 1);
    if (view!.effectiveK >= wanted) continue;
    const message = `${view!.effectiveK} of ${wanted} backups hold all of its arc`;
    faults.push({ check: 'k', address, message });
  }
  return faults;
}

/**
 * Titles go on naming whoever is gone as long as nobody takes its place: there is a vote less, or a copy,
 * until it is back or somebody says that it will not be.
 */
function missingFaults(own: readonly Surveyed[]): Finding[] {
  const faults: Finding[] = [];
  const there = new Set(own.flatMap(({ info }) => info!.identities.map(({ address }) => address)));
  const gone = new Set<string>();
  for (const { address, view } of own) {
    const { copies = [], electors = [], wanted = 0 } = view!.title ?? {};
    for (const home of [...copies, ...electors]) if (!there.has(home)) gone.add(home);
    if (copies.length >= wanted) continue;
    const message = `${copies.length} of ${wanted} copies of its arc are there`;
    faults.push({ check: 'missing', address, message });
  }
  for (const address of gone) {
    const message = `is not there: start it again, or take it out with "ringlight ring forget ${address}"`;
    faults.push({ check: 'missing', address, message });
  }
  return faults;
}

/** By address. One that nobody has greeted is not among them. */
function clockOffsets(own: readonly Surveyed[]): Map<string, number> {
  const told = new Map<string, number[]>();
  for (const { info } of own) {
    for (const [address, offsetMs] of clockOffsetsOf(info!)) {
      told.set(address, [...(told.get(address) ?? []), offsetMs]);
    }
  }
  return new Map([...told].map(([address, offsetsMs]) => [address, middleOf(offsetsMs)]));
}

/** Of an even number the one in the middle that is nearer to 0: of two whose clocks differ either may be wrong. */
function middleOf(offsetsMs: readonly number[]): number {
  const sorted = [...offsetsMs].sort((a, b) => a - b);
  const low = sorted[(sorted.length - 1) >>> 1]!;
  const high = sorted[sorted.length >>> 1]!;
  return Math.abs(low) < Math.abs(high) ? low : high;
}

/** Who goes by the time of the others, and who was given what nobody can have written yet. */
function clockFaults(own: readonly Surveyed[]): Finding[] {
  const faults: Finding[] = [];
  for (const { address, info } of own) {
    const { clockAheadMs = 0, counters } = info!;
    if (clockAheadMs !== 0) {
      const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
      const side = clockAheadMs > 0 ? 'ahead of' : 'behind';
      const message = `its clock is ${seconds} s ${side} the others’`;
      faults.push({ check: 'clock', address, message });
    }
    const refused = counters['refusedVersions'] ?? 0;
    if (refused > 0) {
      const message = `was given ${refused} records from the future: somebody’s clock is wrong`;
      faults.push({ check: 'clock', address, message });
    }
  }
  return faults;
}
