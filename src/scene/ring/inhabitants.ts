/**
 * The inhabitants of a ring world: the product's ring nodes (lab/ring), as a simulation wants them.
 *
 *     place of the scene    node × identities + identity        as they come to be
 *     place of the circle   rank by hash                        changes when an attacker moves in
 *
 * Founders are members from the beginning, with neighbours and fingers as after a long calm, and the
 * keys of the scene on the owners and backups where they belong. The rest of the nodes have addresses,
 * and nothing else, until they are enlisted.
 */
import { type Address, formatAddress } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { RingOverlay } from '../../lab/ring/ring-overlay.ts';
import { sha1 } from '../../lab/sha1.ts';
import { World } from '../../lab/world.ts';
import { keep } from '../../ring/copies/keeping.ts';
import type { RingEvent } from '../../ring/outcome.ts';
import { HybridClock } from '../../ring/records/clock.ts';
import { blankRecord } from '../../ring/records/record.ts';
import { ringSettings } from '../../ring/settings.ts';
import { writeVersion } from '../../ring/titles/version.ts';
import type { ExchangeMark } from '../explain/exchanges.ts';
import { explainRing } from '../explain/ring.ts';
import {
  kindOfRingMessage,
  ringContext,
  ringExchange,
  ringMessageEnd,
} from '../explain/ring-messages.ts';
import type { SceneConfig } from '../protocol/config.ts';
import type { Explanation, KeyView, LookupView, NodeView } from '../protocol/messages.ts';
import { lineOfRingEvent } from '../views/ring-words.ts';
import {
  type Inhabitants,
  type InhabitantsEar,
  type Phase,
  type Populate,
  type SceneCall,
  SPARE_NODES,
} from '../world/inhabitants.ts';
import { networkOf } from '../world/models.ts';
import { RingCalls } from './calls.ts';
import { RingKeys } from './keys.ts';
import { ringNodeView } from './node-view.ts';
import { SybilSearch } from './sybils.ts';

/** Places that are kept for nodes that come later: hashing and sorting them takes 10 ms. */
const SPARE_PLACES = 4096;
/** Places whose safety is looked at before a frame: what changes in a larger ring is seen a little later. */
const LOOKED_AT_PLACES = 512;
/** Safety of a place that nobody answers for. */
const UNKNOWN = 255;

const TEXT = new TextEncoder();

export const populateRing: Populate = (config, ear) => new RingInhabitants(config, ear);

export class RingInhabitants implements Inhabitants {
  readonly kind = 'ring';
  readonly world: World;
  readonly mortals: RingOverlay;
  readonly founders: number;
  readonly k: number;
  readonly #ear: InhabitantsEar;
  readonly #keys: RingKeys;
  readonly #calls: RingCalls;
  readonly #identities: number;
  readonly #search: SybilSearch;
  readonly #sybils = new Set<number>();
  /** Safeties as last told, by place of the scene. */
  readonly #safeties: Uint8Array;
  #nextLooked = 0;
  /** Nodes that are there or have been given out. */
  #enlisted: number;
  #isPopulated = false;

