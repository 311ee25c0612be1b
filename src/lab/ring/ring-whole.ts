/**
 * Is a ring whole? Asked of the world, not of the nodes: somebody who sees all of them compares what
 * each believes with what is so, and every store with every other.
 *
 *     circle    every living node is a member at all its places, and each arc ends where the next
 *               begins: so every key has exactly one owner
 *     lists     successors and predecessors are the true ones, in order, nobody skipped, as many as
 *               were asked for or as there are (Zave 2017: no node has to be skipped, for none is)
 *     copies    the owner and the K other processes before it hold the same of every key, and nobody
 *               who lives holds anything newer
 *     belief    each owner knows it: effective K = min(K, n - 1), and nothing left to be compared
 *
 * Old records that somebody holds beside those are no fault, for the newer version wins everywhere;
 * but some time after the last change they have to be gone (`stray`).
 */
import { isInArc } from '../../core/arc.ts';
import { compareIds, formatId, ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../../ring/circle/identity.ts';
import type { Member } from '../../ring/circle/member.ts';
import { NEIGHBOURS_LIMIT } from '../../ring/circle/neighbours.ts';
import { compareVersions } from '../../ring/records/clock.ts';
import { copiesLeast } from '../../ring/tenure/choosing.ts';
import { nextOf } from '../../ring/titles/elector.ts';
import { compareEpochs } from '../../ring/titles/epoch.ts';
import { type Peer, sameTitle, type Title } from '../../ring/titles/title.ts';
import { majorityOf } from '../../ring/titles/votes.ts';
import type { Place } from './circle.ts';
import type { RingOverlay } from './ring-overlay.ts';

export class RingWhole {
  readonly #overlay: RingOverlay;
  readonly #keys: readonly Uint8Array[];
  #members: readonly Place[] = [];
  /** Nodes that live. */
  #living = 0;

  /** `keys` are all that are ever written. */
  constructor(overlay: RingOverlay, keys: readonly Uint8Array[]) {
    this.#overlay = overlay;
    this.#keys = keys;
  }

  /** Copies of everything in a whole ring as it is now. */
  copies(k: number): number {
    return Math.min(k + 1, this.#look());
  }

  /** What keeps the ring from being whole; null when it is. */
  fault(): string | null {
    this.#look();
    const { circle } = this.#overlay;
    if (this.#members.length !== this.#living * circle.identities) return this.#absent();
    if (this.#members.length === 0) return 'nobody is there';
    for (let at = 0; at < this.#members.length; at++) {
      const fault = this.#faultAt(at);
      if (fault !== null) return `${fault}, says node ${circle.nodeOf(this.#members[at])}`;
    }
    for (const key of this.#keys) {
      const fault = this.#copyFault(key);
      if (fault !== null) return fault;
    }
    return null;
  }

  /**
   * Disks that may be lost before an arc has no majority or no copy, or there are fewer members than acts want
   * copies; Infinity without titles. As long as the ring is whole.
   */
  tolerance(): number {
    const processes = this.#look();
    let least = Infinity;
    for (let at = 0; at < this.#members.length; at++) {
      const { holding, isTitled } = this.#identity(at);
      if (holding !== null) {
        const spare = processes - copiesLeast(holding.title.wanted);
        least = Math.min(least, spare, this.#spareOf(holding.title));
      } else if (isTitled) least = 0;
    }
    return least;
  }

  /** The same of all titles as they are now, those of the dead included, and of whoever has begun anew. */
  toleranceNow(): number {
    const titles = this.#titles();
    const isTaken = ({ from, epoch }: Title) =>
      titles.some(
        (its) => compareEpochs(its.epoch, epoch) > 0 && isInArc(from, 0, its.from, 0, its.end, 0),
      );
    let least = Infinity;
    for (const title of titles) {
      if (!isTaken(title)) least = Math.min(least, this.#spareOf(title));
    }
    return least;
  }

  #spareOf({ electors, copies }: Title): number {
    const { world } = this.#overlay;
    const isThere = ({ home, incarnation }: Peer) => {
      const node = this.#overlay.nodeAt(home);
      const { seat } = this.#overlay.node(node);
      return world.alive[node] === 1 && seat?.incarnation === incarnation;
    };
    const votes = electors.filter(isThere).length - majorityOf(electors.length);
    return Math.min(votes, copies.filter(isThere).length - 1);
  }

  /** Those that owners hold, and that electors have accepted: an owner that has begun anew knows nothing of its own. */
  #titles(): Title[] {
    const titles: Title[] = [];
    const add = (title: Title | null | undefined) => {
      if (title && !titles.some((other) => sameTitle(other, title))) titles.push(title);
    };
    for (let place = 0; place < this.#overlay.circle.count; place++) {
      add(this.#overlay.identityAt(place)?.holding?.title);
    }
    for (let node = 0; node < this.#overlay.count; node++) {
      if (!this.#overlay.hasBegun(node)) continue;
      const { seat } = this.#overlay.node(node);
      for (const { accepted } of seat?.elector.stretches ?? []) add(accepted);
    }
    return titles;
  }

  /** Two living members that answer for one key; null when there are none. */
  overlap(): string | null {
    this.#look();
    const { circle } = this.#overlay;
    this.#members = this.#members.filter(
      (place, at) => !this.#identity(at).isYielding && this.#couldAcknowledge(place),
    );
    for (let at = 0; at < this.#members.length; at++) {
      const { hash, end } = this.#identity(at);
      const next = this.#hash(at + 1);
      // From our place, the next member must not come before our end.
      const isBehind = compareIds(next, 0, hash, 0) > 0;
      const endsBehind = compareIds(end, 0, hash, 0) > 0;
      const isOver = isBehind === endsBehind ? compareIds(end, 0, next, 0) > 0 : isBehind;
      if (isOver && this.#members.length > 1) {
        const [a, b] = [this.#members[at], this.#members[this.#index(at + 1)]];
        return `nodes ${circle.nodeOf(a)} and ${circle.nodeOf(b)} both answer for ${short(next)}`;
      }
    }
    return null;
  }

  /** One who holds a title does so only as long as a majority of its electors has not promised more. */
  #couldAcknowledge(place: Place): boolean {
    const identity = this.#overlay.identityAt(place)!;
    if (!identity.isTitled) return true;
    if (identity.holding === null) return false;
    const { electors, epoch, from } = identity.holding.title;
    const faithful = electors.filter(({ home }) => {
      const { seat } = this.#overlay.node(this.#overlay.nodeAt(home));
      const promised = seat?.elector.at(from)?.promised;
      return promised === undefined || compareEpochs(promised, nextOf(epoch)) <= 0;
    });
    return faithful.length >= majorityOf(electors.length);
  }

  /** A living member none of whose successors lives (Zave's invariant); null when there is none. */
  orphan(): string | null {
    this.#look();
    const { circle, oracle } = this.#overlay;
    this.#members = this.#members.filter((_place, at) => !this.#identity(at).isYielding);
    if (new Set(this.#members.map((place) => circle.nodeOf(place))).size < 2) return null;
    for (let at = 0; at < this.#members.length; at++) {
      const { successors, isTitled } = this.#identity(at);
      // Who is back in its arc by its title alone has yet to find the others.
      if (isTitled && successors.length === 0) continue;
      const lives = ({ address }: Member) => {
        const node = circle.nodeAt(address);
        return Array.from({ length: circle.identities }, (_, i) => circle.placeOf(node, i)).some(
          (place) => oracle.addressAt(place) === address && oracle.isMember(place),
        );
      };
      if (successors.some(lives)) continue;
      return `no successor of node ${circle.nodeOf(this.#members[at])} lives`;
    }
    return null;
  }

  /** A record that is where it need not be; null when there is none. */
  stray(): string | null {
    if (this.#look() === 0) return null;
    for (const key of this.#keys) {
      const right = this.#holders(key);
      for (const { node, isAlive } of this.#overlay.oracle.holdersOf(key)) {
        if (isAlive && !right.includes(node)) return `node ${node} still holds ${short(key)}`;
      }
    }
    return null;
  }

  /** Notes who is there; how many nodes are members. */
  #look(): number {
    const { world, oracle, circle } = this.#overlay;
    this.#members = oracle.members();
    this.#living = 0;
    for (const isAlive of world.alive) this.#living += isAlive;
    return new Set(this.#members.map((place) => circle.nodeOf(place))).size;
  }

  #absent(): string {
    const { circle, world, oracle } = this.#overlay;
    for (let place = 0; place < circle.count; place++) {
      const node = circle.nodeOf(place);
      if (world.alive[node] === 1 && !oracle.isMember(place)) {
        return `node ${node} is ${this.#overlay.identityAt(place)?.state ?? 'nobody'}`;
      }
    }
    return 'somebody is no member';
  }

  #index(at: number): number {
    const { length } = this.#members;
    return ((at % length) + length) % length;
  }

  #identity(at: number): Identity {
    return this.#overlay.identityAt(this.#members[this.#index(at)])!;
  }

  #hash(at: number): Uint8Array {
    return this.#identity(at).hash;
  }

  #faultAt(at: number): string | null {
    const identity = this.#identity(at);
    const { k } = this.#overlay.node(this.#overlay.circle.nodeOf(this.#members[at])).settings;
    if (identity.state !== 'member' || identity.handover !== null) return 'a hand-over goes on';
    if (compareIds(identity.end, 0, this.#hash(at + 1), 0) !== 0) return 'the arc ends elsewhere';
    const fault =
      this.#listFault(at, identity.successors, 1, 'successor') ??
      this.#listFault(at, identity.predecessors, -1, 'predecessor');
    if (fault !== null) return fault;
    const processes = this.#living - 1;
    if (identity.copies.length !== Math.min(k, processes))
      return `${identity.copies.length} backups`;
    if (identity.effectiveK !== Math.min(k, processes)) return `effective K ${identity.effectiveK}`;
    const { isTitled, holding } = identity;
    if (isTitled && holding === null) return 'no title';
    if (holding && holding.title.copies.length !== Math.min(k, processes) + 1)
      return 'another title';
    return identity.isSettled ? null : 'the arc is not settled';
  }

  #listFault(at: number, list: readonly Member[], step: 1 | -1, what: string): string | null {
    const { oracle, circle } = this.#overlay;
    const node = this.#overlay.node(circle.nodeOf(this.#members[at]));
    const processes = new Set<number>();
    for (let i = 0; i < list.length; i++) {
      const place = this.#members[this.#index(at + step * (i + 1))];
      if (list[i].address !== oracle.addressAt(place)) return `${what} ${i} is another`;
      processes.add(circle.nodeOf(place));
    }
    const isAll = list.length === this.#members.length - 1 || list.length >= NEIGHBOURS_LIMIT;
    if (!isAll && processes.size < node.listProcesses) return `only ${list.length} ${what}s`;
    return null;
  }

  /** The processes that are to hold a key as things are, the owner first; nobody in an empty ring. */
  holders(key: Uint8Array): readonly number[] {
    return this.#look() === 0 ? [] : this.#holders(key);
  }

  #holders(key: Uint8Array): number[] {
    const { circle, oracle } = this.#overlay;
    const owner = oracle.ownerOf(key);
    const holders = [circle.nodeOf(owner)];
    const { k } = this.#overlay.node(holders[0]).settings;
    const first = this.#members.indexOf(owner);
    for (let i = 1; i < this.#members.length && holders.length <= k; i++) {
      const node = circle.nodeOf(this.#members[this.#index(first - i)]);
      if (!holders.includes(node)) holders.push(node);
    }
    return holders;
  }

  #copyFault(key: Uint8Array): string | null {
    const holders = this.#holders(key);
    const first = this.#overlay.storeOf(holders[0]).get(key, 0);
    for (let node = 0; node < this.#overlay.count; node++) {
      if (this.#overlay.world.alive[node] === 0) continue;
      const difference = compareRecords(this.#overlay.storeOf(node).get(key, 0), first);
      if (difference > 0) return `node ${node} holds a newer ${short(key)} than its owner`;
      if (difference < 0 && holders.includes(node))
        return `node ${node} holds an old ${short(key)}`;
    }
    return null;
  }
}

/** Negative when `a` is the older one; nothing is older than anything. */
function compareRecords(a: Uint8Array | null, b: Uint8Array | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return compareVersions(a, 0, b, 0) || a.length - b.length;
}

function short(hash: Uint8Array): string {
  return formatId(hash.subarray(0, ID_BYTES)).slice(0, 8);
}
