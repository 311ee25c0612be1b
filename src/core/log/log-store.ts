/**
 * A store as a log: what is written is put at its end, and where the last word on each key is found is
 * known in memory. There is no other place that records have to go to later.
 *
 *     put b=3 ─▶ [ a=1  b=1 ] [ a gone  c=5  b=3 ]        places:  b ▶ segment 2, byte 97
 *                                              ▲                   c ▶ segment 2, byte 66
 *                                              end
 *
 * A write costs its own bytes, in order, and no look at the disk. Reading is one look at the places
 * and, where the segment's image has left memory, one read of the file. Opening reads where everything was
 * when that was last written down (checkpoint.ts), and the log from there on to its end (replay.ts), which
 * tidying (tidying.ts) keeps in proportion to what is needed of it. The idea is that of Bitcask (Sheehy and Smith, 2010).
 */
import { type Store, StoreReadError, type StoreToken } from '../store.ts';
import {
  type EntryReader,
  FACT_NAME_BYTES_MAX,
  factBytes,
  PUT_HEAD_BYTES,
  REMOVED_BYTES,
  writeFact,
  writePut,
  writeRemoved,
} from './batch.ts';
import { Checkpoints } from './checkpoint.ts';
import type { Contents } from './contents.ts';
import { CHECKPOINT_BYTES_MIN } from './limits.ts';
import { LogWriter, type Reported } from './log-writer.ts';
import type { LogPort } from './port.ts';
import { Proving } from './proving.ts';
import { replay } from './replay.ts';
import type { Segment } from './segment.ts';
import { Tidying } from './tidying.ts';

export class LogStore implements Store {
  /** Bytes of the log that were read when it was opened. */
  readonly openedBytes: number;
  /** Bytes of entries since the last turn. */
  #written = 0;
  readonly #port: LogPort;
  readonly #contents: Contents;
  readonly #writer: LogWriter;
  readonly #tidying: Tidying;
  readonly #checkpoints: Checkpoints;
  readonly #proving: Proving;