  constructor(config: SceneConfig, ear: InhabitantsEar) {
    const { nodes, seed, k, identities, policy } = config;
    this.#ear = ear;
    this.founders = nodes;
    this.k = k;
    this.#identities = identities;
    this.#enlisted = nodes;
    const spares = Math.min(SPARE_NODES, Math.ceil(SPARE_PLACES / identities));
    const network = networkOf(config);
    this.world = new World({ seed, nodes: nodes + spares, network });
    this.mortals = new RingOverlay(
      this.world,
      { settings: ringSettings({ k, policy }), identities, members: nodes, sha1 },
      {
        onOutcome: (_node, call, outcome) => {
          const ending = this.#calls.ended(call, outcome);
          if (ending !== null) ear.ended(call, ending);
        },
        onEvent: (node, event) => this.#heard(node, event),
        onStep: (_node, call, step) => {
          if (this.#calls.stepped(call, step)) ear.moved(call);
        },
        onLeft: (node) => ear.left(node),
      },
    );
    const hashOf = (address: Address) => this.mortals.hashOf(address);
    this.#search = new SybilSearch(hashOf);
    this.#keys = new RingKeys(this.mortals, k, (address) => this.#placeAt(address));
    this.#calls = new RingCalls(this.mortals, this.#keys);
    this.#safeties = new Uint8Array((nodes + spares) * identities).fill(UNKNOWN);
    this.#isPopulated = true;
  }

  // Places.

  get placeCount(): number {
    return this.#enlisted * this.#identities;
  }

  nodeOf(place: number): number {
    return Math.floor(place / this.#identities);
  }

  addressOf(place: number): Address {
    return this.mortals.circle.addressOf(this.nodeOf(place), place % this.#identities);
  }

  copyId(place: number, into: Uint8Array, start: number): void {
    const { circle } = this.mortals;
    const at = circle.placeOf(this.nodeOf(place), place % this.#identities) * ID_BYTES;
    for (let i = 0; i < ID_BYTES; i++) into[start + i] = circle.hashes[at + i];
  }

  successorOf(place: number): number {
    const identity = this.#memberAt(place);
    if (identity === null) return -1;
    const { successor } = identity;
    if (successor === undefined) return identity.ownsAll ? place : -1;
    return this.#placeAt(successor.address);
  }

  safetyOf(place: number): number {
    return this.#memberAt(place)?.effectiveK ?? UNKNOWN;
  }

  #memberAt(place: number) {
    const node = this.nodeOf(place);
    if (this.world.alive[node] === 0) return null;
    const identity = this.mortals.node(node).identities[place % this.#identities];
    return identity.isMember ? identity : null;
  }

  /** The scene's place of an address, -1 for one that is not of this world. */
  #placeAt(address: Address): number {
    const { circle } = this.mortals;
    const place = circle.placeAt(address);
    if (place < 0) return -1;
    return circle.nodeOf(place) * this.#identities + circle.identityOf(place);
  }

  phaseOf(node: number): Phase {
    const { identities } = this.mortals.node(node);
    if (identities.some(({ state }) => state === 'leaving' || state === 'left')) return 'leaving';
    return identities.some(({ state }) => state === 'member') ? 'up' : 'joining';
  }

  isSybil(node: number): boolean {
    return this.#sybils.has(node);
  }

  look(): void {
    const { placeCount } = this;
    const count = Math.min(placeCount, LOOKED_AT_PLACES);
    for (let i = 0; i < count; i++) {
      const place = this.#nextLooked;
      this.#nextLooked = place + 1 >= placeCount ? 0 : place + 1;
      const safety = this.safetyOf(place);
      if (safety === this.#safeties[place]) continue;
      this.#safeties[place] = safety;
      this.#ear.changed(this.nodeOf(place));
    }
  }

  // Acts.

  furnish(keys: readonly { name: string; key: Uint8Array }[]): void {
    const { circle, oracle } = this.mortals;
    const clock = new HybridClock();
    const now = this.world.now;
    for (const { name, key } of keys) {
      this.#keys.named(key, name);
      const place = oracle.ownerOf(key);
      const owner = this.mortals.identityAt(place)!;
      const record = blankRecord(TEXT.encode(`the value of ${name}`));
      if (owner.holding === null) clock.next(now, owner.hash, null, record);
      else writeVersion(record, owner.holding.title.epoch, 0);
      this.#keys.acknowledged(key, record, false);
      const homes = owner.copies.map(({ member }) => circle.nodeAt(member.home));
      for (const node of [circle.nodeOf(place), ...homes]) {
        keep(this.mortals.node(node), now, key, 0, record);
        this.mortals.storeOf(node).hardenAll();
      }
    }
  }

  begin(call: SceneCall): boolean {
    const { kind, from, key, name, level, value } = call;
    if (this.world.alive[from] === 0) return false;
    const { now } = this.world;
    const machine = this.mortals.node(from);
    this.#keys.named(key, name);
    this.#calls.begin(call);
    if (kind === 'put') machine.insert(now, call.call, key, TEXT.encode(value), level);
    else if (kind === 'get') machine.get(now, call.call, key, level);
    else if (kind === 'remove') machine.remove(now, call.call, key, level);
    else machine.owner(now, call.call, key);
    this.world.arm(from);
    return true;
  }

  leave(node: number): void {
    if (this.world.alive[node] === 0 || this.phaseOf(node) === 'leaving') return;
    this.mortals.leave(node);
    this.#ear.changed(node);
  }

  enlist(count: number, sybilsOf: Uint8Array | null): number[] {
    const first = this.#enlisted;
    const end = Math.min(first + count, this.world.count);
    this.#enlisted = end;
    const nodes = Array.from({ length: end - first }, (_, i) => first + i);
    if (sybilsOf === null || nodes.length === 0) return nodes;
    const places = this.#identities;
    const found = this.#search.find(sybilsOf, nodes.length * places, first * places);
    for (const [i, node] of nodes.entries()) {
      this.mortals.move(node, everyNth(found, nodes.length, i));
      this.#sybils.add(node);
    }
    return nodes;
  }

  gone(node: number): void {
    for (const { call, ending } of this.#calls.gone(node)) this.#ear.ended(call, ending);
  }

  // Looking.

  keyView(key: Uint8Array, name: string | null): KeyView {
    return this.#keys.view(key, name);
  }

  lookupView(call: number): LookupView | null {
    return this.#calls.view(call);
  }

  nodeView(node: number): NodeView {
    return ringNodeView(this.mortals, this.#keys, node);
  }

  /** Frames; of a stream nothing is lost but with the stream: those are requests without an answer. */
  traffic(): { messages: number; lost: number } {
    const { framesOut, timeouts } = this.mortals.counters;
    return { messages: framesOut, lost: timeouts };
  }

  // Messages.

  messageEnd(bytes: Uint8Array, start: number, end: number): number {
    return ringMessageEnd(bytes, start, end);
  }

  kindOf(bytes: Uint8Array, start: number, end: number): string {
    return kindOfRingMessage(bytes, start, end);
  }

  exchangeOf(bytes: Uint8Array, start: number, end: number): ExchangeMark | null {
    return ringExchange(bytes, start, end);
  }

  callOf(from: number, to: number, bytes: Uint8Array, start: number, end: number): number {
    return this.#calls.callOf(from, to, bytes, start, end);
  }

  flew(
    call: number,
    flight: number,
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#calls.flew(call, flight, from, to, bytes, start, end);
  }

  explain(bytes: Uint8Array, target: Uint8Array | null = null): Pick<Explanation, 'kind' | 'root'> {
    return explainRing(bytes, { ...ringContext(bytes, 0, bytes.length), key: target });
  }

  // What nodes say.

  #heard(node: number, event: RingEvent): void {
    if (!this.#isPopulated) return; // the founders all say that they are there
    this.#ear.changed(node);
    if (event.kind === 'arc') return; // it goes without saying: its new end has told of itself
    const text = lineOfRingEvent(event, (address) => this.#nameOf(address), formatAddress);
    this.#ear.told(node, text);
  }

  #nameOf(address: Address): string {
    if (address === 0) return 'nobody';
    const node = this.mortals.circle.nodeAt(address);
    return node < 0 ? formatAddress(address) : `node ${node}`;
  }
}

/** Entry `first` of a list and every `step`-th after it. */
function everyNth<Entry>(list: readonly Entry[], step: number, first: number): Entry[] {
  return list.filter((_, i) => i % step === first);
}
