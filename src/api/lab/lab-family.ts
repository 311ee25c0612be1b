/**
 * The Mainline nodes of a lab as far as they are of one network, that of IPv4 or that of IPv6: what is asked of
 * them, how it ended, and what it was worth. The world and its time are the lab's.
 *
 *     node.findNode ─▶ lookup ─▶ overlay ── onLookup ──▶ graded by the oracle ─▶ the promise of the call
 */
import type { Address } from '../../core/address.ts';
import { wholeNumber } from '../../core/argument.ts';
import { formatId, ID_BYTES, parseId } from '../../core/id.ts';
import { DhtError } from '../../io/errors.ts';
import { gradeOf } from '../../lab/mainline/grade.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import type { Grade } from '../../lab/results/grade.ts';
import { START_MS } from '../../lab/world-state.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { Announcement, LookupKind } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import { type LookupTrace, traceOf } from '../../mainline/trace.ts';
import { TableView } from '../../mainline/views.ts';
import { pingResult } from '../mainline/answer.ts';
import { type StoredPeers, storedPeers } from '../mainline/stored.ts';
import { type LabAnnounceResult, type LabPingResult, lookupResult } from './lab-results.ts';
import { type LabNodeStats, labNodeStats } from './node-stats.ts';
import type { VirtualCalls } from './virtual-calls.ts';

/** Graded lookups that a lab remembers of a network. */
export const GRADES_REMEMBERED = 100_000;

/** The target of a ping, which has none. */
const NOWHERE = new Uint8Array(ID_BYTES);

/** What a lab does for its nodes. */
export interface LabDesk {
  readonly calls: VirtualCalls;
  isAlive(number: number): boolean;
  /** Why nobody can call a node that is not up. */
  whyNot(number: number): string;
  /** Somebody may look on. */
  ended(trace: LookupTrace, number: number, grade: Grade): void;
}

export class LabFamily {
  /** Hears what becomes of what is asked of them. */
  readonly observer: MainlineObserver = {
    onPeer: (call, peer) => void this.#peers.get(call)?.add(peer),
    onLookup: (call, lookup) => this.#ended(call, lookup),
    onAnswer: (call, message, rttMs, from) => this.#answered(call, message, rttMs, from),
    onSilence: (call) =>
      this.#desk.calls.fail(call, new DhtError('TIMEOUT', 'no answer came in time')),
    onJoin() {},
  };
  readonly grades: Grade[] = [];
  readonly #desk: LabDesk;
  #overlay: MainlineOverlay | null = null;
  /** Peers found so far, by call. */
  readonly #peers = new Map<number, Set<Address>>();

  constructor(desk: LabDesk) {
    this.#desk = desk;
  }

  /** Whose nodes they are; before any is asked for anything. */
  inhabit(overlay: MainlineOverlay): void {
    this.#overlay = overlay;
  }

  get overlay(): MainlineOverlay {
    return this.#overlay!;
  }

  idOf(number: number): string {
    return formatId(this.overlay.contactBytes, (number + 1) * CONTACT_BYTES);
  }

  addressOf(number: number): Address {
    return this.overlay.addressOf(number);
  }

  tableOf(number: number): TableView {
    const { overlay } = this;
    return new TableView(overlay.node(number), () => overlay.world.now, -START_MS);
  }

  storedBy(number: number, limit?: number): StoredPeers[] {
    return storedPeers(this.overlay.node(number), limit);
  }

  statsOf(number: number): LabNodeStats {
    return labNodeStats(this.overlay, number);
  }

  /** Begins a lookup; the promise is kept by letting virtual time pass. */
  lookup(
    number: number,
    kind: LookupKind,
    target: string | Uint8Array,
    announcement: Announcement | null,
  ): Promise<LabAnnounceResult> {
    return this.#desk.calls.open(number, (call) => {
      const id = parseId(target, 'target');
      this.#mustBeUp(number);
      this.#peers.set(call, new Set());
      const { overlay } = this;
      const { world } = overlay;
      if (!overlay.node(number).lookup(world.now, kind, id, call, announcement)) {
        this.#peers.delete(call);
        throw new DhtError('NO_NODES', `node ${number} knows nobody, or is too busy`);
      }
      world.arm(number);
    });
  }

  /** Asks whether another node is there. */
  ping(number: number, other: number): Promise<LabPingResult> {
    const { overlay } = this;
    wholeNumber(other, 'node', 0, overlay.count - 1);
    return this.#desk.calls.open(number, (call) => {
      this.#mustBeUp(number);
      const { world } = overlay;
      const to = this.addressOf(other);
      if (!overlay.node(number).ask(world.now, to, Method.ping, NOWHERE, call)) {
        throw new DhtError('BUSY', `node ${number} has too many questions under way`);
      }
      world.arm(number);
    });
  }

  #mustBeUp(number: number): void {
    if (!this.#desk.isAlive(number)) throw new DhtError('CLOSED', this.#desk.whyNot(number));
  }

  // What becomes of it.

  #answered(call: number, message: Message, rttMs: number, from: Address): void {
    const { calls } = this.#desk;
    try {
      const node = this.overlay.nodeAt(from);
      calls.settle(call, { ...pingResult(message, rttMs, from), node });
    } catch (error) {
      calls.fail(call, error as Error);
    }
  }

  #ended(call: number, lookup: Lookup): void {
    const { calls } = this.#desk;
    const asker = calls.nodeOf(call);
    const found = this.#peers.get(call) ?? [];
    this.#peers.delete(call);
    if (asker < 0) return;
    const grade = gradeOf(this.overlay, asker, lookup);
    this.grades.push(grade);
    if (this.grades.length > GRADES_REMEMBERED) this.grades.shift();
    const trace = traceOf(lookup, this.overlay.world.now);
    this.#desk.ended(trace, asker, grade);
    calls.settle(call, lookupResult(lookup, trace, grade, found));
  }
}
