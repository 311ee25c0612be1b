/**
 * Following a key, or all keys whose names begin alike, across owners that come and go.
 *
 *     [0 ───── owner A ───── a)[a ── owner B ── b)[b ───── owner C ───── 0)     a piece each, with a token
 *
 * Each piece asks its owner what has changed since its token, and is answered when something has. A piece
 * whose owner gave a part of its arc away is cut in two with the same token. The tokens of all pieces are
 * what one resumes from, in this process or another. Changes of one key come in their order, those of several
 * as they come in; one that was told by two owners is told once.
 */
import { formatId, ID_BYTES } from '../../core/id.ts';
import type { Clock } from '../../io/clock.ts';
import { sha1 } from '../../io/entropy.ts';
import { DhtError } from '../../io/errors.ts';
import { ChangeFlag, Followed, Told } from '../../ring/following.ts';
import type { Frame } from '../../ring/frames.ts';
import { QueryVerb } from '../../ring/queries.ts';
import { VERSION_BYTES } from '../../ring/records/clock.ts';
import { LOG_BYTES } from '../../ring/records/history.ts';
import { expiryMs, isTombstone, nameOf, valueAt } from '../../ring/records/record.ts';
import type { RingAccess } from './access.ts';
import { frameOf, written } from './answers.ts';

/** Something that has happened, or can be known no more. */
export interface RingChange {
  /**
   * `following`: from here on nothing is missed; once, at the beginning. `resync`: the history does not
   * reach back to where we were: look at what is there, later changes follow.
   */
  readonly kind: 'following' | 'set' | 'removed' | 'expired' | 'resync';
  /** 40 hexadecimal digits; '' where it is about no single key. */
  readonly key: string;
  /** The name, where it is kept. */
  readonly name: string | null;
  /** Of `set`; null when it is too large to be told: then it can be read. */
  readonly value: Uint8Array | null;
  /** 32 hexadecimal digits; the newer is the larger. */
  readonly version: string;
  /** When it will expire, in ms since 1970; null: it will not. */
  readonly storedUntilMs: number | null;
  /** Follow with this as `after`, and what comes next is what came after this. */
  readonly resume: string;
}

interface Token {
  readonly log: Uint8Array;
  readonly number: number;
  readonly version: Uint8Array;
}

/** A part of the circle, as long as one owner has it. */
interface Piece {
  readonly from: Uint8Array;
  to: Uint8Array;
  /** What was asked for last, and what has been told to the end. */
  asked: Token;
  told: Token;
}

type Event = Omit<RingChange, 'resume'> & { piece: Piece; after: Token | null };

const START: Token = {
  log: new Uint8Array(LOG_BYTES),
  number: 0,
  version: new Uint8Array(VERSION_BYTES),
};
const ZERO = new Uint8Array(ID_BYTES);
/** An owner may let us wait so long before it says that nothing has changed. */
const WAIT_MS = 2000;
/** While the ring is on the move we ask again after this. */
const AGAIN_MS = 250;
/** Changes that wait for whoever reads them; then owners are asked no further. */
const QUEUE_MAX = 1024;
/** Changes remembered so as not to be told twice. */
const REMEMBERED = 4096;
/** Pieces of one circle: more members than a list of tokens should have. */
const PIECES_MAX = 1024;
const TOKEN_VERSION = 1;
const SUBJECT_BYTES = 8;
const PIECE_BYTES = ID_BYTES + LOG_BYTES + 8 + VERSION_BYTES;

/** What is followed: a key by its hash, or names by their beginning. */
export type Subject = { readonly hash: Uint8Array } | { readonly prefix: Uint8Array };

export class Following {
  readonly #ring: RingAccess;
  readonly #clock: Clock;
  readonly #subject: Subject;
  readonly #mark: Uint8Array;
  #pieces: Piece[];
  #queue: Event[] = [];
  #remembered = new Set<string>();
  #isOver = false;
  #isFollowing = false;
  #failure: unknown = null;
  #wakeReader: (() => void) | null = null;
  #wakeWriters: (() => void)[] = [];

