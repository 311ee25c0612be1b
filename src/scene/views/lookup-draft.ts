/**
 * A lookup of a ring as it is drawn while it goes on, whoever watches it: the lab, which hears of every
 * step from the node that asks, or a live ring, whose frames are read.
 *
 *     asked ──▶ step: waiting ──▶ answered │ error │ timeout      end ──▶ all that still waits: cancelled
 *
 * `view` is a copy: what was told stays as it was.
 */
import { arcLength, bitLength, idBefore } from '../../core/arc.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { LookupStepView, LookupView } from '../protocol/messages.ts';

/** What a lookup is called that began as this act. */
export const RING_LOOKUP_KINDS = {
  put: 'insert',
  get: 'get',
  remove: 'remove',
  lookup: 'owns',
} as const;

export type DraftStep = { -readonly [field in keyof LookupStepView]: LookupStepView[field] };

/** What is known of it from the beginning. */
export type LookupOpening = Pick<
  LookupView,
  'id' | 'kind' | 'label' | 'target' | 'from' | 'startedMs'
>;

export class LookupDraft {
  readonly opening: LookupOpening;
  readonly steps: DraftStep[] = [];
  #state: LookupView['state'] = 'running';
  #endedMs: number | null = null;
  #result = '';
  #exact: boolean | null = null;

  constructor(opening: LookupOpening) {
    this.opening = opening;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** One more node is asked; `toldBy` is a step, -1 for the asker's own table. @returns its step. */
  asked(
    step: Pick<LookupStepView, 'node' | 'id' | 'toldBy' | 'distanceBits'>,
    atMs: number,
  ): number {
    const hops = step.toldBy < 0 ? 1 : this.steps[step.toldBy].hops + 1;
    const rest = { endedMs: null, verdict: 'waiting', request: 0, reply: 0 } as const;
    return this.steps.push({ ...step, hops, sentMs: atMs, ...rest }) - 1;
  }

  /** How a step ended. */
  close(step: number, verdict: LookupStepView['verdict'], atMs: number): void {
    const known = this.steps[step];
    known.endedMs = atMs;
    known.verdict = verdict;
  }

  /** How the lookup ended. `endedMs` of what still waits is null where nobody can say when it stopped. */
  end(
    ending: { failed: boolean; result: string; exact: boolean | null },
    atMs: number,
    stepsEndedMs: number | null,
  ): void {
    this.#state = ending.failed ? 'failed' : 'succeeded';
    this.#endedMs = atMs;
    this.#result = ending.result;
    this.#exact = ending.exact;
    for (const step of this.steps) {
      if (step.verdict !== 'waiting') continue;
      step.verdict = 'cancelled';
      step.endedMs = stepsEndedMs;
    }
  }

  view(): LookupView {
    return {
      type: 'lookup',
      ...this.opening,
      endedMs: this.#endedMs,
      state: this.#state,
      result: this.#result,
      exact: this.#exact,
      steps: this.steps.map((step) => ({ ...step })),
    };
  }
}

/** How many bits the way from a place clockwise to a key has: its log2, rounded up; 0 at the key. */
export function clockwiseBits(hash: Uint8Array, key: Uint8Array): number {
  const way = new Uint8Array(ID_BYTES);
  arcLength(hash, 0, key, 0, way, 0);
  if (bitLength(way) === 0) return 0;
  idBefore(way, 0, way, 0);
  return bitLength(way);
}
