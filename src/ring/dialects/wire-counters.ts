/**
 * What became of the streams that others opened to us, in plain numbers. Every conversation ends in
 * exactly one of `ENDINGS`: nothing is logged, and nothing is lost silently.
 */
import { COMMANDS, type Command } from './wire.ts';

export const ENDINGS = [
  /** The whole reply is out, whatever it said, `N` apart. */
  'answered',
  /** `N`. */
  'refused',
  /** The node could not do it. */
  'failed',
  /** Goes on as frames. */
  'upgraded',
  /** Not one byte came: class programs try in this way whether somebody listens. */
  'empty',
  /** The peer ended or was gone in the middle. */
  'cut-short',
  /** No whole command in 5 s. */
  'too-slow',
  /** Nothing moved for 10 s while values passed, or a reply was not read. */
  'stalled',
  'unknown-command',
  /** A command of class programs, which are not served here. */
  'unserved',
  /** The peer speaks another dialect than this ring. */
  'wrong-dialect',
  'malformed',
  /** A length or a count over the limit, or bytes that nobody had asked for. */
  'too-long',
  /** Too many bytes of values are on their way. */
  'overloaded',
  /** Our own node gave no answer. */
  'unanswered',
  /** Our own node stopped a join or leave. */
  'broken-off',
] as const;
export type Ending = (typeof ENDINGS)[number];

export class WireCounters {
  /** Commands that came whole enough to be known, in the order of `COMMANDS`. */
  readonly commands: Float64Array = new Float64Array(COMMANDS.length);
  /** In the order of `ENDINGS`. */
  readonly endings: Float64Array = new Float64Array(ENDINGS.length);
  /** Items of leavers outside the arc they may speak for: stale copies, dropped. */
  itemsOutsideArc = 0;

  command(command: Command): void {
    const at = COMMANDS.indexOf(command);
    this.commands[at] = this.commands[at] + 1;
  }

  end(ending: Ending): void {
    const at = ENDINGS.indexOf(ending);
    this.endings[at] = this.endings[at] + 1;
  }

  /** How many conversations ended so. */
  ended(ending: Ending): number {
    return this.endings[ENDINGS.indexOf(ending)];
  }
}
