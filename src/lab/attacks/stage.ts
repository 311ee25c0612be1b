/**
 * The stage of an attack: a world of honest nodes, adversaries (adversaries/adversary.ts) that come when their
 * time has come, and what honest nodes then look for. Everything follows from the seed, so that a defence is
 * measured by running the same attack on the same world without it.
 *
 *     honest nodes, with warm tables ── adversaries join ── a while ── announces, lookups ── a number
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES, randomId } from '../../core/id.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import { type Errand, itemErrand } from '../../mainline/errand.ts';
import { encode } from '../../mainline/krpc/bencode.ts';
import { immutableItem } from '../../mainline/krpc/item.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver, Settings } from '../../mainline/state.ts';
import { type AdversaryModel, bandsOf } from '../adversaries/adversary.ts';
import { type Actors, Cast } from '../adversaries/cast.ts';
import { settled } from '../adversaries/settlement.ts';
import { gradeOf } from '../mainline/grade.ts';
import { type MainlineOverlay, mainlineWorld } from '../mainline/mainline-overlay.ts';
import type { Grade } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import type { World } from '../world.ts';

export interface StagePlan {
  seed: number;
  honest: number;
  adversaries: readonly AdversaryModel[];
  /** Of the honest. */
  settings: Settings;
  /** Hears of each lookup. */
  recorder?: Recorder | null;
}

/** What a lookup came to. */
export interface Found {
  peers: Set<Address>;
  /** The ids of the closest that answered. */
  ids: Uint8Array[];
  requests: number;
  stored: number;
  latencyMs: number;
}

/** One way. */
const LATENCY_MS = 40;
const ANNOUNCEMENT = { port: 6881, impliedPort: false, seed: false };
const NOTHING: Found = {
  ...{ peers: new Set<Address>(), ids: [] },
  ...{ requests: 0, stored: 0, latencyMs: 0 },
};

export class Stage implements MainlineObserver {
  readonly overlay: MainlineOverlay;
  readonly random: SeededRandom;
  readonly honest: number;
  /** Of the lookups that were asked for. */
  readonly grades: Grade[] = [];
  readonly #found = new Map<number, Found>();
  readonly #recorder: Recorder | null;
  readonly #cast: Cast;
  #asker = 0;
  #peers = new Set<Address>();
  #calls = 0;

  constructor(plan: StagePlan) {
    const { seed, honest, settings } = plan;
    const bands = bandsOf(plan.adversaries, honest);
    const nodes = bands.reduce((sum, { count }) => sum + count, honest);
    this.honest = honest;
    this.#recorder = plan.recorder ?? null;
    this.random = new SeededRandom(seed, SeedStream.attacks);
    this.overlay = mainlineWorld(
      {
        ...{ seed, nodes, founders: honest, settings, upkeep: true, sha1 },
        settlement: settled(seed, honest, bands),
        network: { latency: { kind: 'constant', ms: LATENCY_MS } },
      },
      this,
    );
    this.#cast = new Cast(this.overlay, bands, honest);
  }

  get world(): World {
    return this.overlay.world;
  }

  /** Each adversary, in the order of the plan. */
  get actors(): readonly Actors[] {
    return this.#cast.actors;
  }

  isAttacker(address: Address): boolean {
    return this.overlay.nodeAt(address) >= this.honest;
  }

  /** An honest node, chosen by chance. */
  someone(): number {
    return randomBelow(this.random, this.honest);
  }

  someoneBut(node: number): number {
    for (;;) {
      const chosen = this.someone();
      if (chosen !== node) return chosen;
    }
  }

  someId(): Uint8Array {
    return randomId(this.random);
  }

  idOf(node: number): Uint8Array {
    const start = (node + 1) * CONTACT_BYTES;
    return this.overlay.contactBytes.slice(start, start + ID_BYTES);
  }

  /** Virtual time passes. */
  run(forMs: number): void {
    this.world.run(this.world.now + forMs);
  }

  announce(node: number, infoHash: Uint8Array): Found {
    return this.#look(node, LookupKind.announce, infoHash, ANNOUNCEMENT);
  }

  getPeers(node: number, infoHash: Uint8Array): Found {
    return this.#look(node, LookupKind.getPeers, infoHash, null);
  }

  /** Puts an immutable item (BEP 44). */
  put(node: number, value: Uint8Array): Found {
    const item = immutableItem(encode(value));
    const errand = itemErrand(item.salt, () => item);
    return this.#look(node, LookupKind.put, sha1(item.value), errand);
  }

  /** Who is in a node's table. */
  contactsOf(node: number): Address[] {
    const { contacts } = this.overlay.shared;
    const addresses: Address[] = [];
    this.overlay.node(node).table.visit((handle) => addresses.push(contacts.addressOf(handle)));
    return addresses;
  }

  #look(node: number, kind: LookupKind, target: Uint8Array, errand: Errand | null): Found {
    const call = ++this.#calls;
    this.#asker = node;
    this.#peers = new Set();
    const { world } = this;
    const hasBegun = this.overlay.node(node).lookup(world.now, kind, target, call, errand);
    world.arm(node);
    if (!hasBegun) return NOTHING;
    this.world.run(Infinity, () => this.#found.has(call));
    const found = this.#found.get(call)!;
    this.#found.delete(call);
    return found;
  }

  onLookup(call: number, lookup: Lookup): void {
    const ids: Uint8Array[] = [];
    lookup.closestAnswered(lookup.k, (row) => {
      const start = lookup.idStart(row);
      ids.push(lookup.bytes.slice(start, start + ID_BYTES));
    });
    const grade = gradeOf(this.overlay, this.#asker, lookup);
    this.grades.push(grade);
    this.#recorder?.ended(lookup, grade);
    this.#found.set(call, {
      ...{ peers: this.#peers, ids },
      requests: lookup.askedCount,
      stored: lookup.writes.stored,
      latencyMs: this.world.now - lookup.startedAtMs,
    });
  }

  onPeer(_call: number, peer: Address): void {
    this.#peers.add(peer);
  }

  onAnswer(call: number, message: Message): void {
    this.#cast.onAnswer(call, message);
  }

  onSilence(call: number): void {
    this.#cast.onSilence(call);
  }

  onJoin(): void {}
}
