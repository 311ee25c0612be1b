/** What stands above a lesson that is alone on the screen: which one it is, where in it, and the way out. */
import { Share, ThemeChoice } from '../shell/top-bar.tsx';
import type { Studio } from '../studio.ts';
import { TeachMenu } from '../teach/teach-menu.tsx';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { LessonList } from './lesson-list.tsx';
import './lesson-bar.css';

export function LessonBar({ studio }: { studio: Studio }) {
  const { course } = studio;
  const open = course.open.value;
  if (!open) return null;
  const { lesson, index } = open;
  return (
    <header class="lesson-bar">
      <h1 class="hidden-text">Ringlight</h1>
      <Menu
        label={
          <>
            <Icon name="lessons" />
            <span class="label">Lessons</span>
          </>
        }
        name="Lessons"
      >
        {(close) => <LessonList studio={studio} close={close} />}
      </Menu>
      <ol class="lesson-dots" aria-label="Steps">
        {lesson.steps.map((_, i) => (
          <li key={i}>
            <button
              type="button"
              class="plain"
              aria-label={`Step ${i + 1}`}
              aria-current={i === index ? 'step' : undefined}
              onClick={() => studio.toStep(i)}
            >
              {i + 1}
            </button>
          </li>
        ))}
      </ol>
      <span class="top-space" />
      <button
        type="button"
        class="plain"
        aria-pressed={course.toolsOpen.value}
        aria-label="Controls"
        title="Hands, panels and all else of the page: try it yourself"
        onClick={() => (course.toolsOpen.value = !course.toolsOpen.value)}
      >
        <Icon name="hands" />
        <span class="label">Controls</span>
      </button>
      <TeachMenu studio={studio} />
      <Share studio={studio} />
      <ThemeChoice studio={studio} />
    </header>
  );
}
