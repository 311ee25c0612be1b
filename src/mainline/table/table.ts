/**
 * What a routing table is, whatever its shape (BEP 5 "Routing Table").
 *
 * Only contacts that answered a request of ours enter a table, and only *good* ones are handed to
 * others (condition.ts).
 *
 * Three shapes stand behind this interface: `kbuckets` (BEP 5's own), `flat` (every node ever heard
 * in one table) and `prefix` (the same, grouped by the first bits of the id).
 */
import type { Address } from '../../core/address.ts';
import type { Random } from '../../core/random.ts';
import type { Contacts, Handle } from '../rows/contacts.ts';
import type { Slab } from '../rows/slab.ts';
import type { Nearest } from './nearest.ts';

/** What became of a contact that answered. */
export const Offer = {
  /** It was in the table: refreshed. */
  known: 0,
  added: 1,
  /** Its part of the table is full: kept aside as a replacement. */
  spare: 2,
  /** Not wanted: its IP has a contact in the table already, or the table is at its limit. */
  refused: 3,
} as const;
export type Offer = (typeof Offer)[keyof typeof Offer];

/** One row, as `RoutingTable.visit` shows it. */
export type Visitor = (
  handle: Handle,
  heardSeconds: number,
  failures: number,
  part: number,
  isSuspect: boolean,
) => void;

export interface RoutingTable {
  readonly kind: string;
  /** Contacts in the table, spares apart. */
  readonly count: number;
  /** Buckets or groups. */
  readonly parts: number;
  /** The handle of a contact in the table, or 0. */
  find(id: Uint8Array, start: number, address: Address): Handle;
  /** Would an unknown contact with this id find a place? Asked before a stranger is pinged. */
  wants(now: number, id: Uint8Array, start: number): boolean;
  /** A contact answered us. */
  answered(now: number, id: Uint8Array, start: number, address: Address): Offer;
  /**
   * A contact of the table asked us something: it is alive (BEP 5's second way to be good). True
   * when it is bad nevertheless: it should be pinged, and its answer makes it good again.
   */
  heard(now: number, handle: Handle): boolean;
  /** A contact left a request unanswered; when that was sent may excuse it, see `isExcused`. */
  failed(handle: Handle, sentAtMs?: number): void;
  /**
   * Whoever was at this address is somebody else now: out, and its neighbours are to be asked. False
   * when nobody was.
   */
  changed(now: number, address: Address): boolean;
  /** Fills `nearest` with the contacts closest to its target; only good ones if so asked. */
  closest(now: number, nearest: Nearest, goodOnly: boolean): void;
  /** The contact that has been silent for longest, when that is too long, or 0. */
  quietest(now: number): Handle;
  /** While a ping to it is under way, `quietest` passes over it. Answers and failures end that too. */
  checking(handle: Handle, isUnderWay: boolean): void;
  /** A random id in the part of the table that has not changed for longest, if any is due. */
  refreshTarget(now: number, out: Uint8Array): boolean;
  /** A random id in a part of the table that has room for more contacts; false when it has none. */
  gapTarget(part: number, out: Uint8Array): boolean;
  /** When `quietest` or `refreshTarget` next has something to say. */
  dueAt(now: number): number;
  visit(visitor: Visitor): void;
  /** Gives all rows and references back. */
  release(): void;
}

/** What the tables of one process have in common; `MainlineShared` has it. */
export interface TableShared {
  readonly contacts: Contacts;
  readonly slab: Slab;
  readonly random: Random;
}

/** The node that a table is for. */
export interface TableOwner {
  readonly shared: TableShared;
  /** The node's own id, as a contact. */
  readonly self: Handle;
  /** Contacts per bucket. */
  readonly k: number;
  /** Contacts of the first buckets, where those are larger; of `kbuckets` only. */
  readonly wide?: readonly number[];
  /** One contact per IP address, loopback apart. */
  readonly onePerIp: boolean;
  /** One contact per /24 in each part of the table, local networks apart; of `kbuckets` only. */
  readonly onePerNetwork?: boolean;
  /** A contact whose id does not follow from its address (BEP 42) gives way to one whose does. */
  readonly prefersSecure?: boolean;
  /** Rows that were filled before, of which only `kbuckets` can make a table; null for none. */
  readonly rows?: TableRows | null;
}

/** A filled table without its object: buckets one behind the other from a first row on. */
export interface TableRows {
  first: number;
  parts: number;
  count: number;
}

export type TableFactory = (owner: TableOwner) => RoutingTable;