  /** @throws RangeError when `after` is none, or of something else that was followed. */
  constructor(ring: RingAccess, clock: Clock, subject: Subject, after?: string) {
    this.#ring = ring;
    this.#clock = clock;
    this.#subject = subject;
    this.#mark = markOf(subject);
    this.#pieces = after === undefined ? [pieceOf(subject)] : this.#resumed(after);
    this.#isFollowing = after !== undefined;
  }

  /** All changes until `signal` fires, or whoever iterates stops. */
  async *changes(signal?: AbortSignal): AsyncGenerator<RingChange> {
    const stop = () => this.#end();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) this.#end();
    for (const piece of [...this.#pieces]) void this.#run(piece);
    try {
      for (;;) {
        // What comes before the last piece has its token is told behind `following`.
        const event = this.#isFollowing ? this.#queue.shift() : undefined;
        if (event !== undefined) {
          yield this.#told(event);
          this.#letIn();
          continue;
        }
        if (this.#failure !== null) throw this.#failure;
        if (this.#isOver) return;
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#end();
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#wakeReader?.();
    this.#letIn();
  }

  #letIn(): void {
    if (!this.#isOver && this.#queue.length >= QUEUE_MAX) return;
    const waiting = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of waiting) wake();
  }

  #told({ piece, after, ...change }: Event): RingChange {
    if (after !== null) piece.told = after;
    return { ...change, resume: this.#resume() };
  }

  async #run(piece: Piece): Promise<void> {
    while (!this.#isOver) {
      try {
        this.#take(piece, await this.#ask(piece));
      } catch (error) {
        if (!isPassing(error)) return this.#fail(error);
        await this.#pause();
      }
      while (this.#queue.length >= QUEUE_MAX && !this.#isOver) {
        await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
      }
    }
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#failure = error;
    this.#end();
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(AGAIN_MS, resolve, true);
    });
  }

  #ask({ from, to, asked }: Piece): Promise<Frame> {
    const subject = this.#subject;
    const query = written((out) => {
      out.u8(QueryVerb.changes);
      out.raw(to);
      out.u32(WAIT_MS);
      out.raw(asked.log);
      out.f64(asked.number);
      out.raw(asked.version);
      out.u8('hash' in subject ? Followed.key : Followed.prefix);
      if ('prefix' in subject) out.raw(subject.prefix);
    });
    return this.#ring.query(from, query, { level: 'one' });
  }

  #take(piece: Piece, frame: Frame): void {
    const kind = frame.u8();
    const end = frame.copy(ID_BYTES);
    const log = frame.copy(LOG_BYTES);
    const number = frame.f64();
    const version = frame.copy(VERSION_BYTES);
    const token: Token = { log, number, version };
    if (formatId(end) !== formatId(piece.to) && 'prefix' in this.#subject) this.#cut(piece, end);
    const isFirst = piece.asked.number === 0;
    piece.asked = token;
    const events: Event[] = [];
    const count = frame.u32();
    for (let i = 0; i < count; i++) {
      const event = this.#read(piece, frame);
      if (event !== null) events.push(event);
    }
    if (kind === Told.resync) events.push({ ...nothing('resync'), piece, after: null });
    const last = events.at(-1);
    if (last !== undefined) last.after = token;
    // Nothing waits to be told, so all up to here has been.
    else if (isFirst || !this.#queue.some((event) => event.piece === piece)) piece.told = token;
    this.#queue.push(...events);
    this.#began(piece);
    if (this.#queue.length > 0) this.#wakeReader?.();
  }

  /** The rest has another owner, who goes on from the same token. */
  #cut(piece: Piece, end: Uint8Array): void {
    if (this.#pieces.length >= PIECES_MAX) {
      throw new DhtError('BUSY', `more than ${PIECES_MAX} members would have to be asked`);
    }
    const rest: Piece = { from: end, to: piece.to, asked: piece.asked, told: piece.told };
    piece.to = end;
    this.#pieces.splice(this.#pieces.indexOf(piece) + 1, 0, rest);
    void this.#run(rest);
  }

  /** Every piece has its first token: from here on nothing is missed. */
  #began(piece: Piece): void {
    if (this.#isFollowing || this.#pieces.some(({ told }) => told.number === 0)) return;
    this.#isFollowing = true;
    this.#queue.unshift({ ...nothing('following'), piece, after: null });
  }

  #read(piece: Piece, frame: Frame): Event | null {
    const flags = frame.u8();
    const hash = frame.copy(ID_BYTES);
    const record = frame.copy(frame.u32());
    const version = hexOf(record.subarray(0, VERSION_BYTES));
    const isExpiry = (flags & ChangeFlag.expired) !== 0;
    if (!this.#isNew(`${formatId(hash)}${version}${isExpiry}`)) return null;
    const isRemoved = isTombstone(record);
    const name = nameOf(record);
    const untilMs = expiryMs(record);
    const hasValue = !isRemoved && (flags & ChangeFlag.cut) === 0;
    return {
      kind: isExpiry ? 'expired' : isRemoved ? 'removed' : 'set',
      key: formatId(hash),
      name: name === null ? null : new TextDecoder().decode(name),
      value: hasValue ? record.subarray(valueAt(record)) : null,
      version,
      storedUntilMs: untilMs === 0 ? null : untilMs,
      piece,
      after: null,
    };
  }

  #isNew(mark: string): boolean {
    if (this.#remembered.has(mark)) return false;
    this.#remembered.add(mark);
    if (this.#remembered.size > REMEMBERED) {
      this.#remembered.delete(this.#remembered.values().next().value!);
    }
    return true;
  }

  // Tokens as text.

  /** Empty before all has a token. */
  #resume(): string {
    if (this.#pieces.some(({ told }) => told.number === 0)) return '';
    const bytes = written((out) => {
      out.u8(TOKEN_VERSION);
      out.raw(this.#mark);
      for (const { from, told } of this.#pieces) {
        out.raw(from);
        out.raw(told.log);
        out.f64(told.number);
        out.raw(told.version);
      }
    });
    return base64(bytes);
  }

  #resumed(text: string): Piece[] {
    const bytes = bytesOfBase64(text);
    const head = 1 + SUBJECT_BYTES;
    const count = bytes === null ? 0 : (bytes.length - head) / PIECE_BYTES;
    if (bytes === null || !Number.isInteger(count) || count < 1 || bytes[0] !== TOKEN_VERSION) {
      throw new RangeError('"after" expected what was given as "resume" before');
    }
    if (this.#mark.some((byte, i) => byte !== bytes[1 + i])) {
      throw new RangeError('"after" is of another key or prefix');
    }
    const frame = frameOf(bytes);
    frame.skip(head);
    const pieces = Array.from({ length: count }, (): Piece => {
      const from = frame.copy(ID_BYTES);
      const log = frame.copy(LOG_BYTES);
      const number = frame.f64();
      const token: Token = { log, number, version: frame.copy(VERSION_BYTES) };
      return { from, to: from, asked: token, told: token };
    });
    const isKey = 'hash' in this.#subject;
    for (const [i, piece] of pieces.entries()) piece.to = pieces[i + 1]?.from ?? ZERO;
    if (isKey) pieces[0]!.to = pieceOf(this.#subject).to;
    return pieces;
  }
}

function nothing(kind: RingChange['kind']): Omit<RingChange, 'resume'> {
  return { kind, key: '', name: null, value: null, version: '', storedUntilMs: null };
}

function pieceOf(subject: Subject): Piece {
  const from = 'hash' in subject ? subject.hash : ZERO;
  return { from, to: ZERO, asked: START, told: START };
}

/** Eight bytes that tell one thing that is followed from another. */
function markOf(subject: Subject): Uint8Array {
  const isKey = 'hash' in subject;
  const bytes = isKey ? subject.hash : subject.prefix;
  return sha1(Uint8Array.of(isKey ? 1 : 0, ...bytes)).subarray(0, SUBJECT_BYTES);
}

/** Codes after which it is tried again: somebody is not there now, or the ring is on the move. */
const PASSING = new Set([
  'UNREACHABLE',
  'UNAVAILABLE',
  'TIMEOUT',
  'NOT_A_MEMBER',
  'BUSY',
  'TOO_FEW_COPIES',
]);

function isPassing(error: unknown): boolean {
  return error instanceof DhtError && (PASSING.has(error.code) || error.code === 'TOO_MANY_HOPS');
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function base64(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function bytesOfBase64(text: string): Uint8Array | null {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(plain, (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
