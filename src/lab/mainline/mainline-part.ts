/**
 * A part of a Mainline world with all that programs do there: made from plain data, so that each thread can
 * make its own, and told in plain data, so that all of them can be put together again.
 *
 *     plan ──▶ part 0 of 2 ──▶ tally ─┐
 *     plan ──▶ part 1 of 2 ──▶ tally ─┴─▶ the whole
 */
import type { Address } from '../../core/address.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { Announcement, LookupKind } from '../../mainline/rows/purpose.ts';
import { type ChurnChoice, churnFrom } from '../life/churn-model.ts';
import type { Life } from '../life/life.ts';
import { carryOut, follow, type Step } from '../life/schedule.ts';
import type { NetworkModel } from '../network/network-model.ts';
import type { Part } from '../parts/part.ts';
import { type Grade, inOrder, type PlacedGrade } from '../results/grade.ts';
import type { TrafficTotals } from '../results/recorded.ts';
import { sha1 } from '../sha1.ts';
import { type ArrivalSum, TraceHash } from '../trace-hash.ts';
import type { World } from '../world.ts';
import { gradeOf } from './grade.ts';
import { Lanes, type LanesModel } from './lanes.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';
import { appointRouters } from './routers.ts';
import { livingWorld, type StartModel } from './start.ts';
import { type Search, type Stored, Workload, type WorkloadModel } from './workload.ts';

/** Plain data, the same for all parts. */
export interface PartPlan {
  seed: number;
  nodes: number;
  network: NetworkModel;
  node: NodeChoices;
  upkeep: boolean;
  start: StartModel;
  churn: ChurnChoice | null;
  schedule: readonly Step[];
  /** Are there routers, which somebody looks after? */
  routers: boolean;
  /** Programs that look up and announce for so long, once all have joined; null: there are none. */
  workload: (WorkloadModel & { forMs: number }) | null;
  /** Lookups in lanes; null: there are none. */
  lanes: LanesModel | null;
}

/** What one part has to tell, plain data. */
export interface Tally {
  virtualMs: number;
  traffic: TrafficTotals;
  arrivals: ArrivalSum;
  bytesOut: number;
  upCount: number;
  grades: PlacedGrade[];
  /** Calls of the workload begun anywhere, and those that have not ended here. */
  begun: number;
  open: number;
  searches: Search[];
  stored: Stored[];
}

/** Hears of what programs called for. */
export interface PartCalls {
  onLookup(call: number, node: number, lookup: Lookup, grade: Grade): void;
  onPeer(call: number, peer: Address): void;
  onAnswer(call: number, message: Message, rttMs: number, from: Address): void;
  onSilence(call: number): void;
  /** The process of a node has ended. */
  onGone(node: number): void;
}

const NOBODY: PartCalls = {
  onLookup() {},
  onPeer() {},
  onAnswer() {},
  onSilence() {},
  onGone() {},
};

export class MainlinePart {
  readonly world: World;
  readonly overlay: MainlineOverlay;
  readonly life: Life;
  /** When all have joined, and programs begin. */
  readonly joinedMs: number;
  calls: PartCalls = NOBODY;
  readonly #workload: Workload | null;
  readonly #lanes: Lanes | null;
  readonly #grades: PlacedGrade[] = [];
  /** Who asked, by call. */
  readonly #askers = new Map<number, number>();

