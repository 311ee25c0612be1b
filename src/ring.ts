/**
 * `ringlight/ring`: a replicated key-value ring in which every node is an entry to all of it.
 *
 *     import { connectRing, openRing } from 'ringlight/ring';
 *     const first = await openRing({ host: '127.0.0.1', port: 7000, k: 2, data: './node-1' });
 *     await first.ready();
 *     await first.insert('hello', 'world');
 *
 *     const client = await connectRing('127.0.0.1:7000');   // no member, the same calls
 *     const value = await client.get('hello');              // Uint8Array, or null
 *
 * This door joins the machines (`ring/`) to the world (`io/`): one call, one awaited answer.
 */
import { type Address, formatAddress, formatIp, ipOf, portOf } from './core/address.ts';
import { shown, wholeNumber } from './core/argument.ts';
import { parseId } from './core/id.ts';
import type { Random } from './core/random.ts';
import { type CallLimits, Calls } from './io/calls.ts';
import { type Clock, epochClock } from './io/clock.ts';
import { type Endpoint, parseEndpoint, resolveEndpoint, resolveHost } from './io/endpoint.ts';
import { sha1, systemRandom } from './io/entropy.ts';
import { DhtError, type DhtErrorCode } from './io/errors.ts';
import type { LmdbStore } from './io/lmdb-store.ts';
import { type Driven, StreamDriver } from './io/stream-driver.ts';
import { listenTcp, type TcpCounters, type TcpStreams } from './io/tcp.ts';
import { RingClient } from './ring/client.ts';
import { RingCounters } from './ring/counters.ts';
import { fromTextSafe, toTextSafe } from './ring/dialects/text-safe.ts';
import type { Wire } from './ring/dialects/wire.ts';
import { WireProbe } from './ring/dialects/wire-probe.ts';
import { type RecordInfo, recordsOf } from './ring/holdings.ts';
import { RingNode } from './ring/node.ts';
import type { OutcomeCode, RingEvent, RingOutcome } from './ring/outcome.ts';
import { LEVELS, type Level, type RingSettings, ringSettings } from './ring/settings.ts';
import type { RingInfo } from './ring/view.ts';
import { type RingNotice, type RingWatcher, RingWatchers } from './ring-watch.ts';

export type { CallLimits } from './io/calls.ts';
export type { Clock } from './io/clock.ts';
export type { Endpoint } from './io/endpoint.ts';
export { DhtError, type DhtErrorCode } from './io/errors.ts';
export type { TcpCounters } from './io/tcp.ts';
export type { Wire } from './ring/dialects/wire.ts';
export type { RecordInfo } from './ring/holdings.ts';
export { type Level, type Policy, RING_DEFAULTS, type RingSettings } from './ring/settings.ts';
export type { BackupInfo, IdentityInfo, MemberInfo, RingInfo } from './ring/view.ts';
export type { RingNotice, RingWatcher } from './ring-watch.ts';

/** Identities of one process at most: each listens on a port of its own. */
export const IDENTITIES_MAX = 256;
/** Joining takes some milliseconds; with a ring in turmoil, some seconds. */
const READY_MS = 30_000;
/** Records that `records` lists unless told otherwise. */
const RECORDS_LISTED = 1000;

/** A name, which is hashed (SHA-1 of its UTF-8), or a hash itself: 20 bytes, or 40 hexadecimal digits. */
export type RingKey = string | Uint8Array | { hash: string };

/** Bytes, or text that becomes UTF-8. */
export type RingValue = Uint8Array | string;

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

/** What members and clients have in common. */
export interface RingAccessOptions extends Partial<RingSettings> {
  /** Write values as ASCII, and read them so: for rings of programs that take values for text. */
  textSafe?: boolean;
  /** Hears of broken invariants. Default: a process warning. */
  onError?: (error: unknown) => void;
  clock?: Clock;
  random?: Random;
}

