/**
 * Where every place is and how it looks, kept up to date with as little work as possible: places are
 * sorted when places come, positions change with partitions and with the view, kinds with states.
 * What changed is found by comparing with a copy of the columns: a hundred thousand bytes are compared
 * faster than a crowd of signals is kept.
 */
import { NodeState } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';
import type { ViewKind } from '../model/view-state.ts';
import type { World } from './camera.ts';
import { type CircleOrder, sortPlaces } from './circle-order.ts';
import { PointKind } from './points.ts';
import { bandOf, placeOnRing } from './ring-geometry.ts';
import { buildTrie, placeInTrie, type Trie } from './trie-geometry.ts';

const EMPTY_CIRCLE: CircleOrder = sortPlaces(new Float64Array(0), 0);
const EMPTY_TRIE: Trie = buildTrie(EMPTY_CIRCLE, () => false);

export class StageLayout {
  kind: ViewKind = 'ring';
  placeCount = 0;
  circle: CircleOrder = EMPTY_CIRCLE;
  trie: Trie = EMPTY_TRIE;
  /** x at 2p, y at 2p + 1. */
  positions = new Float32Array(0);
  /** `PointKind` of each place. */
  kinds = new Uint8Array(0);
  /** Counts up whenever a place moved, came, or looks different. */
  version = 0;
  world: World = worldOf('ring', 0);

  /** The first place of each node. */
  #homes = new Int32Array(0);
  #firstTurn = Number.NaN;
  #states = new Uint8Array(0);
  #sides = new Uint8Array(0);

  /** The place that stands for a node in lines to and from it: its first; -1 for none. */
  homeOf(node: number): number {
    return node >= 0 && node < this.#homes.length ? this.#homes[node]! : -1;
  }

  /** Brings all up to date with a model. */
  update(model: SceneModel, kind: ViewKind): void {
    const { placeCount, nodeCount } = model;
    const arrived = placeCount !== this.placeCount || model.turns[0] !== this.#firstTurn;
    if (arrived) this.#takePlaces(model);
    const turned = kind !== this.kind || arrived;
    this.kind = kind;
    const states = this.#remember(model, nodeCount);
    const sides = differs(this.#sides, model.sideOf, nodeCount);
    if (sides) this.#sides = model.sideOf.slice(0, nodeCount);
    if (!turned && !states && !sides) return;
    if (turned || states) this.#takeKinds(model);
    this.world = worldOf(kind, placeCount);
    if (kind === 'trie') {
      // Only whoever is there has a leaf: a trie grows and shrinks with its nodes.
      this.trie = buildTrie(this.circle, (place) => this.kinds[place] !== PointKind.hidden);
      placeInTrie(this.positions, placeCount, this.trie, model.ids);
    } else if (turned || sides) {
      const sideOf = (place: number) => model.sideOf[model.nodeOf[place]!]!;
      placeOnRing(this.positions, placeCount, model.turns, model.ids, sideOf);
    }
    this.version++;
  }

  #takePlaces(model: SceneModel): void {
    this.placeCount = model.placeCount;
    this.#firstTurn = model.turns[0]!;
    this.circle = sortPlaces(model.turns, model.placeCount);
    this.positions = new Float32Array(2 * model.placeCount);
    this.kinds = new Uint8Array(model.placeCount);
    this.#homes = new Int32Array(model.nodeCount).fill(-1);
    for (let place = model.placeCount - 1; place >= 0; place--) {
      this.#homes[model.nodeOf[place]!] = place;
    }
  }

  /** Is a state or a Sybil another than when last looked? */
  #remember(model: SceneModel, nodeCount: number): boolean {
    let changed = this.#states.length !== nodeCount;
    if (changed) this.#states = new Uint8Array(nodeCount);
    const { stateOf, isSybil } = model;
    for (let node = 0; node < nodeCount; node++) {
      const look = stateOf[node]! | (isSybil[node]! << 4);
      if (this.#states[node] === look) continue;
      this.#states[node] = look;
      changed = true;
    }
    return changed;
  }

  #takeKinds(model: SceneModel): void {
    const { nodeOf } = model;
    for (let place = 0; place < this.placeCount; place++) {
      this.kinds[place] = kindOf(this.#states[nodeOf[place]!]!);
    }
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
  marginY: 0,
};

const RING: World = {
  halfWidth: 1,
  halfHeight: 1,
  stretched: false,
  maxZoom: 4096,
  marginX: 84,
  marginY: 56,
};

/** Names beside the ring need room; where there are crowds there are no names. */
export function worldOf(kind: ViewKind, places: number): World {
  if (kind === 'trie') return TRIE;
  const half = 1 + bandOf(places) / 2;
  return { ...RING, halfWidth: half, halfHeight: half };
}

function differs(before: Uint8Array, now: Uint8Array, count: number): boolean {
  if (before.length !== count) return true;
  for (let i = 0; i < count; i++) if (before[i] !== now[i]) return true;
  return false;
}
