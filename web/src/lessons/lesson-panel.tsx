/**
 * The open lesson beside the picture: what is to be seen, what one is asked, and, once the world has
 * come to the moment that is meant, what to notice.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Studio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import type { Answer } from './course.ts';
import { type Say, said } from './lesson.ts';
import './lesson-panel.css';

/** Words do not change faster than they are read. */
const REDRAW_MS = 150;

export function LessonPanel({
  studio,
  children,
}: {
  studio: Studio;
  children?: ComponentChildren;
}) {
  const { course } = studio;
  const open = course.open.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const scroll = useRef<HTMLElement>(null);
  const place = open && `${open.lesson.id}/${open.index}`;
  usePaced(
    studio.session.panes.value.flatMap(({ model }) => [model.tick, model.keysTick, model.nodeTick]),
    REDRAW_MS,
  );
  // Another step is read from its beginning, also by those who listen.
  useEffect(() => {
    if (place === null) return;
    heading.current?.focus({ preventScroll: true });
    scroll.current?.scrollTo?.(0, 0);
  }, [place]);
  const phase = course.phase.value;
  useEffect(() => {
    if (phase === 'told')
      scroll.current?.querySelector('.lesson-notice')?.scrollIntoView?.({ block: 'nearest' });
  }, [place, phase]);
  if (!open) return null;
  const { lesson, index } = open;
  const step = lesson.steps[index];
  return (
    <section class="lesson" aria-labelledby="lesson-title">
      <header>
        <h2 id="lesson-title" ref={heading} tabIndex={-1}>
          {lesson.title}
          <span class="soft">
            {' '}
            {index + 1} of {lesson.steps.length}
          </span>
        </h2>
        <button
          type="button"
          class="plain icon"
          aria-label="Leave the lesson"
          title="Leave the lesson"
          onClick={() => studio.closeLesson()}
        >
          <Icon name="close" />
        </button>
      </header>
      <section
        class="lesson-words"
        ref={scroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
        tabIndex={0}
        aria-label="The words of this step"
      >
        {step.text !== '' && (
          <p class="lesson-text">
            <Words studio={studio} say={step.text} />
          </p>
        )}
        <Ask studio={studio} />
        <div aria-live="polite">
          {phase === 'told' && step.notice !== '' && (
            <p class="lesson-notice">
              <strong>Notice:</strong> <Words studio={studio} say={step.notice} />
            </p>
          )}
        </div>
        <Answers studio={studio} />
        {children}
      </section>
      <Buttons studio={studio} />
    </section>
  );
}

function Words({ studio, say }: { studio: Studio; say: Say }) {
  const { told } = studio.course;
  if (typeof say === 'string') return <>{say}</>;
  return <>{told === null ? '…' : said(say, ...told)}</>;
}

/** The question of a step: before it plays, and what has become of the answer. */
function Ask({ studio }: { studio: Studio }) {
  const { course } = studio;
  const ask = course.step?.ask;
  if (!ask) return null;
  const phase = course.phase.value;
  const answer = course.answer.value;
  return (
    <div class="lesson-ask">
      <p>
        <strong>What do you think?</strong> <Words studio={studio} say={ask.text} />
      </p>
      {typeof ask.of !== 'string' && phase === 'asking' && (
        <div class="lesson-choices">
          {ask.of.map((choice) => (
            <button type="button" key={choice} onClick={() => course.take(choice)}>
              {choice}
            </button>
          ))}
        </div>
      )}
      {phase === 'asking' ? (
        <p class="lesson-hint small">
          {typeof ask.of === 'string' && <span class="lesson-keys">{HINTS[ask.of]}</span>}
          <button type="button" class="plain" onClick={() => course.take(null)}>
            Just show me
          </button>
        </p>
      ) : (
        <p class="lesson-verdict" aria-live="polite">
          {answer !== null && `You said: ${nameOf(answer)}. `}
          {phase === 'told' && <Verdict right={course.right} answer={answer} />}
        </p>
      )}
    </div>
  );
}

const HINTS = {
  node: 'Click it in the picture, or walk to it with the arrow keys and press Enter.',
  key: 'Click the key in the picture.',
};

function Verdict({ right, answer }: { right: readonly Answer[] | null; answer: Answer | null }) {
  if (right === null) return null;
  const isRight = answer !== null && right.includes(answer);
  if (isRight) return <strong class="is-right">✓ So it is.</strong>;
  const names = right.map(nameOf).join(' or ');
  return (
    <strong class={answer === null ? '' : 'is-wrong'}>
      {answer === null ? `It is: ${names}.` : `✗ It is: ${names}.`}
    </strong>
  );
}

/** At the end of a lesson: what was answered on the way. It is told to nobody. */
function Answers({ studio }: { studio: Studio }) {
  const { course } = studio;
  const open = course.open.value;
  const answered = course.answered.value;
  const isLast = open !== null && open.index === open.lesson.steps.length - 1;
  if (!isLast || course.phase.value !== 'told' || answered.length < 2) return null;
  const judged = answered.filter(({ isRight }) => isRight !== null);
  const right = judged.filter(({ isRight }) => isRight).length;
  return (
    <div class="lesson-answers small">
      <p>
        <strong>Your answers:</strong> {right} of {judged.length} right.
      </p>
      <ol>
        {answered.map(({ step, answer, isRight }) => (
          <li key={step} value={step + 1}>
            {nameOf(answer)} {isRight === null ? '' : isRight ? '✓' : '✗'}
          </li>
        ))}
      </ol>
    </div>
  );
}

function nameOf(answer: Answer): string {
  return typeof answer === 'number' ? `node ${answer}` : answer;
}

function Buttons({ studio }: { studio: Studio }) {
  const { lesson, index } = studio.course.open.value!;
  const isLast = index === lesson.steps.length - 1;
  const to = (next: number) => studio.toStep(next);
  return (
    <div class="lesson-buttons">
      <button type="button" disabled={index === 0} onClick={() => to(index - 1)}>
        <Icon name="back" />
        Back
      </button>
      <button type="button" onClick={() => studio.playLesson()}>
        Again
      </button>
      {isLast ? (
        <button type="button" class="primary" onClick={() => studio.nextLesson()}>
          {studio.hasNextLesson ? 'Next lesson' : 'Done'}
        </button>
      ) : (
        <button type="button" class="primary" onClick={() => to(index + 1)}>
          Next
          <Icon name="next" />
        </button>
      )}
    </div>
  );
}
