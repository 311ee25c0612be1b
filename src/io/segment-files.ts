/**
 * The files of a log (core/log) in a folder: written through to the disk, each of them there in full
 * before it is used.
 *
 *     00000004.log      a segment
 *     making            the next one, until all of it is on disk; then it is given its name
 *     checkpoint        where all records are, and the next one until it is whole
 *     checkpoint.new
 *
 * A file is made of zeros in pieces, each written through, so that writes of the log that come between
 * them wait for one piece and not for all. From then on its size and its blocks stay what they are: a
 * write with O_DSYNC changes nothing that a file system would have to note elsewhere. Where the system
 * has no such flag each write is followed by fdatasync. When the next write begins is told in write-pace.ts.
 */
import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  open,
  openSync,
  read,
  readdirSync,
  readSync,
  rename,
  rmSync,
  write,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import type { LogPort } from '../core/log/port.ts';
import { flushDirectory } from './directory.ts';
import { checkRoom, type FreeBytes } from './free-room.ts';
import { WritePace } from './write-pace.ts';

/** Zeros are written in pieces of this size: a millisecond or two. */
const PIECE_BYTES = 256 * 1024;
/** Files that are open at a time; others are opened when they are looked into. */
const OPEN_FILES = 64;
const MAKING = 'making';
const CHECKPOINT = 'checkpoint';
const CHECKPOINT_NEW = 'checkpoint.new';
/** Of a new checkpoint so much is on its way to the disk at a time: others write there, too. */
const CHECKPOINT_AHEAD_BYTES = 2 * 1024 * 1024;
const NAME = /^\d{8}\.log$/;
const THROUGH = constants.O_DSYNC ?? 0;
const ZEROS = new Uint8Array(PIECE_BYTES);

/** What is told of what was asked for. */
export interface SegmentListener {
  turn(): void;
  made(file: number, error: string | null): void;
  written(error: string | null): void;
  retrieved(error: string | null): void;
  saved(error: string | null): void;
}

const opening = promisify(open);
const syncing = promisify(fsync);
const reading = promisify(read);
const writingSome = promisify(write);
const renaming = promisify(rename);

export class SegmentFiles implements LogPort {
  readonly #directory: string;
  readonly #freeBytes: FreeBytes;
  readonly #salt: () => number;
  /** Handles by file; the one that was opened first is closed first. */
  readonly #open = new Map<number, number>();
  #listener: SegmentListener | null = null;
  #turn: NodeJS.Immediate | null = null;
  /** The turn that is put off, for more to come in. */
  #later: NodeJS.Timeout | null = null;
  readonly #pace: WritePace = new WritePace();
  /** Entries that wait for the next write, as was said last. */
  #waiting = 0;
  /** Makes and retrievals. */
  #underWay = 0;
  readonly #resting: (() => void)[] = [];

  /** The new checkpoint, while it is written. */
  #checkpoint: number | null = null;
  /** The file that is written to, which is not closed meanwhile; 0 for none. */
  #busy = 0;

  /** @param salt random numbers of 32 bits. */
  constructor(directory: string, freeBytes: FreeBytes, salt: () => number) {
    this.#directory = directory;
    this.#freeBytes = freeBytes;
    this.#salt = salt;
  }

  /** Who hears of what was asked for; nothing is told before. */
  listen(listener: SegmentListener): void {
    this.#listener = listener;
  }

  checksum(bytes: Uint8Array, seed: number): number {
    return crc32(bytes, seed);
  }

  salt(): number {
    return this.#salt();
  }

  found(): number[] {
    const names = readdirSync(this.#directory).filter((name) => NAME.test(name));
    return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b);
  }

