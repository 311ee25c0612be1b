/**
 * Where every place is and how it looks, kept up to date with as little work as possible: places are
 * sorted when places come, positions change with partitions and with the view, kinds with states.
 * When the model says that states may have changed, what did is found by comparing with a copy of the
 * columns: a hundred thousand bytes are compared faster than a crowd of signals is kept.
 */
import { NodeState } from 'ringlight/scene';
import { type Camps, campsNow } from '../model/camps.ts';
import type { SceneModel } from '../model/scene-model.ts';
import type { ViewKind } from '../model/view-state.ts';
import type { World } from './camera.ts';
import { type CircleOrder, sortPlaces } from './circle-order.ts';
import { PointKind } from './points.ts';
import { bandOf, placeOnRing, STACKED_UP_TO, sideStep, stackInside } from './ring-geometry.ts';
import { buildTrie, placeInTrie, type Trie } from './trie-geometry.ts';

const EMPTY_CIRCLE: CircleOrder = sortPlaces(new Float64Array(0), 0);
const EMPTY_TRIE: Trie = buildTrie(EMPTY_CIRCLE, () => false);

/** More changes than these are looked for place by place. */
const FEW = 1000;

/** Marks of 11 pixels on a ring of 300. */
const DEFAULT_TOUCHING = 0.08;

export class StageLayout {
  kind: ViewKind = 'ring';
  placeCount = 0;
  circle: CircleOrder = EMPTY_CIRCLE;
  trie: Trie = EMPTY_TRIE;
  /** x at 2p, y at 2p + 1. */
  positions = new Float32Array(0);
  /** `PointKind` of each place. */
  kinds = new Uint8Array(0);
  /** Do some stand inside the circle, because they have no room on it? */
  isStacked = false;
  /** Who holds together; all but the largest stand outside the circle. */
  camps: Camps = { list: [], campOf: new Uint8Array(0) };
  /** Is the picture so small that only what is spoken of has a name? */
  isTight = false;
  /** Counts up whenever a place moved, came, or looks different. */
  version = 0;
  #world: World = worldOf('ring', 0);

  /** The first place of each node. */
  #homes = new Int32Array(0);
  #firstTurn = Number.NaN;
  #touching = DEFAULT_TOUCHING;
  #statesVersion = -1;
  #linksVersion = -1;
  #states = new Uint8Array(0);
  /** Nodes that look different than when last looked. */
  #changed: number[] = [];

  get world(): World {
    const { kind } = this;
    return this.isTight && kind === 'ring' ? { ...this.#world, ...TIGHT_MARGINS } : this.#world;
  }

  /** The place that stands for a node in lines to and from it: its first; -1 for none. */
  homeOf(node: number): number {
    return node >= 0 && node < this.#homes.length ? this.#homes[node] : -1;
  }

  /** Brings all up to date with a model. Marks nearer than `touching`, in radii, hide each other. */
  update(model: SceneModel, kind: ViewKind, touching = DEFAULT_TOUCHING): void {
    const { placeCount, nodeCount } = model;
    const arrived = placeCount !== this.placeCount || model.turns[0] !== this.#firstTurn;
    if (arrived) this.#takePlaces(model);
    const turned = kind !== this.kind || arrived;
    this.kind = kind;
    const isNews = arrived || model.statesVersion !== this.#statesVersion;
    this.#statesVersion = model.statesVersion;
    const states = isNews && this.#remember(model, nodeCount);
    const sides = (isNews || model.linksVersion !== this.#linksVersion) && this.#takeCamps(model);
    const resized = touching !== this.#touching && placeCount <= STACKED_UP_TO;
    this.#touching = touching;
    if (!turned && !states && !sides && !resized) return;
    const isFew = !turned && this.#changed.length <= FEW;
    const members =
      (turned || states) && (isFew ? this.#takeChanged(model) : this.#takeKinds(model));
    this.#world = worldOf(kind, placeCount, this.camps.list.length - 1);
    if (kind === 'trie') {
      // Only whoever is there has a leaf, and whoever crashed is still seen where it was.
      if (turned || members) this.#buildTrie(model);
    } else if (turned || members || sides || resized) {
      this.#placeOnRing(model);
    }
    this.version++;
  }

  #buildTrie(model: SceneModel): void {
    this.trie = buildTrie(this.circle, (place) => this.kinds[place] !== PointKind.hidden);
    placeInTrie(this.positions, this.placeCount, this.trie, model.ids);
  }

  /** Has anybody gone over to others? */
  #takeCamps(model: SceneModel): boolean {
    this.#linksVersion = model.linksVersion;
    const before = this.camps;
    this.camps = campsNow(model);
    if (before.list.length === 1 && this.camps.list.length === 1) return false;
    return (
      before.list.length !== this.camps.list.length ||
      differs(before.campOf, this.camps.campOf, model.placeCount)
    );
  }

  #placeOnRing({ turns, ids }: SceneModel): void {
    const shown = (place: number) => this.kinds[place] !== PointKind.hidden;
    const { campOf } = this.camps;
    const inside = stackInside(this.circle.order, turns, shown, this.#touching, campOf);
    this.isStacked = inside.some((depth) => depth > 0);
    placeOnRing(this.positions, this.placeCount, turns, ids, campOf, inside);
  }

  #takePlaces(model: SceneModel): void {
    this.placeCount = model.placeCount;
    this.#firstTurn = model.turns[0];
    this.circle = sortPlaces(model.turns, model.placeCount);
    this.positions = new Float32Array(2 * model.placeCount);
    this.kinds = new Uint8Array(model.placeCount);
    this.#homes = new Int32Array(model.nodeCount).fill(-1);
    for (let place = model.placeCount - 1; place >= 0; place--) {
      this.#homes[model.nodeOf[place]] = place;
    }
  }

