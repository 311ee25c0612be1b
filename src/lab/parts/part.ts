/**
 * A part of a world: some of its nodes, which live here, while all the others live elsewhere. Who comes
 * and goes, what befalls the network and who is where is known in every part, for it follows from the
 * seed; only datagrams have to cross:
 *
 *     part 0   nodes 0 … 499     ──┐ windows: as long as the shortest way takes, no part can hear
 *     part 1   nodes 500 … 999   ──┘ of what another does, so all run at once; then mail is exchanged
 *
 * The order within a millisecond (instant-order.ts), streams of the nodes' own (node-streams.ts) and the
 * sum of arrivals (trace-hash.ts) make the run the same in however many parts.
 */
import { assert } from '../../core/assert.ts';
import { Outbox } from './mail.ts';

/** Parts of one world at most: more cores than a machine has. */
export const PARTS_MAX = 64;

export class Part {
  readonly number: number;
  readonly count: number;
  /** The nodes that live here: `first` up to `end`, that one not included. */
  readonly first: number;
  readonly end: number;
  /** Mail for each part, by its number; that for ourselves stays empty. */
  readonly outboxes: readonly Outbox[];
  readonly #nodes: number;

  /** @param nodes of the whole world. */
  constructor(number: number, count: number, nodes: number) {
    assert(number >= 0 && number < count, 'a part is one of them all');
    this.number = number;
    this.count = count;
    this.#nodes = nodes;
    this.first = this.#firstOf(number);
    this.end = this.#firstOf(number + 1);
    this.outboxes = Array.from({ length: count }, () => new Outbox());
  }

  /** How many live here. */
  get size(): number {
    return this.end - this.first;
  }

  has(node: number): boolean {
    return node >= this.first && node < this.end;
  }

  /** A datagram leaves for a node that lives elsewhere. */
  send(atMs: number, to: number, from: number, bytes: Uint8Array, length: number): void {
    this.outboxes[this.#partOf(to)].put(atMs, to, from, bytes, length);
  }

  /** A node that lives elsewhere is told something. */
  tell(atMs: number, node: number, subscriber: number, word: number): void {
    this.outboxes[this.#partOf(node)].tell(atMs, node, subscriber, word);
  }

  /** When the first of the mail that waits here arrives. */
  get firstMailMs(): number {
    let firstMs = Infinity;
    for (const outbox of this.outboxes) firstMs = Math.min(firstMs, outbox.firstMs);
    return firstMs;
  }

  #firstOf(number: number): number {
    return Math.floor((this.#nodes * number) / this.count);
  }

  #partOf(node: number): number {
    let part = Math.floor((node * this.count) / this.#nodes);
    while (node >= this.#firstOf(part + 1)) part++;
    return part;
  }
}
