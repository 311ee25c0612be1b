/**
 * A team of threads, each with one part of a world (part-thread.ts), as whoever made it sees it: it runs
 * them together, tells them what befalls the world, and puts together what they tell. One that dies takes
 * the others with it, and everybody who waits hears why.
 */
import { DhtError } from '../../../io/errors.ts';
import { threadsHere } from '../../../io/threads.ts';
import type { PartPlan, Tally } from '../../../lab/mainline/mainline-part.ts';
import { endMeeting, type Meeting, newMeeting } from './exchange.ts';
import type { Outcome } from './part-office.ts';
import type { Answer, Order, ThreadOrders } from './part-thread.ts';

/** Not written where it is used, or bundlers would look for the file. */
const ENTRY = './part-thread.js';

interface Thread {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (answer: Answer) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'exit', listener: (status: number) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

/** What a run came to: the time, and what ended meanwhile. */
export interface Run {
  nowMs: number;
  outcomes: Outcome[];
  /** Datagrams so far. */
  delivered: number;
}

export class Team {
  readonly size: number;
  readonly #meeting: Meeting;
  readonly #threads: Thread[];
  /** Answers that are waited for, by thread, first come first served. */
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void }[][];
  #error: Error | null = null;
  /** Does a call that is waited for keep the process alive? */
  #isHeld = true;
  /** When all parts are made; virtual time at which all nodes will have joined. */
  readonly made: Promise<number>;

  /** @throws DhtError WORKER where there are no threads to be had. */
  constructor(plan: PartPlan, size: number) {
    const threads = threadsHere();
    if (threads === null) {
      throw new DhtError('WORKER', '"workers" need the threads of Node.js');
    }
    this.size = size;
    this.#meeting = newMeeting(size);
    this.#waiting = Array.from({ length: size }, () => []);
    this.#threads = Array.from({ length: size }, (_, number) => {
      const workerData: ThreadOrders = { plan, number, meeting: this.#meeting };
      // What our own process was started with may be for a program in its arguments (`node -e`).
      const options = { workerData, execArgv: [] };
      return new threads.Worker(new URL(ENTRY, import.meta.url), options) as Thread;
    });
    for (const [number, thread] of this.#threads.entries()) this.#hear(thread, number);
    this.made = this.#all<'made'>().then((all) => all[0]!.joinedMs);
    this.made.catch(() => {}); // whoever asks next is told
  }

  /** Runs all parts until a time, or until something ends. */
  async run(untilMs: number, stops: boolean): Promise<Run> {
    await this.made;
    const all = await this.#ask<'ran'>({ kind: 'run', untilMs, stops });
    const delivered = all.reduce((sum, part) => sum + part.delivered, 0);
    const outcomes = all.flatMap((part) => part.outcomes);
    return { nowMs: all[0]!.nowMs, outcomes, delivered };
  }

  async tally(): Promise<Tally[]> {
    await this.made;
    return (await this.#ask<'told'>({ kind: 'tally' })).map(({ tally }) => tally);
  }

  /** Fills all tables of all nodes. */
  async touchAll(): Promise<void> {
    await this.made;
    await this.#ask<'touched'>({ kind: 'touch' });
  }

  /** What nobody answers. */
  tell(order: Order): void {
    for (const thread of this.#threads) thread.postMessage(order);
  }

  ref(): void {
    this.#isHeld = true;
    if (this.#waiting.every(({ length }) => length === 0)) return;
    for (const thread of this.#threads) thread.ref();
  }

  unref(): void {
    this.#isHeld = false;
    for (const thread of this.#threads) thread.unref();
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#fail(new DhtError('CLOSED', 'the lab was closed'));
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  async #ask<K extends Answer['kind']>(order: Order): Promise<Extract<Answer, { kind: K }>[]> {
    const all = this.#all<K>();
    this.tell(order);
    return all;
  }

  /** The next answer of each. */
  async #all<K extends Answer['kind']>(): Promise<Extract<Answer, { kind: K }>[]> {
    if (this.#error) throw this.#error;
    if (this.#isHeld) for (const thread of this.#threads) thread.ref();
    const answers = this.#waiting.map(
      (waiting) =>
        new Promise<Answer>((resolve, reject) => {
          waiting.push({ resolve, reject });
        }),
    );
    try {
      return (await Promise.all(answers)) as Extract<Answer, { kind: K }>[];
    } finally {
      // A lab that nobody waits for keeps no process alive.
      if (this.#waiting.every(({ length }) => length === 0)) {
        for (const thread of this.#threads) thread.unref();
      }
    }
  }

  #hear(thread: Thread, number: number): void {
    const who = `worker ${number + 1} of ${this.size}`;
    thread.on('message', (answer) => {
      if (answer.kind === 'failed') {
        this.#fail(new DhtError('WORKER', `${who} failed: ${answer.message}`));
      } else this.#waiting[number]!.shift()?.resolve(answer);
    });
    thread.on('error', ({ message }) =>
      this.#fail(new DhtError('WORKER', `${who} failed: ${message}`)),
    );
    thread.on('exit', (status) =>
      this.#fail(new DhtError('WORKER', `${who} ended with status ${status}`)),
    );
  }

  /** The first error is the one that everybody hears. */
  #fail(error: Error): void {
    if (this.#error !== null) return;
    this.#error = error;
    endMeeting(this.#meeting);
    for (const waiting of this.#waiting) {
      for (const { reject } of waiting.splice(0)) reject(error);
    }
    for (const thread of this.#threads) void thread.terminate();
  }
}