  /** @param part null: all of it lives here. */
  constructor(plan: PartPlan, part: Part | null) {
    const { seed, nodes, network, upkeep, start } = plan;
    this.#workload = plan.workload && new Workload(plan.workload, seed, null);
    const { overlay, life, joiningMs } = livingWorld(
      {
        ...{ seed, nodes, network, upkeep, start, part, sha1 },
        churn: plan.churn === null ? null : churnFrom(plan.churn, nodes),
        settings: settingsFrom({
          ...{ onePerIp: false, inbound: false, outbound: false },
          ...plan.node,
        }),
      },
      {
        onLookup: (call, lookup) => this.#ended(call, lookup),
        onPeer: (call, peer) => {
          this.#workload?.onPeer(call, peer);
          this.calls.onPeer(call, peer);
        },
        onAnswer: (...answer) => this.calls.onAnswer(...answer),
        onSilence: (call) => this.calls.onSilence(call),
        onJoin() {},
      },
    );
    this.overlay = overlay;
    this.world = overlay.world;
    this.life = life;
    this.joinedMs = this.world.now + joiningMs;
    this.#lanes =
      plan.lanes && new Lanes(overlay, plan.lanes, (...ended) => this.#laneEnded(...ended));
    life.observer = { began() {}, ended: (node) => this.#gone(node), resumed() {} };
    this.#workload?.inhabit([overlay], life);
    if (plan.routers) appointRouters([overlay], life, nodes);
    follow(life, plan.schedule);
    const forMs = plan.workload?.forMs ?? 0;
    this.#workload?.begin(this.joinedMs, this.joinedMs + forMs);
    this.#lanes?.begin();
  }

  /** Something befalls the world: in every part. `number` chooses what is left to chance. */
  befall(step: Omit<Step, 'at'>, number: number): void {
    carryOut(this.life, step, number);
  }

  /** Begins a lookup at a node that lives here; false when it cannot. */
  lookup(
    call: number,
    node: number,
    kind: LookupKind,
    target: Uint8Array,
    announcement: Announcement | null,
  ): boolean {
    const { overlay, world } = this;
    const hasBegun = overlay.node(node).lookup(world.now, kind, target, call, announcement);
    if (hasBegun) this.#askers.set(call, node);
    world.arm(node);
    return hasBegun;
  }

  /** Asks another node whether it is there; false when it cannot. */
  ping(call: number, node: number, other: number): boolean {
    const { overlay, world } = this;
    const to = overlay.addressOf(other);
    const isSent = overlay.node(node).ask(world.now, to, Method.ping, NOWHERE, call);
    world.arm(node);
    return isSent;
  }

  /** What it has come to so far. */
  tally(): Tally {
    const { world, overlay, life } = this;
    const workload = this.#workload;
    return {
      virtualMs: world.elapsedMs,
      traffic: { ...world.network.traffic },
      arrivals: world.hash.arrivals,
      bytesOut: overlay.counters.bytesOut,
      upCount: life.upCount,
      grades: [...this.#grades, ...(workload?.grades ?? [])],
      begun: workload?.begun ?? 0,
      open: workload?.open ?? 0,
      searches: workload?.searches ?? [],
      stored: workload?.stored ?? [],
    };
  }

  #ended(call: number, lookup: Lookup): void {
    if (this.#lanes?.onLookup(call, lookup)) return;
    const workload = this.#workload;
    if (workload !== null) {
      workload.onLookup(call, lookup);
      return;
    }
    const node = this.#askers.get(call);
    if (node === undefined) return; // a node's own
    this.#askers.delete(call);
    const grade = gradeOf(this.overlay, node, lookup);
    this.#place(call, grade);
    this.calls.onLookup(call, node, lookup, grade);
  }

  #laneEnded(number: number, node: number, lookup: Lookup | null): void {
    if (lookup !== null) this.#place(number, gradeOf(this.overlay, node, lookup));
  }

  #place(call: number, grade: Grade): void {
    this.#grades.push({ ...grade, endedMs: this.world.elapsedMs, call });
  }

  #gone(node: number): void {
    if (!this.world.isHere(node)) return;
    this.#lanes?.gone(node);
    for (const [call, asker] of this.#askers) if (asker === node) this.#askers.delete(call);
    this.calls.onGone(node);
  }
}

/** What all parts have told, as one world would have it. */
export function together(tallies: readonly Tally[]): Tally & { traceHash: string } {
  const hash = new TraceHash();
  for (const { arrivals } of tallies) hash.addArrivals(arrivals);
  const sum = (of: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  const [{ virtualMs, traffic, upCount, begun }] = tallies;
  const names = Object.keys(traffic) as (keyof TrafficTotals)[];
  const totals = names.map((name) => [name, sum((tally) => tally.traffic[name])]);
  return {
    ...{ virtualMs, upCount, begun },
    traffic: Object.fromEntries(totals) as TrafficTotals,
    arrivals: hash.arrivals,
    traceHash: hash.toString(),
    bytesOut: sum(({ bytesOut }) => bytesOut),
    open: sum(({ open }) => open),
    grades: inOrder(tallies.flatMap(({ grades }) => grades)),
    searches: tallies.flatMap(({ searches }) => searches),
    stored: tallies.flatMap(({ stored }) => stored),
  };
}

/** The target of a ping, which has none. */
const NOWHERE = new Uint8Array(20);
