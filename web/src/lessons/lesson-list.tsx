/** All lessons by groups, numbered as they are told, and marked where one has been to their end. */
import type { Studio } from '../studio.ts';
import { LISTED } from './index.ts';
import './lesson-list.css';

export function LessonList({ studio, close }: { studio: Studio; close: () => void }) {
  const done = studio.course.done.value;
  const groups = [...new Set(LISTED.map(({ group }) => group))];
  const open = studio.course.open.value?.lesson;
  return (
    <div class="lesson-list">
      {groups.map((group) => (
        <section key={group} aria-label={group}>
          <h2 class="small soft">{group}</h2>
          <ol>
            {LISTED.map((lesson, i) =>
              lesson.group !== group ? null : (
                <li key={lesson.id}>
                  <button
                    type="button"
                    class="plain"
                    aria-current={lesson.id === open?.id ? 'true' : undefined}
                    onClick={() => {
                      close();
                      studio.openLesson(lesson.id, 0);
                    }}
                  >
                    <span class={`lesson-number ${done.has(lesson.id) ? 'is-done' : ''}`}>
                      {done.has(lesson.id) ? '✓' : i + 1}
                    </span>
                    <strong>
                      {lesson.title}
                      {done.has(lesson.id) && <span class="hidden-text"> (done)</span>}
                    </strong>
                    <span class="soft small">{lesson.about}</span>
                  </button>
                </li>
              ),
            )}
          </ol>
        </section>
      ))}
      <p class="small soft">
        {LISTED.filter(({ id }) => done.has(id)).length} of {LISTED.length} done, as this browser
        remembers it.
      </p>
    </div>
  );
}
