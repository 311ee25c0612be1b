/**
 * A lesson: a guided tour as data. Each step is a moment of a living world that the same seed makes
 * again each time, so a step can be linked, gone back to, and played with.
 *
 *     step 1            step 2                 step 3
 *     0 ─── plays ───▶ toMs ─── plays ──────▶ toMs …        one world, until a step brings another
 *                       acts of step 2 befall it at their times
 */
import type { SceneConfig, TimedAct } from 'ringlight/scene';
import type { Moment } from '../model/moment.ts';
import type { PanelTab, ViewKind } from '../model/view-state.ts';
import type { Told } from './told.ts';

/** Words, or how the world says them: of two worlds `b` is the one beside, else it is `a` again. */
export type Say = string | ((a: Told, b: Told) => string);

/** A few words beside a thing in the picture, which they follow. */
export interface Note {
  /** The node, or the key by its name. */
  node?: number;
  key?: string;
  /** Or a point of the circle: 40 hexadecimal digits. */
  hash?: string;
  text: string;
  tone?: 'accent' | 'danger' | 'copy' | 'key' | 'route' | 'warn';
}

/** What the visitor is asked before the step plays. */
export interface Question {
  text: Say;
  /** Nodes and keys are answered in the picture, words by a button. */
  of: 'node' | 'key' | readonly string[];
  /** What turned out to be right, once the step has been played: any of these. None: nobody knows. */
  answer: (a: Told, b: Told) => readonly (number | string)[];
  /** The selection would give the answer away: it is made when the step plays. */
  hides?: boolean;
  /** What the question is about. */
  points?: Note[];
}

export type LessonGroup = 'The circle' | 'What lasts' | 'Mainline' | 'Attacks';

/** What the list of lessons says of one. */
export interface LessonHead {
  /** In links: `#lesson=ownership/2`. Letters, digits and hyphens. */
  readonly id: string;
  readonly group: LessonGroup;
  readonly title: string;
  /** One line: what one will have understood. */
  readonly about: string;
}

export interface Lesson extends LessonHead {
  readonly steps: readonly LessonStep[];
}

export interface LessonStep {
  /** What is to be seen, in a few plain sentences: true from the beginning of the step to its end. */
  text: Say;
  /** One sentence: what to notice, once the step has come to its moment. */
  notice: Say;
  ask?: Question;
  /** What is pointed at, in each of the worlds. */
  notes?: (world: Told) => Note[];
  /** A panel that belongs to it, below the words. */
  exhibit?: PanelTab | 'hash' | 'xor' | 'halving';
  /** Another world begins, at 0. The first step has one. */
  config?: Partial<SceneConfig>;
  /** Of a step with a `config`: a second world beside it, with the same acts, which differs in this. */
  beside?: Partial<SceneConfig>;
  /** What is done, at times of this world, all before `toMs`. Those of the steps before stay done. */
  acts?: readonly TimedAct[];
  /** The step begins to play here; without it, where the step before ended, or 0 in another world. */
  fromMs?: number;
  /** And pauses here. */
  toMs: number;
  /** Virtual ms per second of the viewer's. */
  pace?: number;
  select?: {
    node?: number;
    /** The name that was typed for it. */
    key?: string;
    /** Or the key itself. */
    hash?: string;
    /** The one that was asked for last. */
    lookup?: boolean;
    tab?: PanelTab;
    view?: ViewKind;
    /** In a tree: whose path is drawn beside that of the selected node; -1 for none. */
    compared?: number;
    /** On a ring: what the selected node believes is drawn over what is so. */
    belief?: boolean;
  };
}

/** The world that lessons and the opening scene change a little. */
export const FIRST_CONFIG: SceneConfig = {
  overlay: 'ring',
  nodes: 16,
  seed: 10,
  k: 2,
  alpha: 3,
  identities: 1,
  policy: 'correct',
  family: 4,
  latencyMs: 60,
  loss: 0,
  churn: null,
  lookupsPerSecond: 0,
  keys: 12,
};

/** What lessons say of nodes, keys and times is what happens with this seed. */
export const TOLD_SEED = 7;

export interface Staging extends Moment {
  toMs: number;
  /** The world beside it, null where there is one only. */
  beside: SceneConfig | null;
}

/** What a step lets one look at: the view and the panel stay as the steps before it have left them. */
export function selectionOf(lesson: Lesson, index: number): NonNullable<LessonStep['select']> {
  const { view, tab } = Object.assign(
    {},
    ...lesson.steps.slice(0, index + 1).map(({ select }) => select),
  ) as NonNullable<LessonStep['select']>;
  return {
    ...lesson.steps[index].select,
    ...(view === undefined ? {} : { view }),
    ...(tab === undefined ? {} : { tab }),
  };
}

/** What is said, of the worlds as they are. */
export function said(say: Say, a: Told, b: Told = a): string {
  return typeof say === 'string' ? say : say(a, b);
}

/** The world in which a step plays, and from where to where. */
export function stagingOf(lesson: Lesson, index: number): Staging {
  let first = index;
  while (first > 0 && lesson.steps[first].config === undefined) first--;
  const acts: TimedAct[] = [];
  let atMs = 0;
  for (let i = first; i <= index; i++) {
    const step = lesson.steps[i];
    acts.push(...(step.acts ?? []));
    if (i === index) atMs = step.fromMs ?? (i === first ? 0 : lesson.steps[i - 1].toMs);
  }
  const { config: part, beside } = lesson.steps[first];
  const config = { ...FIRST_CONFIG, ...part };
  return {
    ...{ config, acts, atMs, toMs: lesson.steps[index].toMs },
    beside: beside === undefined ? null : { ...config, ...beside },
  };
}
