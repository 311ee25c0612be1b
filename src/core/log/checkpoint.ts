/**
 * Checkpoints: now and then it is written down where the record of each key is, so that opening the log reads
 * that, and of the log itself only what has come since.
 *
 *     log          … 7 8 9 │ 10 11 12 13 14 15 │ 16 17
 *                          └ begun: "behind 9" └ all places are written: "up to 15"
 *     checkpoint           │ 03… 0a… 2f…   e1… │  placed when 15 is durable
 *
 * Places are written in the order of their keys, so many in a step, while the log goes on being written: they are
 * those of no single moment. That does no harm, for all that has changed since it was begun is in the log behind
 * 9, and is read after it. It counts once all that it speaks of is durable; the one before stays until then.
 *
 * The next one is begun when as much was put into the log as a checkpoint takes: it costs at most as many bytes
 * as the log itself, and what has to be read of the log is no more than that.
 */
import { CheckpointWriter, ROW_BYTES } from './checkpoint-file.ts';
import type { Contents } from './contents.ts';
import { CHECKPOINT_ROWS } from './limits.ts';
import type { LogWriter } from './log-writer.ts';
import type { LogPort } from './port.ts';

export class Checkpoints {
  /** What the last one met; null when it was placed. */
  error: string | null = null;
  /** Nothing more is begun, and what is under way is left. */
  isEnded = false;
  readonly #port: LogPort;
  readonly #contents: Contents;
  readonly #writer: LogWriter;
  readonly #bytesMin: number;
  /** Bytes of the log that opening would read. */
  #since: number;
  #phase: 'idle' | 'walking' | 'ending' | 'settling' | 'placing' = 'idle';
  #file: CheckpointWriter;
  #after: Uint8Array | null = null;
  #position = 0;
  #rows = 0;
  #end = 0;

  /** @param since bytes of the log that were read when it was opened. */
  constructor(
    port: LogPort,
    contents: Contents,
    writer: LogWriter,
    bytesMin: number,
    since: number,
  ) {
    this.#port = port;
    this.#contents = contents;
    this.#writer = writer;
    this.#bytesMin = bytesMin;
    this.#since = since;
    this.#file = this.#new();
  }

  get isWanted(): boolean {
    if (this.isEnded || this.#phase !== 'idle') return false;
    return this.#since >= Math.max(this.#bytesMin, this.#contents.count * ROW_BYTES);
  }

  /** A turn is over: no batch is open. @param written bytes that were put into the log since the last call. */
  turn(written: number): void {
    this.#since += written;
    if (this.isWanted) this.#begin();
    this.settle();
  }

  /** More of the log has become durable. */
  settle(): void {
    if (this.#phase !== 'settling' || this.#writer.durable < this.#end || this.isEnded) return;
    this.#phase = 'placing';
    this.#port.placeCheckpoint();
  }

  saved(error: string | null): void {
    if (error !== null || this.isEnded) {
      this.error = error;
      this.#phase = 'idle';
    } else if (this.#phase === 'walking') {
      this.#walk();
    } else if (this.#phase === 'ending') {
      this.#phase = 'settling';
      this.settle();
    } else {
      this.error = null;
      this.#phase = 'idle';
    }
  }

  #begin(): void {
    const { segments, active, closed } = this.#writer;
    this.#phase = 'walking';
    this.#since = 0;
    this.#after = null;
    this.#position = 0;
    this.#rows = 0;
    this.#file = this.#new();
    const known = segments.filter(({ number }) => number < active.number);
    this.#save(this.#file.begin(active, closed, known));
  }

  #new(): CheckpointWriter {
    return new CheckpointWriter((bytes, seed) => this.#port.checksum(bytes, seed));
  }

  #walk(): void {
    const rows = this.#file.rows(this.#contents, this.#after, CHECKPOINT_ROWS);
    if (rows === null) return this.#finish();
    this.#after = rows.last;
    this.#rows += rows.count;
    this.#save(rows.block);
  }

  #finish(): void {
    const { facts } = this.#contents;
    const blocks = [...facts].map(([name, fact]) => this.#file.fact(name, fact));
    this.#end = this.#writer.newest;
    blocks.push(this.#file.end(this.#end, this.#rows, facts.size));
    this.#phase = 'ending';
    this.#save(joined(blocks));
  }

  #save(block: Uint8Array): void {
    this.#port.saveCheckpoint(this.#position, block);
    this.#position += block.length;
  }
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
