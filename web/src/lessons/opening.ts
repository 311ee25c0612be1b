/**
 * The opening scene: what a visitor sees first, and what a broken link falls back to. A ring small
 * enough to count, a dozen keys with names, and one lookup on its way.
 */
import type { Act, SceneConfig, SceneOverlay, TimedAct } from 'ringlight/scene';
import type { Moment } from '../model/moment.ts';
import { FIRST_CONFIG } from './lesson.ts';

/** The key that is selected when the page opens. */
export const FIRST_KEY = 'apple';

/** When the look-up begins. */
const LOOKUP_MS = 300;

/** The page opens a little before it, so that one sees it begin; or after it, when nothing moves. */
const BEFORE_MS = 280;
const AFTER_MS = 3000;

export function openingMoment(overlay: SceneOverlay, isCalm: boolean): Moment {
  const config: SceneConfig =
    overlay === 'ring' ? FIRST_CONFIG : { ...FIRST_CONFIG, overlay, nodes: 200, k: 8 };
  const lookup: TimedAct = { atMs: LOOKUP_MS, act: { kind: 'lookup', name: FIRST_KEY, from: 13 } };
  return { config, acts: [lookup], atMs: isCalm ? AFTER_MS : BEFORE_MS };
}

/** Names for lessons that put keys themselves. */
export const FRUIT: readonly string[] = [
  ...['apple', 'banana', 'cherry', 'damson', 'elder', 'fig'],
  ...['grape', 'hazel', 'iris', 'juniper', 'kiwi', 'lemon'],
];

/** Puts of all of them, one after the other. */
export function putsOf(names: readonly string[], firstMs: number, everyMs: number): TimedAct[] {
  return names.map((name, i) => {
    const act: Act = { kind: 'put', name, value: `a ${name}` };
    return { atMs: firstMs + i * everyMs, act };
  });
}
