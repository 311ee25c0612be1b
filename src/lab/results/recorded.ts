/**
 * What a recorder asks of the world that it records, whatever its nodes are. It is the one place where
 * the words of the tables are given a meaning for each overlay:
 *
 *                     Mainline                          a ring
 *     contacts        of the routing table              successors, predecessors and fingers, each once
 *     parts           buckets                           places on the circle
 *     part of one     its bucket: shared bits of ids    bits that the way to it is shorter than a circle
 *     messages        datagrams                         frames
 */
import type { Address } from '../../core/address.ts';
import type { Traffic } from '../network/traffic.ts';
import type { World } from '../world.ts';

/** Hears of one contact. */
export type ContactSeer = (
  id: Uint8Array,
  start: number,
  part: number,
  failures: number,
  heardAgoMs: number | null,
  isAlive: boolean,
) => void;

/** Totals since the world began; what an overlay has not is 0. */
export type TrafficTotals = { readonly [K in Exclude<keyof Traffic, 'underWay'>]: number };

export interface Homes {
  readonly count: number;
  nodeOf(home: number): number;
  /** Messages that arrived there since it is recorded. */
  receivedOf(home: number): number;
}

export interface Recorded {
  readonly world: World;
  readonly traffic: TrafficTotals;
  readonly sentBytes: number;
  readonly timeouts: number;
  /**
   * Where nodes have several addresses, each with an id and a table of its own: how many there are in all, and
   * whose each is. What is asked for below is then asked by the number of such a home. Default: one each.
   */
  readonly homes?: Homes;
  addressOf(node: number): Address;
  /** 20 bytes. */
  idOf(node: number): Uint8Array;
  /** Of a node that has never been there both are 0. */
  contactsOf(node: number): number;
  partsOf(node: number): number;
  visit(node: number, see: ContactSeer): void;
}
