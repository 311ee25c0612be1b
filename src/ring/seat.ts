/**
 * A seat: the process as an elector. What it has promised and accepted outlives it, so all of it is kept
 * as one fact in the store and is durable before an answer leaves; who comes back with its data has not
 * forgotten a promise, and who comes back without is somebody else (the incarnation).
 */
import type { Address } from '../core/address.ts';
import { assert } from '../core/assert.ts';
import type { Store } from '../core/store.ts';
import type { Identity } from './circle/identity.ts';
import type { Flushes } from './records/flushes.ts';
import { Elector, nextOf } from './titles/elector.ts';
import { claimantOf, compareEpochs, type Epoch, laterOf, NO_EPOCH } from './titles/epoch.ts';
import type { Peer, Title } from './titles/title.ts';

const TITLES_FACT = 'titles';

export class Seat {
  readonly elector: Elector = new Elector();
  readonly home: Address;
  readonly incarnation: number;
  /** The highest epoch by which a claim of ours was refused. */
  refusedBy: Epoch = NO_EPOCH;
  /** Arcs that we began without a record, for all who had any are lost. */
  bereft = 0;
  /** Changes so far, and how many of them are durable. */
  #changes = 0;
  #durable = 0;
  #isLasting = false;
  readonly #store: Store;
  readonly #flushes: Flushes;

  /** Takes up what the process before us had written down. */
  constructor(home: Address, incarnation: number, store: Store, flushes: Flushes) {
    this.home = home;
    this.incarnation = incarnation;
    this.#store = store;
    this.#flushes = flushes;
    const kept = store.fact(TITLES_FACT);
    if (kept !== null) assert(this.elector.decode(kept), 'the titles in the store are whole');
  }

  get peer(): Peer {
    return { home: this.home, incarnation: this.incarnation };
  }

  /** What stands for this process in its epochs. */
  get claimant(): number {
    return claimantOf(this.home, this.incarnation);
  }

  noteRefusal(epoch: Epoch): void {
    this.refusedBy = laterOf(this.refusedBy, epoch);
  }

  /** Writes down what has changed; whoever has to wait for it says `whenDurable`. */
  keep(): void {
    if (!this.elector.isChanged) return;
    this.#store.keepFact(TITLES_FACT, this.elector.encode());
    this.#flushes.touch();
    this.#changes++;
  }

  /** All that was promised and accepted is written down. */
  get isDurable(): boolean {
    return this.#durable === this.#changes;
  }

  /** Calls `said` when all of that is durable, at once if it is; or with what went wrong. */
  whenDurable(now: number, said: (now: number, error: string | null) => void): void {
    this.keep();
    if (this.isDurable) return said(now, null);
    const changes = this.#changes;
    this.#flushes.wait((at, error) => {
      if (error === null && changes > this.#durable) this.#durable = changes;
      said(at, error);
    });
  }

  /** Calls `said` once the next process on this store will be the same one, by its incarnation; or with what went wrong. */
  whenLasting(now: number, said: (now: number, error: string | null) => void): void {
    if (this.#isLasting) return said(now, null);
    this.#flushes.touch();
    this.#flushes.wait((at, error) => {
      if (error === null) this.#isLasting = true;
      said(at, error);
    });
  }

  /** May a record be kept here that was written under this epoch? */
  allows(key: Uint8Array, start: number, epoch: Epoch): boolean {
    const stretch = this.elector.at(key, start);
    if (stretch === null || stretch.accepted === null) return false;
    const { accepted, promised } = stretch;
    if (compareEpochs(accepted.epoch, epoch) !== 0) return false;
    // What was promised to the owner itself is no reason to refuse it.
    const { home, incarnation } = accepted.owner;
    return (
      compareEpochs(promised, nextOf(epoch)) <= 0 ||
      promised.claimant === claimantOf(home, incarnation)
    );
  }

  /** One of ours will act under titles, above all that it had when last heard of. */
  entitle(identity: Identity): void {
    identity.isTitled = true;
    for (const { epoch } of this.titlesOf([identity.member.address])) {
      identity.lastHeld = laterOf(identity.lastHeld, epoch);
    }
  }

  /** Titles that one of these addresses held when last heard of. */
  titlesOf(addresses: readonly Address[]): Title[] {
    const titles: Title[] = [];
    for (const { accepted } of this.elector.stretches) {
      if (accepted === null || !addresses.includes(accepted.owner.address)) continue;
      if (!titles.some((title) => compareEpochs(title.epoch, accepted.epoch) === 0)) {
        titles.push(accepted);
      }
    }
    return titles;
  }
}
