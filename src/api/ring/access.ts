/**
 * The calls of a ring, the same for a member and for a client: a command of the machine is begun, and
 * its outcome settles the promise, as a value or as one of our errors.
 */
import { type Address, formatAddress } from '../../core/address.ts';
import { wholeNumber } from '../../core/argument.ts';
import { type CallLimits, type Calls, onceThere } from '../../io/calls.ts';
import type { Clock } from '../../io/clock.ts';
import { DhtError, type DhtErrorCode } from '../../io/errors.ts';
import type { Driven, StreamDriver } from '../../io/stream-driver.ts';
import type { TcpCounters, TcpStreams } from '../../io/tcp.ts';
import type { RingCounters } from '../../ring/counters.ts';
import { fromTextSafe, toTextSafe } from '../../ring/dialects/text-safe.ts';
import type { Frame } from '../../ring/frames.ts';
import type { Forgotten } from '../../ring/handover/forgetting.ts';
import { FORGOTTEN_MEMBERS_LIMIT } from '../../ring/handover/forgotten.ts';
import type { RingNode } from '../../ring/node.ts';
import type { OutcomeCode, RingOutcome } from '../../ring/outcome.ts';
import type { Act } from '../../ring/records/act.ts';
import type { Level } from '../../ring/settings.ts';
import { Opened } from '../opened.ts';
import { type Acted, actedOf, frameOf } from './answers.ts';
import { entriesOf } from './entrance.ts';
import { bytesOf, hashOf, levelOf, type RingKey, type RingValue } from './keys.ts';

export interface ReadOptions extends CallLimits {
  /**
   * How many copies are asked: `one` asks the owner only, `quorum` compares a majority and takes the
   * newest, `all` every one. Default `quorum`.
   */
  level?: Level;
}

export interface WriteOptions extends CallLimits {
  /**
   * How many copies must hold the write durably before it is acknowledged: the owner (`one`), a
   * majority of owner and backups (`quorum`), or `all`. Default `quorum`.
   */
  level?: Level;
}

/** What became of a write. */
export interface WriteResult {
  /** There was a value before: it was replaced or removed. */
  existed: boolean;
  /** Durable copies at the time of the acknowledgement, the owner's included. */
  copies: number;
  /** The owner, `IP:port`. */
  owner: string;
  /** Nodes asked on the way, after the first. */
  hops: number;
}

export interface OwnsResult {
  owner: string;
  hops: number;
}

export interface ForgetOptions extends CallLimits {
  /** They are lost with their promises and data: where no majority is left, those who are left decide. */
  lost?: boolean;
}

/** What became of the members that were to be forgotten. */
export interface ForgetResult extends Forgotten {}

/** Codes of outcomes as a caller sees them; `unknown` is told apart by what was asked. */
const CODES: { readonly [code in Exclude<OutcomeCode, 'ok'>]: DhtErrorCode } = {
  'not-a-member': 'NOT_A_MEMBER',
  unreachable: 'UNREACHABLE',
  unknown: 'OUTCOME_UNKNOWN',
  'too-few-copies': 'TOO_FEW_COPIES',
  'store-failed': 'STORE_FAILED',
  'too-large': 'TOO_LARGE',
  busy: 'BUSY',
  'not-supported': 'NOT_SUPPORTED',
  'not-permitted': 'NOT_PERMITTED',
  unavailable: 'UNAVAILABLE',
  'member-lives': 'MEMBER_LIVES',
  'no-such-member': 'UNKNOWN_MEMBER',
  'too-many-hops': 'TOO_MANY_HOPS',
};

/** What was counted; from `k` on of a member only. */
export interface RingStats extends Readonly<RingCounters> {
  readonly streams: Readonly<TcpCounters>;
  readonly k?: number;
  readonly effectiveK?: number;
  /** Copies of its arcs that are not there in full. */
  readonly copiesMissing?: number;
  /** Of its data. */
  readonly incarnation?: string;
  /** Of the title of each of its arcs, by the address of the identity. */
  readonly epoch?: Readonly<Record<string, number>>;
  /** How far the clocks of its neighbours are ahead of its own, by address. */
  readonly clockOffsetSeconds?: Readonly<Record<string, number>>;
  readonly records?: number;
  readonly bytes?: number;
  readonly foreign?: number;
  readonly connections?: number;
}

