/** All lessons, in the order in which they are told. */
import { hashRing } from './hash-ring.ts';
import type { Lesson } from './lesson.ts';
import { ownership } from './ownership.ts';

export const LESSONS: readonly Lesson[] = [hashRing, ownership];

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id);
}
