/**
 * Calls of programs in one part of a world: they come in as plain data, are begun at the node that they are
 * for, and what came of them waits here until the part is asked.
 */
import type { Address } from '../../../core/address.ts';
import type { MainlinePart } from '../../../lab/mainline/mainline-part.ts';
import type { Grade } from '../../../lab/results/grade.ts';
import type { Message } from '../../../mainline/krpc/message.ts';
import type { Lookup } from '../../../mainline/rows/lookup.ts';
import type { Announcement, LookupKind } from '../../../mainline/rows/purpose.ts';
import { traceOf } from '../../../mainline/trace.ts';
import { pingResult } from '../../mainline/answer.ts';
import { lookupResult } from '../lab-results.ts';
import { whyNot } from '../lab-world.ts';

/** What a program asks of a node. */
export type Call = { number: number; node: number } & (
  | { what: 'lookup'; kind: LookupKind; target: Uint8Array; announcement: Announcement | null }
  | { what: 'ping'; other: number }
);

/** What came of it, plain data. */
export type Outcome = { call: number } & (
  | { isFailed: false; value: object }
  | { isFailed: true; code: string; message: string }
);

export class PartOffice {
  readonly #part: MainlinePart;
  #outcomes: Outcome[] = [];
  /** Of each call that has not ended: its node, and the peers that it found. */
  readonly #open = new Map<number, { node: number; peers: Set<Address> }>();

  constructor(part: MainlinePart) {
    this.#part = part;
    part.calls = {
      onLookup: (call, _node, lookup, grade) => this.#found(call, lookup, grade),
      onPeer: (call, peer) => void this.#open.get(call)?.peers.add(peer),
      onAnswer: (call, message, rttMs, from) => this.#answered(call, message, rttMs, from),
      onSilence: (call) => this.#fail(call, 'TIMEOUT', 'no answer came in time'),
      onGone: (node) => this.#gone(node),
    };
  }

  /** How many have ended that nobody was told of. */
  get ended(): number {
    return this.#outcomes.length;
  }

  /** All of them. */
  take(): Outcome[] {
    const outcomes = this.#outcomes;
    this.#outcomes = [];
    return outcomes;
  }

  begin(call: Call): void {
    const { number, node } = call;
    const part = this.#part;
    this.#open.set(number, { node, peers: new Set() });
    if (part.world.alive[node] === 0) this.#fail(number, 'CLOSED', whyNot(part.life, node));
    else if (call.what === 'ping') {
      if (part.ping(number, node, call.other)) return;
      this.#fail(number, 'BUSY', `node ${node} has too many questions under way`);
    } else {
      if (part.lookup(number, node, call.kind, call.target, call.announcement)) return;
      this.#fail(number, 'NO_NODES', `node ${node} knows nobody, or is too busy`);
    }
  }

  #found(call: number, lookup: Lookup, grade: Grade): void {
    const found = this.#open.get(call)?.peers ?? [];
    const trace = traceOf(lookup, this.#part.world.now);
    this.#settle(call, lookupResult(lookup, trace, grade, found));
  }

  #answered(call: number, message: Message, rttMs: number, from: Address): void {
    try {
      const node = this.#part.overlay.nodeAt(from);
      this.#settle(call, { ...pingResult(message, rttMs, from), node });
    } catch (error) {
      this.#fail(call, 'KRPC_ERROR', (error as Error).message);
    }
  }

  #gone(node: number): void {
    for (const [call, open] of this.#open) {
      if (open.node === node) this.#fail(call, 'CLOSED', `node ${node} crashed`);
    }
  }

  #settle(call: number, value: object): void {
    if (this.#open.delete(call)) this.#outcomes.push({ call, isFailed: false, value });
  }

  #fail(call: number, code: string, message: string): void {
    if (this.#open.delete(call)) this.#outcomes.push({ call, isFailed: true, code, message });
  }
}
