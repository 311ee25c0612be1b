/**
 * A campaign of lookups: so many, so many of them at a time, by living nodes chosen by chance, each
 * graded by the oracle when it ends. Most experiments are a world, a campaign in it, and what came out.
 *
 *     begin until `atATime` are under way ─▶ let the world take one step ─▶ again
 */

import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { type Announcement, LookupKind } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import type { Watch } from '../results/experiment.ts';
import type { Grade } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { gradeOf } from './grade.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

/** Lookups under way at a time: enough to fill the wire, few enough to stay in the caches. */
export const AT_A_TIME = 500;
/** Progress is told after this many events. */
const EVENTS_PER_REPORT = 200_000;

export interface CampaignPlan {
  lookups: number;
  /** Default 500. */
  atATime?: number;
  /** Default find_node. */
  kind?: LookupKind;
  /** What to announce; needed where the kind is `announce`. */
  announcement?: Announcement;
  /** Writes the target of the n-th lookup, n from 0; default: an id chosen by chance. */
  target?(n: number, id: Uint8Array): void;
  /** Hears every lookup that ends; it is borrowed. */
  onEnd?(lookup: Lookup, grade: Grade, n: number): void;
  /** Hears every peer that the n-th lookup finds, `afterMs` after it began. */
  onPeer?(n: number, peer: Address, afterMs: number): void;
  watch?: Watch;
}

/** Runs campaigns in one world, whose observer it is. */
export class Campaigns implements MainlineObserver {
  readonly random: SeededRandom;
  readonly #recorder: Recorder | null;
  #overlay: MainlineOverlay | null = null;
  #plan: CampaignPlan | null = null;
  #grades: Grade[] = [];
  /** Who began each lookup that is under way; by call. */
  readonly #askers = new Map<number, { node: number; n: number; atMs: number }>();
  #calls = 0;

  /** A recorder hears of each lookup and each event; it has begun before the first campaign. */
  constructor(seed: number, recorder: Recorder | null = null) {
    this.random = new SeededRandom(seed, SeedStream.lookups);
    this.#recorder = recorder;
  }

  /** Runs one campaign to its end; the grades are in the order in which the lookups ended. */
  run(overlay: MainlineOverlay, plan: CampaignPlan): Grade[] {
    const { world } = overlay;
    const { lookups, atATime = AT_A_TIME, watch } = plan;
    this.#overlay = overlay;
    this.#plan = plan;
    this.#grades = [];
    let begun = 0;
    for (let events = 0; this.#grades.length < lookups; events++) {
      while (this.#askers.size < atATime && begun < lookups) this.#begin(begun++);
      if (!world.step(Infinity)) break;
      this.#recorder?.passed();
      if (!watch || events % EVENTS_PER_REPORT !== 0) continue;
      const { delivered: messages, elapsedMs: virtualMs } = world;
      watch({ unit: 'lookup', done: this.#grades.length, of: lookups, messages, virtualMs });
    }
    return this.#grades;
  }

  onLookup(call: number, lookup: Lookup): void {
    const asker = this.#askers.get(call);
    if (!asker) return;
    this.#askers.delete(call);
    const grade = gradeOf(this.#overlay!, asker.node, lookup);
    this.#grades.push(grade);
    this.#recorder?.ended(lookup, grade);
    this.#plan!.onEnd?.(lookup, grade, asker.n);
  }

  onPeer(call: number, peer: Address): void {
    const asker = this.#askers.get(call);
    if (!asker) return;
    const afterMs = this.#overlay!.world.now - asker.atMs;
    // What the asker keeps for others itself says nothing of the network.
    if (afterMs > 0) this.#plan!.onPeer?.(asker.n, peer, afterMs);
  }

  onAnswer(): void {}
  onSilence(): void {}
  onJoin(): void {}

  /** A living node, chosen by chance. */
  someone(overlay: MainlineOverlay): number {
    for (;;) {
      const node = randomBelow(this.random, overlay.count);
      if (overlay.world.alive[node] === 1) return node;
    }
  }

  #begin(n: number): void {
    const overlay = this.#overlay!;
    const { target, kind = LookupKind.findNode, announcement = null } = this.#plan!;
    const node = this.someone(overlay);
    const id = new Uint8Array(ID_BYTES);
    if (target) target(n, id);
    else fillRandom(this.random, id, 0, ID_BYTES);
    const call = ++this.#calls;
    this.#askers.set(call, { node, n, atMs: overlay.world.now });
    const machine = overlay.node(node);
    if (!machine.lookup(overlay.world.now, kind, id, call, announcement)) {
      this.#lost(call, node, kind, id);
    }
    overlay.world.arm(node);
  }

  /** A node that knows nobody cannot even begin: a failure like any other. */
  #lost(call: number, node: number, kind: LookupKind, id: Uint8Array): void {
    this.#askers.delete(call);
    const wanted = this.#overlay!.node(node).settings.k;
    const none = { exact: false, found: 0, rpcs: 0, hops: 0, latencyMs: 0, failed: true };
    const grade = { node, wanted, ...none };
    this.#grades.push(grade);
    this.#recorder?.unbegun(kind, id, grade);
  }
}