/** Only `openRing` and `connectRing` make what gives access. */
export const OPENED: unique symbol = Symbol('opened');

/** The commands that a member and a client share. */
type Commanded = Driven &
  Pick<
    RingNode,
    | 'cancel'
    | 'insert'
    | 'get'
    | 'exists'
    | 'remove'
    | 'owner'
    | 'forget'
    | 'act'
    | 'glance'
    | 'query'
    | 'close'
    | 'ringId'
    | 'settings'
    | 'servesAt'
    | 'home'
  >;

/** The world that both live in. */
export interface RingWorld {
  streams: TcpStreams;
  driver: StreamDriver;
  clock: Clock;
  calls: Calls;
  counters: RingCounters;
  textSafe: boolean;
}

/** The calls of a ring: the same for a member and for a client. */
export class RingAccess extends Opened {
  protected readonly world: RingWorld;
  protected readonly machine: Commanded;
  protected ending: Promise<void> | null = null;

  /** @internal */
  constructor(opened: symbol, world: RingWorld, machine: Commanded) {
    super('ring', world?.streams);
    if (opened !== OPENED) throw new TypeError('open a ring with openRing() or connectRing()');
    this.world = world;
    this.machine = machine;
  }

  /**
   * Adds or replaces a value.
   * @throws DhtError UNREACHABLE, TOO_FEW_COPIES, OUTCOME_UNKNOWN, STORE_FAILED, TOO_LARGE, BUSY,
   * NOT_A_MEMBER, TOO_MANY_HOPS, TIMEOUT, ABORTED or CLOSED. After OUTCOME_UNKNOWN, TOO_FEW_COPIES,
   * TIMEOUT and ABORTED the value may be there; to insert it again does no harm.
   */
  async insert(key: RingKey, value: RingValue, options: WriteOptions = {}): Promise<WriteResult> {
    const hash = hashOf(key);
    const bytes = bytesOf(value);
    const level = levelOf(options);
    const stored = this.world.textSafe ? toTextSafe(bytes) : bytes;
    return writeResult(
      await this.command(options, true, (now, call) =>
        this.machine.insert(now, call, hash, stored, level, options.timeoutMs),
      ),
    );
  }

  /** The value, or null when there is none. @throws DhtError. */
  async get(key: RingKey, options: ReadOptions = {}): Promise<Uint8Array | null> {
    const hash = hashOf(key);
    const level = levelOf(options);
    const { value } = await this.command(options, false, (now, call) =>
      this.machine.get(now, call, hash, level),
    );
    return value !== null && this.world.textSafe ? fromTextSafe(value) : value;
  }

  /** @throws DhtError. */
  async exists(key: RingKey, options: ReadOptions = {}): Promise<boolean> {
    const hash = hashOf(key);
    const level = levelOf(options);
    const { found } = await this.command(options, false, (now, call) =>
      this.machine.exists(now, call, hash, level),
    );
    return found;
  }

  /** Removes a value; `existed` tells whether there was one. @throws as `insert`. */
  async remove(key: RingKey, options: WriteOptions = {}): Promise<WriteResult> {
    const hash = hashOf(key);
    const level = levelOf(options);
    return writeResult(
      await this.command(options, true, (now, call) =>
        this.machine.remove(now, call, hash, level, options.timeoutMs),
      ),
    );
  }

  /**
   * @internal A change in one step with the look at what is there.
   * @throws DhtError as `insert`; TOO_LARGE also for what it would have come to.
   */
  async act(key: RingKey, act: Act, options: WriteOptions = {}): Promise<Acted> {
    this.#mayAct(act);
    const hash = hashOf(key);
    const level = levelOf(options);
    const outcome = await this.command(options, true, (now, call) =>
      this.machine.act(now, call, hash, act, level, options.timeoutMs),
    );
    return actedOf(outcome);
  }

