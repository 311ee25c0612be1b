/**
 * A trial: one world that is first disturbed and then left in peace, under checks from the first
 * event to the last.
 *
 *     ├───── faults ─────────────────────────┼───── healing ─────────────────┤
 *       churn, steps, losses; programs look    nobody comes or goes, nothing   everybody looks
 *       up and announce all the while          is lost                         something up
 *       └──────────── safety, all the time ────────────────────────────────┘   └── liveness ──┘
 *
 * A few nodes are *routers*, as real networks have them: everybody has their addresses. They fall like
 * all the others and are up again when healing begins.
 */
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { type Announcement, LookupKind } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import type { ChurnModel } from '../life/churn.ts';
import { type Life, State } from '../life/life.ts';
import { follow, type Step } from '../life/schedule.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import { lookupBoundMs, Safety } from './checks.ts';
import { type Expected, Liveness } from './liveness.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';
import { livingWorld, type StartModel } from './start.ts';

/** Plain data: what a trial is. */
export interface TrialPlan {
  seed: number;
  nodes: number;
  network: NetworkModel;
  start: StartModel;
  churn: ChurnModel | null;
  node: NodeChoices;
  schedule: readonly Step[];
  /** Lookups and announces begun by programs in a minute, over all nodes. */
  callsPerMinute: number;
  faultsMs: number;
  healingMs: number;
  expected: Expected;
}

export interface TrialResult {
  seed: number;
  nodes: number;
  /** Nodes that were up at the end. */
  survivors: number;
  traceHash: string;
  /** Datagrams delivered. */
  messages: number;
  virtualMs: number;
  /** Comparisons that could have failed. */
  checks: number;
  calls: number;
}

/** Nodes that everybody has heard of. */
export const ROUTERS = 3;
/** Safety is looked at this often: what goes wrong for a moment only is seen on the wire. */
const INSPECT_EVERY_MS = 15_000;
/** Info-hashes that programs announce and look for. */
const HASHES = 12;

/** @throws Violation when a check fails. */
export function runTrial(plan: TrialPlan): TrialResult {
  return new Trial(plan).run();
}

class Trial {
  readonly #plan: TrialPlan;
  readonly #overlay: MainlineOverlay;
  readonly #life: Life;
  readonly #safety: Safety;
  readonly #random: SeededRandom;
  readonly #hashes: Uint8Array[];
  readonly #joiningMs: number;
  readonly #liveness: Liveness;
  readonly #routers: readonly number[];
  /** Announces under way: who, and at what port. */
  readonly #announces = new Map<number, { node: number; port: number }>();
  #lastCall = 0;