  /**
   * Reads the log that the port has.
   * @param checkpointBytes of the log, after which a checkpoint is made.
   * @throws LogError when it is damaged or of another version; what the port throws.
   */
  constructor(port: LogPort, report: Reported, checkpointBytes: number = CHECKPOINT_BYTES_MIN) {
    this.#port = port;
    const { contents, end, readBytes, unread } = replay(port);
    this.#contents = contents;
    this.#writer = new LogWriter(
      port,
      (token, error) => report(token, error ?? this.#tidying.damage ?? this.#proving.damage),
      this.#contents.segments,
      end,
    );
    this.#tidying = new Tidying(port, this.#writer, this);
    this.#checkpoints = new Checkpoints(port, contents, this.#writer, checkpointBytes, readBytes);
    this.openedBytes = readBytes;
    this.#proving = new Proving(port, unread);
    if (this.#checkpoints.isWanted || this.#proving.isWanted) port.soon(0);
  }

  get count(): number {
    return this.#contents.count;
  }

  get byteLength(): number {
    return this.#contents.byteLength;
  }

  /** Bytes of all segments that somebody needs. */
  get logBytes(): number {
    return this.#writer.bytes;
  }

  get neededBytes(): number {
    return this.#contents.neededBytes;
  }

  get(key: Uint8Array, start: number): Uint8Array | null {
    const row = this.#contents.places.keys.get(key, start);
    return row === null ? null : this.#record(row);
  }

  head(key: Uint8Array, start: number): Uint8Array | null {
    const { places } = this.#contents;
    const row = places.keys.get(key, start);
    return row === null ? null : places.head(row);
  }

  put(key: Uint8Array, start: number, record: Uint8Array): void {
    const at = this.#place(PUT_HEAD_BYTES + record.length);
    const { active } = this.#writer;
    const offset = writePut(active.image!, at, key, start, record);
    this.#contents.put(active, key, start, offset, record.length, record, 0);
  }

  remove(key: Uint8Array, start: number): void {
    if (this.#contents.places.keys.get(key, start) === null) return;
    const at = this.#place(REMOVED_BYTES);
    writeRemoved(this.#writer.active.image!, at, key, start);
    this.#contents.remove(key, start);
  }

  fact(name: string): Uint8Array | null {
    return this.#contents.facts.get(name)?.value ?? null;
  }

  /** @throws RangeError for a name of more than 255 bytes. */
  keepFact(name: string, value: Uint8Array): void {
    const nameBytes = new TextEncoder().encode(name);
    if (nameBytes.length > FACT_NAME_BYTES_MAX) {
      throw new RangeError(`"name" expected at most 255 bytes, got ${nameBytes.length}`);
    }
    const bytes = factBytes(nameBytes, value);
    const at = this.#place(bytes);
    const { active } = this.#writer;
    const offset = writeFact(active.image!, at, nameBytes, value);
    const fact = { value: new Uint8Array(value), segment: active.number, offset, bytes };
    this.#contents.keepFact(name, fact);
  }

  flush(token: StoreToken): void {
    this.#writer.flush(token);
  }

  range(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, record: Uint8Array) => boolean,
  ): void {
    const { keys } = this.#contents.places;
    keys.range(from, to, (key, row) => visit(key, this.#record(row)));
  }

  heads(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, head: Uint8Array) => boolean,
  ): void {
    const { places } = this.#contents;
    places.keys.range(from, to, (key, row) => visit(key, places.head(row)));
  }

  /** From now on nothing is begun by itself; what waits is written. */
  end(): void {
    this.#tidying.isEnded = true;
    this.#checkpoints.isEnded = true;
    this.#proving.isEnded = true;
    this.#port.soon(0);
  }

  // What the port reports.

  /** What happened is over: writes what waits, and tidies a little. */
  turn(): void {
    if (this.#writer.isWriting) return;
    const written = this.#written;
    this.#written = 0;
    // One retrieval at a time; tidying comes first.
    if (!this.#proving.isRetrieving) this.#tidying.step(written);
    if (!this.#tidying.isRetrieving) this.#proving.step();
    this.#writer.turn(this.#tidying.isFarBehind);
    this.#checkpoints.turn(written);
    this.#goOn();
  }

  made(file: number, error: string | null): void {
    this.#writer.made(file, error);
  }

  written(error: string | null): void {
    this.#writer.written(error);
    this.#checkpoints.settle();
    this.#goOn();
  }

  saved(error: string | null): void {
    this.#checkpoints.saved(error);
  }

  retrieved(error: string | null): void {
    if (this.#proving.isRetrieving) this.#proving.retrieved(error);
    else this.#tidying.retrieved(error);
  }

  /** What takes over, from a batch whose byte 0 is `base` of its segment, all that is needed. @internal */
  mover(from: Segment, base: number): EntryReader {
    const { places, facts } = this.#contents;
    return {
      put: (bytes, key, record, length) => {
        const row = places.keys.get(bytes, key);
        if (row === null || places.segments[row] !== from.number) return;
        if (places.offsets[row] !== base + record) return;
        this.put(bytes, key, bytes.subarray(record, record + length));
      },
      removed: () => {},
      fact: (_bytes, name, value) => {
        const fact = facts.get(name);
        if (fact?.segment !== from.number || fact.offset !== base + value) return;
        this.keepFact(name, fact.value);
      },
    };
  }

  /** Tidying goes on with the next turn, unless something is under way that leads to one. */
  #goOn(): void {
    const { isRetrieving, isWanted } = this.#tidying;
    if (isRetrieving || this.#proving.isRetrieving || this.#writer.isWriting) return;
    if (isWanted || this.#proving.isWanted) this.#port.soon(0);
  }

  #place(length: number): number {
    this.#written += length;
    return this.#writer.place(length);
  }

  #record(row: number): Uint8Array {
    const { segments, offsets, lengths } = this.#contents.places;
    const segment = this.#contents.segment(segments[row]!);
    const offset = offsets[row]!;
    const length = lengths[row]!;
    if (segment.image !== null) return segment.image.subarray(offset, offset + length);
    const record = new Uint8Array(length);
    try {
      this.#port.read(segment.number, offset, record);
    } catch (error) {
      throw new StoreReadError(`cannot read a record: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return record;
  }
}
