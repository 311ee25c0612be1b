/**
 * Drives a simulation on a thread that also has to listen: a slice of work, an ear for commands, another
 * slice. What is to be seen is sent when the page has drawn what it was sent before, so a slow page gets
 * fewer and larger steps and never a queue of old ones.
 * A playback of a recording is driven in the same way.
 *
 *     turn ─▶ work or play for at most SLICE_MS ─▶ show, if the page is ready ─▶ turn …
 *                                                     └─ batch ──▶ page ── drawn ──▶ ready
 */
import type { Command, SceneMessage } from 'ringlight/scene';

/** Half a frame: commands wait no longer than this. */
export const SLICE_MS = 8;

/** Frames per second at most, and in worlds of more than `MANY_NODES`, where drawing takes longer. */
const SHOW_EVERY_MS = 16;
const SHOW_MANY_EVERY_MS = 33;
const MANY_NODES = 20_000;

/** A pause in which the tab slept is not made up for: no more than this is played at once. */
const LONGEST_LEAP_MS = 250;

/** What `Simulation` and `Playback` have in common. */
export interface Driven {
  command(command: Command): void;
  readonly isWorking: boolean;
  readonly isPlaying: boolean;
  work(isOver: () => boolean): void;
  advance(elapsedMs: number, isOver: () => boolean): void;
  show(): void;
}

export interface DriverHost {
  /** Sends messages to the page; `ready` is to be called once it has drawn them. */
  post(messages: readonly SceneMessage[]): void;
  /** Runs `turn` as soon as possible, but after whatever has arrived meanwhile. */
  soon(turn: () => void): void;
  /** A clock in ms that never goes back. */
  now(): number;
  /** Runs `turn` after `ms`. */
  after(ms: number, turn: () => void): void;
}

export class SimulationDriver {
  readonly #simulation: Driven;
  readonly #host: DriverHost;
  #batch: SceneMessage[] = [];
  #isReady = true;
  #isTurning = false;
  #shownAt = Number.NEGATIVE_INFINITY;
  #playedAt = 0;
  #wasPlaying = false;
  #nodes = 0;
  /** Something has happened since the last show. */
  #hasNews = false;
  #isStopped = false;

  constructor(make: (emit: (message: SceneMessage) => void) => Driven, host: DriverHost) {
    this.#host = host;
    this.#simulation = make((message) => {
      if (message.type === 'frame') this.#nodes = message.figures.nodesNow;
      this.#batch.push(message);
    });
  }

  command(command: Command): void {
    this.#simulation.command(command);
    this.#hasNews = true;
    this.#wake();
  }

  /** Shows what there is without having been asked for anything. */
  begin(): void {
    this.#hasNews = true;
    this.#wake();
  }

  /** The page has drawn the last batch. */
  ready(): void {
    this.#isReady = true;
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
  }

  #wake(): void {
    if (this.#isTurning || this.#isStopped) return;
    this.#isTurning = true;
    this.#host.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isTurning = false;
    if (this.#isStopped) return;
    const begunAt = this.#host.now();
    const isOver = () => this.#host.now() - begunAt >= SLICE_MS;
    const { isPlaying } = this.#simulation;
    if (this.#simulation.isWorking) {
      this.#simulation.work(isOver);
      this.#hasNews = true;
    } else if (isPlaying) {
      const elapsedMs = this.#wasPlaying ? begunAt - this.#playedAt : 0;
      this.#simulation.advance(Math.min(elapsedMs, LONGEST_LEAP_MS), isOver);
      // Where it stands still by itself nothing else makes it show that.
      this.#hasNews = true;
    }
    this.#playedAt = begunAt;
    this.#wasPlaying = isPlaying && !this.#simulation.isWorking;
    this.#show();
    this.#goOn(begunAt);
  }

  #show(): void {
    if (!this.#isReady) return;
    const now = this.#host.now();
    if (now - this.#shownAt >= this.#showEveryMs) {
      this.#shownAt = now;
      this.#hasNews = false;
      this.#simulation.show();
    }
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#isReady = false;
    this.#host.post(batch);
  }

  #goOn(begunAt: number): void {
    if (this.#simulation.isWorking) {
      this.#wake();
      return;
    }
    const now = this.#host.now();
    const dueMs = this.#shownAt + this.#showEveryMs - now;
    if (this.#simulation.isPlaying) {
      // A slice that was used up goes on at once; one that was not waits for the next frame.
      if (now - begunAt >= SLICE_MS) this.#wake();
      else this.#wakeAfter(Math.max(1, dueMs));
    } else if (this.#hasNews && this.#isReady) {
      this.#wakeAfter(Math.max(0, dueMs));
    }
  }

  #wakeAfter(ms: number): void {
    if (this.#isTurning || this.#isStopped) return;
    this.#isTurning = true;
    this.#host.after(ms, () => this.#turn());
  }

  get #showEveryMs(): number {
    return this.#nodes > MANY_NODES ? SHOW_MANY_EVERY_MS : SHOW_EVERY_MS;
  }
}

/**
 * The memory of messages that can be handed over instead of copied: columns that were made for them
 * alone. The bytes of an explanation are still kept where they came from.
 */
export function transferablesOf(messages: readonly SceneMessage[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const message of messages) {
    const { type } = message;
    if (type !== 'places' && type !== 'frame' && type !== 'outcomes') continue;
    for (const value of Object.values(message)) {
      const isWhole =
        ArrayBuffer.isView(value) &&
        value.buffer instanceof ArrayBuffer &&
        value.byteLength === value.buffer.byteLength;
      if (isWhole && value.byteLength > 0) buffers.add(value.buffer as ArrayBuffer);
    }
  }
  return [...buffers];
}