export interface RingOptions extends RingAccessOptions {
  /** IPv4 address that others reach us by; its hash is our place on the ring. Default `127.0.0.1`. */
  host?: string;
  /** TCP port of the first identity. Default 0: any free one. */
  port?: number;
  /** Members to join through, `host:port`. Default: none, a ring of its own. */
  join?: string | Endpoint | readonly (string | Endpoint)[];
  /** Directory for the records. Default: they are kept in memory and gone with the process. */
  data?: string;
  /** Places on the ring: each has a port of its own, in sequence after `port`. Default 1. */
  identities?: number;
  onEvent?: (notice: RingNotice) => void;
}

export interface RingClientOptions extends RingAccessOptions {}

/** Codes of outcomes as a caller sees them; `unknown` is told apart by what was asked. */
const CODES: { readonly [code in Exclude<OutcomeCode, 'ok'>]: DhtErrorCode } = {
  'not-a-member': 'NOT_A_MEMBER',
  unreachable: 'UNREACHABLE',
  unknown: 'OUTCOME_UNKNOWN',
  'too-few-copies': 'TOO_FEW_COPIES',
  'store-failed': 'STORE_FAILED',
  'too-large': 'TOO_LARGE',
  busy: 'BUSY',
  'too-many-hops': 'TOO_MANY_HOPS',
};

/** Only `openRing` and `connectRing` make what this file exports. */
const OPENED = Symbol('opened');

/** The commands that a member and a client share. */
type Commanded = Driven &
  Pick<RingNode, 'insert' | 'get' | 'exists' | 'remove' | 'owner' | 'close'>;

/** The world that both live in. */
interface World {
  streams: TcpStreams;
  driver: StreamDriver;
  clock: Clock;
  calls: Calls;
  textSafe: boolean;
}

/** The calls of a ring: the same for a member and for a client. */
export class RingAccess {
  protected readonly world: World;
  protected readonly machine: Commanded;
  protected ending: Promise<void> | null = null;

  /** @internal */
  constructor(opened: symbol, world: World, machine: Commanded) {
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
        this.machine.insert(now, call, hash, stored, level),
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
      await this.command(options, true, (now, call) => this.machine.remove(now, call, hash, level)),
    );
  }

  /** Who owns a key. @throws DhtError. */
  async owns(key: RingKey, limits: CallLimits = {}): Promise<OwnsResult> {
    const hash = hashOf(key);
    const { owner, hops } = await this.command(limits, false, (now, call) =>
      this.machine.owner(now, call, hash),
    );
    return { owner: formatAddress(owner), hops };
  }

  /** Connections of this process, so far and at the moment. */
  get connections(): TcpCounters {
    return { ...this.world.streams.counters };
  }

  /** Ends all calls with CLOSED and frees the ports. Calling it again waits for the same end. */
  close(): Promise<void> {
    this.ending ??= this.finish();
    return this.ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  protected async finish(): Promise<void> {
    // Not before the machine is done, one of whose events may have called us.
    await null;
    const { driver, calls } = this.world;
    driver.attempt((_machine, now) => this.machine.close(now));
    calls.close();
    await driver.stop();
  }

  /** @internal Begins a command of the machine; resolves with its outcome when that is `ok`. */
  protected async command(
    limits: CallLimits,
    isWrite: boolean,
    begin: (now: number, call: number) => void,
  ): Promise<RingOutcome> {
    if (this.ending) throw new DhtError('CLOSED', 'the ring was closed');
    const outcome = await this.world.calls.open<RingOutcome>(
      (call) => this.world.driver.perform((_machine, now) => begin(now, call)),
      limits,
      () => {},
    );
    if (outcome.code === 'ok') return outcome;
    const isLate = outcome.code === 'unknown' && !isWrite;
    throw new DhtError(isLate ? 'TIMEOUT' : CODES[outcome.code], outcome.message);
  }
}

