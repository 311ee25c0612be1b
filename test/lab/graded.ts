/** A world under test: lookups from everywhere to anywhere, each graded by the oracle. */
import { createHash } from 'node:crypto';
import { fillRandom, randomBelow, SeededRandom } from '../../src/core/random.ts';
import { type MainlineOverlay, mainlineWorld } from '../../src/lab/mainline/mainline-overlay.ts';
import type { LatencyModel } from '../../src/lab/network/latency.ts';
import type { World } from '../../src/lab/world.ts';
import { type NodeChoices, settingsFrom } from '../../src/mainline/choices.ts';
import type { Lookup } from '../../src/mainline/rows/lookup.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import type { MainlineObserver } from '../../src/mainline/state.ts';

/** No strangers here, so no limits; k and alpha as in the published tables. */
export const CHOICES: NodeChoices = {
  ...{ inbound: false, outbound: false, onePerIp: false },
  ...{ k: 8, alpha: 3 },
};

export interface Grade {
  asker: number;
  rpcs: number;
  /** Hops to the closest node of the result. */
  hops: number;
  tookMs: number;
  /** The nodes found, closest first, and who they should have been at the end. */
  found: number[];
  truth: number[];
}

export interface WorldChoices {
  seed?: number;
  nodes?: number;
  latency?: LatencyModel;
  loss?: number;
  upkeep?: boolean;
}

export class GradedWorld implements MainlineObserver {
  readonly overlay: MainlineOverlay;
  readonly world: World;
  readonly grades: Grade[] = [];
  readonly peers = new Map<number, Set<number>>();
  readonly stored = new Map<number, number>();
  started = 0;
  silences = 0;
  answers = 0;
  readonly #k: number;
  readonly #random: SeededRandom;
  readonly #asked = new Map<number, { asker: number; target: Uint8Array }>();

  constructor(options: WorldChoices = {}, choices: NodeChoices = CHOICES) {
    const { seed = 1, nodes = 1000, loss = 0, upkeep = false } = options;
    const { latency = { kind: 'constant', ms: 100 } } = options;
    const settings = settingsFrom(choices);
    this.#k = settings.k;
    this.#random = new SeededRandom(seed, 99);
    const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest();
    const network = { latency, loss };
    this.overlay = mainlineWorld({ seed, nodes, network, upkeep, settings, sha1 }, this);
    this.world = this.overlay.world;
  }

  /** Starts a lookup; its call number. */
  lookup(asker: number, kind: LookupKind, target: Uint8Array, port = 0): number {
    const { world } = this;
    const call = ++this.started;
    this.#asked.set(call, { asker, target });
    const announcement = port === 0 ? null : { port, impliedPort: false, seed: false };
    const node = this.overlay.node(asker);
    if (!node.lookup(world.now, kind, target, call, announcement)) throw new Error('not started');
    world.arm(asker);
    return call;
  }

  /** Lookups by living nodes for random ids, all begun now. */
  begin(count: number): void {
    for (let i = 0; i < count; i++) {
      this.lookup(this.someone(), LookupKind.findNode, this.randomId());
    }
  }

  someone(): number {
    for (;;) {
      const node = randomBelow(this.#random, this.world.count);
      if (this.world.alive[node] === 1) return node;
    }
  }

  randomId(): Uint8Array {
    const id = new Uint8Array(20);
    fillRandom(this.#random, id, 0, 20);
    return id;
  }

  crash(share: number): void {
    for (let i = 0; i < this.world.count; i++)
      if (randomBelow(this.#random, 1000) < share * 1000) this.overlay.crash(i);
  }

  mean(of: (grade: Grade) => number): number {
    return this.grades.reduce((sum, grade) => sum + of(grade), 0) / this.grades.length;
  }

  onPeer(call: number, peer: number): void {
    const found = this.peers.get(call);
    if (found) found.add(peer);
    else this.peers.set(call, new Set([peer]));
  }

  onLookup(call: number, lookup: Lookup): void {
    const { overlay, world } = this;
    const { asker, target } = this.#asked.get(call)!;
    this.stored.set(call, lookup.writes.stored);
    const found: number[] = [];
    let hops = 0;
    lookup.closestAnswered(this.#k, (row) => {
      if (found.length === 0) hops = lookup.hopsOf(row);
      found.push(overlay.population.nodeAt(lookup.addressOf(row)));
    });
    const truth = [...overlay.oracle.closest(target, this.#k, asker + 1)].map(
      (handle) => handle - 1,
    );
    const tookMs = world.now - lookup.startedAtMs;
    this.grades.push({ asker, rpcs: lookup.askedCount, hops, tookMs, found, truth });
  }

  onAnswer(): void {
    this.answers++;
  }

  onSilence(): void {
    this.silences++;
  }

  onJoin(): void {}
}
