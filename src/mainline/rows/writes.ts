/**
 * What a lookup writes when it is done, and what became of it. Whoever answered gave a token with its
 * answer; the closest of them get it back with what they are to store, and each says what it did.
 *
 *     row          0        3         2         7
 *     token        8 B      20 B      –         8 B
 *     outcome      stored   refused   –         silent
 *                           302
 */

/** What one node did with what it was to store. */
export interface WriteOutcome {
  /** The candidate's row in its lookup. */
  row: number;
  /** `silent`: it did not answer in time. */
  outcome: 'stored' | 'refused' | 'silent';
  /** Code and text of its error (BEP 5 "Errors", BEP 44); 0 and empty when there was none. */
  code: number;
  reason: string;
}

export class Writes {
  /** Under way, acknowledged, refused or lost. */
  pending = 0;
  stored = 0;
  failed = 0;
  /** Write tokens by row, kept only where something will be written. */
  tokens: (Uint8Array | undefined)[] = [];
  /** In the order in which they came to be known. */
  outcomes: WriteOutcome[] = [];

  reset(): void {
    this.pending = 0;
    this.stored = 0;
    this.failed = 0;
    if (this.tokens.length > 0) this.tokens = [];
    if (this.outcomes.length > 0) this.outcomes = [];
  }

  ended(outcome: WriteOutcome): void {
    this.pending--;
    if (outcome.outcome === 'stored') this.stored++;
    else this.failed++;
    this.outcomes.push(outcome);
  }
}