/** A member of a ring. Leave it or close it, or use `await using`, which closes. */
export class Ring extends RingAccess {
  /** The address that others reach us by. */
  readonly host: string;
  /** The port of the first identity. */
  readonly port: number;
  /** All identities, `IP:port`. */
  readonly addresses: readonly string[];
  readonly #node: RingNode;
  readonly #store: LmdbStore | null;
  readonly #membership: Membership;
  readonly #watchers: RingWatchers;

  /** @internal */
  constructor(
    opened: symbol,
    world: World,
    node: RingNode,
    store: LmdbStore | null,
    membership: Membership,
    watchers: RingWatchers,
  ) {
    super(opened, world, node);
    this.#watchers = watchers;
    this.#node = node;
    this.#store = store;
    this.#membership = membership;
    const { addresses } = world.streams;
    this.host = formatIp(ipOf(addresses[0]!));
    this.port = portOf(addresses[0]!);
    this.addresses = addresses.map(formatAddress);
  }

  /**
   * Resolves when all identities are members. The node joins by itself and goes on trying, whatever
   * becomes of this call, which may be made again. Gives up after 30 s unless told otherwise.
   * @throws DhtError TIMEOUT, ABORTED or CLOSED.
   */
  ready(limits: CallLimits = {}): Promise<void> {
    if (this.ending) return Promise.reject(new DhtError('CLOSED', 'the ring was closed'));
    return this.#membership.ready(limits);
  }

  /** What this node knows of itself, its neighbours and its records. */
  info(): RingInfo {
    return this.#node.info();
  }

