/** `ringlight ring forget`: members that will not come back are taken out of the ring, by an operator's word. */
import type { ForgetResult } from '../../ring.ts';
import { type Console, counted, dim } from '../console.ts';
import { type AskOptions, withRing } from './ring-options.ts';

export interface ForgetCommandOptions extends AskOptions {
  lost: boolean;
}

export async function forget(
  members: readonly string[],
  options: ForgetCommandOptions,
  console: Console,
): Promise<void> {
  const { lost, timeout } = options;
  console.progress(`asking all whether ${members.join(' ')} lives …`);
  const result = await withRing(options, (ring) =>
    ring.forget(members, { lost, timeoutMs: timeout }),
  );
  console.progress('');
  console.emit('forgotten', { ...result, lost });
  tell(result, lost, console);
}

function tell(result: ForgetResult, isLost: boolean, console: Console): void {
  const { forgotten, members, copies, copiesWanted, emptyArcs, unheard } = result;
  console.say(`Forgot ${forgotten.join(' ')}: ${counted(members, 'member')} left.`);
  console.say(
    copies < copiesWanted
      ? `Some records have ${counted(copies, 'copy', 'copies')} so far: acts at "all" wait for ${copiesWanted}.`
      : `Acts at "all" are done with ${counted(copiesWanted, 'copy', 'copies')}.`,
  );
  if (emptyArcs > 0) {
    console.say(`All copies of ${counted(emptyArcs, 'arc')} were there: those begin empty.`);
  }
  if (isLost) {
    const them = forgotten.length === 1 ? 'it' : 'they';
    console.say(
      dim(
        `What nobody else had is lost. If ${them} should live after all, ${them} may go on as an owner, ` +
          'and what is written there gives way when the two meet.',
      ),
    );
  }
  if (unheard.length > 0) console.say(dim(`no answer from ${unheard.join(' ')}`));
}
