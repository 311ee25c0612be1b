/**
 * What live nodes look like at a moment, in columns, and what has changed since it was last told:
 *
 *     adapters ── state, successor, key … ──▶ picture ── news ──▶ places, update (what is different)
 *                                                    └── whole ─▶ places, update (all there is)
 *
 * A process keeps its number, and a place too, for as long as the picture stands.
 */
import { addressOf, parseIp } from '../../mainline.ts';
import type { Figures, KeyView, Places, SceneMessage, Silence, Update } from '../../scene.ts';
import { NO_FIGURES, NodeState } from '../../scene.ts';

/** Nodes and places that are drawn at most; a crawl of the whole Internet is no picture. */
export const PLACES_LIMIT = 20_000;

export class Picture {
  figures: Figures = NO_FIGURES;
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #states: number[] = [];
  readonly #silences = new Map<number, Silence>();
  readonly #loads: number[] = [];
  readonly #places = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #nodeOf: number[] = [];
  readonly #addresses: string[] = [];
  readonly #successors: number[] = [];
  readonly #safeties: number[] = [];
  readonly #keys = new Map<string, KeyView>();
  /** What has not been told yet. */
  #placesTold = 0;
  readonly #changedNodes = new Set<number>();
  readonly #changedPlaces = new Set<number>();
  readonly #changedKeys = new Set<string>();
  #areLoadsNew = false;
  #toldFigures = '';

  get nodeCount(): number {
    return this.#names.length;
  }

  get placeCount(): number {
    return this.#ids.length;
  }

  /** One more place would be too many. */
  get isFull(): boolean {
    return this.#ids.length >= PLACES_LIMIT;
  }

  /** The number of a process, by a name of the caller's; it is absent until its state is set. */
  node(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push(name) - 1;
    this.#numbers.set(name, number);
    this.#states.push(NodeState.absent);
    this.#loads.push(0);
    this.#changedNodes.add(number);
    return number;
  }

  /** -1 when it was never seen. */
  numberOf(name: string): number {
    return this.#numbers.get(name) ?? -1;
  }

  nameOf(node: number): string | undefined {
    return this.#names[node];
  }

  stateOf(node: number): number {
    return this.#states[node] ?? NodeState.absent;
  }

  /** Where a process stands: `id` is 40 hexadecimal digits, `address` is `IP:port`. */
  place(id: string, address: string, node: number): number {
    const name = `${id}@${address}`;
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const place = this.#ids.push(id) - 1;
    this.#places.set(name, place);
    this.#nodeOf.push(node);
    this.#addresses.push(address);
    this.#successors.push(-1);
    this.#safeties.push(UNKNOWN_SAFETY);
    return place;
  }

  /** -1 when it was never seen. */
  placeOf(id: string, address: string): number {
    return this.#places.get(`${id}@${address}`) ?? -1;
  }

  nodeOfPlace(place: number): number {
    return this.#nodeOf[place] ?? -1;
  }

  idOf(place: number): string {
    return this.#ids[place]!;
  }

