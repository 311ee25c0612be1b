/**
 * Single questions: one query to one address, and what came back, for those who ask thousands and need no
 * promise for each.
 */
import type { Address } from '../../core/address.ts';
import type { Driver } from '../../io/driver.ts';
import type { Method } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import type { MainlineNode } from '../../mainline/node.ts';

/** Hears what came: a reply or an error, borrowed; null for nothing. */
export type Heard = (message: Message | null, rttMs: number) => void;

/** Numbers of calls of a program go up from 1, those of questions from here on. */
const FIRST_CALL = 0x80000000;
const CALLS = 0x7fffffff;

export class Questions {
  /** Made with the first question. */
  #waiting: Map<number, Heard> | null = null;
  #last = 0;

  get count(): number {
    return this.#waiting?.size ?? 0;
  }

  /** False when the budget for new endpoints, or all request rows, are used up: nothing was sent. */
  ask(
    node: MainlineNode,
    driver: Driver,
    [to, method, target, heard]: [Address, Method, Uint8Array, Heard],
  ): boolean {
    this.#last = (this.#last + 1) % CALLS;
    const call = FIRST_CALL + this.#last;
    this.#waiting ??= new Map();
    this.#waiting.set(call, heard);
    let isSent = false;
    driver.attempt(() => {
      isSent = node.ask(driver.now(), to, method, target, call);
    });
    if (!isSent) this.#waiting.delete(call);
    return isSent;
  }

  /** @returns whether the call was a question, whose asker has heard now. */
  answered(call: number, message: Message | null, rttMs: number): boolean {
    const heard = this.#waiting?.get(call);
    if (heard === undefined) return call >= FIRST_CALL;
    this.#waiting?.delete(call);
    heard(message, rttMs);
    return true;
  }

  /** Nobody hears anything any more. */
  close(): void {
    this.#waiting = null;
  }
}
