/**
 * Asking the members of a ring about themselves, again and again: how somebody sees a ring that runs in
 * other processes. Each member that is named is kept a connection to and asked about once a second;
 * the answer names others.
 *
 *     entries ─▶ ask ─▶ info: identities, successors, predecessors ─▶ ask those …
 *                  └──▶ no answer ─▶ knock ─▶ silent, cut off, or gone
 *
 * Who was silent is asked on, also when nobody names it any more, and nobody waits for it: a round is over
 * when all others have answered.
 */
import { connectRing, type RingConnection, type RingInfo, type Wire } from '../../ring.ts';
import { type Found, knock } from './knock.ts';

/** Between two rounds. */
const ROUND_MS = 1000;
/** For a member to answer. */
const ANSWER_MS = 2000;
/** Members asked at most: each has a connection. */
const MEMBERS_ASKED = 256;
/** Asked at a time. */
const ASKED_AT_ONCE = 16;
/** Who has been silent for so long is taken for gone. */
const SILENT_AT_MOST_MS = 600_000;

/** What a member outside said last. */
export interface Surveyed {
  /** The address that it was asked at. */
  address: string;
  sign: 'answers' | Found;
  /** Since when. */
  sinceMs: number;
  /** A class program: it says nothing of itself that could be drawn. */
  isPlain: boolean;
  /** What it said last. */
  info: RingInfo | null;
}

/** Is it there, or may it be, although it does not answer? */
export const isSilence = (sign: Surveyed['sign']): sign is 'silent' | 'cut off' =>
  sign === 'silent' || sign === 'cut off';

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
  /** By the address asked: what came of it last, and who is being asked. */
  readonly #last = new Map<string, Surveyed>();
  readonly #asking = new Map<string, Promise<Surveyed>>();
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
    for (const { address, sign } of this.found.values()) if (sign !== 'gone') name(address);
    const seen = new Set<string>();
    while (waiting.length > 0 && !this.#isClosed) {
      const asked = waiting.splice(0, ASKED_AT_ONCE);
      const heard = await Promise.all(asked.map((address) => this.#listen(address)));
      if (this.#isClosed) return;
      for (const one of heard) {
        const home = one.info?.identities[0]?.address ?? one.address;
        seen.add(home);
        this.found.set(home, one);
        if (one.sign === 'answers') for (const other of namedBy(one.info)) name(other);
        // Its other identities are the same process.
        for (const { address } of one.info?.identities ?? []) named.add(address);
      }
    }
    for (const [home, one] of this.found) {
      if (!seen.has(home)) this.found.set(home, { ...one, sign: 'gone' });
    }
    for (const address of this.#last.keys()) if (!named.has(address)) this.#last.delete(address);
    for (const [address, connection] of this.#connections) {
      if (named.has(address)) continue;
      this.#connections.delete(address);
      void connection.close();
    }
  }

  /** Asks, and waits for the answer, but of one that was silent before: that counts when it comes. */
  async #listen(address: string): Promise<Surveyed> {
    const last = this.#last.get(address);
    const asking = this.#asking.get(address) ?? this.#ask(address);
    this.#asking.set(address, asking);
    void asking.then((one) => {
      this.#asking.delete(address);
      if (!this.#isClosed) this.#last.set(address, one);
    });
    return last !== undefined && isSilence(last.sign) ? last : asking;
  }

  async #ask(address: string): Promise<Surveyed> {
    try {
      const connection = this.#connections.get(address) ?? (await this.#connect(address));
      const answer = await connection.info({ timeoutMs: ANSWER_MS });
      const told = { address, sign: 'answers', sinceMs: Date.now() } as const;
      if (answer.isPlain) return { ...told, isPlain: true, info: null };
      return { ...told, isPlain: false, info: answer.info };
    } catch {
      const broken = this.#connections.get(address);
      this.#connections.delete(address);
      void broken?.close();
      return this.#unheard(address, this.#isClosed ? 'gone' : await knock(address));
    }
  }

  async #connect(address: string): Promise<RingConnection> {
    const { wire } = this.#options;
    const connection = await connectRing(address, {
      ...(wire && { wire }),
      callTimeoutMs: ANSWER_MS,
    });
    if (this.#isClosed) {
      await connection.close();
      throw new Error('nobody waits for the answer any more');
    }
    this.#connections.set(address, connection);
    return connection;
  }

  #unheard(address: string, found: Found): Surveyed {
    const last = this.#last.get(address);
    const { isPlain = false, info = null } = last ?? {};
    const sinceMs = last?.sign === found ? last.sinceMs : Date.now();
    const isLong = Date.now() - sinceMs > SILENT_AT_MOST_MS;
    return { address, sign: isLong ? 'gone' : found, sinceMs, isPlain, info };
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
