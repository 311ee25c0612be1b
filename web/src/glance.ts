/**
 * What the page shows, as plain data: `ringlight.glance()` in the console of the browser, and
 * `ringlight.whereIs(7)` or `ringlight.whereIs('apple')`, `ringlight.words()`. Tests read it, and whoever is curious; nothing
 * can be changed by it.
 */
import { NodeState, type SceneConfig } from 'ringlight/scene';
import type { SceneModel } from './model/scene-model.ts';
import type { ScenePane } from './model/session.ts';
import type { Box } from './stage/callouts.ts';
import type { Picture } from './stage/picture.ts';
import { shownPicture } from './stage/shown-pictures.ts';
import type { Studio } from './studio.ts';

export interface Glance {
  source: 'lab' | 'live' | 'recording';
  /** `ownership/2`, '' when no lesson is open. */
  lesson: string;
  /** asking, playing or told. */
  phase: string;
  view: 'ring' | 'trie';
  /** What went wrong, in words; '' for nothing. */
  trouble: string;
  /** 40 hexadecimal digits; null for none. */
  selectedKey: string | null;
  /** -1 for none. */
  selectedNode: number;
  /** 0 for none. */
  selectedLookup: number;
  panes: PaneGlance[];
}

export interface PaneGlance {
  /** opening, open, waiting, broken or locked. */
  link: string;
  overlay: string;
  k: number;
  /** Null where nodes are not of the lab. */
  config: SceneConfig | null;
  atMs: number;
  playing: boolean;
  /** Time is being caught up with. */
  busy: boolean;
  trouble: string;
  /** How many acts are in its history, those of its future included. */
  acts: number;
  /** By node, a word of `NodeState`. */
  nodes: string[];
  /** By name, or by key where nobody knows the name. */
  keys: Record<string, KeyGlance>;
  lookups: LookupGlance[];
}

export interface KeyGlance {
  state: string;
  /** The node that owns it; -1 for none. */
  owner: number;
  /** Nodes that are there and have a copy. */
  holders: number[];
}

export interface LookupGlance {
  id: number;
  kind: string;
  label: string;
  state: string;
  result: string;
  steps: { node: number; verdict: string }[];
}

/** Where a node, or a key by its name, is drawn: pixels of the page; null where it is not on it. */
export function whereIs(
  { session }: Studio,
  what: number | string,
  pane: number,
): { x: number; y: number } | null {
  const model = session.panes.value[pane]?.model;
  const shown = model && shownPicture(model);
  if (!shown) return null;
  const at =
    typeof what === 'number' ? shown.picture.whereIs(what) : keySpot(shown.picture, model, what);
  if (at === null) return null;
  const { left, top } = shown.canvas.getBoundingClientRect();
  return { x: left + at.x, y: top + at.y };
}

/** A word that is drawn into a picture, and its box in pixels of the page. */
export interface WordGlance extends Box {
  text: string;
}

export function words({ session }: Studio, pane: number): WordGlance[] {
  const model = session.panes.value[pane]?.model;
  const shown = model && shownPicture(model);
  if (!shown) return [];
  const { left, top } = shown.canvas.getBoundingClientRect();
  return shown.picture.words.map(({ text, box: { x, y, width, height } }) => {
    return { text, x: left + x, y: top + y, width, height };
  });
}

function keySpot(picture: Picture, model: SceneModel, name: string) {
  const view = [...model.keys.values()].find((one) => one.name === name);
  return view ? picture.whereIsKey(view.key) : null;
}

const STATES = Object.keys(NodeState);

export function glance(studio: Studio): Glance {
  const { session } = studio;
  const { view } = session;
  const open = studio.lesson.value;
  return {
    source: studio.source.value.kind,
    lesson: open ? `${open.lesson.id}/${open.index + 1}` : '',
    phase: studio.course.phase.value,
    view: view.viewKind.value,
    trouble: studio.trouble.value,
    selectedKey: view.selectedKey.value,
    selectedNode: view.selectedNode.value,
    selectedLookup: view.selectedLookup.value,
    panes: session.panes.value.map(paneGlance),
  };
}

function paneGlance({ model, link }: ScenePane): PaneGlance {
  const hello = model.hello.value;
  const keys: Record<string, KeyGlance> = {};
  for (const [key, { name, state, owner, holders }] of model.keys) {
    keys[name ?? key] = {
      state,
      owner: owner < 0 ? -1 : model.nodeOf[owner],
      holders: holders.filter((node) => model.isMember(node)),
    };
  }
  return {
    link: link.value.state,
    overlay: hello?.overlay ?? '',
    k: hello?.k ?? 0,
    config: hello?.config ?? null,
    atMs: model.atMs,
    playing: model.playing.value,
    busy: model.busy.value !== null,
    trouble: model.trouble.value?.message ?? '',
    acts: model.history.value.length,
    nodes: Array.from(model.stateOf.subarray(0, model.nodeCount), (state) => STATES[state]),
    keys,
    lookups: [...model.lookups.values()].map(({ id, kind, label, state, result, steps }) => ({
      ...{ id, kind, label, state, result },
      steps: steps.map(({ node, verdict }) => ({ node, verdict })),
    })),
  };
}
