/**
 * Once: a change that knows whether it was made before. The look into what the record remembers
 * (records/done-acts.ts) and the change are one step, so nothing comes between them, on whichever copy that
 * has become the owner's it happens.
 *
 *     remembered         what is there stays, and goes to as many copies as are asked for; told as it was then
 *     perhaps forgotten  nothing is changed: nobody knows whether that would be twice
 *     else               changed, and remembered with the record that it makes
 */
import type { Life } from '../lifetime.ts';
import {
  type ActId,
  type DoneAct,
  doneActOf,
  mayBeForgotten,
  RESULT_BYTES_MAX,
} from '../records/done-acts.ts';
import { doneActsOf, isGone, withDoneAct } from '../records/record.ts';
import type { RingState } from '../state.ts';
import type { Change } from './titled-acts.ts';

export class Once {
  readonly isConditional: boolean;
  /** It was done before; so it ended. */
  done: DoneAct | null = null;
  isForgotten = false;
  readonly #node: RingState;
  readonly #life: Life;
  readonly #make: Change;
  readonly #resultOf: () => Uint8Array | null;

  /** @param resultOf what `make` has answered beside the record that it made last. */
  constructor(
    node: RingState,
    life: Life,
    isConditional: boolean,
    make: Change,
    resultOf: () => Uint8Array | null = () => null,
  ) {
    this.#node = node;
    this.#life = life;
    this.isConditional = isConditional;
    this.#make = make;
    this.#resultOf = resultOf;
  }

  readonly change: Change = (before, now) => {
    const { act } = this.#life;
    this.done = null;
    this.isForgotten = false;
    if (act === null) return this.#make(before, now);
    if (before !== null && this.#wasDone(before, now, act)) return before;
    return this.isForgotten ? null : this.#changed(before, now, act);
  };

  #wasDone(before: Uint8Array, now: number, act: ActId): boolean {
    const section = doneActsOf(before);
    const node = this.#node;
    const { firstMs, isAgain } = this.#life;
    this.done = doneActOf(section, act);
    if (this.done !== null) {
      node.counters.repeatedActs++;
      this.isForgotten = this.done.isResultLost;
    } else if (isAgain) {
      const sentMs = node.timeOf(firstMs);
      this.isForgotten = mayBeForgotten(section, node.timeOf(now), node.isSteady(now), sentMs);
    }
    return this.done !== null;
  }

  #changed(before: Uint8Array | null, now: number, act: ActId): Uint8Array | null {
    const made = this.#make(before, now);
    if (made === null) return null;
    const result = this.#resultOf();
    const isResultLost = result !== null && result.length > RESULT_BYTES_MAX;
    const found = before !== null && !isGone(before, now);
    const outcome = { found, result: isResultLost ? null : result, isResultLost };
    const node = this.#node;
    return withDoneAct(before, made, node.timeOf(now), node.isSteady(now), act, outcome);
  }
}
