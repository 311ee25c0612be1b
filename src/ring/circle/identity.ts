/**
 * An identity: one place on the circle that this process answers for, with its arc and neighbours.
 *
 *     predecessors … P2  P1  [ hash ══════ arc ══════ end )  s1  s2 … successors
 *
 * `end` is what we answer for, and usually s1's hash. It is kept apart because the two move at
 * different times: it comes closer at once when somebody between us is heard of, and goes farther
 * only when the new s1 says that we are its predecessor; until then the gap is nobody's.
 *
 * `isSettled` is false while we answer for an arc that we took over from a node that died: what it
 * acknowledged is on its other backups at least, so reads ask them, too, until all were compared.
 */
import type { Address } from '../../core/address.ts';
import { isInArc } from '../../core/arc.ts';
import { equalIds } from '../../core/id.ts';
import { type Epoch, NO_EPOCH } from '../titles/epoch.ts';
import type { Holding } from '../titles/holding.ts';
import type { Peer } from '../titles/title.ts';
import { Fingers } from './fingers.ts';
import type { Member } from './member.ts';

export type IdentityState = 'idle' | 'joining' | 'member' | 'leaving' | 'left';

/** What cannot be had of an arc: a majority of its electors, or somebody who has its records. */
export const CLOSED = ['electors', 'copies'] as const;
export type Closed = (typeof CLOSED)[number];

/** An arc being compared with a copy of it, as those see it who look on (copies/sync.ts). */
export interface Comparison {
  readonly to: Member;
  /** Records and bytes moved so far, both ways. */
  readonly records: number;
  readonly bytes: number;
  /** Share of the arc that is done, 0 to 1. */
  readonly progress: number;
  /** Does what can be done now. Harmless at any time. */
  advance(now: number): void;
  abort(): void;
}

/** A write that waits for its copies (copies/replicas.ts). */
export interface PendingWrite {
  readonly key: Uint8Array;
  /** Sends it to every backup that does not have it yet. */
  spread(now: number): void;
  /** Ends it if there are enough copies. */
  progress(now: number): void;
  /** What a backup had of it is gone. */
  lost(backup: Member): void;
  /** Has it reached a process, durably? */
  isAt(peer: Peer): boolean;
  /** Somebody else may own its key by now. */
  disowned(now: number): void;
}

/** One who keeps copies of our arc. */
export interface Copy {
  readonly member: Member;
  /** Of the data that is meant; 0: its process has not said yet. */
  incarnation: number;
  /** Compared, and equal since: all that we hold it holds. */
  isInStep: boolean;
  /** The comparison under way. */
  sync: Comparison | null;
  /** When it is to be compared again. */
  dueAtMs: number;
}

/** An arc on its way: to one of ours (handover/handover.ts) or to a class program (class-service.ts). */
export interface Transfer {
  /** Null while a class program has not said who it is. */
  readonly to: Member | null;
  /** New writes to this key wait until it is clear who owns it. */
  holds(key: Uint8Array): boolean;
  /** False when too many wait already. */
  hold(again: (now: number) => void): boolean;
  /** A write to the arc that does not wait. */
  mirror(now: number, key: Uint8Array, record: Uint8Array): void;
}

const NO_MEMBERS: Member[] = [];
const NO_COPIES: Copy[] = [];

export class Identity {
  readonly member: Member;
  state: IdentityState = 'idle';
  end: Uint8Array;
  successors: Member[] = NO_MEMBERS;
  predecessors: Member[] = NO_MEMBERS;
  readonly fingers: Fingers = new Fingers();
  copies: Copy[] = NO_COPIES;
  isSettled = true;
  /** It answers for its arc only while it holds a title. */
  isTitled = false;
  holding: Holding | null = null;
  /**
   * The last title under which it has acted, or may have acted before its process died: its writes were counted
   * then, so it never acts under it again (titles/version.ts).
   */
  lastHeld: Epoch = NO_EPOCH;
  /** How far the arc should go, as our neighbours have it; with titles it goes there by a claim. */
  reach: Uint8Array;
  /** A claim of ours is under way; when the next one may begin. */
  isClaiming = false;
  reachAtMs = 0;
  /** Why what lies between our end and there, or all that was ours, is nobody's; null: it is somebody's. */
  closed: Closed | null = null;
  regainAtMs = 0;
  /** Our arc, or a part of it, on its way to somebody else. */
  handover: Transfer | null = null;
  /** Writes that wait for copies; made with the first. */
  writes: Set<PendingWrite> | null = null;
  /** Joining: who hands the arc over to us. */
  host: Member | null = null;
  /** Changes of our lists that were passed on at once since the last pulse. */
  passedOn = 0;
  /** Neighbours whose lists have been asked for. */
  readonly asking: Set<Address> = new Set();
  /** When neighbours are asked next. */
  pulseAtMs: number = Infinity;
  /** When the first predecessor last spoke to us. */
  heardAtMs = 0;
  /** Looks at ourselves that are still to be made, one a pulse: all our successors were gone at once. */
  searches = 0;
  /** Whom the round-robin check of the lists looks at next. */
  nextChecked = 0;
  joinFailures = 0;
  /** Who was last given a part of our arc, and when it took it; Infinity until it has said so. */
  admitted: Member | null = null;
  admittedAtMs = 0;
  /** Who last left its arc to us. */
  inherited: Member | null = null;
  /** Leaving: the heir was told, so we answer for nothing; until it agrees we are still a member. */
  isYielding = false;
  /** Left to a class program, which said that it took all; it can confirm no more than that. */
  isTakenByPlain = false;
  /** Leaving: who waits for it. */
  leaveDone: ((now: number) => void) | null = null;

  constructor(member: Member) {
    this.member = member;
    this.end = member.hash;
    this.reach = member.hash;
  }

  get hash(): Uint8Array {
    return this.member.hash;
  }

  get successor(): Member | undefined {
    return this.successors[0];
  }

  get predecessor(): Member | undefined {
    return this.predecessors[0];
  }

  /** It takes part in the ring: it has an arc, and neighbours to look after. */
  get isMember(): boolean {
    return this.state === 'member' || this.state === 'leaving';
  }

  owns(key: Uint8Array, at: number): boolean {
    if (!this.isMember || this.isYielding) return false;
    if (this.isTitled && this.holding === null) return false;
    return isInArc(key, at, this.hash, 0, this.end, 0);
  }

  get ownsAll(): boolean {
    return equalIds(this.hash, 0, this.end, 0);
  }

  /** Copies that are there in full. */
  get effectiveK(): number {
    let count = 0;
    for (const copy of this.copies) if (copy.isInStep) count++;
    return count;
  }
}
