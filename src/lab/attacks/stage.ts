/**
 * The stage of an attack: a world of honest nodes, an attacker's nodes that join it by protocol, and what
 * honest nodes then look for. Everything follows from the seed, so that a defence is measured by running
 * the same attack on the same world without it.
 *
 *     honest nodes, with warm tables ── attackers join ── a while ── announces, lookups ── a number
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import type { Errand } from '../../mainline/errand.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import type { MainlineNode } from '../../mainline/node.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver, Settings } from '../../mainline/state.ts';
import { gradeOf } from '../mainline/grade.ts';
import { type MainlineOverlay, mainlineWorld } from '../mainline/mainline-overlay.ts';
import type { Grade } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import type { World } from '../world.ts';
import { type SettlementPlan, settled } from './settlement.ts';

export interface StagePlan extends SettlementPlan {
  settings: Settings;
  /** Hears of each lookup. */
  recorder?: Recorder | null;
}

/** What a lookup came to. */
export interface Found {
  peers: Set<Address>;
  /** The closest that answered: their ids one after the other, and their addresses. */
  ids: Uint8Array[];
  addresses: Address[];
  requests: number;
  stored: number;
  latencyMs: number;
}

/** One way. */
const LATENCY_MS = 40;
const ANNOUNCEMENT = { port: 6881, impliedPort: false, seed: false };
const NOTHING: Found = {
  ...{ peers: new Set<Address>(), ids: [], addresses: [] },
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
  #asker = 0;
  #peers = new Set<Address>();
  #calls = 0;
  /** Hears answers to single questions. */
  onAnswer: (call: number, message: Message, rttMs: number, from: Address) => void = () => {};

  constructor(plan: StagePlan) {
    const { seed, honest, attackers, settings } = plan;
    this.honest = honest;
    this.#recorder = plan.recorder ?? null;
    this.random = new SeededRandom(seed, SeedStream.attacks);
    this.overlay = mainlineWorld(
      {
        ...{ seed, nodes: honest + attackers, founders: honest, settings, upkeep: true, sha1 },
        settlement: settled(plan),
        network: { latency: { kind: 'constant', ms: LATENCY_MS } },
      },
      this,
    );
  }

  get world(): World {
    return this.overlay.world;
  }

  /** Numbers of the attacker's nodes. */
  get attackers(): number[] {
    const { count } = this.overlay;
    return Array.from({ length: count - this.honest }, (_, i) => this.honest + i);
  }

  isAttacker(address: Address): boolean {
    return this.overlay.nodeAt(address) >= this.honest;
  }

  /** The attacker's nodes begin, each through an honest one, and behave as he says. */
  enter(settings: Settings): void {
    for (const node of this.attackers) {
      this.overlay.enlist(node, null, settings);
      this.overlay.restart(node, [this.overlay.addressOf(this.someone())], false);
    }
  }

  /** An honest node, chosen by chance. */
  someone(): number {
    return randomBelow(this.random, this.honest);
  }

  someId(): Uint8Array {
    const id = new Uint8Array(ID_BYTES);
    fillRandom(this.random, id, 0, ID_BYTES);
    return id;
  }

  idOf(node: number): Uint8Array {
    const start = (node + 1) * CONTACT_BYTES;
    return this.overlay.contactBytes.slice(start, start + ID_BYTES);
  }

  /** Virtual time passes. */
  run(forMs: number): void {
    this.world.run(this.world.now + forMs);
  }

  /** A command to a node, after which the world looks at its deadline. */
  command(node: number, give: (machine: MainlineNode, now: number) => void): void {
    give(this.overlay.node(node), this.world.now);
    this.world.arm(node);
  }

  announce(node: number, infoHash: Uint8Array): Found {
    return this.#look(node, LookupKind.announce, infoHash, ANNOUNCEMENT);
  }

  /** `meanwhile` is called when the first requests are on their way. */
  getPeers(node: number, infoHash: Uint8Array, meanwhile: () => void = () => {}): Found {
    return this.#look(node, LookupKind.getPeers, infoHash, null, meanwhile);
  }

  /** Who is in a node's table. */
  contactsOf(node: number): Address[] {
    const { contacts } = this.overlay.shared;
    const addresses: Address[] = [];
    this.overlay.node(node).table.visit((handle) => addresses.push(contacts.addressOf(handle)));
    return addresses;
  }

  #look(
    node: number,
    kind: LookupKind,
    target: Uint8Array,
    errand: Errand | null,
    meanwhile: () => void = () => {},
  ): Found {
    const call = ++this.#calls;
    this.#asker = node;
    this.#peers = new Set();
    let hasBegun = false;
    this.command(node, (machine, now) => {
      hasBegun = machine.lookup(now, kind, target, call, errand);
    });
    if (!hasBegun) return NOTHING;
    meanwhile();
    this.world.run(Infinity, () => this.#found.has(call));
    const found = this.#found.get(call)!;
    this.#found.delete(call);
    return found;
  }

  onLookup(call: number, lookup: Lookup): void {
    const ids: Uint8Array[] = [];
    const addresses: Address[] = [];
    lookup.closestAnswered(lookup.k, (row) => {
      const start = lookup.idStart(row);
      ids.push(lookup.bytes.slice(start, start + ID_BYTES));
      addresses.push(lookup.addressOf(row));
    });
    const grade = gradeOf(this.overlay, this.#asker, lookup);
    this.grades.push(grade);
    this.#recorder?.ended(lookup, grade);
    this.#found.set(call, {
      ...{ peers: this.#peers, ids, addresses },
      requests: lookup.askedCount,
      stored: lookup.writes.stored,
      latencyMs: this.world.now - lookup.startedAtMs,
    });
  }

  onPeer(_call: number, peer: Address): void {
    this.#peers.add(peer);
  }

  onSilence(): void {}
  onJoin(): void {}
}
