/** What somebody may have meant who misspelt a word, said as commander says it of its own. */
import { nearestName } from '../files.ts';

/** " (Did you mean kad-hops?)", or nothing. */
export function didYouMean(written: string, known: readonly string[]): string {
  const meant = nearestName(written, known);
  return meant === null ? '' : ` (Did you mean ${meant}?)`;
}
