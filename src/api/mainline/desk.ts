/**
 * A node's desk: where calls begin their lookups, wait for what becomes of them, and hear what those find on the
 * way. Calls stand in files of their own and know a node by its desk alone.
 *
 *     getPeers ──▶ desk ── call ──▶ Calls ── lookup ──▶ MainlineNode
 *     promise  ◀──────────────────── settle ◀────────── observer
 *
 * What only some calls need is made when one of them needs it: of a thousand idle nodes nobody is asked anything.
 */
import type { Address } from '../../core/address.ts';
import type { CallLimits, Calls } from '../../io/calls.ts';
import type { Clock } from '../../io/clock.ts';
import type { Driver } from '../../io/driver.ts';
import { DhtError } from '../../io/errors.ts';
import { Search } from '../../io/search.ts';
import { LOOKUPS_LIMIT } from '../../mainline/asking/lookups.ts';
import type { Errand } from '../../mainline/errand.ts';
import type { Method } from '../../mainline/krpc/fields.ts';
import type { MainlineNode } from '../../mainline/node.ts';
import type { LookupKind } from '../../mainline/rows/purpose.ts';
import type { LookupTrace, NodeWrite } from '../../mainline/trace.ts';
import type { Entrance } from './entrance.ts';
import { busy, noNodes, wasClosed } from './outcomes.ts';
import type { Heard, Questions } from './questions.ts';

export interface LookupOutcome {
  trace: LookupTrace;
  stored: number;
  failed: number;
  writes: NodeWrite[];
}

/** What such calls need of a node. */
export interface Desk {
  /** A lookup, from its beginning to its end; `opened` is told its call before it begins. */
  lookup(
    limits: CallLimits,
    kind: LookupKind,
    target: Uint8Array,
    errand: Errand | null,
    opened?: (call: number) => void,
  ): Promise<LookupOutcome>;
  /** Work of a program's own as a call: it ends by its limits, too. */
  within<T>(limits: CallLimits, work: Promise<T>): Promise<T>;
  /** A call that finds things on the way; whoever leaves it early gives it up. */
  search<Found, Result>(
    run: (found: (one: Found) => void, opened: (call: number) => void) => Promise<Result>,
  ): Search<Found, Result>;
  /** One query to one address; false when it could not be sent, and nothing will be heard. */
  ask(to: Address, method: Method, target: Uint8Array, heard: Heard): boolean;
  /** Fires when the node closes. */
  readonly closing: AbortSignal;
  /** Time, as the node counts it. */
  now(): number;
  /** Hears what callbacks of the program throw. */
  tell(error: unknown): void;
  /** Who hears of the peers that a lookup finds, by call. */
  readonly found: Map<number, (peer: Address) => void>;
}

/** What a desk stands in front of. */
interface Office {
  node: MainlineNode;
  driver: Driver;
  calls: Calls;
  questions: Questions;
  clock: Clock;
}

/** The desk of a node in the world. */
export class NodeDesk implements Desk {
  readonly #node: MainlineNode;
  readonly #driver: Driver;
  readonly #calls: Calls;
  readonly #questions: Questions;
  readonly #clock: Clock;
  readonly #entrance: () => Entrance;
  #found: Desk['found'] | null = null;
  #closing: AbortController | null = null;
  #isClosed = false;

  /** @param entrance is there by the time of the first call. */
  constructor({ node, driver, calls, questions, clock }: Office, entrance: () => Entrance) {
    this.#node = node;
    this.#driver = driver;
    this.#calls = calls;
    this.#questions = questions;
    this.#clock = clock;
    this.#entrance = entrance;
  }

  /** A call of the machine's that `start` begins; what that throws is its outcome. */
  call<T>(limits: CallLimits, start: (call: number) => void): Promise<T> {
    if (this.#isClosed) return Promise.reject(wasClosed());
    const outcome = this.#calls.open<T>(start, limits, (call) => this.#node.cancel(call));
    this.#driver.drained();
    return outcome;
  }

  /** Goes on with a call that had to wait, unless it is over; what is thrown is its outcome. */
  attempt(call: number, command: () => void): void {
    if (!this.#calls.has(call)) return;
    try {
      command();
    } catch (error) {
      this.#calls.fail(call, error as Error);
    }
    this.#driver.drained();
  }

  lookup(
    limits: CallLimits,
    kind: LookupKind,
    target: Uint8Array,
    errand: Errand | null,
    opened?: (call: number) => void,
  ): Promise<LookupOutcome> {
    return this.call(limits, (call) => {
      opened?.(call);
      this.#begin(kind, target, call, errand);
    });
  }

  /** Begins a lookup; at once, or when the first name of the bootstrap list is resolved. */
  #begin(kind: LookupKind, id: Uint8Array, call: number, errand: Errand | null): void {
    const begin = (): boolean => this.#node.lookup(this.#clock.now(), kind, id, call, errand);
    if (begin()) return;
    if (this.#node.lookupCount >= LOOKUPS_LIMIT) throw busy();
    if (!this.#entrance().isResolving) throw noNodes();
    this.#entrance().postpone(() => {
      this.attempt(call, () => {
        if (!begin()) throw noNodes();
      });
    });
  }

  within<T>(limits: CallLimits, work: Promise<T>): Promise<T> {
    return this.call(limits, (call) => {
      work.then(
        (value) => this.#calls.settle(call, value),
        (error) => this.#calls.fail(call, error),
      );
    });
  }

  search<Found, Result>(
    run: (found: (one: Found) => void, opened: (call: number) => void) => Promise<Result>,
  ): Search<Found, Result> {
    return searchOf(run, (call) => {
      this.#node.cancel(call);
      this.#calls.fail(call, new DhtError('ABORTED', 'the search was left'));
    });
  }

  ask(to: Address, method: Method, target: Uint8Array, heard: Heard): boolean {
    return this.#questions.ask(this.#node, this.#driver, [to, method, target, heard]);
  }

  get found(): Desk['found'] {
    this.#found ??= new Map();
    return this.#found;
  }

  /** Who hears of the peers that the lookup of a call finds. */
  finderOf(call: number): ((peer: Address) => void) | undefined {
    return this.#found?.get(call);
  }

  get closing(): AbortSignal {
    this.#closing ??= new AbortController();
    return this.#closing.signal;
  }

  now(): number {
    return this.#clock.now();
  }

  tell(error: unknown): void {
    this.#driver.tell(error);
  }

  /** No call is begun any more. */
  shut(): void {
    this.#isClosed = true;
  }

  /** The node is gone: whoever waits for that hears it. */
  close(): void {
    this.#closing ??= new AbortController();
    this.#closing.abort();
  }
}

/** @param giveUp is told the call that was under way when whoever iterated left early. */
export function searchOf<Found, Result>(
  run: (found: (one: Found) => void, opened: (call: number) => void) => Promise<Result>,
  giveUp: (call: number) => void,
): Search<Found, Result> {
  let underWay = 0;
  const opened = (call: number): void => {
    underWay = call;
  };
  return new Search(
    (found) => run(found, opened),
    () => giveUp(underWay),
  );
}

/** What is left of the time of a call that consists of several. */
export function budgetOf(desk: Desk, { timeoutMs, signal }: CallLimits): () => CallLimits {
  if (timeoutMs === undefined) return () => ({ signal });
  const endsAtMs = desk.now() + timeoutMs;
  return () => ({ signal, timeoutMs: Math.max(1, Math.ceil(endsAtMs - desk.now())) });
}