  /** @internal The same for whoever waits as long as it takes; no promise when it is done at once. */
  actNow(hash: Uint8Array, act: Act, level: Level): Acted | Promise<Acted> {
    this.#mayAct(act);
    const outcome = this.#begin(true, (now, call) => {
      this.machine.act(now, call, hash, act, level);
    });
    return onceThere(outcome, actedOf);
  }

  /** @internal The same for whoever is told of it, which may be at once. */
  tellAct(hash: Uint8Array, act: Act, level: Level, heard: HearsAct): void {
    try {
      this.#mayAct(act);
      this.#mayBegin();
    } catch (error) {
      return heard.failed(error);
    }
    const { calls, driver } = this.world;
    const waiting = new Acting(heard, this.#checkedWrite);
    calls.tell(waiting, (call) =>
      driver.perform((_machine, now) => this.machine.act(now, call, hash, act, level)),
    );
  }

  /** @internal A value, in the same way. */
  getNow(hash: Uint8Array, level: Level): Uint8Array | null | Promise<Uint8Array | null> {
    const outcome = this.#begin(false, (now, call) => this.machine.get(now, call, hash, level));
    return onceThere(outcome, outcomeValue);
  }

  /** @internal A record of our own, borrowed; null: there is none; undefined: `getNow` tells. */
  glance(hash: Uint8Array, level: Level): Uint8Array | null | undefined {
    if (this.ending !== null || this.world.textSafe) return undefined;
    return this.machine.glance(this.world.driver.now(), hash, level);
  }

  #mayAct(act: Act): void {
    if (this.world.textSafe) {
      throw new DhtError(
        'NOT_SUPPORTED',
        'with "textSafe" values can only be inserted and removed',
      );
    }
    const { valueBytesMax } = this.machine.settings;
    if (act.value.length > valueBytesMax) {
      throw new DhtError('TOO_LARGE', `the value has more than ${valueBytesMax} bytes`);
    }
  }

  #begin(
    isWrite: boolean,
    begin: (now: number, call: number) => void,
  ): RingOutcome | Promise<RingOutcome> {
    this.#mayBegin();
    const outcome = this.world.calls.begin<RingOutcome>((call) =>
      this.world.driver.perform((_machine, now) => begin(now, call)),
    );
    return onceThere(outcome, (ended) => this.#checked(ended, isWrite));
  }

  #mayBegin(): void {
    if (this.ending) throw ringClosed();
  }

  /** @internal What the owner of a place answers to a query (ring/queries.ts). */
  async query(place: Uint8Array, query: Uint8Array, options: ReadOptions = {}): Promise<Frame> {
    const level = levelOf(options);
    const { value } = await this.command(options, false, (now, call) =>
      this.machine.query(now, call, place, query, level),
    );
    return frameOf(value!);
  }

  /** @internal Names the ring; zeros before we know it. */
  get ringId(): Uint8Array {
    return this.machine.ringId;
  }

  /** @internal Where others are told that this member serves clients; '' is nowhere. */
  get servesAt(): string {
    return this.machine.servesAt;
  }

  set servesAt(servesAt: string) {
    this.machine.servesAt = servesAt;
  }

  /** @internal Its own address; 0 of a client. */
  get home(): Address {
    return this.machine.home;
  }

  /** Bytes of a value at most, as far as we are concerned. */
  get valueBytesMax(): number {
    return this.machine.settings.valueBytesMax;
  }

  /** Who owns a key. @throws DhtError. */
  async owns(key: RingKey, limits: CallLimits = {}): Promise<OwnsResult> {
    const hash = hashOf(key);
    const { owner, hops } = await this.command(limits, false, (now, call) =>
      this.machine.owner(now, call, hash),
    );
    return { owner: formatAddress(owner), hops };
  }

  /**
   * Takes members that will not come back out of the ring, each by one of its addresses, `IP:port`: by agreement of
   * a majority, one at a time. With `lost` those who are left decide where no majority is: what only the lost had is
   * gone, and one of them that lives all the same may act as an owner until it meets the others.
   * @throws TypeError or RangeError for a wrong argument; DhtError MEMBER_LIVES, UNKNOWN_MEMBER, UNAVAILABLE when too
   * few have agreed, NOT_SUPPORTED in a ring without titles, UNREACHABLE, TIMEOUT, ABORTED, CLOSED.
   */
  async forget(
    members: string | readonly string[],
    options: ForgetOptions = {},
  ): Promise<ForgetResult> {
    const addresses = await entriesOf(members, 'members');
    wholeNumber(addresses.length, 'members', 1, FORGOTTEN_MEMBERS_LIMIT);
    const { lost = false, timeoutMs } = options;
    const { value } = await this.command(options, false, (now, call) =>
      this.machine.forget(now, call, addresses, lost, timeoutMs),
    );
    return JSON.parse(new TextDecoder().decode(value!)) as ForgetResult;
  }

  override get stats(): RingStats {
    return { ...this.world.counters, streams: this.connections };
  }

  /** Connections of this process, so far and at the moment. */
  get connections(): TcpCounters {
    return { ...this.world.streams.counters };
  }

  /** Ends all calls with CLOSED and frees the ports. Calling it again waits for the same end. */
  override close(): Promise<void> {
    this.ending ??= this.finish();
    return this.ending;
  }

  /** @internal */
  protected async finish(): Promise<void> {
    // Not before the machine is done, one of whose events may have called us.
    await null;
    const { driver, calls } = this.world;
    calls.close();
    driver.attempt((_machine, now) => this.machine.close(now));
    await driver.stop();
  }

  /** @internal Begins a command of the machine; resolves with its outcome when that is `ok`. */
  protected async command(
    limits: CallLimits,
    isWrite: boolean,
    begin: (now: number, call: number) => void,
  ): Promise<RingOutcome> {
    this.#mayBegin();
    const outcome = await this.world.calls.open<RingOutcome>(
      (call) => this.world.driver.perform((_machine, now) => begin(now, call)),
      limits,
      (call) => this.machine.cancel(call),
    );
    return this.#checked(outcome, isWrite);
  }

  readonly #checkedWrite = (outcome: RingOutcome): RingOutcome => this.#checked(outcome, true);

  #checked(outcome: RingOutcome, isWrite: boolean): RingOutcome {
    if (outcome.code === 'ok') return outcome;
    const isLate = outcome.code === 'unknown' && !isWrite;
    const { code, message } = outcome;
    const { tlsFailure } = this.world.streams;
    const why =
      code === 'unreachable' && tlsFailure !== null ? `${message} (TLS: ${tlsFailure})` : message;
    throw new DhtError(isLate ? 'TIMEOUT' : CODES[code], why);
  }
}

/** @internal Hears what became of an act. */
export interface HearsAct {
  acted(acted: Acted): void;
  failed(error: unknown): void;
}

/** An act under way. */
class Acting {
  readonly #heard: HearsAct;
  readonly #check: (outcome: RingOutcome) => RingOutcome;

  constructor(heard: HearsAct, check: (outcome: RingOutcome) => RingOutcome) {
    this.#heard = heard;
    this.#check = check;
  }

  resolve(outcome: RingOutcome): void {
    let acted: Acted;
    try {
      acted = actedOf(this.#check(outcome));
    } catch (error) {
      return this.#heard.failed(error);
    }
    this.#heard.acted(acted);
  }

  reject(error: Error): void {
    this.#heard.failed(error);
  }

  forget(): void {}
}

function outcomeValue({ value }: RingOutcome): Uint8Array | null {
  return value;
}

export const ringClosed = (): DhtError => new DhtError('CLOSED', 'the ring was closed');

function writeResult({ found, copies, owner, hops }: RingOutcome): WriteResult {
  return { existed: found, copies, owner: formatAddress(owner), hops };
}
