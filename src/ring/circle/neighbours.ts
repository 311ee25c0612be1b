/**
 * Lists of neighbours: whom a node believes to follow and to precede it on the circle, nearest first.
 *
 *     predecessors  … P3  P2  P1  [ me ]  s1  s2  s3 …  successors
 *                   └ hold my backups       └ whose backups I hold
 *
 * A list is s1 followed by s1's own list, taken whole in one step (Zave 2017, "Reasoning about
 * identifier spaces": entry-by-entry refreshing is what broke every published version of Chord). It
 * ends before it comes round to oneself, and when it names enough *processes*: virtual nodes of one
 * process die together, so they count once.
 */
import { isBetween } from '../../core/arc.ts';
import type { Member } from './member.ts';

/** Entries of a list at most, however few processes they are. */
export const NEIGHBOURS_LIMIT = 32;

/**
 * `first` followed by `rest`: up to `self`, without repetitions, without those that `isGone`, until
 * it names `processes` processes and, where hosts are told apart, as many hosts.
 */
export function chained(
  self: Member,
  first: Member,
  rest: readonly Member[],
  processes: number,
  isGone: (member: Member) => boolean,
): Member[] {
  const list: Member[] = [];
  const kinds = { processes: 0, hosts: 0, areHostsTold: true };
  let isEnough = false;
  const add = (member: Member) => {
    if (list.includes(member) || isGone(member)) return;
    countKind(kinds, list, member);
    list.push(member);
    isEnough = list.length >= NEIGHBOURS_LIMIT || kindsOf(kinds) >= processes;
  };
  if (first.address !== self.address) add(first);
  for (const member of rest) {
    if (isEnough || member.address === self.address) break;
    add(member);
  }
  return list;
}

interface Kinds {
  processes: number;
  hosts: number;
  areHostsTold: boolean;
}

/** Counts one that is about to join a list. */
function countKind(kinds: Kinds, list: readonly Member[], { home, host }: Member): void {
  if (!list.some((other) => other.home === home)) kinds.processes++;
  if (host === 0) kinds.areHostsTold = false;
  else if (!list.some((other) => other.host === host)) kinds.hosts++;
}

/** Distinct processes; the distinct hosts where all of them are told and fewer. */
function kindsOf({ processes, hosts, areHostsTold }: Kinds): number {
  return areHostsTold ? Math.min(processes, hosts) : processes;
}

/** The one that stands first after `from` and before `to`, of those not gone; null when none does. */
export function firstBetween(
  from: Member,
  to: Member | undefined,
  list: readonly Member[],
  isGone: (member: Member) => boolean,
): Member | null {
  let first: Member | null = null;
  for (const member of list) {
    const end = first ?? to ?? from;
    if (isBetween(member.hash, 0, from.hash, 0, end.hash, 0) && !isGone(member)) first = member;
  }
  return first;
}

/** The mirror image: the one that stands last after `from` and before `to`. */
export function lastBetween(
  from: Member | undefined,
  to: Member,
  list: readonly Member[],
  isGone: (member: Member) => boolean,
): Member | null {
  let last: Member | null = null;
  for (const member of list) {
    const begin = last ?? from ?? to;
    if (isBetween(member.hash, 0, begin.hash, 0, to.hash, 0) && !isGone(member)) last = member;
  }
  return last;
}

/**
 * Who keeps the copies of the arc of `self`: the `k` nearest predecessors that are other processes
 * than its own and than each other, on other hosts as long as there are such; never a class program.
 */
export function backupsOf(self: Member, predecessors: readonly Member[], k: number): Member[] {
  const chosen: Member[] = [];
  const isFree = (member: Member) =>
    !member.isPlain &&
    member.home !== self.home &&
    !chosen.some((other) => other.home === member.home);
  const isApart = (member: Member) =>
    member.host === 0 ||
    (member.host !== self.host && !chosen.some((other) => other.host === member.host));
  for (const member of predecessors) {
    if (chosen.length < k && isFree(member) && isApart(member)) chosen.push(member);
  }
  for (const member of predecessors) {
    if (chosen.length < k && isFree(member)) chosen.push(member);
  }
  return chosen;
}

/**
 * How many backups there could be: other processes of ours in either list, `k` at most. Right after a
 * join a node knows fewer predecessors than there are, but not fewer successors.
 */
export function backupsWanted(
  self: Member,
  predecessors: readonly Member[],
  successors: readonly Member[],
  k: number,
): number {
  const homes: number[] = [];
  // Among class programs, which name nobody, those behind us are all we will ever get to know.
  const isMixed = predecessors.some(isPlainMember) || successors.some(isPlainMember);
  for (const list of isMixed ? [predecessors] : [predecessors, successors]) {
    for (const { home, isPlain } of list) {
      if (homes.length === k) return k;
      if (!isPlain && home !== self.home && !homes.includes(home)) homes.push(home);
    }
  }
  return homes.length;
}

function isPlainMember({ isPlain }: Member): boolean {
  return isPlain;
}

export function sameMembers(a: readonly Member[], b: readonly Member[]): boolean {
  return a.length === b.length && a.every((member, i) => member.address === b[i].address);
}
