/** What somebody may have meant who misspelt a word, said as commander says it of its own. */
import type { Command } from 'commander';
import { nearestName } from '../files.ts';

/** " (Did you mean kad-hops?)", or nothing. */
export function didYouMean(written: string, known: readonly string[]): string {
  const meant = nearestName(written, known);
  return meant === null ? '' : ` (Did you mean ${meant}?)`;
}

/** Of a command that there is not, this one says what was meant, or else which there are. */
export function tellUnknown(command: Command): void {
  command.on('command:*', ([written = '']: string[]) => {
    const known = command.commands.map((one) => one.name());
    const advice = didYouMean(written, known) || `; there are ${known.join(', ')}`;
    command.error(`error: unknown command '${written}'${advice}`);
  });
}
