/**
 * A request under way: who waits for its reply, and how long. Its time begins anew as long as the request
 * is still on its way out, the reply on its way in, or the other side says that it is at it; so a value
 * of 60 MiB has all the time that it takes, and a silence of a few seconds is still a silence.
 */
import type { Frame } from './frames.ts';
import { type Line, Waiter } from './patience.ts';

/** Hears the reply to a request; null when none came. The frame is borrowed until it returns. */
export type Reply = (now: number, reply: Frame | null) => void;

/** What it is under way on. */
export interface Way {
  /** Bytes of a request that have left, or of its reply that have come. */
  movedOf(pending: Pending): number;
  /** Nothing came in time. */
  gaveUp(pending: Pending): void;
}

/** What moves by less in the time it has counts as silent. */
const MOVED_BYTES_LEAST: number = 1 << 14;

export class Pending extends Waiter {
  readonly way: Way;
  readonly request: number;
  readonly done: Reply;
  readonly #line: Line;
  /** Where it ends in all that was ever written. */
  endsAt: number = Infinity;
  #movedBytes = 0;

  constructor(way: Way, request: number, line: Line, done: Reply) {
    super();
    this.way = way;
    this.request = request;
    this.done = done;
    this.#line = line;
  }

  /** All the time once more. */
  renew(now: number): void {
    this.#line.join(now, this);
  }

  expired(now: number): void {
    const movedBytes = this.way.movedOf(this);
    const isMoving = movedBytes - this.#movedBytes >= MOVED_BYTES_LEAST;
    this.#movedBytes = movedBytes;
    if (isMoving) return this.renew(now);
    this.way.gaveUp(this);
    this.done(now, null);
  }
}

const REQUESTS = 0x100000000;

/** The requests of one link, by their numbers. Most links have one at a time, and no map is made for that. */
export class Requests {
  /** The oldest, if it was alone when it was opened. */
  #first: Pending | null = null;
  /** Those opened while there was another. */
  #pending: Map<number, Pending> | null = null;
  #last = 0;

  get count(): number {
    return (this.#pending?.size ?? 0) + (this.#first === null ? 0 : 1);
  }

  open(now: number, way: Way, line: Line, done: Reply): Pending {
    this.#last = (this.#last + 1) % REQUESTS;
    const pending = new Pending(way, this.#last, line, done);
    if (this.count === 0) {
      this.#first = pending;
    } else {
      this.#pending ??= new Map();
      this.#pending.set(pending.request, pending);
    }
    line.join(now, pending);
    return pending;
  }

  #get(request: number): Pending | undefined {
    return this.#first?.request === request ? this.#first : this.#pending?.get(request);
  }

  renew(now: number, request: number): void {
    this.#get(request)?.renew(now);
  }

  forget(pending: Pending): void {
    if (this.#first === pending) this.#first = null;
    else this.#pending?.delete(pending.request);
  }

  /** It was answered. */
  take(request: number): Pending | undefined {
    const pending = this.#get(request);
    if (pending === undefined) return undefined;
    this.forget(pending);
    pending.line?.leave(pending);
    return pending;
  }

  /** Nothing will be answered any more. */
  end(now: number): void {
    if (this.count === 0) return;
    const pending = [...(this.#pending?.values() ?? [])];
    if (this.#first !== null) pending.unshift(this.#first);
    this.#first = null;
    this.#pending = null;
    for (const request of pending) request.line?.leave(request);
    for (const request of pending) request.done(now, null);
  }
}
