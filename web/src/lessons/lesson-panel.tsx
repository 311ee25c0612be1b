/** The open lesson beside the picture: what to see, what to notice, next and back. */
import { useEffect, useRef } from 'preact/hooks';
import type { Studio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import './lesson-panel.css';

export function LessonPanel({ studio }: { studio: Studio }) {
  const open = studio.lesson.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const place = open && `${open.lesson.id}/${open.index}`;
  // Another step is read from its beginning, also by those who listen.
  useEffect(() => {
    if (place !== null) heading.current?.focus({ preventScroll: true });
  }, [place]);
  if (!open) return null;
  const { lesson, index } = open;
  const step = lesson.steps[index];
  const isLast = index === lesson.steps.length - 1;
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
          onClick={() => studio.closeLesson()}
        >
          <Icon name="close" />
        </button>
      </header>
      <p>{step.text}</p>
      <p class="lesson-notice">
        <strong>Notice:</strong> {step.notice}
      </p>
      <div class="lesson-buttons">
        <button
          type="button"
          disabled={index === 0}
          onClick={() => studio.openLesson(lesson.id, index - 1)}
        >
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
          <button
            type="button"
            class="primary"
            onClick={() => studio.openLesson(lesson.id, index + 1)}
          >
            Next
            <Icon name="next" />
          </button>
        )}
      </div>
    </section>
  );
}
