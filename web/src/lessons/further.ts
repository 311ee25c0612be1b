/** The lessons that are fetched when one of them is opened, in the order of their heads. */

import { alpha } from './alpha.ts';
import { ATTACKS } from './attacks/index.ts';
import { belief } from './belief.ts';
import { churn } from './churn.ts';
import { kBuckets } from './k-buckets.ts';
import { kSafety } from './k-safety.ts';
import type { Lesson } from './lesson.ts';
import { logN } from './log-n.ts';
import { lookup } from './lookup.ts';
import { partitionHeals } from './partition-heals.ts';
import { repair } from './repair.ts';
import { ringSplit } from './ring-split.ts';
import { sybil } from './sybil.ts';
import { tombstones } from './tombstones.ts';
import { xorDistance } from './xor-distance.ts';

export const FURTHER: readonly Lesson[] = [
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
  ...ATTACKS,
];
