/**
 * One scene as the page knows it: messages of a source go in, columns come out. Views read the columns
 * as they are and are told by signals when to look again; nothing here draws, and nothing here asks.
 *
 *     source ── message ──▶ apply ──▶ columns by place   ids, turns, nodeOf, successorOf, safetyOf
 *                                     columns by node    stateOf, sideOf, isSybil, loads
 *                                     keys, lookups, flights, outcomes, figures over time
 *                                        └─ tick, keysTick, lookupsTick, nodeTick, chartsTick
 *
 * Columns are longer than what is in them: read `placeCount` and `nodeCount`, and read the column
 * anew after each tick, for it is another array once it has grown.
 */
import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import {
  type Busy,
  type Explanation,
  type Flight,
  type Hello,
  type KeyView,
  type LookupView,
  NodeState,
  type NodeView,
  type Places,
  type SceneMessage,
  type TimedAct,
  type Trouble,
  type Update,
} from 'ringlight/scene';
import { type Fate, Fates } from './fates.ts';
import { FigureSeries } from './figure-series.ts';
import { compareIds, hexOf, ID_BYTES, turnOf } from './ids.ts';
import { OutcomeColumns } from './outcome-columns.ts';

/** Lookups that are kept: a list of so many is the most that people read through. */
export const LOOKUPS_KEPT = 50;

/** Flights that are kept: the newest few seconds of a busy world of 10,000 nodes. */
export const FLIGHTS_KEPT = 8192;

/** A successor or an owner that is nobody. */
export const NOBODY = -1;

/** What `safetyOf` holds where nobody knows. */
const SAFETY_UNKNOWN = 255;

export class SceneModel {
  placeCount = 0;
  /** 20 bytes for each place. */
  ids = new Uint8Array(64 * ID_BYTES);
  nodeOf = new Uint32Array(64);
  addresses = new Float64Array(64);
  /** Where a place stands on the circle: its id as a part of one whole turn, 0 ≤ turn < 1. */
  turns = new Float64Array(64);
  successorOf = new Int32Array(64).fill(NOBODY);
  safetyOf = new Uint8Array(64).fill(SAFETY_UNKNOWN);

  nodeCount = 0;
  stateOf = new Uint8Array(64);
  sideOf = new Uint8Array(64);
  /** 1 for a node of an attacker's choice. */
  isSybil = new Uint8Array(64);
  /** Messages taken in by each node. */
  loads = new Uint32Array(64);
  /** Counts up when a state, a side or a Sybil may be another: while it stands, nobody need look. */
  statesVersion = 0;
  /** The same of whom places take for their successors. */
  linksVersion = 0;

  readonly keys = new Map<string, KeyView>();
  /** Oldest first. */
  flights: Flight[] = [];
  /** Messages of which there is no flight, since the world began. */
  omittedFlights = 0;
  readonly lookups = new Map<number, LookupView>();
  node: NodeView | null = null;
  readonly outcomes = new OutcomeColumns();
  readonly figures = new FigureSeries();
  readonly fates = new Fates();

  atMs = 0;
  /** Virtual ms per second as measured. */
  pace = 0;
  /** Has an attacker nodes of its own choice here? */
  hasSybils = false;
  /** Is there a partition? */
  isSplit = false;

  readonly hello: Signal<Hello | null> = signal(null);
  readonly playing: Signal<boolean> = signal(false);
  readonly busy: Signal<Busy | null> = signal(null);
  readonly trouble: Signal<Trouble | null> = signal(null);
  readonly history: Signal<readonly TimedAct[]> = signal([]);
  readonly explanation: Signal<Explanation | null> = signal(null);

  readonly #tick = signal(0);
  readonly #keysTick = signal(0);
  readonly #lookupsTick = signal(0);
  readonly #nodeTick = signal(0);
  readonly #chartsTick = signal(0);

