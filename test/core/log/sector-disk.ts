/**
 * A disk for a log, as bad as disks are: what was asked for comes to pass when the test says so, in
 * any order among its kinds. A crash leaves of the write under way any of its sectors and not the
 * others, and of the file under way all or nothing.
 */
import { crc32 } from 'node:zlib';
import { SECTOR_BYTES } from '../../../src/core/log/batch.ts';
import { LogStore } from '../../../src/core/log/log-store.ts';
import type { LogPort } from '../../../src/core/log/port.ts';
import { type Random, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import type { StoreToken } from '../../../src/core/store.ts';

/** Who hears of what comes to pass. */
type LogOwner = Pick<LogStore, 'turn' | 'made' | 'written' | 'retrieved' | 'saved'>;

interface Write {
  file: number;
  position: number;
  bytes: Uint8Array;
}

export class SectorDisk implements LogPort {
  files = new Map<number, Uint8Array>();
  /** What every write, make or retrieval says; null while the disk works. */
  error: string | null = null;
  /** What every retrieval says besides. */
  retrievalError: string | null = null;
  /** Says that it has written, and has not. */
  isLying = false;
  writes = 0;
  retrievals = 0;
  largestRetrieval = 0;
  /** Files made of others. */
  spared = 0;
  isDue = false;
  write_: Write | null = null;
  /** What every save of a checkpoint says; null while that works. */
  checkpointError: string | null = null;
  checkpoint: Uint8Array | null = null;
  /** Checkpoints that were placed. */
  placed = 0;
  #newCheckpoint: Uint8Array = new Uint8Array(0);
  #saving: 'save' | 'place' | null = null;
  #make: { file: number; bytes: number; head: Uint8Array; spare: number } | null = null;
  #retrieval: { file: number; position: number; into: Uint8Array } | null = null;
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** The same contents, of which another process may make what it likes. */
  copy(seed: number): SectorDisk {
    const copy = new SectorDisk(seed);
    for (const [file, bytes] of this.files) copy.files.set(file, bytes.slice());
    copy.checkpoint = this.checkpoint;
    return copy;
  }

  checksum = (bytes: Uint8Array, seed: number): number => crc32(bytes, seed);

  salt(): number {
    return this.#random.uint32();
  }

  found(): number[] {
    return [...this.files.keys()].sort((a, b) => a - b);
  }

  size(file: number): number {
    return this.files.get(file)!.length;
  }

  readCheckpoint(position: number, into: Uint8Array): number {
    const bytes = this.checkpoint?.subarray(position, position + into.length);
    into.set(bytes ?? []);
    return bytes?.length ?? 0;
  }

  saveCheckpoint(position: number, bytes: Uint8Array): void {
    if (this.#saving !== null) throw new Error('two saves at a time');
    this.#saving = 'save';
    const before = this.#newCheckpoint.subarray(0, position);
    if (before.length < position) throw new Error('a gap in the checkpoint');
    this.#newCheckpoint = new Uint8Array(Buffer.concat([before, bytes]));
  }

  placeCheckpoint(): void {
    if (this.#saving !== null) throw new Error('two saves at a time');
    this.#saving = 'place';
  }

  load(file: number): Uint8Array {
    return this.files.get(file)!.slice();
  }

  read(file: number, position: number, into: Uint8Array): void {
    const bytes = this.files.get(file)!.subarray(position, position + into.length);
    if (bytes.length < into.length) throw new Error('read beyond the end');
    into.set(bytes);
  }

  make(file: number, bytes: number, head: Uint8Array, spare: number): void {
    if (this.#make !== null) throw new Error('two makes at a time');
    this.#make = { file, bytes, head, spare };
  }

  write(file: number, position: number, bytes: Uint8Array): void {
    if (this.write_ !== null) throw new Error('two writes at a time');
    if (position % SECTOR_BYTES !== 0) throw new Error('a write begins inside a sector');
    this.write_ = { file, position, bytes };
  }

  retrieve(file: number, position: number, into: Uint8Array): void {
    if (this.#retrieval !== null) throw new Error('two retrievals at a time');
    this.#retrieval = { file, position, into };
    this.largestRetrieval = Math.max(this.largestRetrieval, into.length);
  }

  drop(file: number): void {
    this.files.delete(file);
  }

  soon(): void {
    this.isDue = true;
  }

  /** Lets one thing come to pass. False when there is none. */
  step(log: LogOwner): boolean {
    const ready = [
      this.isDue ? () => this.#turn(log) : null,
      this.write_ === null ? null : () => this.#written(log),
      this.#make === null ? null : () => this.#made(log),
      this.#retrieval === null ? null : () => this.#retrieved(log),
      this.#saving === null ? null : () => this.#saved(log),
    ].filter((one) => one !== null);
    if (ready.length === 0) return false;
    ready[randomBelow(this.#random, ready.length)]!();
    return true;
  }

  /** The process dies, with what it had asked for. */
  crash(): void {
    if (this.write_ !== null) {
      const { file, position, bytes } = this.write_;
      for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
        if (randomBelow(this.#random, 2) === 0) continue;
        this.#put({ file, position: position + at, bytes: bytes.subarray(at, at + SECTOR_BYTES) });
      }
    }
    if (this.#make !== null && randomBelow(this.#random, 2) === 0) this.#place(this.#make);
    this.write_ = null;
    this.#make = null;
    this.#retrieval = null;
    if (this.#saving === 'place' && randomBelow(this.#random, 2) === 0) this.#placeNew();
    this.#saving = null;
    this.isDue = false;
  }

  /** Of the write under way the first `length` bytes are there, and the process dies. */
  cut(length: number): void {
    const { file, position, bytes } = this.write_!;
    this.#put({ file, position, bytes: bytes.subarray(0, length) });
    this.write_ = null;
  }

  #turn(log: LogOwner): void {
    this.isDue = false;
    log.turn();
  }

  #written(log: LogOwner): void {
    const write = this.write_!;
    this.write_ = null;
    this.writes++;
    if (this.error === null && !this.isLying) this.#put(write);
    log.written(this.error);
  }

  #made(log: LogOwner): void {
    const make = this.#make!;
    this.#make = null;
    if (make.spare !== 0) this.spared++;
    if (this.error === null) this.#place(make);
    log.made(make.file, this.error);
  }

  #retrieved(log: LogOwner): void {
    const { file, position, into } = this.#retrieval!;
    this.#retrieval = null;
    this.retrievals++;
    this.read(file, position, into);
    log.retrieved(this.error ?? this.retrievalError);
  }

  #saved(log: LogOwner): void {
    const error = this.error ?? this.checkpointError;
    if (this.#saving === 'place' && error === null) this.#placeNew();
    this.#saving = null;
    log.saved(error);
  }

  #placeNew(): void {
    this.checkpoint = this.#newCheckpoint;
    this.placed++;
  }

  #put({ file, position, bytes }: Write): void {
    this.files.get(file)!.set(bytes, position);
  }

  #place({
    file,
    bytes,
    head,
    spare,
  }: {
    file: number;
    bytes: number;
    head: Uint8Array;
    spare: number;
  }): void {
    const content = this.files.get(spare) ?? new Uint8Array(bytes);
    if (content.length !== bytes) throw new Error('a spare of another size');
    this.files.delete(spare);
    content.set(head);
    this.files.set(file, content);
  }
}

/** A log over such a disk, and what it has reported. */
export function openLog(disk: SectorDisk, checkpointBytes?: number) {
  const reported: { token: StoreToken; error: string | null }[] = [];
  const store = new LogStore(
    disk,
    (token, error) => reported.push({ token, error }),
    checkpointBytes,
  );
  const settle = () => {
    for (let steps = 0; disk.step(store); steps++) {
      if (steps > 1_000_000) throw new Error('it never comes to rest');
    }
  };
  return { store, reported, settle };
}