  constructor(plan: TrialPlan) {
    this.#plan = plan;
    const { seed, nodes, network, start, churn } = plan;
    this.#random = new SeededRandom(seed, SeedStream.workload);
    this.#hashes = Array.from({ length: HASHES }, () => this.#randomId());
    const open = { onePerIp: false, inbound: false, outbound: false } as const;
    const settings = settingsFrom({ ...plan.node, ...open });
    const observer: MainlineObserver = {
      onLookup: (call, lookup) => this.#ended(call, lookup),
      onPeer: (call, peer) => this.#liveness.found(call, peer),
      onAnswer() {},
      onSilence() {},
      onJoin() {},
    };
    const world = livingWorld(
      { seed, nodes, network, start, churn, settings, upkeep: true, sha1 },
      observer,
    );
    this.#overlay = world.overlay;
    this.#life = world.life;
    this.#joiningMs = world.joiningMs;
    this.#safety = new Safety(world.overlay, world.life);
    this.#liveness = new Liveness(world.overlay, world.life);
    this.#routers = Array.from({ length: Math.min(ROUTERS, nodes) }, (_, i) =>
      Math.floor((i * nodes) / ROUTERS),
    );
    this.#life.appoint(this.#routers);
    const doors = this.#routers.map((router) => world.overlay.addressOf(router));
    for (let node = 0; node < nodes; node++) world.overlay.node(node).bootstrap = doors;
  }

  run(): TrialResult {
    const { faultsMs, healingMs, schedule, callsPerMinute, expected } = this.#plan;
    const { world } = this.#overlay;
    follow(this.#life, schedule);
    const faultsEndMs = world.now + this.#joiningMs + faultsMs;
    this.#work(faultsEndMs, 60_000 / callsPerMinute);
    this.#runUntil(faultsEndMs);
    this.#heal();
    this.#runUntil(world.now + healingMs);
    for (const hash of this.#hashes) this.#announce(this.#someoneUp(), hash);
    const boundMs = lookupBoundMs(this.#overlay.node(0).settings);
    this.#runUntil(world.now + boundMs);
    this.#liveness.begin(this.#hashes, this.#random);
    this.#runUntil(world.now + boundMs);
    this.#liveness.judge(expected);
    this.#safety.judgeCalls();
    return this.#result();
  }

  /** The end of all faults: who is down stays down but for the routers. */
  #heal(): void {
    const life = this.#life;
    life.endChurn();
    for (let node = 0; node < this.#plan.nodes; node++) life.resume(node);
    for (const router of this.#routers) life.begin(router, 'memory');
    this.#overlay.world.network.calm();
  }

  #result(): TrialResult {
    const { world } = this.#overlay;
    return {
      seed: this.#plan.seed,
      nodes: this.#plan.nodes,
      survivors: this.#life.upCount,
      traceHash: world.traceHash,
      messages: world.delivered,
      virtualMs: world.elapsedMs,
      checks: this.#safety.made,
      calls: this.#lastCall,
    };
  }

  #runUntil(endMs: number): void {
    const { world } = this.#overlay;
    while (world.now < endMs) {
      world.run(Math.min(endMs, world.now + INSPECT_EVERY_MS));
      this.#safety.inspect();
    }
  }

  /** Programs begin calls until `untilMs`, one every `everyMs`. */
  #work(untilMs: number, everyMs: number): void {
    const { world } = this.#overlay;
    const again = world.subscribe(() => {
      this.#call();
      const nextMs = world.now + 1 + randomBelow(this.#random, Math.ceil(everyMs * 2));
      if (nextMs < untilMs) world.schedule(nextMs, again, 0, 0);
    });
    world.schedule(world.now, again, 0, 0);
  }

  #call(): void {
    const node = randomBelow(this.#random, this.#plan.nodes);
    const what = randomBelow(this.#random, 3);
    const hash = this.#hashes[randomBelow(this.#random, HASHES)];
    const target = this.#randomId();
    if (this.#life.states[node] !== State.up) return;
    if (what === 0) this.#lookup(node, LookupKind.findNode, target, null);
    else if (what === 1) this.#lookup(node, LookupKind.getPeers, hash, null);
    else this.#announce(node, hash);
  }

  #announce(node: number, hash: Uint8Array): void {
    const port = 1 + randomBelow(this.#random, 65535);
    this.#announces.set(this.#lastCall + 1, { node, port });
    const announcement = { port, impliedPort: false, seed: false };
    this.#lookup(node, LookupKind.announce, hash, announcement);
  }

  #lookup(
    node: number,
    kind: LookupKind,
    target: Uint8Array,
    announcement: Announcement | null,
  ): void {
    const { world } = this.#overlay;
    const call = ++this.#lastCall;
    const machine = this.#overlay.node(node);
    this.#safety.began(call, node);
    // Whoever knows nobody is told so at once.
    if (!machine.lookup(world.now, kind, target, call, announcement)) this.#safety.ended(call);
    world.arm(node);
  }

  #ended(call: number, lookup: Lookup): void {
    if (this.#liveness.ended(call, lookup)) return;
    this.#safety.ended(call);
    const announce = this.#announces.get(call);
    if (!announce || lookup.writes.stored === 0) return;
    const { node, port } = announce;
    this.#liveness.announced(lookup.target, node, port, lookup.startedAtMs);
  }

  #someoneUp(): number {
    for (;;) {
      const node = randomBelow(this.#random, this.#plan.nodes);
      if (this.#life.states[node] === State.up) return node;
    }
  }

  #randomId(): Uint8Array {
    const id = new Uint8Array(ID_BYTES);
    fillRandom(this.#random, id, 0, ID_BYTES);
    return id;
  }
}
