/**
 * One viewer at the other end of a WebSocket. What a scene tells is written at once and never waited
 * for; what piles up because the viewer is slow is bounded, in bytes:
 *
 *     queued   0 ──────────── RESUMED ─────── QUEUE_BYTES
 *              all is sent  │                │ nothing more is sent
 *              ◀────────────┴─ all as it is ─┘ now, from the beginning; after SLOW_MS he is sent away
 *
 * So a slow viewer misses some of what happened, never what is, and no node waits for him.
 */
import type { WebSocket } from 'ws';
import type { Command, SceneMessage } from '../../scene.ts';
import { CommandRefused, type LiveScene, type Onlooker } from '../live/live-scene.ts';
import { RateLimit } from './guard.ts';

/** Bytes that wait for one viewer at most, but for the message that goes beyond. */
export const QUEUE_BYTES: number = 1 << 20;
/** Below this he has caught up. */
export const RESUMED_BYTES: number = 64 << 10;
/** Who has not caught up by then is sent away. */
export const SLOW_MS = 10_000;
/** Commands of a viewer per second, and at once. */
const COMMANDS_PER_SECOND = 20;
const COMMANDS_AT_ONCE = 60;
/** Who has not answered a ping by the next one is gone. */
const PING_MS = 15_000;
const CHECK_MS = 250;

/** RFC 6455 and its registry. */
export const CloseCode = { goingAway: 1001, policy: 1008, tryLater: 1013 } as const;

export interface ViewerOptions {
  /** One message as one line of text, without its end. */
  lineOf: (message: SceneMessage) => string;
  /** What the viewer sent, checked. @throws with a message for people. */
  commandOf: (text: string) => Command;
}

export class Viewer implements Onlooker {
  readonly #socket: WebSocket;
  readonly #scene: LiveScene;
  readonly #options: ViewerOptions;
  readonly #rate = new RateLimit(COMMANDS_PER_SECOND, COMMANDS_AT_ONCE);
  #stopWatching: () => void = () => {};
  readonly #timers: NodeJS.Timeout[];
  /** Since when nothing is sent; Infinity while all is. */
  #behindSinceMs = Infinity;
  #isOpening = true;
  #isAnswering = true;

  constructor(socket: WebSocket, scene: LiveScene, options: ViewerOptions) {
    this.#socket = socket;
    this.#scene = scene;
    this.#options = options;
    socket.on('message', (data, isBinary) => this.#take(String(data), isBinary));
    socket.on('pong', () => {
      this.#isAnswering = true;
    });
    socket.on('close', () => this.#end());
    socket.on('error', () => {});
    this.#timers = [
      setInterval(() => this.#check(), CHECK_MS),
      setInterval(() => this.#ping(), PING_MS),
    ];
    this.#stopWatching = scene.watch(this);
    void this.#open();
  }

  tell(message: SceneMessage): void {
    // What happens before he has been told what there is would make no sense to him.
    if (this.#isOpening || this.#behindSinceMs < Infinity) return;
    this.#send(message);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.#end();
  }

  async #open(): Promise<void> {
    this.#isOpening = true;
    const messages = await this.#scene.opening().catch(() => []);
    this.#isOpening = false;
    for (const message of messages) this.#send(message);
  }

  #send(message: SceneMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(this.#options.lineOf(message));
    if (this.#socket.bufferedAmount > QUEUE_BYTES) this.#behindSinceMs = performance.now();
  }

  #check(): void {
    if (this.#behindSinceMs === Infinity) return;
    if (this.#socket.bufferedAmount <= RESUMED_BYTES) {
      this.#behindSinceMs = Infinity;
      void this.#open();
    } else if (performance.now() - this.#behindSinceMs > SLOW_MS) {
      this.close(CloseCode.tryLater, 'too slow: more was to be told than could be sent');
      this.#socket.terminate();
    }
  }

  #ping(): void {
    if (!this.#isAnswering) return this.#socket.terminate();
    this.#isAnswering = false;
    this.#socket.ping();
  }

  #take(text: string, isBinary: boolean): void {
    if (!this.#rate.take('', performance.now())) {
      return this.close(CloseCode.policy, 'too many commands');
    }
    try {
      if (isBinary) throw new TypeError('expected text');
      this.#scene.ask(this, this.#options.commandOf(text));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof CommandRefused) this.tell({ type: 'trouble', message });
      else this.close(CloseCode.policy, `no command: ${message}`.slice(0, 120));
    }
  }

  #end(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopWatching();
  }
}
