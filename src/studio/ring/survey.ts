/**
 * Asking the members of a ring about themselves, again and again: how somebody sees a ring that runs in
 * other processes. Each member that is named is kept a connection to and asked about once a second;
 * the answer names others.
 *
 *     entries ─▶ ask ─▶ info: identities, successors, predecessors ─▶ ask those …
 *                  └──▶ silent: not there; forgotten when nobody names it any more
 */
import { connectRing, type RingConnection, type RingInfo, type Wire } from '../../ring.ts';

/** Between two rounds. */
const ROUND_MS = 1000;
/** For a member to answer. */
const ANSWER_MS = 2000;
/** Members asked at most: each has a connection. */
const MEMBERS_ASKED = 256;
/** Asked at a time. */
const ASKED_AT_ONCE = 16;

/** What a member outside said last. */
export interface Surveyed {
  /** The address that it was asked at. */
  address: string;
  isAlive: boolean;
  /** A class program: it says nothing of itself that could be drawn. */
  isPlain: boolean;
  info: RingInfo | null;
}

export interface RingSurveyOptions {
  /** Members to begin with, `host:port`. */
  entries: () => Iterable<string>;
  /** Asked elsewhere: members of this process. */
  isOwn: (address: string) => boolean;
  wire?: Wire;
}

export class RingSurvey {
  /** By the address of the first identity, or the address asked where it said nothing. */
  readonly found: Map<string, Surveyed> = new Map();
  readonly #options: RingSurveyOptions;
  readonly #connections = new Map<string, RingConnection>();
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #round: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: RingSurveyOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isRunning = true;
    this.#isClosed = false;
    void this.#goOn();
  }

  stop(): void {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    this.#isClosed = true;
    for (const connection of this.#connections.values()) void connection.close();
    this.#connections.clear();
  }

  /** One round: all that are named are asked, and all that those name. */
  round(): Promise<void> {
    this.#isClosed = false;
    this.#round ??= this.#walk().finally(() => {
      this.#round = null;
      if (!this.#isRunning) this.stop();
    });
    return this.#round;
  }

  /** A connection to a member that is there, null when none is. */
  get connection(): RingConnection | null {
    return this.#connections.values().next().value ?? null;
  }

  async #goOn(): Promise<void> {
    await this.round();
    if (this.#isRunning) this.#timer = setTimeout(() => void this.#goOn(), ROUND_MS);
  }

  async #walk(): Promise<void> {
    const named = new Set<string>();
    const waiting: string[] = [];
    const name = (address: string): void => {
      if (named.has(address) || named.size >= MEMBERS_ASKED || this.#options.isOwn(address)) return;
      named.add(address);
      waiting.push(address);
    };
    for (const address of this.#options.entries()) name(address);
    const seen = new Set<string>();
    while (waiting.length > 0 && !this.#isClosed) {
      const asked = waiting.splice(0, ASKED_AT_ONCE);
      for (const one of await Promise.all(asked.map((address) => this.#ask(address)))) {
        const home = one.info?.identities[0]?.address ?? one.address;
        seen.add(home);
        this.found.set(home, one);
        for (const other of namedBy(one.info)) name(other);
        // Its other identities are the same process.
        for (const { address } of one.info?.identities ?? []) named.add(address);
      }
    }
    for (const [home, one] of this.found) {
      if (seen.has(home) || this.#isClosed) continue;
      this.found.set(home, { ...one, isAlive: false });
    }
    for (const [address, connection] of this.#connections) {
      if (named.has(address)) continue;
      this.#connections.delete(address);
      void connection.close();
    }
  }

  async #ask(address: string): Promise<Surveyed> {
    const { wire } = this.#options;
    const silent = { address, isAlive: false, isPlain: false, info: null };
    try {
      let connection = this.#connections.get(address);
      if (connection === undefined) {
        connection = await connectRing(address, {
          ...(wire && { wire }),
          callTimeoutMs: ANSWER_MS,
        });
        if (this.#isClosed) {
          await connection.close();
          return silent;
        }
        this.#connections.set(address, connection);
      }
      const answer = await connection.info({ timeoutMs: ANSWER_MS });
      if (answer.isPlain) return { address, isAlive: true, isPlain: true, info: null };
      return { address, isAlive: true, isPlain: false, info: answer.info };
    } catch {
      const broken = this.#connections.get(address);
      this.#connections.delete(address);
      void broken?.close();
      return silent;
    }
  }
}

/** Everybody whom a member takes for a member. */
export function namedBy(info: Pick<RingInfo, 'identities'> | null): string[] {
  return (info?.identities ?? []).flatMap(({ address, successors, predecessors }) => [
    address,
    ...successors.map((one) => one.address),
    ...predecessors.map((one) => one.address),
  ]);
}
