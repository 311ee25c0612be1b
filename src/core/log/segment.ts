/**
 * One file of a log, as the log knows it.
 *
 *     head │ batches that are durable │ batches that are closed │ a batch that is open │ nothing
 *         512                      durable                    closed                            bytes
 *
 * Its image is the same bytes in memory: what is written is put there once, read from there, and
 * written to the disk from there. Old ones are let go of, and then records are read from the file.
 */
import { SECTOR_BYTES } from './batch.ts';

export class Segment {
  readonly number: number;
  readonly bytes: number;
  readonly salt: number;
  image: Uint8Array | null = null;
  /** The file is there. */
  isMade = false;
  /** Where the next batch will begin. */
  closed: number = SECTOR_BYTES;
  /** What is on disk of it. */
  durable: number = SECTOR_BYTES;
  /** The number of its last closed batch; that of the one before it while it has none. */
  last = 0;
  /** Records and facts in it that nothing later has replaced. */
  live = 0;

  constructor(number: number, bytes: number, salt: number) {
    this.number = number;
    this.salt = salt;
    this.bytes = bytes;
  }

  get isDurable(): boolean {
    return this.durable === this.closed;
  }
}
