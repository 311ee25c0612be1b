/**
 * Questions of a teacher, as they travel in a link: `&ask=` and JSON in base64url. Each is asked before
 * the world goes on; what was answered stays on the page of who answered.
 *
 *     [{ q: 'Who owns apple once node 2 is gone?', of: 'node', a: 7, t: 9000 }]
 */

import { MOMENT_MS_MAX } from 'ringlight/scene';
import { fromBase64Url, toBase64Url } from './base64url.ts';

export interface Asked {
  text: string;
  of: 'node' | 'key' | readonly string[];
  /** What is right: a node's number, a key's name or a choice; null where it is left open. */
  right: number | string | null;
  /** The world then plays until this moment; null in a lesson, whose steps have their own. */
  untilMs: number | null;
  /** In a lesson the step that it is asked in, counted from 0. */
  step: number;
}

export const ASKS_MAX = 12;
export const ASK_LENGTH_MAX = 400;
const CHOICES_MAX = 8;
const CHOICE_LENGTH_MAX = 80;
const STEP_MAX = 99;

export function writeAsks(asks: readonly Asked[]): string {
  if (asks.length === 0) return '';
  const contents = asks.map(({ text, of, right, untilMs, step }) => ({
    ...{ q: text, of },
    ...(right === null ? {} : { a: right }),
    ...(untilMs === null ? {} : { t: Math.round(untilMs) }),
    ...(step === 0 ? {} : { s: step }),
  }));
  return `&ask=${toBase64Url(JSON.stringify(contents))}`;
}

/** @throws Error with one line for people. */
export function readAsks(text: string | null): Asked[] {
  if (text === null) return [];
  let contents: unknown;
  try {
    contents = JSON.parse(fromBase64Url(text));
  } catch {
    throw new Error('The questions of the link are damaged.');
  }
  if (!Array.isArray(contents) || contents.length > ASKS_MAX) {
    throw new Error(`A link has at most ${ASKS_MAX} questions.`);
  }
  return contents.map(askOf);
}

function askOf(value: unknown): Asked {
  const { q, of, a = null, t = null, s = 0 } = (value ?? {}) as Record<string, unknown>;
  const isSound =
    isText(q, ASK_LENGTH_MAX) &&
    (of === 'node' || of === 'key' || isChoice(of)) &&
    (a === null || isWhole(a, NODE_MAX) || isText(a, CHOICE_LENGTH_MAX)) &&
    (t === null || isWhole(t, MOMENT_MS_MAX)) &&
    isWhole(s, STEP_MAX);
  if (!isSound) throw new Error('A question of the link cannot be read.');
  return {
    text: q as string,
    of: of as Asked['of'],
    right: a as Asked['right'],
    untilMs: t as number | null,
    step: s as number,
  };
}

const NODE_MAX = 1_000_000;

const isText = (value: unknown, most: number): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= most;

const isWhole = (value: unknown, most: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

const isChoice = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length >= 2 &&
  value.length <= CHOICES_MAX &&
  value.every((one) => isText(one, CHOICE_LENGTH_MAX));