  size(file: number): number {
    return fstatSync(this.#opened(file)).size;
  }

  load(file: number): Uint8Array {
    const bytes = new Uint8Array(this.size(file));
    this.read(file, 0, bytes);
    return bytes;
  }

  read(file: number, position: number, into: Uint8Array): void {
    const handle = this.#opened(file);
    for (let done = 0; done < into.length; ) {
      const count = readSync(handle, into, done, into.length - done, position + done);
      if (count === 0) throw new Error(`${this.#pathOf(file)} ends at byte ${position + done}`);
      done += count;
    }
  }

  make(file: number, bytes: number, head: Uint8Array, spare: number): void {
    const made = spare === 0 ? this.#makeNew(bytes, head) : this.#makeOf(spare, head);
    this.#track(
      made.then((handle) => this.#name(file, handle, spare)),
      (error) => this.#listener?.made(file, error),
    );
  }

  write(file: number, position: number, bytes: Uint8Array): void {
    this.#busy = file;
    this.#pace.began(performance.now(), this.#waiting);
    this.#waiting = 0;
    writeAll(this.#opened(file), bytes, position, (failure) => {
      this.#busy = 0;
      this.#pace.ended(performance.now());
      this.#listener?.written(failure && this.#told(failure));
      this.#rest();
    });
  }

  retrieve(file: number, position: number, into: Uint8Array): void {
    this.#track(this.#retrieve(file, position, into), (error) => this.#listener?.retrieved(error));
  }

  readCheckpoint(position: number, into: Uint8Array): number {
    try {
      const handle = openSync(join(this.#directory, CHECKPOINT), constants.O_RDONLY);
      try {
        return readSync(handle, into, 0, into.length, position);
      } finally {
        closeSync(handle);
      }
    } catch {
      // It is not there, or cannot be read: the log is.
      return 0;
    }
  }

  saveCheckpoint(position: number, bytes: Uint8Array): void {
    this.#track(this.#save(position, bytes), (error) => this.#listener?.saved(error));
  }

  placeCheckpoint(): void {
    this.#track(this.#place(), (error) => this.#listener?.saved(error));
  }

  drop(file: number): void {
    this.#close(file);
    rmSync(this.#pathOf(file), { force: true });
  }

  soon(waiting: number): void {
    if (waiting > 0) this.#waiting = waiting;
    if (this.#turn !== null) return;
    const restMs = waiting === 0 ? 0 : this.#pace.restMs(performance.now(), waiting);
    if (restMs > 0) {
      this.#later ??= setTimeout(() => this.#take(), restMs);
      return;
    }
    this.#turn = setImmediate(() => this.#take());
  }

  /** Now it is the log's turn. */
  #take(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    if (this.#later !== null) clearTimeout(this.#later);
    this.#turn = null;
    this.#later = null;
    this.#listener?.turn();
    this.#rest();
  }

  /** Resolves when nothing is under way and no turn is due. */
  rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#resting.push(resolve);
      this.#rest();
    });
  }

