/** All lessons, in the order in which they are told, group by group. */
import { alpha } from './alpha.ts';
import { churn } from './churn.ts';
import { fingers } from './fingers.ts';
import { hashRing } from './hash-ring.ts';
import { joining } from './joining.ts';
import { kBuckets } from './k-buckets.ts';
import { kSafety } from './k-safety.ts';
import type { Lesson } from './lesson.ts';
import { lookup } from './lookup.ts';
import { ownership } from './ownership.ts';
import { repair } from './repair.ts';
import { ringSplit } from './ring-split.ts';
import { sybil } from './sybil.ts';

export const LESSONS: readonly Lesson[] = [
  hashRing,
  ownership,
  joining,
  fingers,
  kSafety,
  repair,
  ringSplit,
  kBuckets,
  lookup,
  alpha,
  churn,
  sybil,
];

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id);
}
