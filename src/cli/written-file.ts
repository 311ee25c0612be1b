/**
 * A file that a command writes piece by piece: what is told goes out together, a mebibyte at a time, and when
 * the system does not take it, that is one line for whoever started the command.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileReason } from '../files.ts';
import { CommandError } from './console.ts';

const WRITTEN_AT_ONCE = 1 << 20;

export class WrittenFile {
  readonly #path: string;
  readonly #file: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Bytes that it was given. */
  length = 0;

  /** @throws CommandError when it cannot be written; so do all others. */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#attempt(() => openSync(path, 'w'));
  }

  line(text: string): void {
    this.bytes(Buffer.from(`${text}\n`));
  }

  bytes(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.length += bytes.length;
    if (this.#waitingBytes >= WRITTEN_AT_ONCE) this.flush();
  }

  /** What was told is with the system then. */
  flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#attempt(() => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    });
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.#file);
    }
  }

  #attempt<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw new CommandError(`cannot write ${this.#path}: ${fileReason(error)}`, 2, 'WRITE');
    }
  }
}