  /** Is a state or a Sybil another than when last looked? */
  #remember(model: SceneModel, nodeCount: number): boolean {
    const isOther = this.#states.length !== nodeCount;
    if (isOther) this.#states = new Uint8Array(nodeCount);
    const { stateOf, isSybil } = model;
    const [states, changed] = [this.#states, this.#changed];
    changed.length = 0;
    for (let node = 0; node < nodeCount; node++) {
      const look = stateOf[node] | (isSybil[node] << 4);
      if (states[node] === look) continue;
      states[node] = look;
      changed.push(node);
    }
    return isOther || changed.length > 0;
  }

  /** Did anybody appear or vanish? */
  #takeKinds({ nodeOf }: SceneModel): boolean {
    let changed = false;
    for (let place = 0; place < this.placeCount; place++) {
      if (this.#takeKind(place, kindOf(this.#states[nodeOf[place]]))) changed = true;
    }
    return changed;
  }

  /** The same where only a few look different. */
  #takeChanged(model: SceneModel): boolean {
    let changed = false;
    for (const node of this.#changed) {
      const kind = kindOf(this.#states[node]);
      for (const place of model.placesOf(node)) if (this.#takeKind(place, kind)) changed = true;
    }
    return changed;
  }

  #takeKind(place: number, kind: number): boolean {
    const before = this.kinds[place];
    if (kind === before || place >= this.placeCount) return false;
    this.kinds[place] = kind;
    return kind === PointKind.hidden || before === PointKind.hidden;
  }
}

/** From a state, and 16 for a Sybil, to how it is painted. */
function kindOf(look: number): number {
  const state = look & 15;
  if (state === NodeState.absent) return PointKind.hidden;
  if (state === NodeState.crashed) return PointKind.crashed;
  if (look >= 16) return PointKind.sybil;
  if (state === NodeState.paused) return PointKind.paused;
  return state === NodeState.joining ? PointKind.joining : PointKind.up;
}

const TRIE: World = {
  halfWidth: 1,
  halfHeight: 1,
  stretched: true,
  maxZoom: 2 ** 24,
  marginX: 24,
  marginY: 8,
};

const RING: World = {
  halfWidth: 1,
  halfHeight: 1,
  stretched: false,
  maxZoom: 4096,
  marginX: 84,
  marginY: 56,
};

/** Room for a name or two above and below. */
const TIGHT_MARGINS = { marginX: 60, marginY: 30 };

/** Names beside the ring need room; where there are crowds there are no names. */
export function worldOf(kind: ViewKind, places: number, campsOutside = 0): World {
  if (kind === 'trie') return TRIE;
  const half = 1 + bandOf(places) / 2 + sideStep(places, campsOutside);
  return { ...RING, halfWidth: half, halfHeight: half };
}

function differs(before: Uint8Array, now: Uint8Array, count: number): boolean {
  if (before.length !== count) return true;
  for (let i = 0; i < count; i++) if (before[i] !== now[i]) return true;
  return false;
}