  /** The first place of each node, and after each place the next of the same node; -1 ends. */
  #firstPlaceOf = new Int32Array(64).fill(-1);
  #nextPlaceOf = new Int32Array(64).fill(-1);

  /** All places by id; null when places came since. */
  #allSorted: Uint32Array | null = null;
  /** Those of them that are members; null when states changed since. */
  #sorted: Uint32Array | null = null;

  /** A new update, or new places. */
  get tick(): ReadonlySignal<number> {
    return this.#tick;
  }

  /** `keys` changed. */
  get keysTick(): ReadonlySignal<number> {
    return this.#keysTick;
  }

  /** `lookups` changed. */
  get lookupsTick(): ReadonlySignal<number> {
    return this.#lookupsTick;
  }

  /** `node` is another, or was looked into again. */
  get nodeTick(): ReadonlySignal<number> {
    return this.#nodeTick;
  }

  /** `outcomes` or `figures` grew. */
  get chartsTick(): ReadonlySignal<number> {
    return this.#chartsTick;
  }

  apply(message: SceneMessage): void {
    batch(() => this.#apply(message));
  }

  /** The places of a node, those that came first last. */
  placesOf(node: number): number[] {
    const places: number[] = [];
    if (node < 0 || node >= this.nodeCount) return places;
    for (let place = this.#firstPlaceOf[node]; place >= 0; place = this.#nextPlaceOf[place]) {
      places.push(place);
    }
    return places;
  }

  /** Does a node stand on the circle? Those that crashed do not; those that were paused do. */
  isMember(node: number): boolean {
    return isMemberState(this.stateOf[node]) && !this.fates.isMissed(node);
  }

  /** When and how a node went, or fell silent; null where it did not, or nobody knows. */
  fateOf(node: number): Fate | null {
    return this.fates.of(node, this.stateOf[node], this.history.value, this.atMs);
  }

  /** Places of members, by id. */
  get sortedPlaces(): Uint32Array {
    if (this.#sorted) return this.#sorted;
    const all = (this.#allSorted ??= this.#sortAll());
    const members = new Uint32Array(all.length);
    const { nodeOf, stateOf, fates } = this;
    const { hasMissed } = fates;
    let count = 0;
    for (const place of all) {
      const node = nodeOf[place];
      if (!isMemberState(stateOf[node]) || (hasMissed && fates.isMissed(node))) continue;
      members[count++] = place;
    }
    return (this.#sorted = members.subarray(0, count));
  }

  /**
   * Who owns a point by the rule of the ring: the last member at or before it. Answers an index into
   * `sortedPlaces`; -1 when there is no member.
   */
  ownerIndex(turn: number): number {
    const sorted = this.sortedPlaces;
    let low = 0;
    let high = sorted.length; // the first place behind the point lies in low..high
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.turns[sorted[middle]] <= turn) low = middle + 1;
      else high = middle;
    }
    return low > 0 ? low - 1 : sorted.length - 1;
  }

  /** The id of a place as 40 hexadecimal digits. */
  idText(place: number): string {
    return hexOf(this.ids, place * ID_BYTES);
  }

  #apply(message: SceneMessage): void {
    switch (message.type) {
      case 'hello':
        this.#begin(message);
        break;
      case 'places':
        this.#addPlaces(message);
        this.#tick.value++;
        break;
      case 'frame':
        this.#addUpdate(message);
        this.#tick.value++;
        break;
      case 'flights':
        // Numbers that come again are those of another telling of the same world.
        if (message.flights[0]?.id <= (this.flights.at(-1)?.id ?? 0)) this.flights = [];
        for (const flight of message.flights) this.flights.push(flight);
        this.omittedFlights += message.omitted;
        if (this.flights.length > FLIGHTS_KEPT) {
          this.flights = this.flights.slice(-FLIGHTS_KEPT / 2);
        }
        this.#lookupsTick.value++;
        break;
      case 'outcomes':
        this.outcomes.add(message);
        this.#chartsTick.value++;
        break;
      case 'lookup':
        this.#addLookup(message);
        break;
      case 'node':
        this.node = message;
        this.#nodeTick.value++;
        break;
      case 'explanation':
        this.explanation.value = message;
        break;
      case 'trouble':
        this.trouble.value = message;
        break;
      case 'busy':
        this.busy.value = message.done < 1 ? message : null;
        break;
      case 'history':
        this.history.value = message.acts;
        break;
    }
  }

  /** Another world: nothing of the one before is true any more. */
  #begin(hello: Hello): void {
    this.atMs = 0;
    this.pace = 0;
    this.#forgetPlaces();
    this.#clearStates();
    this.loads.fill(0);
    this.keys.clear();
    this.#forgetAfter(-1);
    this.lookups.clear();
    this.node = null;
    this.hello.value = hello;
    this.playing.value = false;
    this.busy.value = null;
    this.trouble.value = null;
    this.history.value = [];
    this.explanation.value = null;
    this.#tick.value++;
    this.#keysTick.value++;
    this.#lookupsTick.value++;
    this.#nodeTick.value++;
    this.#chartsTick.value++;
  }

