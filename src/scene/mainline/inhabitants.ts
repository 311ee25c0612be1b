/**
 * Mainline nodes as the inhabitants of a scene: tables of a converged network, upkeep on, no meters.
 *
 *     put      announces the name's hash         `announce_peer`
 *     get      looks for its peers               `get_peers`
 *     lookup   looks for the nodes closest to it `find_node`
 *
 * Whoever has put a key announces it again every quarter of an hour while it is up, as the programs of
 * BEP 5 do: peers expire after 45 minutes.
 *
 * A key is an info-hash. Its holders are the nodes that store a peer for it; its owner, for want of a
 * better word, the living node closest to it. Nobody says goodbye: who leaves is just not there.
 */

import { type Address, portOf } from '../../core/address.ts';
import { equalIds, formatId, ID_BYTES } from '../../core/id.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import type { DualStack } from '../../lab/mainline/dual-stack.ts';
import { gradeOf } from '../../lab/mainline/grade.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import { sybilHandler, sybilId } from '../../lab/mainline/sybils.ts';
import type { Grade } from '../../lab/results/grade.ts';
import { SeedStream } from '../../lab/seed.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { World } from '../../lab/world.ts';
import { Kind, Malformed } from '../../mainline/krpc/fields.ts';
import { Message } from '../../mainline/krpc/message.ts';
import type { MainlineNode } from '../../mainline/node.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind, Purpose } from '../../mainline/rows/purpose.ts';
import type { MainlineObserver, Settings } from '../../mainline/state.ts';
import { kindName } from '../../mainline/trace.ts';
import type { ExchangeMark } from '../explain/exchanges.ts';
import { explainMainline, kindOfMainline, mainlineExchange } from '../explain/mainline.ts';
import type { SceneConfig } from '../protocol/config.ts';
import type { Explanation, KeyView, LookupView, NodeView } from '../protocol/messages.ts';
import {
  type Ending,
  type Inhabitants,
  type InhabitantsEar,
  type Phase,
  type Populate,
  type SceneCall,
  SPARE_NODES,
} from '../world/inhabitants.ts';
import { networkOf } from '../world/models.ts';
import { Besiegers, honestSettings } from './besiegers.ts';
import { Holdings } from './holdings.ts';
import { type Judgement, judgeLookup, judgeNothing, judgePeers, judgePut } from './judgements.ts';
import { Networks } from './networks.ts';
import { nodeViewOf, progressOf, StepFlights, stepsOf, viewOfBoth } from './views.ts';

/** Views of watched calls that are kept. */
const VIEWS_KEPT = 50;
/** Peers of one call that are told apart. */
const PEERS_MAX = 1000;
/** Until a key is announced again: the least that programs take. */
const ANNOUNCE_AGAIN_MS = 15 * 60_000;
/** Keys that are announced again, each by one node. */
const ANNOUNCED_MAX = 2000;
/** Announces that nobody has asked for are calls from here on. */
const AGAIN = 2 ** 31;

interface Open {
  call: SceneCall;
  kind: LookupKind;
  startedMs: number;
  peers: Set<Address>;
  /** The network that it goes over. */
  family: MainlineOverlay;
  /** Of a watched one. */
  flights: StepFlights | null;
  /** What it was when its view was made last. */
  progress: number;
}

export const populateMainline: Populate = (config, ear) => new MainlineInhabitants(config, ear);

export class MainlineInhabitants implements Inhabitants, MainlineObserver {
  readonly kind = 'mainline';
  readonly world: World;
  readonly mortals: MainlineOverlay | DualStack;
  readonly founders: number;
  readonly k: number;
  readonly #ear: InhabitantsEar;
  readonly #networks: Networks;
  readonly #settings: Settings;
  readonly #besiegers: Besiegers | null;
  readonly #sybils = new Set<number>();
  readonly #sybilChance: SeededRandom;
  readonly #open = new Map<number, Open>();
  readonly #views = new Map<number, LookupView>();
  readonly #holdings: Holdings;
  /** Keys that somebody has announced, and was told that they are stored. */
  readonly #announced = new Set<string>();
  readonly #owed: { readonly key: Uint8Array; readonly by: number }[] = [];
  readonly #announcing: number;
  #calls = AGAIN;
  readonly #message = new Message();
  /** What `callOf` found last: for `flew`. */
  #last = { row: 0, isQuery: false };
  #nodeCount: number;

