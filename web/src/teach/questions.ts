/**
 * What a teacher asks, one question after the other, until there is a link with all of them: about a world,
 * each at the moment at which it was asked, or in the steps of a lesson.
 *
 *     asked at 3 s ── plays on ──▶ asked at 8 s ── plays on ──▶ 13 s      what is done meanwhile is done there, too
 */
import type { TimedAct } from 'ringlight/scene';
import type { Asked } from '../link/asks.ts';

export type AnswerKind = 'node' | 'key' | 'words';

/** A question as it is typed. */
export interface Draft {
  text: string;
  kind: AnswerKind;
  words: string;
  right: string;
  seconds: string;
}

/** What is asked about: a world and its moment, or a lesson and its step. */
export interface Subject {
  /** A lesson by its id, a world by its configuration. */
  readonly of: string;
  readonly isLesson: boolean;
  readonly at: number;
  /** How much has been done to it by then. */
  readonly acts: number;
}

export interface Questions {
  readonly of: string;
  readonly isLesson: boolean;
  /** Where the link begins: a moment, or a step. */
  readonly from: number;
  readonly asks: readonly Asked[];
  /** Where each was asked: what was done later is done after it, too, however little time has passed. */
  readonly askedAt: readonly Pick<Subject, 'at' | 'acts'>[];
}

/** After a question that does not say it, the world plays for so long. */
const PLAYS_MS = 5000;

/** One question more; the first one where those before are about something else. */
export function withQuestion(before: Questions | null, subject: Subject, draft: Draft): Questions {
  const { of, isLesson, at, acts } = subject;
  const own = before !== null && before.of === of ? before.asks : [];
  if (isLesson) {
    // A step asks one question.
    const others = own.filter(({ step }) => step !== at);
    const asks = [...others, askedOf(draft, null, at)].sort((a, b) => a.step - b.step);
    return { of, isLesson, from: asks[0].step, asks, askedAt: [] };
  }
  const last = own.at(-1);
  if (before === null || last === undefined) {
    return { of, isLesson, from: at, asks: [askedOf(draft, at, 0)], askedAt: [{ at, acts }] };
  }
  const lastMs = own.at(-2)?.untilMs ?? before.from;
  // Where the world has gone on since, the question before plays up to here.
  const fromMs = at > lastMs ? at : (last.untilMs ?? lastMs + PLAYS_MS);
  const asks = [...own.slice(0, -1), { ...last, untilMs: fromMs }, askedOf(draft, fromMs, 0)];
  const askedAt = [...before.askedAt, { at, acts }];
  return { of, isLesson, from: before.from, asks, askedAt };
}

/** The acts of the world that is asked about, each after the questions that came before it. */
export function actsAsked({ askedAt }: Questions, acts: readonly TimedAct[]): TimedAct[] {
  return acts.map(({ atMs, act }, i) => {
    const before = askedAt.filter((asked) => asked.acts <= i).map(({ at }) => at + 1);
    return { atMs: Math.max(atMs, ...before), act };
  });
}

export const wordsOf = ({ words }: Draft): string[] =>
  words.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));

/** Is what is right one of the answers that can be given? */
export function isAnswerable(draft: Draft): boolean {
  const right = draft.right.trim();
  if (draft.kind === 'words') {
    const words = wordsOf(draft);
    return words.length > 1 && words.length <= 8 && (right === '' || words.includes(right));
  }
  return right === '' || draft.kind === 'key' || /^\d{1,6}$/.test(right);
}

/** `fromMs`: where the world stands when it is asked; null in a lesson, whose steps have their own end. */
export function askedOf(draft: Draft, fromMs: number | null, step: number): Asked {
  const right = draft.right.trim();
  const seconds = Number(draft.seconds);
  const playsMs = seconds > 0 ? seconds * 1000 : PLAYS_MS;
  return {
    text: draft.text.trim(),
    of: draft.kind === 'words' ? wordsOf(draft) : draft.kind,
    right: right === '' ? null : draft.kind === 'node' ? Number(right) : right,
    untilMs: fromMs === null ? null : Math.round(fromMs + playsMs),
    step: fromMs === null ? step : 0,
  };
}
