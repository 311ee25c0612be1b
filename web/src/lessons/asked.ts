/** A teacher's questions as a lesson: about a world of a link, or in place of those of a lesson's steps. */
import type { Asked } from '../link/asks.ts';
import type { SceneLink } from '../link/link.ts';
import type { Lesson, LessonStep, Question } from './lesson.ts';

/** How long the world plays on after a question that does not say it. */
const PLAYS_MS = 5000;

function questionOf({ text, of, right }: Asked): Question {
  return { text, of, answer: () => (right === null ? [] : [right]) };
}

/** The world of a link goes on after each question, to the moment that it names. */
export function askedLesson(
  { moment, view, tab, node, key }: SceneLink,
  asks: readonly Asked[],
): Lesson {
  let fromMs = moment.atMs;
  const steps = asks.map((ask, i): LessonStep => {
    const toMs = Math.max(fromMs + 1, ask.untilMs ?? fromMs + PLAYS_MS);
    const step: LessonStep = {
      ...{ text: '', notice: '', ask: questionOf(ask), fromMs, toMs },
      ...(i === 0 ? { config: moment.config, acts: moment.acts } : {}),
      pace: paceOf(toMs - fromMs),
      select: { view, tab, node, ...(key === null ? {} : { hash: key }) },
    };
    fromMs = toMs;
    return step;
  });
  return {
    ...{ id: 'questions', group: 'The circle', title: 'Questions' },
    about: 'What a teacher asks about this world.',
    steps,
  };
}

/** Whatever it is, it is seen within about ten seconds. */
function paceOf(spanMs: number): number {
  return Math.max(100, Math.round(spanMs / 8));
}

/** Steps that are asked about ask this instead of what they ask themselves. */
export function withAsks(lesson: Lesson, asks: readonly Asked[]): Lesson {
  if (asks.length === 0) return lesson;
  const steps = lesson.steps.map((step, i) => {
    const ask = asks.find((one) => one.step === i);
    return ask === undefined ? step : { ...step, ask: questionOf(ask) };
  });
  return { ...lesson, steps };
}