  constructor(config: SceneConfig, ear: InhabitantsEar) {
    const { nodes, seed, k } = config;
    this.#ear = ear;
    this.founders = nodes;
    this.k = k;
    this.#besiegers = config.siege === undefined ? null : new Besiegers(config, SPARE_NODES);
    this.#nodeCount = nodes + (this.#besiegers?.count ?? 0);
    this.#settings = honestSettings(config);
    this.#sybilChance = new SeededRandom(seed, SeedStream.sceneSybils);
    this.#networks = new Networks(
      {
        ...{ seed, nodes: this.#nodeCount + SPARE_NODES, founders: nodes },
        network: networkOf(config),
        settings: this.#settings,
        settlement: this.#besiegers?.settlement ?? null,
        upkeep: true,
        sha1,
      },
      this,
    );
    this.mortals = this.#networks.mortals;
    this.world = this.mortals.world;
    for (let node = 0; node < this.#nodeCount; node++) this.#networks.settle(node);
    this.#besiegers?.begin(this.#networks.all[0], ear);
    this.#holdings = new Holdings(this.#networks.all);
    this.#announcing = this.world.subscribe((index) => this.#announceAgain(index));
  }

  // Places: one for each id of a node.

  get placeCount(): number {
    return this.#networks.placesOf(this.#nodeCount);
  }

  nodeOf(place: number): number {
    return this.#networks.nodeOf(place);
  }

  addressOf(place: number): Address {
    return this.#networks.addressOf(place);
  }

  copyId(place: number, into: Uint8Array, start: number): void {
    this.#networks.copyId(place, into, start);
  }

  successorOf(): number {
    return -1;
  }

  safetyOf(): number {
    return 255;
  }

  phaseOf(node: number): Phase {
    const networks = this.#networks.of(node);
    return networks.some((family) => family.node(node).isMember) ? 'up' : 'joining';
  }

  isSybil(node: number): boolean {
    return this.#sybils.has(node) || (this.#besiegers?.has(node) ?? false);
  }

  // Acts.

  /** On the closest nodes there are, announced by anybody. */
  furnish(keys: readonly { name: string; key: Uint8Array }[]): void {
    const { world } = this;
    const random = new SeededRandom(world.seed, SeedStream.sceneKeys);
    for (const { key } of keys) {
      const node = randomBelow(random, this.founders);
      for (const family of this.#networks.of(node)) this.#furnishOne(family, key, node);
      this.#owe(key, node, randomBelow(random, ANNOUNCE_AGAIN_MS));
    }
  }

  #furnishOne(family: MainlineOverlay, key: Uint8Array, node: number): void {
    const from = family.addressOf(node);
    for (const handle of family.oracle.closest(key, this.k, 0)) {
      const store = family.node(handle - 1).peerStore();
      store.announce(this.world.now, key, 0, from, portOf(from), false);
      this.#holdings.mayHold(key, handle - 1);
    }
  }

  begin(call: SceneCall): boolean {
    const { world } = this;
    const kind = KINDS[call.kind];
    const family = this.#networks.for(call);
    if (kind === undefined || family === null) return false;
    const machine = family.node(call.from);
    const port = portOf(machine.address);
    const announcement =
      kind === LookupKind.announce ? { port, impliedPort: true, seed: false } : null;
    const flights = call.isWatched ? new StepFlights() : null;
    const open = { startedMs: world.elapsedMs, peers: new Set<Address>(), progress: -1 };
    this.#open.set(call.call, { call, kind, family, flights, ...open });
    const hasBegun = machine.lookup(world.now, kind, call.key, call.call, announcement);
    if (!hasBegun) this.#open.delete(call.call);
    world.arm(call.from);
    return hasBegun;
  }

  leave(node: number): void {
    this.mortals.crash(node);
    this.#ear.left(node);
  }

  enlist(count: number, sybilsOf: Uint8Array | null): number[] {
    const first = this.#nodeCount;
    const end = Math.min(first + count, this.world.count);
    this.#nodeCount = end;
    const nodes = Array.from({ length: end - first }, (_, i) => first + i);
    if (sybilsOf) this.#makeSybils(nodes, sybilsOf);
    for (const node of nodes) this.#networks.settle(node);
    return nodes;
  }

  #makeSybils(nodes: readonly number[], key: Uint8Array): void {
    const settings = { ...this.#settings, handler: sybilHandler(nodes.map((node) => node + 1)) };
    const idOf = (): Uint8Array => {
      const id = new Uint8Array(ID_BYTES);
      sybilId(key, this.#sybilChance, id);
      return id;
    };
    for (const node of nodes) {
      this.#networks.enlist(node, idOf, settings);
      this.#sybils.add(node);
    }
  }

  gone(node: number): void {
    for (const open of this.#open.values()) {
      if (open.call.from !== node) continue;
      const lookup = this.#lookupOf(open);
      const result = 'the node that asked is gone';
      const messages = lookup?.askedCount ?? 0;
      this.#end(open, lookup, { failed: true, exact: null, hops: 0, messages, result });
    }
  }

  // What the nodes say.

  onPeer(call: number, peer: Address): void {
    const peers = this.#open.get(call)?.peers;
    if (peers && peers.size < PEERS_MAX) peers.add(peer);
  }

  onLookup(call: number, lookup: Lookup): void {
    const open = this.#open.get(call);
    if (!open) return;
    if (open.kind === LookupKind.announce) {
      lookup.closestAnswered(lookup.count, (row) => {
        const node = open.family.nodeAt(lookup.addressOf(row));
        if (node >= 0) this.#holdings.mayHold(open.call.key, node);
      });
    }
    const grade = gradeOf(open.family, open.call.from, lookup);
    const { failed, exact, result } = this.#judge(open, lookup, grade);
    const { hops, rpcs } = grade;
    const messages = rpcs + lookup.writes.stored + lookup.writes.failed;
    this.#end(open, lookup, { failed, exact, hops, messages, result });
  }

  onAnswer(call: number, message: Message): void {
    this.#besiegers?.onAnswer(call, message);
  }

  onSilence(call: number): void {
    this.#besiegers?.onSilence(call);
  }

  onJoin(): void {}

  #judge({ call, kind, peers }: Open, { writes }: Lookup, grade: Grade): Judgement {
    if (grade.failed) return { failed: true, exact: false, result: 'nobody answered' };
    const holders = () => this.#holdings.holders(call.key);
    if (kind === LookupKind.announce) {
      if (writes.stored > 0) this.#owe(call.key, call.from, ANNOUNCE_AGAIN_MS);
      return judgePut(writes.stored, holders().length, grade.exact);
    }
    if (kind !== LookupKind.getPeers) return judgeLookup(grade);
    if (peers.size > 0) return judgePeers(peers, this.#besiegers?.falseAmong(peers) ?? 0);
    const isThere = holders().some((node) => this.world.alive[node] === 1);
    return judgeNothing(isThere, this.#announced.has(formatId(call.key)));
  }

  #end(open: Open, lookup: Lookup | null, ending: Ending): void {
    const { call } = open.call;
    if (open.flights) this.#keepView(this.#viewOf(open, lookup, ending));
    this.#open.delete(call);
    if (call < AGAIN) this.#ear.ended(call, ending);
  }

  // Announcing again.

  #owe(key: Uint8Array, by: number, afterMs: number): void {
    this.#announced.add(formatId(key));
    const isOwed = this.#owed.some((owed) => owed.by === by && equalIds(owed.key, 0, key, 0));
    if (isOwed || this.#owed.length >= ANNOUNCED_MAX) return;
    this.#owed.push({ key, by });
    this.world.schedule(this.world.now + afterMs, this.#announcing, this.#owed.length - 1, 0);
  }

  #announceAgain(index: number): void {
    const { key, by } = this.#owed[index];
    this.world.schedule(this.world.now + ANNOUNCE_AGAIN_MS, this.#announcing, index, 0);
    if (this.world.alive[by] === 0) return;
    const plain = { kind: 'put', name: '', value: '', level: 'one', isWatched: false } as const;
    this.begin({ ...plain, call: this.#calls++, key, from: by });
  }

  // Looking.

  keyView(key: Uint8Array, name: string | null): KeyView {
    return this.#holdings.view(key, name, Math.min(this.k, this.#nodeCount));
  }

  lookupView(call: number): LookupView | null {
    const open = this.#open.get(call);
    if (!open?.flights) return this.#views.get(call) ?? null;
    return this.#viewOf(open, this.#lookupOf(open), null);
  }

  /** Watched calls whose lookups have moved on since they were asked about. */
  look(): void {
    for (const open of this.#open.values()) {
      if (!open.flights) continue;
      const lookup = this.#lookupOf(open);
      const progress = lookup ? progressOf(lookup) : 0;
      if (progress === open.progress) continue;
      open.progress = progress;
      this.#ear.moved(open.call.call);
    }
  }

  nodeView(node: number): NodeView {
    const isSybil = this.#sybils.has(node);
    const views = this.#networks.of(node).map((family) => nodeViewOf(family, node, isSybil));
    const view = this.#networks.hasBoth ? viewOfBoth(views) : views[0];
    const besieged = this.#besiegers?.facts(node) ?? [];
    return { ...view, facts: [...besieged, ...view.facts] };
  }

  traffic(): { messages: number; lost: number } {
    const { sent, lost, cut, clogged, queueDropped } = this.world.network.traffic;
    return { messages: sent, lost: lost + cut + clogged + queueDropped };
  }

  #lookupOf({ call, family }: Open): Lookup | null {
    for (const lookup of family.node(call.from).lookups) {
      if (lookup?.call === call.call) return lookup;
    }
    return null;
  }

  #viewOf(
    { call, kind, startedMs, family, flights }: Open,
    lookup: Lookup | null,
    ending: Ending | null,
  ): LookupView {
    const endedMs = ending ? this.world.elapsedMs : null;
    const { timeoutMs } = this.#settings;
    const steps = lookup ? stepsOf(family, lookup, flights!, timeoutMs, endedMs) : [];
    return {
      type: 'lookup',
      id: call.call,
      kind: kindName(kind),
      label: call.name === '' ? formatId(call.key) : call.name,
      target: formatId(call.key),
      from: call.from,
      startedMs,
      endedMs,
      state: ending ? (ending.failed ? 'failed' : 'succeeded') : 'running',
      result: ending?.result ?? '',
      exact: ending?.exact ?? null,
      steps,
    };
  }

  #keepView(view: LookupView): void {
    this.#views.set(view.id, view);
    if (this.#views.size > VIEWS_KEPT) this.#views.delete(this.#views.keys().next().value!);
  }

  // Messages.

  kindOf(bytes: Uint8Array, start: number, end: number): string {
    return kindOfMainline(bytes, start, end - start);
  }

  exchangeOf(bytes: Uint8Array, start: number, end: number): ExchangeMark | null {
    return mainlineExchange(bytes, start, end);
  }

  callOf(from: number, to: number, bytes: Uint8Array, start: number, end: number): number {
    const message = this.#message;
    this.#last.row = -1;
    if (message.read(bytes, start, end) !== Malformed.fine) return 0;
    const isQuery = message.kind === Kind.query;
    const asker = isQuery ? from : to;
    if (asker < 0 || message.transactionLength !== TRANSACTION_BYTES) return 0;
    for (const family of this.#networks.of(asker)) {
      const call = this.#callIn(family, asker, message, isQuery);
      if (call !== 0) return call;
    }
    return 0;
  }

  #callIn(family: MainlineOverlay, asker: number, message: Message, isQuery: boolean): number {
    const machine = family.node(asker);
    const { requests } = family.shared;
    const request = requests.find(machine.tenant, message.bytes, message.transactionStart);
    if (request === 0) return 0;
    const purpose = requests.purpose[request];
    if (purpose !== Purpose.lookup && purpose !== Purpose.write) return 0;
    this.#last.isQuery = isQuery;
    if (purpose === Purpose.lookup) this.#last.row = requests.detail[request];
    return watchedCall(machine, requests.subject[request], this.#open);
  }

  flew(call: number, flight: number): void {
    const { row, isQuery } = this.#last;
    const flights = this.#open.get(call)?.flights;
    if (!flights || row < 0) return;
    if (isQuery) flights.requests[row] = flight;
    else flights.replies[row] = flight;
  }

  explain(bytes: Uint8Array, target: Uint8Array | null = null): Pick<Explanation, 'kind' | 'root'> {
    return explainMainline(bytes, target);
  }
}

/** Bytes of a transaction id of ours (mainline/rows/requests.ts). */
const TRANSACTION_BYTES = 4;

const KINDS: Partial<Record<SceneCall['kind'], LookupKind>> = {
  put: LookupKind.announce,
  get: LookupKind.getPeers,
  lookup: LookupKind.findNode,
};

function watchedCall(machine: MainlineNode, slot: number, open: Map<number, Open>): number {
  const call = machine.lookups[slot]?.call ?? 0;
  return call !== 0 && open.get(call)?.flights ? call : 0;
}
