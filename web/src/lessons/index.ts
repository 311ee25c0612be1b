/** All lessons, in the order in which they are told, group by group. */
import { alpha } from './alpha.ts';
import { belief } from './belief.ts';
import { churn } from './churn.ts';
import { fingers } from './fingers.ts';
import { hashRing } from './hash-ring.ts';
import { hashYourself } from './hash-yourself.ts';
import { joining } from './joining.ts';
import { kBuckets } from './k-buckets.ts';
import { kSafety } from './k-safety.ts';
import type { Lesson } from './lesson.ts';
import { logN } from './log-n.ts';
import { lookup } from './lookup.ts';
import { ownership } from './ownership.ts';
import { partitionHeals } from './partition-heals.ts';
import { repair } from './repair.ts';
import { ringSplit } from './ring-split.ts';
import { sybil } from './sybil.ts';
import { tombstones } from './tombstones.ts';
import { xorDistance } from './xor-distance.ts';

export const LESSONS: readonly Lesson[] = [
  hashRing,
  hashYourself,
  ownership,
  joining,
  fingers,
  kSafety,
  repair,
  belief,
  ringSplit,
  partitionHeals,
  tombstones,
  xorDistance,
  kBuckets,
  lookup,
  logN,
  alpha,
  churn,
  sybil,
];

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id);
}
