/**
 * A node's desk: where calls that stand in files of their own begin their lookups, and hear what those
 * find on the way and come to.
 */
import type { Address } from '../../core/address.ts';
import type { CallLimits } from '../../io/calls.ts';
import { Search } from '../../io/search.ts';
import type { Errand } from '../../mainline/errand.ts';
import type { Method } from '../../mainline/krpc/fields.ts';
import type { LookupKind } from '../../mainline/rows/purpose.ts';
import type { LookupTrace, NodeWrite } from '../../mainline/trace.ts';
import type { Heard } from './questions.ts';

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
