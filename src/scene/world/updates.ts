/**
 * Updates: what a view is told of a world, and of it only what is new. It remembers what it told last,
 * and looks at no more of the world than may have changed: nodes to which something happened, and a
 * few of the places and keys in turn.
 *
 *     world ── dirty nodes, moved calls, some keys ──▶ compare with what was told ──▶ update
 *
 * Looking is bounded, so an update of 100,000 nodes costs as much as was changed in it.
 */
import { ID_BYTES } from '../../core/id.ts';
import { LOG_SHOWN } from '../protocol/limits.ts';
import {
  type Figures,
  type KeyView,
  NodeState,
  type NodeView,
  type Places,
  type SceneMessage,
  type Update,
} from '../protocol/messages.ts';
import { outcomesOf } from '../views/outcomes.ts';
import type { SceneWorld } from './scene-world.ts';

/** Keys looked at in one update; fewer where each is looked for among thousands of nodes. */
const KEYS_PER_UPDATE = 32;
const KEYS_OF_MANY_PER_UPDATE = 4;
/** Places of a ring whose links are looked at in one update although nobody said that they changed. */
const PLACES_PER_UPDATE = 64;
/** Up to so many nodes each update has all loads; beyond that one update in so many has. */
const LOADS_ALWAYS = 1000;
const LOADS_EVERY = 30;

export interface Pace {
  playing: boolean;
  /** Virtual ms per second, as measured. */
  pace: number;
}

export class Updates {
  readonly #scene: SceneWorld;
  readonly #isRing: boolean;
  #places = 0;
  /** By node, what was told last. */
  readonly #states: Uint8Array;
  /** By place. */
  #successors: number[] = [];
  #safeties: number[] = [];
  /** By node, its places. */
  readonly #placesOf = new Map<number, number[]>();
  /** By number of the key, what was told last, and in short. */
  readonly #views: KeyView[] = [];
  readonly #shorts: string[] = [];
  #sybils = 0;
  #sides: Uint8Array | null = null;
  #nextKey = 0;
  #nextPlace = 0;
  #updates = 0;

  constructor(scene: SceneWorld) {
    this.#scene = scene;
    this.#isRing = scene.inhabitants.kind === 'ring';
    this.#states = new Uint8Array(scene.world.count);
  }