  setState(node: number, state: number): void {
    if (state !== NodeState.paused) this.#silences.delete(node);
    if (this.#states[node] === state) return;
    this.#states[node] = state;
    this.#changedNodes.add(node);
  }

  /** A node that does not answer. */
  setSilent(silence: Silence): void {
    const { node, how, isMissed } = silence;
    this.setState(node, NodeState.paused);
    const before = this.#silences.get(node);
    if (before?.how === how && before.isMissed === isMissed) return;
    this.#silences.set(node, silence);
    this.#changedNodes.add(node);
  }

  silenceOf(node: number): Silence | undefined {
    return this.#silences.get(node);
  }

  setSuccessor(place: number, successor: number): void {
    if (this.#successors[place] === successor) return;
    this.#successors[place] = successor;
    this.#changedPlaces.add(place);
  }

  setSafety(place: number, backups: number): void {
    if (this.#safeties[place] === backups) return;
    this.#safeties[place] = backups;
    this.#changedPlaces.add(place);
  }

  setLoad(node: number, messages: number): void {
    if (this.#loads[node] === messages) return;
    this.#loads[node] = messages;
    this.#areLoadsNew = true;
  }

  setKey(view: KeyView): void {
    const known = this.#keys.get(view.key);
    if (known !== undefined && isSameKey(known, view)) return;
    this.#keys.set(view.key, view);
    this.#changedKeys.add(view.key);
  }

  key(key: string): KeyView | undefined {
    return this.#keys.get(key);
  }

  get keys(): IterableIterator<KeyView> {
    return this.#keys.values();
  }

  get keyCount(): number {
    return this.#keys.size;
  }

  /** Places of living nodes, as numbers. */
  *livingPlaces(): Generator<number> {
    for (const [place, node] of this.#nodeOf.entries()) {
      if (this.#states[node] === NodeState.up || this.#states[node] === NodeState.leaving) {
        yield place;
      }
    }
  }

  /** What has changed since the last time; nothing when that is nothing. */
  news(atMs: number): SceneMessage[] {
    const messages: SceneMessage[] = [];
    const hasPlaces = this.#placesTold < this.#ids.length;
    if (hasPlaces) messages.push(this.#placesFrom(this.#placesTold));
    const figures = JSON.stringify(this.figures);
    const isNew =
      hasPlaces ||
      this.#areLoadsNew ||
      this.#changedNodes.size + this.#changedPlaces.size + this.#changedKeys.size > 0 ||
      figures !== this.#toldFigures;
    if (isNew) {
      const nodes = [...this.#changedNodes];
      const places = [...this.#changedPlaces];
      const keys = [...this.#changedKeys].map((key) => this.#keys.get(key)!);
      messages.push(this.#update(atMs, false, nodes, places, keys, this.#areLoadsNew));
    }
    this.#placesTold = this.#ids.length;
    this.#changedNodes.clear();
    this.#changedPlaces.clear();
    this.#changedKeys.clear();
    this.#areLoadsNew = false;
    this.#toldFigures = figures;
    return messages;
  }

  /** All there is. Changes nothing of what is news. */
  whole(atMs: number): [Places, Update] {
    const nodes = this.#names.map((_, i) => i);
    const places = this.#ids.map((_, i) => i);
    return [
      this.#placesFrom(0),
      this.#update(atMs, true, nodes, places, [...this.#keys.values()], true),
    ];
  }

  #placesFrom(first: number): Places {
    const ids = Buffer.from(this.#ids.slice(first).join(''), 'hex');
    return {
      type: 'places',
      first,
      ids: new Uint8Array(ids),
      nodes: Uint32Array.from(this.#nodeOf.slice(first)),
      addresses: Float64Array.from(this.#addresses.slice(first), addressNumber),
    };
  }

  #update(
    atMs: number,
    whole: boolean,
    nodes: readonly number[],
    places: readonly number[],
    keys: readonly KeyView[],
    withLoads: boolean,
  ): Update {
    const silences = nodes.flatMap((node) => this.#silences.get(node) ?? []);
    return {
      type: 'frame',
      atMs,
      whole,
      playing: true,
      pace: 1000,
      nodes: Uint32Array.from(nodes),
      states: Uint8Array.from(nodes, (node) => this.#states[node]!),
      ...(silences.length > 0 && { silences }),
      places: Uint32Array.from(places),
      successors: Int32Array.from(places, (place) => this.#successors[place]!),
      safeties: Uint8Array.from(places, (place) => this.#safeties[place]!),
      sybils: new Uint32Array(0),
      sides: null,
      keys,
      figures: this.figures,
      loads: withLoads ? Uint32Array.from(this.#loads) : null,
    };
  }
}

const UNKNOWN_SAFETY = 255;

function isSameKey(a: KeyView, b: KeyView): boolean {
  return (
    a.name === b.name &&
    a.owner === b.owner &&
    a.effectiveK === b.effectiveK &&
    a.state === b.state &&
    a.bytes === b.bytes &&
    a.holders.length === b.holders.length &&
    a.holders.every((holder, i) => holder === b.holders[i])
  );
}

/** `IP:port` as one number of 48 bits; 0 for what is none. */
export function addressNumber(address: string): number {
  const colon = address.lastIndexOf(':');
  const ip = parseIp(address.slice(0, colon));
  const port = Number(address.slice(colon + 1));
  return ip < 0 || !Number.isInteger(port) ? 0 : addressOf(ip, port);
}
