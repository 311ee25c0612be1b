/**
 * A lookup in memory: what is known of its candidates; what is done with them is in lookup.ts.
 *
 * All of it lies in one buffer of 9 KB. A row is 64 bytes, one line of the cache; order, states and the
 * first words of the distances, which every step looks through, are packed before the rows. (As 18 arrays
 * an answer touched three times as many lines; those of 500 lookups at once fitted no cache.)
 *
 *     ┌───────┬────────┬───────────┬─────────────────────────────────────────────┬──────────────
 *     │ order │ states │ distances │ address asked answered id request yields …  │ address asked …
 *     └───────┴────────┴───────────┴─────────────────────────────────────────────┴──────────────
 *       128 B   128 B    512 B       row 0, 64 B                                    row 1
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { CandidateState, Failure } from './candidate.ts';

/**
 * Candidates remembered, and so requests sent, per lookup at most. A lookup among 10 million nodes
 * asks about 20; a liar who invents ever closer nodes is cut off here.
 */
export const LOOKUP_CANDIDATES = 128;

/** Where things lie in the buffer of a lookup; see the drawing above. */
export const STATES_AT = LOOKUP_CANDIDATES;
export const DISTANCES_WORD = (2 * LOOKUP_CANDIDATES) / 4;
export const ROWS_AT = 6 * LOOKUP_CANDIDATES;
/** A row: three doubles (address, asked, answered), the id, two words, the fields of one byte. */
export const ROW_BYTES = 64;
export const ROW_DOUBLES = ROW_BYTES / 8;
export const ROW_WORDS = ROW_BYTES / 4;
export const FIRST_DOUBLE = ROWS_AT / 8;
export const FIRST_WORD = ROWS_AT / 4;
export const REQUEST_WORD = 44 / 4;
export const YIELDS_WORD = 48 / 4;
export const Field = {
  id: 24,
  parent: 52,
  hops: 53,
  failure: 54,
  late: 55,
  sequence: 56,
  idKnown: 57,
  insecure: 58,
  path: 59,
} as const;

export class LookupRows {
  readonly target: Uint8Array = new Uint8Array(ID_BYTES);
  /** Rows in use. */
  count = 0;
  /** The buffer, in its three readings. Ids lie in `bytes`, at `idStart`. */
  readonly bytes: Uint8Array;
  protected readonly words: Int32Array;
  protected readonly doubles: Float64Array;

  constructor() {
    const buffer = new ArrayBuffer(ROWS_AT + LOOKUP_CANDIDATES * ROW_BYTES);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** The row of the candidate at a position, 0 the closest. */
  rowAt(position: number): number {
    return this.bytes[position];
  }

  /** Where the id begins in `bytes`. */
  idStart(row: number): number {
    return ROWS_AT + row * ROW_BYTES + Field.id;
  }

  addressOf(row: number): Address {
    return this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES];
  }

  askedAtMs(row: number): number {
    return this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 1];
  }

  answeredAtMs(row: number): number {
    return this.doubles[FIRST_DOUBLE + row * ROW_DOUBLES + 2];
  }

  /** The request in flight to the row, see `Requests`; 0 for none. */
  requestOf(row: number): number {
    return this.words[FIRST_WORD + row * ROW_WORDS + REQUEST_WORD];
  }

  /** What the row gave that was looked for, counted by the owner. */
  yieldsOf(row: number): number {
    return this.words[FIRST_WORD + row * ROW_WORDS + YIELDS_WORD];
  }

  stateOf(row: number): CandidateState {
    return this.bytes[STATES_AT + row] as CandidateState;
  }

  failureOf(row: number): Failure {
    return this.field(row, Field.failure) as Failure;
  }

  /** Did the answer come after the short time-out? */
  isLate(row: number): boolean {
    return this.field(row, Field.late) === 1;
  }

  isIdKnown(row: number): boolean {
    return this.field(row, Field.idKnown) === 1;
  }

  /** Does its id not follow from its address (BEP 42)? Only told where the lookup asks for it. */
  isInsecure(row: number): boolean {
    return this.field(row, Field.insecure) === 1;
  }

  /** The disjoint path that it is of, see paths.ts; 0 where there is one path. */
  pathOf(row: number): number {
    return this.field(row, Field.path);
  }

  /** The row that told us of this one, `FROM_TABLE` or `FROM_BOOTSTRAP`. */
  parentOf(row: number): number {
    return (this.field(row, Field.parent) << 24) >> 24;
  }

  /** Length of the chain that led here: 1 for those we began with. */
  hopsOf(row: number): number {
    return this.field(row, Field.hops);
  }

  /** The how-manieth request of this lookup went to the row; 0 is "never asked". */
  sequenceOf(row: number): number {
    return this.field(row, Field.sequence);
  }

  protected field(row: number, field: number): number {
    return this.bytes[ROWS_AT + row * ROW_BYTES + field];
  }

  protected setField(row: number, field: number, value: number): void {
    this.bytes[ROWS_AT + row * ROW_BYTES + field] = value;
  }

  /** Counts one more of what was looked for. */
  yielded(row: number): void {
    const at = FIRST_WORD + row * ROW_WORDS + YIELDS_WORD;
    this.words[at]++;
  }

  /**
   * Reads what an answer will touch first: order, states and distances of as many candidates as most
   * lookups have. The sum means nothing, see the lab's prefetch.
   */
  get prefetched(): number {
    const { bytes } = this;
    const distances = 4 * DISTANCES_WORD;
    return bytes[0] + bytes[STATES_AT] + bytes[distances] + bytes[distances + 64];
  }
}
