/**
 * Calls of a demonstration, which shall not end because one answer came late: a machine that is busy with
 * other things answers late, and nothing is broken by that. What is asked may be asked twice.
 *
 *     call ─▶ late ─▶ call ─▶ late ─▶ call ─▶ an answer       counted, and said in one line at the end
 *                                       └─▶ late ─▶ …         after so many times it is the answer
 */
import { DhtError, type DhtErrorCode } from '../ring.ts';
import { type Console, counted, dim } from './console.ts';

/** Asked so often; an answer of the ring itself is waited for 20 s each time. */
export const ASKED_AT_MOST = 4;

/** Somebody did not answer in time, or a busy ring is on the move. Anything else is told at once. */
const LATE: ReadonlySet<DhtErrorCode> = new Set([
  ...(['TIMEOUT', 'UNREACHABLE', 'UNAVAILABLE', 'OUTCOME_UNKNOWN'] as const),
  ...(['TOO_FEW_COPIES', 'NOT_STORED', 'BUSY'] as const),
]);

export class AskedAgain {
  /** Answers that came too late. */
  late = 0;
  #last = '';

  /** @throws what the last of the calls threw. */
  async call<T>(ask: () => PromiseLike<T>): Promise<T> {
    for (let times = 1; ; times++) {
      try {
        return await ask();
      } catch (error) {
        const isLate = error instanceof DhtError && LATE.has(error.code);
        if (!isLate || times === ASKED_AT_MOST) throw error;
        this.late++;
        this.#last = error.message;
      }
    }
  }

  /** Says how many were late, where any was. */
  tell(console: Console): void {
    if (this.late === 0) return;
    console.emit('asked-again', { late: this.late, message: this.#last });
    console.say(
      dim(`  ${counted(this.late, 'answer')} came late and was asked for again: ${this.#last}.`),
    );
  }
}
