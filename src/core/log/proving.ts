/**
 * Proving: of a log that was opened by its checkpoint the segments before it were not read. They are read
 * afterwards, beside the work, piece by piece: whoever has acknowledged what a disk has spoilt since must say so.
 *
 *     [ 1 proven ] [ 2 ── piece ──▶ ] [ 3 not yet ]   checkpoint   [ 4 was read ]
 *
 * A piece that cannot be read is passed over: whoever asks for a record of it is told.
 */
import { BATCH_HEAD_BYTES, isWhole, readBatchHead, SECTOR_BYTES, toSector } from './batch.ts';
import { TIDY_BYTES } from './limits.ts';
import type { LogPort } from './port.ts';
import type { Segment } from './segment.ts';

export class Proving {
  /** What was found to be damaged. */
  damage: string | null = null;
  isEnded = false;
  isRetrieving = false;
  readonly #port: LogPort;
  readonly #unread: Segment[];
  #at = SECTOR_BYTES;
  #piece: Uint8Array = new Uint8Array(0);

  /** @param unread segments whose batches nobody has looked at. */
  constructor(port: LogPort, unread: readonly Segment[]) {
    this.#port = port;
    this.#unread = [...unread];
  }

  get isWanted(): boolean {
    return !this.isEnded && !this.isRetrieving && this.#unread.length > 0;
  }

  /** Asks for the next piece. */
  step(): void {
    while (this.isWanted) {
      const segment = this.#unread[0]!;
      // Tidying has read it, or need not.
      if (segment.live > 0 && this.#at < segment.closed) return this.#ask(segment, TIDY_BYTES);
      this.#pass();
    }
  }

  retrieved(error: string | null): void {
    this.isRetrieving = false;
    const segment = this.#unread[0]!;
    // Nobody needs it any more: its file may be another one's by now.
    if (error !== null || segment.live === 0) this.#pass();
    else this.#prove(segment);
    if (!this.isRetrieving && this.isWanted) this.#port.soon(0);
  }

  #prove(segment: Segment): void {
    const base = this.#at;
    const piece = this.#piece;
    for (let at = 0; base + at < segment.closed; ) {
      if (at + BATCH_HEAD_BYTES > piece.length) break;
      const head = readBatchHead(piece, at, segment, this.#port.checksum);
      if (head === null) return this.#damaged(segment);
      const end = at + BATCH_HEAD_BYTES + head.length;
      if (end > piece.length) {
        if (at === 0) return this.#ask(segment, end);
        break;
      }
      if (!isWhole(piece, at, head, segment.salt, this.#port.checksum)) {
        return this.#damaged(segment);
      }
      at = toSector(end);
      this.#at = base + at;
    }
  }

  #ask(segment: Segment, length: number): void {
    this.#piece = new Uint8Array(Math.min(length, segment.closed - this.#at));
    this.isRetrieving = true;
    this.#port.retrieve(segment.number, this.#at, this.#piece);
  }

  #pass(): void {
    this.#unread.shift();
    this.#at = SECTOR_BYTES;
    this.#piece = new Uint8Array(0);
  }

  #damaged({ number }: Segment): void {
    this.damage = `segment ${number} of the log is damaged at byte ${this.#at}`;
    this.#unread.length = 0;
  }
}
