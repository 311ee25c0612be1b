/** Messages of a scene for tests, each with what a test does not care about filled in. */
import type { Figures, Flight, Frame, Hello, KeyView, LookupView } from 'ringlight/scene';
import { NO_FIGURES, SCENE_VERSION } from 'ringlight/scene';
import type { SceneModel } from '../../../web/src/model/scene-model.ts';

export const figures: Figures = NO_FIGURES;

export function hello(more: Partial<Hello> = {}): Hello {
  return {
    type: 'hello',
    version: SCENE_VERSION,
    overlay: 'ring',
    origin: 'lab',
    title: 'a test',
    config: null,
    abilities: ['time', 'rewind', 'act', 'nodes', 'inspect', 'settings'],
    k: 2,
    endMs: null,
    ...more,
  };
}

export function flight(id: number, more: Partial<Flight> = {}): Flight {
  const sent = { sentMs: id, arrivesMs: id + 60, from: 1, to: 2, fate: 'delivered' as const };
  return { id, ...sent, kind: 'get', bytes: 20, lookup: 0, exchange: 0, ...more };
}

export function frame(more: Partial<Frame> = {}): Frame {
  return {
    type: 'frame',
    atMs: 0,
    whole: false,
    playing: false,
    pace: 0,
    nodes: new Uint32Array(),
    states: new Uint8Array(),
    places: new Uint32Array(),
    successors: new Int32Array(),
    safeties: new Uint8Array(),
    sybils: new Uint32Array(),
    sides: null,
    keys: [],
    figures,
    loads: null,
    ...more,
  };
}

export function key(name: string, more: Partial<KeyView> = {}): KeyView {
  let hash = '';
  for (const char of name.padEnd(20, '.')) hash += char.charCodeAt(0).toString(16).padStart(2, '0');
  return {
    key: hash.slice(0, 40),
    name,
    owner: 0,
    holders: [0],
    effectiveK: 0,
    state: 'safe',
    bytes: 5,
    ...more,
  };
}

export function lookup(id: number, more: Partial<LookupView> = {}): LookupView {
  return {
    type: 'lookup',
    id,
    kind: 'get',
    label: 'apple',
    target: '00'.repeat(20),
    from: 0,
    startedMs: id,
    endedMs: null,
    state: 'running',
    result: '',
    exact: null,
    steps: [],
    ...more,
  };
}

/** Places of the nodes given, each at an id that begins with these bytes. */
export function addPlaces(
  model: SceneModel,
  first: number,
  nodes: number[],
  heads: number[][],
): void {
  const ids = new Uint8Array(nodes.length * 20);
  heads.forEach((head, i) => {
    ids.set(head, i * 20);
  });
  const addresses = Float64Array.from(nodes, (node) => node);
  model.apply({ type: 'places', first, ids, nodes: Uint32Array.from(nodes), addresses });
}

export function setStates(model: SceneModel, nodes: number[], state: number): void {
  const states = Uint8Array.from(nodes, () => state);
  model.apply(frame({ atMs: model.atMs, nodes: Uint32Array.from(nodes), states }));
}

/** So many nodes, all up, evenly around the circle. */
export function addNodes(model: SceneModel, count: number): void {
  const nodes = Array.from({ length: count }, (_, i) => i);
  addPlaces(
    model,
    0,
    nodes,
    nodes.map((node) => [Math.floor((node * 256) / count)]),
  );
  setStates(model, nodes, 1);
}