  #forgetPlaces(): void {
    this.placeCount = 0;
    this.nodeCount = 0;
    this.statesVersion++;
    this.#firstPlaceOf.fill(-1);
    this.#allSorted = null;
    this.#sorted = null;
  }

  #addPlaces(message: Places): void {
    const count = message.nodes.length;
    if (message.first === 0) this.#forgetPlaces(); // after going back, others may be numbered so
    const end = message.first + count;
    this.#makeRoomForPlaces(end);
    this.ids.set(message.ids, message.first * ID_BYTES);
    this.nodeOf.set(message.nodes, message.first);
    this.addresses.set(message.addresses, message.first);
    for (let place = message.first; place < end; place++) {
      const node = this.nodeOf[place];
      if (node >= this.nodeCount) {
        this.#makeRoomForNodes(node + 1);
        this.nodeCount = node + 1;
      }
      this.turns[place] = turnOf(this.ids, place * ID_BYTES);
      this.successorOf[place] = NOBODY;
      this.safetyOf[place] = SAFETY_UNKNOWN;
      if (place >= this.placeCount) {
        this.#nextPlaceOf[place] = this.#firstPlaceOf[node];
        this.#firstPlaceOf[node] = place;
      }
    }
    this.placeCount = Math.max(this.placeCount, end);
    this.#allSorted = null;
    this.#sorted = null;
  }

  #addUpdate(update: Update): void {
    if (update.atMs < this.atMs) this.#forgetAfter(update.atMs);
    const beforeMs = this.atMs;
    this.atMs = update.atMs;
    this.pace = update.pace;
    this.playing.value = update.playing;
    if (update.whole) {
      this.#clearStates();
      this.keys.clear();
      this.#keysTick.value++;
    }
    if (update.sybils.length > 0 || update.sides) this.statesVersion++;
    if (update.nodes.length > 0) {
      this.statesVersion++;
      this.#sorted = null;
      for (let i = 0; i < update.nodes.length; i++) {
        const node = update.nodes[i];
        if (node >= this.nodeCount) {
          this.#makeRoomForNodes(node + 1);
          this.nodeCount = node + 1;
        }
        if (!update.whole) {
          const isTold = this.hello.value?.origin !== 'live';
          const looks = { beforeMs, nowMs: update.atMs };
          this.fates.see(node, this.stateOf[node], update.states[i], looks, isTold);
        }
        this.stateOf[node] = update.states[i];
      }
    }
    for (const silence of update.silences ?? []) {
      this.fates.hear(silence, update.whole ? null : update.atMs);
    }
    if (update.places.length > 0) this.linksVersion++;
    for (let i = 0; i < update.places.length; i++) {
      const place = update.places[i];
      if (place >= this.placeCount) continue;
      this.successorOf[place] = update.successors[i];
      this.safetyOf[place] = update.safeties[i];
    }
    for (const node of update.sybils) this.isSybil[node] = 1;
    if (update.sybils.length > 0) this.hasSybils = true;
    if (update.sides) this.#setSides(update.sides);
    if (update.loads) this.loads.set(update.loads.subarray(0, this.loads.length));
    if (update.keys.length > 0) {
      for (const view of update.keys) this.keys.set(view.key, view);
      this.#keysTick.value++;
    }
    if (this.figures.add(update.atMs, update.figures)) this.#chartsTick.value++;
  }

  #setSides(sides: Uint8Array): void {
    this.sideOf.fill(0);
    this.sideOf.set(sides.subarray(0, this.sideOf.length));
    this.isSplit = sides.some((side) => side !== 0);
  }

  #addLookup(view: LookupView): void {
    this.lookups.set(view.id, view);
    for (const id of this.lookups.keys()) {
      if (this.lookups.size <= LOOKUPS_KEPT) break;
      this.lookups.delete(id);
    }
    this.#lookupsTick.value++;
  }

  /** Time went back: what had not happened yet at `atMs` has not happened. */
  #forgetAfter(atMs: number): void {
    this.flights = []; // those that are still to be seen come again, under other numbers
    this.omittedFlights = 0;
    for (const [id, lookup] of this.lookups) {
      if (lookup.startedMs > atMs) this.lookups.delete(id);
    }
    this.outcomes.forgetAfter(atMs);
    this.figures.forgetAfter(atMs);
    this.#lookupsTick.value++;
    this.#chartsTick.value++;
  }

  #clearStates(): void {
    this.stateOf.fill(NodeState.absent);
    this.fates.clear();
    this.sideOf.fill(0);
    this.isSybil.fill(0);
    this.hasSybils = false;
    this.successorOf.fill(NOBODY);
    this.safetyOf.fill(SAFETY_UNKNOWN);
    this.isSplit = false;
    this.statesVersion++;
    this.#sorted = null;
  }

  #sortAll(): Uint32Array {
    const all = new Uint32Array(this.placeCount);
    for (let place = 0; place < all.length; place++) all[place] = place;
    const { turns, ids } = this;
    return all.sort((a, b) => turns[a] - turns[b] || compareIds(ids, a, b));
  }

  #makeRoomForPlaces(count: number): void {
    const length = this.nodeOf.length;
    if (count <= length) return;
    const longer = Math.max(count, length * 2);
    this.ids = grown(this.ids, longer * ID_BYTES, 0);
    this.nodeOf = grown(this.nodeOf, longer, 0);
    this.addresses = grown(this.addresses, longer, 0);
    this.turns = grown(this.turns, longer, 0);
    this.successorOf = grown(this.successorOf, longer, NOBODY);
    this.safetyOf = grown(this.safetyOf, longer, SAFETY_UNKNOWN);
    this.#nextPlaceOf = grown(this.#nextPlaceOf, longer, -1);
  }

  #makeRoomForNodes(count: number): void {
    const length = this.stateOf.length;
    if (count <= length) return;
    const longer = Math.max(count, length * 2);
    this.stateOf = grown(this.stateOf, longer, NodeState.absent);
    this.sideOf = grown(this.sideOf, longer, 0);
    this.isSybil = grown(this.isSybil, longer, 0);
    this.loads = grown(this.loads, longer, 0);
    this.#firstPlaceOf = grown(this.#firstPlaceOf, longer, -1);
  }
}

function isMemberState(state: number): boolean {
  return state === NodeState.up || state === NodeState.paused || state === NodeState.leaving;
}

type Column =
  | Uint8Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

function grown<T extends Column>(column: T, length: number, empty: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length);
  longer.set(column as never);
  longer.fill(empty, column.length);
  return longer;
}