  /** Closes all files; nothing is under way. */
  close(): void {
    for (const handle of this.#open.values()) closeSync(handle);
    this.#open.clear();
    this.#leaveCheckpoint();
  }

  #pathOf(file: number): string {
    return join(this.#directory, `${String(file).padStart(8, '0')}.log`);
  }

  #opened(file: number): number {
    let handle = this.#open.get(file);
    if (handle === undefined) {
      handle = openSync(this.#pathOf(file), constants.O_RDWR | THROUGH);
      this.#keepOpen(file, handle);
    }
    return handle;
  }

  #keepOpen(file: number, handle: number): void {
    this.#open.set(file, handle);
    if (this.#open.size <= OPEN_FILES) return;
    const oldest = [...this.#open.keys()].find((other) => other !== this.#busy && other !== file);
    if (oldest !== undefined) this.#close(oldest);
  }

  #close(file: number): void {
    const handle = this.#open.get(file);
    if (handle === undefined) return;
    this.#open.delete(file);
    closeSync(handle);
  }

  #track(work: Promise<void>, tell: (error: string | null) => void): void {
    this.#underWay++;
    const over = (error: string | null): void => {
      this.#underWay--;
      tell(error);
      this.#rest();
    };
    work.then(
      () => over(null),
      (failure: Error) => over(this.#told(failure)),
    );
  }

  #rest(): void {
    if (this.#turn !== null || this.#later !== null) return;
    if (this.#underWay > 0 || this.#busy !== 0) return;
    for (const resolve of this.#resting.splice(0)) resolve();
  }

  #told(failure: Error): string {
    return `cannot write to ${this.#directory}: ${failure.message}`;
  }

  async #makeNew(bytes: number, head: Uint8Array): Promise<number> {
    checkRoom(this.#directory, bytes, this.#freeBytes);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | THROUGH;
    const handle = await opening(join(this.#directory, MAKING), flags, 0o600);
    try {
      await writing(handle, head, 0);
      for (let at = head.length; at < bytes; at += PIECE_BYTES) {
        await writing(handle, ZEROS.subarray(0, Math.min(PIECE_BYTES, bytes - at)), at);
      }
      await syncing(handle);
      return handle;
    } catch (error) {
      closeSync(handle);
      throw error;
    }
  }

  /** What file `spare` has is written over; its batches are those of another segment. */
  async #makeOf(spare: number, head: Uint8Array): Promise<number> {
    this.#close(spare);
    const handle = await opening(this.#pathOf(spare), constants.O_RDWR | THROUGH);
    try {
      await writing(handle, head, 0);
      return handle;
    } catch (error) {
      closeSync(handle);
      throw error;
    }
  }

  async #name(file: number, handle: number, spare: number): Promise<void> {
    const from = spare === 0 ? join(this.#directory, MAKING) : this.#pathOf(spare);
    try {
      await renaming(from, this.#pathOf(file));
      await flushDirectory(this.#directory);
    } catch (error) {
      closeSync(handle);
      throw error;
    }
    this.#keepOpen(file, handle);
  }

  async #save(position: number, bytes: Uint8Array): Promise<void> {
    checkRoom(this.#directory, bytes.length, this.#freeBytes);
    if (position === 0) {
      this.#leaveCheckpoint();
      this.#checkpoint = await opening(join(this.#directory, CHECKPOINT_NEW), 'w', 0o600);
    }
    const handle = this.#checkpoint!;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await writingSome(
        handle,
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      if (bytesWritten === 0) throw new Error('the disk takes no more');
      done += bytesWritten;
    }
    const isFar = Math.floor(position / CHECKPOINT_AHEAD_BYTES);
    if (Math.floor((position + bytes.length) / CHECKPOINT_AHEAD_BYTES) > isFar) {
      await syncing(handle);
    }
  }

  async #place(): Promise<void> {
    await syncing(this.#checkpoint!);
    this.#leaveCheckpoint();
    await renaming(join(this.#directory, CHECKPOINT_NEW), join(this.#directory, CHECKPOINT));
    await flushDirectory(this.#directory);
  }

  #leaveCheckpoint(): void {
    if (this.#checkpoint !== null) closeSync(this.#checkpoint);
    this.#checkpoint = null;
  }

  async #retrieve(file: number, position: number, into: Uint8Array): Promise<void> {
    const handle = await opening(this.#pathOf(file), constants.O_RDONLY);
    try {
      for (let done = 0; done < into.length; ) {
        const { bytesRead } = await reading(
          handle,
          into,
          done,
          into.length - done,
          position + done,
        );
        if (bytesRead === 0)
          throw new Error(`${this.#pathOf(file)} ends at byte ${position + done}`);
        done += bytesRead;
      }
    } finally {
      closeSync(handle);
    }
  }
}

/** A system may take a part of it only. */
function writeAll(
  handle: number,
  bytes: Uint8Array,
  position: number,
  over: (failure: Error | null) => void,
): void {
  write(handle, bytes, 0, bytes.length, position, (failure, count) => {
    if (failure !== null) return over(failure);
    if (count === 0) return over(new Error('the disk takes no more'));
    if (count < bytes.length) {
      return writeAll(handle, bytes.subarray(count), position + count, over);
    }
    if (THROUGH !== 0) return over(null);
    fdatasync(handle, over);
  });
}

const writing = promisify(writeAll);
