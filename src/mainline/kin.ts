/**
 * A node's way into its network, with the help of a sibling: the node of the other family on the same host
 * (BEP 32) is told of contacts of ours, and hands them on, while we know few.
 *
 *     entrance ── addresses ──┬──▶ join
 *     sibling ─── contacts ───┘ once a second at most
 */
import type { Address } from '../core/address.ts';
import type { MainlineNode } from './node.ts';

/** How often a node begins anew with contacts that its sibling was told of. */
const FOREIGN_EVERY_MS = 1000;
const NOBODY: readonly Address[] = [];

export class Kin {
  readonly #node: MainlineNode;
  readonly #now: () => number;
  readonly #join: (addresses: readonly Address[]) => void;
  #sibling: Kin | null = null;
  /** Whose sibling we are. */
  readonly #metBy: Kin[] = [];
  #known: readonly Address[];
  #foreign = NOBODY;
  #foreignAtMs = -Infinity;

  /** @param known whom it joined through already. */
  constructor(
    node: MainlineNode,
    now: () => number,
    join: (addresses: readonly Address[]) => void,
    known: readonly Address[] = NOBODY,
  ) {
    this.#node = node;
    this.#now = now;
    this.#join = join;
    this.#known = known;
  }

  meet(other: Kin): void {
    this.know(other);
    this.#node.meet(this.#now(), other.#node);
  }

  /** The same where the nodes have met already. */
  know(other: Kin): void {
    this.#sibling = other;
    if (!other.#metBy.includes(this)) other.#metBy.push(this);
  }

  /** Joins through those that the entrance knows, and those that came from a sibling. */
  join(known: readonly Address[]): void {
    this.#known = known;
    this.#join([...known, ...this.#foreign]);
  }

  /** Our node was told of contacts that are for its sibling. */
  handOn(contacts: readonly Address[]): void {
    if (this.#sibling !== null) this.#sibling.#hear(contacts);
  }

  #hear(contacts: readonly Address[]): void {
    const now = this.#now();
    if (now < this.#foreignAtMs + FOREIGN_EVERY_MS) return;
    this.#foreignAtMs = now;
    this.#foreign = contacts;
    this.join(this.#known);
  }

  /** The node is about to close: nobody looks at its table any more. */
  close(): void {
    for (const one of this.#metBy) {
      one.#node.sibling = null;
      one.#sibling = null;
    }
    if (this.#sibling === null) return;
    const metBy = this.#sibling.#metBy;
    if (metBy.includes(this)) metBy.splice(metBy.indexOf(this), 1);
  }
}
