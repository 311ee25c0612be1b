/**
 * The files of a log, as the log asks for them. What takes time is asked for and reported back later,
 * never from inside the call, so that a world can fail, delay or crash between the two:
 *
 *     make(3) ………… made(3, null)         write(3, 512, bytes) ………… written(null | what went wrong)
 *     retrieve(1, 512, into) …… retrieved(null | what went wrong)
 *
 * One write at a time, one make at a time, one retrieval at a time, one thing of the checkpoint at a time. A file has a number and the size that
 * it was made with, for good. Its bytes are written over, never appended to: no such write changes
 * anything but the bytes, and a synchronous one costs no more than they do.
 */
import type { Checksum } from './batch.ts';

export interface LogPort {
  readonly checksum: Checksum;
  /** 32 bits that nobody outside can know. */
  salt(): number;
  /** Numbers of the files that were made, in ascending order. */
  found(): number[];
  /** Bytes of a file. @throws what the file system throws. */
  size(file: number): number;
  /** All of a file. @throws what the file system throws. */
  load(file: number): Uint8Array;
  /** Fills `into` from `position` on. @throws what the file system throws, also at its end. */
  read(file: number, position: number, into: Uint8Array): void;
  /**
   * Asks for a file of `bytes` bytes that begins with `head`; the others are zeros, or what file
   * `spare` has there, which becomes it. When it is reported it outlives the machine. `spare` is 0 for
   * none.
   */
  make(file: number, bytes: number, head: Uint8Array, spare: number): void;
  /** Asks for bytes to be on the disk; they do not change until it is reported. */
  write(file: number, position: number, bytes: Uint8Array): void;
  /** Asks for what `read` does. */
  retrieve(file: number, position: number, into: Uint8Array): void;
  /** Fills `into` with what the checkpoint has from `position` on; returns how many bytes. 0 when there is none. */
  readCheckpoint(position: number, into: Uint8Array): number;
  /** Asks for bytes to be put into a new checkpoint; at 0 it begins anew. Reported as `saved`. */
  saveCheckpoint(position: number, bytes: Uint8Array): void;
  /** Asks for the new checkpoint to take the place of the one before, once all of it is on disk. */
  placeCheckpoint(): void;
  /** The file is of no more use. One that stays is found again, and dropped again. */
  drop(file: number): void;
  /**
   * Asks for a call of `turn`, when what happens now is over. `waiting` entries are there for the next write: above
   * 0 it may be put off a little, for others to go along.
   */
  soon(waiting: number): void;
}