  /** Tells all that is new; all there is, of a world that was never told of before. */
  tell(pace: Pace, isWhole: boolean, emit: (message: SceneMessage) => void): void {
    const scene = this.#scene;
    this.#updates++;
    scene.inhabitants.look?.();
    const places = this.#newPlaces();
    if (places) emit(places);
    emit(this.#update(pace, isWhole, places));
    for (const call of scene.movedCalls) {
      const view = scene.inhabitants.lookupView(call);
      if (view) emit(view);
    }
    scene.movedCalls.clear();
    const flights = scene.flights.take();
    if (flights) emit(flights);
    if (scene.outcomes.length > 0) emit(outcomesOf(scene.outcomes));
    scene.outcomes = [];
  }

  /** A node looked into; null when there is no such node. */
  nodeView(node: number): NodeView | null {
    const scene = this.#scene;
    if (node >= scene.world.count) return null;
    const view = scene.inhabitants.nodeView(node);
    return {
      ...view,
      atMs: scene.nowMs,
      state: scene.stateOf(node),
      facts: [...view.facts, ...this.#trafficOf(node)],
      stored: view.stored.map((stored) => ({
        ...stored,
        name: scene.names.get(stored.key) ?? null,
      })),
      log: scene.log
        .filter((line) => line.node === node)
        .slice(-LOG_SHOWN)
        .map(({ atMs, text }) => ({ atMs, text })),
    };
  }

  #trafficOf(node: number): NodeView['facts'] {
    const { loads, bytesTaken, sentNowhere } = this.#scene.flights;
    const facts = [{ name: 'Messages taken in', value: String(loads[node]) }];
    if (this.#isRing) return facts;
    return [
      ...facts,
      { name: 'Bytes taken in', value: String(bytesTaken[node]) },
      { name: 'Sent where nobody is', value: String(sentNowhere[node]) },
    ];
  }

  #update(pace: Pace, isWhole: boolean, places: Places | null): Update {
    const scene = this.#scene;
    // Those who have just come to be are told of together with their places.
    const nodes = places ? this.#newNodes(places, isWhole) : [];
    const states = this.#changedStates(nodes);
    const links = this.#changedLinks(places);
    return {
      type: 'frame',
      atMs: scene.nowMs,
      whole: isWhole,
      ...pace,
      nodes: Uint32Array.from(states, ([node]) => node),
      states: Uint8Array.from(states, ([, state]) => state),
      places: Uint32Array.from(links),
      successors: Int32Array.from(links, (place) => this.#successors[place]),
      safeties: Uint8Array.from(links, (place) => this.#safeties[place]),
      sybils: this.#newSybils(),
      sides: this.#changedSides(isWhole),
      keys: this.#changedKeys(isWhole),
      figures: this.#figures(),
      loads: this.#loads(isWhole),
    };
  }

  // Nodes.

  #newPlaces(): Places | null {
    const { inhabitants } = this.#scene;
    const first = this.#places;
    const count = inhabitants.placeCount - first;
    if (count === 0) return null;
    const ids = new Uint8Array(count * ID_BYTES);
    const nodes = new Uint32Array(count);
    const addresses = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const place = first + i;
      const node = inhabitants.nodeOf(place);
      inhabitants.copyId(place, ids, i * ID_BYTES);
      nodes[i] = node;
      addresses[i] = inhabitants.addressOf(place);
      if (!this.#isRing) continue;
      const own = this.#placesOf.get(node);
      if (own) own.push(place);
      else this.#placesOf.set(node, [place]);
    }
    this.#places += count;
    return { type: 'places', first, ids, nodes, addresses };
  }

  #newNodes({ nodes }: Places, isWhole: boolean): number[] {
    if (!isWhole) return [...new Set(nodes)];
    // Of all there are, those that are not absent, which nobody has to be told.
    return [...new Set(nodes)].filter((node) => this.#scene.stateOf(node) !== NodeState.absent);
  }

  #changedStates(newNodes: readonly number[]): [node: number, state: number][] {
    const scene = this.#scene;
    const changed: [number, number][] = [];
    const { joining, leaving } = NodeState;
    for (const node of newNodes) {
      const state = scene.stateOf(node);
      this.#states[node] = state;
      changed.push([node, state]);
      if (state === joining || state === leaving) scene.dirty.add(node);
      else if (!this.#isRing) scene.dirty.delete(node);
    }
    for (const node of scene.dirty) {
      const state = scene.stateOf(node);
      if (this.#states[node] !== state) changed.push([node, state]);
      this.#states[node] = state;
    }
    return changed;
  }

  // Links of a ring.

  #changedLinks(newPlaces: Places | null): number[] {
    const scene = this.#scene;
    const changed: number[] = [];
    if (this.#isRing) {
      const look = (place: number): void => {
        if (this.#linkChanged(place)) changed.push(place);
      };
      for (const node of scene.dirty)
        for (const place of this.#placesOf.get(node) ?? []) look(place);
      const count = newPlaces?.nodes.length ?? 0;
      for (let i = 0; i < count; i++) look(newPlaces!.first + i);
      for (let i = Math.min(PLACES_PER_UPDATE, this.#places); i > 0; i--) {
        look(this.#nextPlace);
        this.#nextPlace = (this.#nextPlace + 1) % this.#places;
      }
    }
    // Who joins or leaves is asked again, until it has.
    for (const node of scene.dirty) {
      const state = this.#states[node];
      if (state !== NodeState.joining && state !== NodeState.leaving) scene.dirty.delete(node);
    }
    return changed;
  }

  #linkChanged(place: number): boolean {
    const { inhabitants, world } = this.#scene;
    const isAlive = world.alive[inhabitants.nodeOf(place)] === 1;
    const successor = isAlive ? inhabitants.successorOf(place) : -1;
    const safety = isAlive ? inhabitants.safetyOf(place) : 255;
    if (this.#successors[place] === successor && this.#safeties[place] === safety) return false;
    this.#successors[place] = successor;
    this.#safeties[place] = safety;
    return true;
  }

  #newSybils(): Uint32Array {
    const { sybils } = this.#scene;
    const fresh = Uint32Array.from(sybils.slice(this.#sybils));
    this.#sybils = sybils.length;
    return fresh;
  }

  #changedSides(isWhole: boolean): Uint8Array | null {
    const { inhabitants, sides } = this.#scene;
    if (sides === this.#sides && !isWhole) return null;
    this.#sides = sides;
    const nodes = inhabitants.nodeOf(this.#places - 1) + 1;
    return sides ? sides.slice(0, nodes) : new Uint8Array(nodes);
  }

  // Keys and figures.

  #changedKeys(isWhole: boolean): KeyView[] {
    const { keys } = this.#scene;
    const changed: KeyView[] = [];
    const look = (i: number): void => {
      const { key, name } = keys[i];
      const view = this.#scene.inhabitants.keyView(key, name);
      const short = shortOf(view);
      if (this.#shorts[i] === short) return;
      this.#shorts[i] = short;
      this.#views[i] = view;
      changed.push(view);
    };
    const told = this.#views.length;
    for (let i = told; i < keys.length; i++) look(i);
    const { founders } = this.#scene.inhabitants;
    const most = founders > LOADS_ALWAYS ? KEYS_OF_MANY_PER_UPDATE : KEYS_PER_UPDATE;
    const turns = isWhole ? 0 : Math.min(most, told);
    for (let turn = 0; turn < turns; turn++) {
      look(this.#nextKey % told);
      this.#nextKey = (this.#nextKey + 1) % told;
    }
    return changed;
  }

  #figures(): Figures {
    const scene = this.#scene;
    const { messages, lost } = scene.inhabitants.traffic();
    let unsafe = 0;
    let gone = 0;
    let there = 0;
    for (const { state } of this.#views) {
      if (state !== 'removed') there++;
      if (state === 'unsafe') unsafe++;
      if (state === 'lost') gone++;
    }
    return {
      nodesNow: scene.life.upCount,
      messages,
      lostMessages: lost,
      lookups: scene.lookups,
      failedLookups: scene.failedLookups,
      exactLookups: scene.exactLookups,
      keysNow: there,
      unsafeKeysNow: unsafe,
      lostKeysNow: gone,
      events: scene.events,
    };
  }

  #loads(isWhole: boolean): Uint32Array | null {
    const { flights, inhabitants } = this.#scene;
    const isTurn = this.#updates % LOADS_EVERY === 0 || inhabitants.founders <= LOADS_ALWAYS;
    if (!isTurn && !isWhole) return null;
    return flights.loads.slice(0, inhabitants.nodeOf(this.#places - 1) + 1);
  }
}

/** The same for views that look the same. */
function shortOf({ owner, holders, effectiveK, state, bytes }: KeyView): string {
  return `${owner} ${effectiveK} ${state} ${bytes} ${holders.join(' ')}`;
}
