/** The lessons on attacks, in the order of their heads. */
import type { Lesson } from '../lesson.ts';
import { poison, reflection, storage, theft, tokens, torn } from './flooding.ts';
import { changing, forgedReplies, invented, mirrors, nowhere, phantoms } from './poisoning.ts';
import { alarm, delayers, droppers, learning } from './silence.ts';
import { eclipse, keptAway, liars, shownIds } from './surrounding.ts';

export const ATTACKS: readonly Lesson[] = [
  ...[keptAway, eclipse, shownIds, liars],
  ...[phantoms, forgedReplies, mirrors, nowhere, changing, invented],
  ...[reflection, storage, theft, tokens, poison, torn],
  ...[droppers, delayers, learning, alarm],
];
