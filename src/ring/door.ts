/**
 * The door: the streams that others have opened to us, and for whom there is room.
 *
 *     come in ─▶ stranger ── member: it has a place of its own ─▶ not counted with them any more
 *                   │
 *                   └── no room? the first who has been idle goes (second chance)
 *
 * However many strangers sit here and say nothing, a member and a client that comes with something to ask
 * find a place. Who was busy when the look fell on it stands at the end of the row again, so a look
 * costs little even among ten thousand.
 */
import { type Address, ipOf, isLoopback } from '../core/address.ts';
import type { Stream } from '../core/host.ts';

/** Of all places, those that one IP can have at most: a quarter, and 64 in any case. */
const IP_SHARE = 4;
const IP_PLACES_LEAST = 64;
/** Strangers looked at for one who is idle. */
const LOOKS = 64;
/** Who has not said anything for so long may have to go for somebody else. */
export const IDLE_LEAST_MS = 1000;

export class Door {
  readonly #limit: number;
  /** Where each came from; strangers first come, first looked at. */
  readonly #strangers = new Map<Stream, Address>();
  readonly #byIp = new Map<number, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get strangers(): number {
    return this.#strangers.size;
  }

  /** Is there a place for one who comes from there? `idleStream` tells whom to close for it; 0: nobody. */
  roomFor(from: Address, isIdle: (stream: Stream) => boolean): { has: boolean; idle: Stream } {
    // On loopback all are one.
    const isLocal = isLoopback(from);
    const ipLimit = Math.max(IP_PLACES_LEAST, this.#limit / IP_SHARE);
    const ofIp = this.#byIp.get(ipOf(from)) ?? 0;
    const isFull = this.#strangers.size >= this.#limit;
    if (!isFull && (isLocal || ofIp < ipLimit)) {
      return { has: true, idle: 0 };
    }
    const idle = this.#idle(isIdle, isFull ? null : ipOf(from));
    return { has: idle !== 0, idle };
  }

  /** The first stranger who is idle, of one IP or of all. */
  #idle(isIdle: (stream: Stream) => boolean, ip: number | null): Stream {
    let looks = 0;
    for (const [stream, from] of this.#strangers) {
      if (++looks > LOOKS) return 0;
      if ((ip === null || ipOf(from) === ip) && isIdle(stream)) return stream;
      this.#strangers.delete(stream);
      this.#strangers.set(stream, from);
    }
    return 0;
  }

  enter(stream: Stream, from: Address): void {
    this.#strangers.set(stream, from);
    const ip = ipOf(from);
    this.#byIp.set(ip, (this.#byIp.get(ip) ?? 0) + 1);
  }

  /** It went, or it is a member, and counts no more. */
  leave(stream: Stream): void {
    const from = this.#strangers.get(stream);
    if (from === undefined) return;
    this.#strangers.delete(stream);
    const ip = ipOf(from);
    const left = this.#byIp.get(ip)! - 1;
    if (left === 0) this.#byIp.delete(ip);
    else this.#byIp.set(ip, left);
  }

  clear(): void {
    this.#strangers.clear();
    this.#byIp.clear();
  }
}
