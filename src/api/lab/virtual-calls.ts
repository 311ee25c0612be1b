/**
 * Calls under virtual time: promises whose outcomes come as a world moves on. While anybody waits the
 * world is run; after each outcome the program gets its turn first, so that what it does next happens
 * at the virtual time at which it heard.
 *
 *     open ─▶ turns of the program ─▶ run the world to the next outcome ─▶ turns ─▶ …
 */
import { DhtError } from '../../io/errors.ts';

/** Turns given to the program after an outcome, before time moves on: a chain of that many awaits. */
const TURNS = 16;

interface Waiting {
  node: number;
  resolve(value: never): void;
  reject(error: Error): void;
}

export class VirtualCalls {
  readonly #waiting = new Map<number, Waiting>();
  readonly #run: (isOver: () => boolean) => void | Promise<void>;
  #last = 0;
  #outcomes = 0;
  #isDriving = false;

  /** @param run moves the world until `isOver` says so after an event, or nothing is left to happen. */
  constructor(run: (isOver: () => boolean) => void | Promise<void>) {
    this.#run = run;
  }

  /** Is any call waited for? */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  has(call: number): boolean {
    return this.#waiting.has(call);
  }

  /** Opens a call of a node. `begin` is given its number and may throw: then the call fails with that. */
  open<T>(node: number, begin: (call: number) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call = ++this.#last;
      this.#waiting.set(call, { node, resolve, reject });
      try {
        begin(call);
      } catch (error) {
        this.#waiting.delete(call);
        throw error;
      }
      void this.#drive();
    });
  }

  /** The node that made a call which is still waited for, or -1. */
  nodeOf(call: number): number {
    return this.#waiting.get(call)?.node ?? -1;
  }

  settle<T>(call: number, value: T): void {
    this.#take(call)?.resolve(value as never);
  }

  fail(call: number, error: Error): void {
    this.#take(call)?.reject(error);
  }

  failAll(error: Error): void {
    for (const call of [...this.#waiting.keys()]) this.fail(call, error);
  }

  /** Fails all calls of one node: its process is gone. */
  failAllOf(node: number, error: Error): void {
    for (const [call, waiting] of this.#waiting) if (waiting.node === node) this.fail(call, error);
  }

  #take(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    if (waiting) this.#outcomes++;
    this.#waiting.delete(call);
    return waiting;
  }

  async #drive(): Promise<void> {
    if (this.#isDriving) return;
    this.#isDriving = true;
    await turns();
    while (this.#waiting.size > 0) {
      const before = this.#outcomes;
      await this.#run(() => this.#outcomes > before);
      if (this.#outcomes === before) this.#giveUp();
      await turns();
    }
    this.#isDriving = false;
  }

  #giveUp(): void {
    this.failAll(new DhtError('TIMEOUT', 'nothing is left to happen in this world'));
  }
}

/** Lets everything that waits for a promise go on until it waits for the world again. */
async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await null;
}
