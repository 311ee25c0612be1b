/**
 * Clogs: paths that are stopped up for a while, after TigerBeetle's simulator. A clog concerns what
 * some nodes send to some others, until a time:
 *
 *     hold     it waits in front of the clog and leaves when that opens, all at once
 *     drop     it is lost
 *     delay    it takes so much longer
 *
 * Where several concern one path, dropping wins, then the latest opening, and delays add up.
 */

/** What becomes of a datagram that meets the clog. */
export type ClogKind = 'hold' | 'drop' | 'delay';

export interface Clog {
  kind: ClogKind;
  /** Senders and receivers concerned; null: all. */
  from: readonly number[] | null;
  to: readonly number[] | null;
  untilMs: number;
  /** For `delay`. */
  delayMs: number;
}

interface Entry {
  kind: ClogKind;
  isFrom: Uint8Array | null;
  isTo: Uint8Array | null;
  untilMs: number;
  delayMs: number;
}

export class Clogs {
  readonly #nodes: number;
  #entries: Entry[] = [];

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  get count(): number {
    return this.#entries.length;
  }

  add({ kind, from, to, untilMs, delayMs }: Clog): void {
    const [isFrom, isTo] = [this.#mask(from), this.#mask(to)];
    this.#entries.push({ kind, isFrom, isTo, untilMs, delayMs });
  }

  clear(): void {
    this.#entries = [];
  }

  /** How much longer a datagram from one node to the other takes, or -1 when it is lost. */
  extraMs(now: number, from: number, to: number): number {
    let heldMs = 0;
    let delayMs = 0;
    let isDropped = false;
    for (const entry of this.#entries) {
      if (!concerns(entry, now, from, to)) continue;
      if (entry.kind === 'drop') isDropped = true;
      else if (entry.kind === 'delay') delayMs += entry.delayMs;
      else heldMs = Math.max(heldMs, entry.untilMs - now);
    }
    return isDropped ? -1 : heldMs + delayMs;
  }

  /** Until when nothing passes, for a stream, which waits for the end of a clog that drops too; or 0. */
  shutUntilMs(now: number, from: number, to: number): number {
    let untilMs = 0;
    for (const entry of this.#entries) {
      if (entry.kind === 'delay' || !concerns(entry, now, from, to)) continue;
      untilMs = Math.max(untilMs, entry.untilMs);
    }
    return untilMs;
  }

  /** Forgets those that have opened. */
  expire(now: number): void {
    if (this.#entries.some(({ untilMs }) => untilMs <= now)) {
      this.#entries = this.#entries.filter(({ untilMs }) => untilMs > now);
    }
  }

  #mask(nodes: readonly number[] | null): Uint8Array | null {
    if (nodes === null) return null;
    const mask = new Uint8Array(this.#nodes);
    for (const node of nodes) mask[node] = 1;
    return mask;
  }
}

function concerns(
  { isFrom, isTo, untilMs }: Entry,
  now: number,
  from: number,
  to: number,
): boolean {
  if (untilMs <= now) return false;
  return (isFrom === null || isFrom[from] === 1) && (isTo === null || isTo[to] === 1);
}