  /** The records kept here by key, of any role, tombstones too: at most `limit` of them. */
  records(limit: number = RECORDS_LISTED): RecordInfo[] {
    return this.ending ? [] : recordsOf(this.#node, limit);
  }

  /** Tells `watcher` what happens until the returned function is called. */
  watch(watcher: RingWatcher): () => void {
    return this.#watchers.add(watcher);
  }

  /**
   * Hands all records over and leaves the ring in good order, then closes. When that fails or takes
   * too long the node is closed all the same, and the ring repairs itself as after a crash.
   * @throws DhtError TOO_FEW_COPIES when records stay behind in this store only, UNREACHABLE,
   * TIMEOUT, …
   */
  async leave(limits: CallLimits = {}): Promise<void> {
    try {
      await this.command(limits, false, (now, call) => this.#node.leave(now, call));
    } finally {
      await this.close();
    }
  }

  /** It has left as the last member: there was nobody to hand its records to. */
  get wasLast(): boolean {
    return this.#node.isRingOver;
  }

  /** @internal */
  protected override async finish(): Promise<void> {
    await super.finish();
    await this.#store?.close();
  }
}

/** What an entry of a ring says of itself: a node of ours its whole state, a class program a text. */
export type EntryInfo =
  | { readonly isPlain: false; readonly info: RingInfo }
  | { readonly isPlain: true; readonly text: string };

/** A client of a ring: it owns nothing and keeps nothing. Close it. */
export class RingConnection extends RingAccess {
  readonly #client: RingClient;

  /** @internal */
  constructor(opened: symbol, world: World, client: RingClient) {
    super(opened, world, client);
    this.#client = client;
  }

  /** Asks the node that we connected to about itself. @throws DhtError UNREACHABLE, TIMEOUT, … */
  async info(limits: CallLimits = {}): Promise<EntryInfo> {
    const { value, found } = await this.command(limits, false, (now, call) =>
      this.#client.describe(now, call),
    );
    const text = new TextDecoder().decode(value ?? new Uint8Array(0));
    return found ? { isPlain: false, info: JSON.parse(text) as RingInfo } : { isPlain: true, text };
  }
}

/**
 * Opens a node: binds its ports, opens its store and begins to join. Await `ready()` to know that it
 * is a member. With `join` and without `wire` those who are joined are asked first which dialect they
 * speak, and one of them has to be there; with `wire` the node waits for them.
 * @throws TypeError or RangeError for a wrong option; DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE,
 * NOT_PERMITTED, UNKNOWN_HOST, UNREACHABLE, DATA_IN_USE, DATA_DAMAGED, DATA_VERSION or DATA_UNUSABLE.
 */
export async function openRing(options: RingOptions = {}): Promise<Ring> {
  const {
    host = '127.0.0.1',
    port = 0,
    join = [],
    data,
    identities = 1,
    onEvent,
    ...rest
  } = options;
  const { textSafe = false, onError = warn, clock = epochClock, random = systemRandom } = rest;
  const chosen = settingsOf(rest);
  const first = wholeNumber(port, 'port', 0, 65535);
  const count = wholeNumber(identities, 'identities', 1, IDENTITIES_MAX);
  if (first > 0) wholeNumber(first + count - 1, 'port + identities - 1', 1, 65535);
  if (data !== undefined && (typeof data !== 'string' || data === '')) {
    throw new TypeError(`"data" expected a directory, got ${shown(data)}`);
  }
  const entries = await entriesOf(join, 'join');
  const ip = await resolveHost(host);
  if (ip === 0) {
    throw new TypeError('"host" expected the address that others reach this node by, got 0.0.0.0');
  }
  const settings = await withWire(rest, chosen, entries);
  const ports = Array.from({ length: count }, (_, i) => (first === 0 ? 0 : first + i));
  const streams = await listenTcp(ip, ports, { connectTimeoutMs: settings.connectTimeoutMs });
  const driver = new StreamDriver(clock, streams, onError);
  let store: LmdbStore | null = null;
  try {
    const calls = new Calls(clock);
    const membership = new Membership(calls, streams.addresses.length);
    const watchers = new RingWatchers(streams);
    if (onEvent) watchers.add({ onNotice: onEvent });
    if (data !== undefined) {
      // Only then: LMDB takes longer to load than all the rest, and a client never needs it.
      const { openLmdbStore } = await import('./io/lmdb-store.ts');
      store = openLmdbStore(data, (token, error) => driver.stored(token, error));
    }
    const node = new RingNode(
      {
        host: streams,
        store: store ?? driver.memoryStore(),
        random,
        sha1,
        counters: new RingCounters(),
      },
      settings,
      streams.addresses,
      {
        onOutcome: (call, outcome) => calls.settle(call, outcome),
        onEvent: (event) => {
          membership.hear(event);
          watchers.hear(event);
        },
      },
    );
    const world = { streams, driver, clock, calls, textSafe };
    const ring = new Ring(OPENED, world, node, store, membership, watchers);
    driver.run(node);
    driver.perform((_machine, now) => node.start(now, entries));
    return ring;
  } catch (error) {
    await driver.stop();
    await store?.close();
    throw error;
  }
}

/**
 * Opens a client of a ring, which reaches it through one of `entries`. Without `wire` they are asked
 * which dialect they speak.
 * @throws TypeError or RangeError for a wrong option; DhtError UNREACHABLE or UNKNOWN_HOST.
 */
export async function connectRing(
  entries: string | Endpoint | readonly (string | Endpoint)[],
  options: RingClientOptions = {},
): Promise<RingConnection> {
  const { textSafe = false, onError = warn, clock = epochClock, random = systemRandom } = options;
  const chosen = settingsOf(options);
  const addresses = await entriesOf(entries, 'entries');
  if (addresses.length === 0) throw new TypeError('"entries" expected HOST:PORT, got none');
  const settings = await withWire(options, chosen, addresses);
  const streams = await listenTcp(0, [], { connectTimeoutMs: settings.connectTimeoutMs });
  const driver = new StreamDriver(clock, streams, onError);
  const calls = new Calls(clock);
  const client = new RingClient(
    { host: streams, random, sha1, counters: new RingCounters() },
    settings,
    { onOutcome: (call, outcome) => calls.settle(call, outcome), onEvent: () => {} },
  );
  const connection = new RingConnection(
    OPENED,
    { streams, driver, clock, calls, textSafe },
    client,
  );
  driver.run(client);
  driver.perform((_machine, now) => client.start(now, addresses));
  return connection;
}

/** Who waits for the node to be a member, as calls of their own. */
class Membership {
  readonly #calls: Calls;
  readonly #waiting = new Set<number>();
  #missing: number;
  #lastFailure = 'nobody has answered yet';

  constructor(calls: Calls, identities: number) {
    this.#calls = calls;
    this.#missing = identities;
  }

  async ready({ signal, timeoutMs = READY_MS }: CallLimits): Promise<void> {
    if (this.#missing === 0) return;
    const wait = (call: number): void => void this.#waiting.add(call);
    const forget = (call: number): void => void this.#waiting.delete(call);
    try {
      await this.#calls.open<void>(wait, { signal, timeoutMs }, forget);
    } catch (error) {
      if (!(error instanceof DhtError) || error.code !== 'TIMEOUT') throw error;
      const message = `no member after ${timeoutMs} ms: ${this.#lastFailure}`;
      throw new DhtError('TIMEOUT', message);
    }
  }

  hear(event: RingEvent): void {
    if (event.kind === 'join-failed') this.#lastFailure = event.reason;
    if (event.kind !== 'joined' || this.#missing === 0) return;
    this.#missing--;
    if (this.#missing > 0) return;
    for (const call of this.#waiting) this.#calls.settle(call, undefined);
    this.#waiting.clear();
  }
}

/** The settings among the options: what is no setting is refused by name. */
function settingsOf(options: RingAccessOptions): RingSettings {
  const {
    textSafe: _textSafe,
    onError: _onError,
    clock: _clock,
    random: _random,
    ...chosen
  } = options;
  return ringSettings(chosen);
}

/** The dialect that was chosen, or that of the ring that is joined. */
async function withWire(
  options: RingAccessOptions,
  settings: RingSettings,
  entries: readonly Address[],
): Promise<RingSettings> {
  if (options.wire !== undefined || entries.length === 0) return settings;
  const { clock = epochClock, onError = warn } = options;
  const streams = await listenTcp(0, [], { connectTimeoutMs: settings.connectTimeoutMs });
  const driver = new StreamDriver(clock, streams, onError);
  try {
    const wire = await new Promise<Wire | null>((resolve) => {
      const probe = new WireProbe(streams, 0, entries, sha1(new Uint8Array(0)), resolve);
      driver.run(probe);
      driver.perform((_machine, now) => probe.start(now));
    });
    if (wire !== null) return { ...settings, wire };
  } finally {
    await driver.stop();
  }
  const names = entries.map(formatAddress).join(', ');
  throw new DhtError('UNREACHABLE', `no member of a ring answers at ${names}`);
}

async function entriesOf(
  value: string | Endpoint | readonly (string | Endpoint)[],
  name: string,
): Promise<Address[]> {
  const list = Array.isArray(value) ? value : [value];
  for (const [i, entry] of list.entries()) parseEndpoint(entry, `${name}[${i}]`);
  return Promise.all(list.map((entry, i) => resolveEndpoint(entry, `${name}[${i}]`)));
}

function hashOf(key: RingKey): Uint8Array {
  if (typeof key === 'string') return sha1(new TextEncoder().encode(key));
  if (key instanceof Uint8Array) return parseId(key, 'key');
  if (typeof key === 'object' && key !== null && typeof key.hash === 'string') {
    return parseId(key.hash, 'key.hash');
  }
  throw new TypeError(`"key" expected a name, 20 bytes or { hash }, got ${shown(key)}`);
}

/** A copy: the caller's bytes are his own again at once. */
function bytesOf(value: RingValue): Uint8Array {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new TypeError(`"value" expected bytes or a text, got ${shown(value)}`);
}

function levelOf({ level = 'quorum' }: { level?: Level }): Level {
  if (LEVELS.includes(level)) return level;
  throw new TypeError(`"level" expected ${LEVELS.join(' | ')}, got ${shown(level)}`);
}

function writeResult({ found, copies, owner, hops }: RingOutcome): WriteResult {
  return { existed: found, copies, owner: formatAddress(owner), hops };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}
