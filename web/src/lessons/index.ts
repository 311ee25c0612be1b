/** All lessons, in the order in which they are told, group by group; most of them are fetched when they are opened. */
import { fingers } from './fingers.ts';
import { hashRing } from './hash-ring.ts';
import { hashYourself } from './hash-yourself.ts';
import { HEADS } from './heads.ts';
import { joining } from './joining.ts';
import type { Lesson, LessonHead } from './lesson.ts';
import { ownership } from './ownership.ts';

/** Those that are there at once. */
export const LESSONS: readonly Lesson[] = [hashRing, hashYourself, ownership, joining, fingers];

/** What there is to open. */
export const LISTED: readonly LessonHead[] = [...LESSONS, ...Object.values(HEADS)];

export function isListed(id: string): boolean {
  return LISTED.some((head) => head.id === id);
}

/** One that is there already. */
export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id);
}

/** One that may have to be fetched. */
export async function fetchLesson(id: string): Promise<Lesson | undefined> {
  const { FURTHER } = await import('./further.ts');
  return lessonOf(id) ?? FURTHER.find((lesson) => lesson.id === id);
}
