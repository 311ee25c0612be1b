/**
 * Nodes with one id on one port, one per core. The kernel deals out what comes in among their sockets,
 * always the same one to the same sender:
 *
 *     X ──▶ port 6881 ──┬──▶ worker 1    its own table, its own stored peers
 *     Y ──▶ port 6881 ──┴──▶ worker 2    its own table, its own stored peers
 *
 * They share nothing but the key of their write tokens. What X is asked by worker 1 it answers to the
 * port, where worker 2 may hear it: such a stray is passed on.
 */
import { type Address, formatAddress } from '../../core/address.ts';
import { shown } from '../../core/argument.ts';
import type { Machine } from '../../core/host.ts';
import { type Counters, Drop } from '../../mainline/counters.ts';

export interface Siblings {
  /** A secret that all of them have, 16 bytes or more: a write token of one counts at the others. */
  key: Uint8Array;
  /** Hears an answer that is to none of our queries: give it to `receive` of the others. */
  onStray?: (from: string, bytes: Uint8Array) => void;
}

/** The least bytes of a key. */
const KEY_BYTES = 16;

/** @throws TypeError or RangeError */
export function checkSiblings(siblings: Siblings, sharesMemory: boolean): void {
  const { key } = siblings;
  if (!(key instanceof Uint8Array)) {
    throw new TypeError(`"siblings.key" expected bytes, got ${shown(key)}`);
  }
  if (key.length < KEY_BYTES) {
    throw new RangeError(`"siblings.key" expected ${KEY_BYTES} bytes or more, got ${key.length}`);
  }
  if (sharesMemory) throw new TypeError('"siblings" expected no "shareWith" beside it');
}

const STRAYS = Drop.unknownTransaction - 1;

/** A node whose strays are told of. */
export class StrayTeller implements Machine {
  /** The datagram at hand came in at a sibling: it is not passed on again. */
  isPassedOn = false;
  readonly #node: Machine;
  readonly #counters: Counters;
  readonly #tell: (from: string, bytes: Uint8Array) => void;

  constructor(node: Machine, counters: Counters, tell: (from: string, bytes: Uint8Array) => void) {
    this.#node = node;
    this.#counters = counters;
    this.#tell = tell;
  }

  get deadline(): number {
    return this.#node.deadline;
  }

  receive(now: number, from: Address, bytes: Uint8Array, start: number, end: number): void {
    const { dropped } = this.#counters;
    const before = dropped[STRAYS];
    this.#node.receive(now, from, bytes, start, end);
    if (this.isPassedOn || dropped[STRAYS] === before) return;
    this.#tell(formatAddress(from), Uint8Array.prototype.slice.call(bytes, start, end));
  }

  tick(now: number): void {
    this.#node.tick(now);
  }

  unsent(now: number, to: Address): void {
    this.#node.unsent?.(now, to);
  }
}
