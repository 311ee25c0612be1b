/**
 * A member of a ring in the world: the machine (`ring/`) on TCP, a store, a clock and dice (`io/`).
 */
import {
  addressOf,
  formatAddress,
  formatIp,
  ipOf,
  isLoopback,
  parseIp,
  portOf,
} from '../../core/address.ts';
import { shown, wholeNumber } from '../../core/argument.ts';
import type { StoreToken } from '../../core/store.ts';
import { type CallLimits, Calls, unlessAborted } from '../../io/calls.ts';
import { epochClock } from '../../io/clock.ts';
import { type DiskStore, isOlder, openDiskStore } from '../../io/disk-store.ts';
import { type Endpoint, resolveHost } from '../../io/endpoint.ts';
import { sha1, systemRandom } from '../../io/entropy.ts';
import { DhtError, warn } from '../../io/errors.ts';
import { type EventOptions, type EventStream, eventsOf } from '../../io/events.ts';
import { tellerOf } from '../../io/guard.ts';
import { StreamDriver } from '../../io/stream-driver.ts';
import { listenTcp } from '../../io/tcp.ts';
import type { Tls } from '../../io/tls.ts';
import { RingCounters } from '../../ring/counters.ts';
import { WIRES, type Wire } from '../../ring/dialects/wire.ts';
import { Rights } from '../../ring/greeting/rights.ts';
import type { RingSecret } from '../../ring/greeting/secret.ts';
import { type RecordInfo, recordsOf } from '../../ring/holdings.ts';
import { RingNode } from '../../ring/node.ts';
import { clockOffsetsOf, type RingInfo } from '../../ring/view.ts';
import { OPENED, type RingStats, type RingWorld, ringClosed } from './access.ts';
import {
  entriesOf,
  type RingAccessOptions,
  secretOf,
  settingsOf,
  tlsOf,
  withWire,
} from './entrance.ts';
import type { RingNotice } from './notice.ts';
import { Readiness } from './readiness.ts';
import { RingService } from './service.ts';
import { hearNotices, type RingWatcher, RingWatchers } from './watch.ts';

/** Identities of one process at most: each listens on a port of its own. */
export const IDENTITIES_MAX = 256;

/** Of the last changes, kept in memory for those who follow, unless told otherwise. */
const HISTORY_BYTES: number = 8 << 20;

/** Records that `records` lists unless told otherwise. */
const RECORDS_LISTED = 1000;

export interface RingOptions extends RingAccessOptions {
  /** IPv4 address that others reach us by; its hash is our place on the ring. Default `127.0.0.1`. */
  host?: string;
  /** TCP port of the first identity. Default 0: any free one. */
  port?: number;
  /**
   * Listen beyond loopback without a secret: whoever reaches the port may read and write all there is,
   * and be a member. Default: not.
   */
  open?: boolean;
  /** Members to join through, `host:port`. Default: none, a ring of its own. */
  join?: string | Endpoint | readonly (string | Endpoint)[];
  /** Directory for the records. Default: they are kept in memory and gone with the process. */
  data?: string;
  /** Places on the ring: each has a port of its own, in sequence after `port`. Default 1. */
  identities?: number;
  onEvent?: (notice: RingNotice) => void;
}

/** A member of a ring. Leave it or close it, or use `await using`, which closes. */
export class Ring extends RingService {
  /** The address that others reach us by. */
  readonly host: string;
  /** The port of the first identity. */
  readonly port: number;
  /** All identities, `IP:port`. */
  readonly addresses: readonly string[];
  readonly #node: RingNode;
  readonly #store: DiskStore | null;
  readonly #readiness: Readiness;
  readonly #watchers: RingWatchers;

  /** @internal */
  constructor(
    opened: symbol,
    world: RingWorld,
    node: RingNode,
    store: DiskStore | null,
    readiness: Readiness,
    watchers: RingWatchers,
  ) {
    super(opened, world, node);
    this.#watchers = watchers;
    this.#node = node;
    this.#store = store;
    this.#readiness = readiness;
    const { addresses } = world.streams;
    this.host = formatIp(ipOf(addresses[0]!));
    this.port = portOf(addresses[0]!);
    this.addresses = addresses.map(formatAddress);
  }

  /**
   * Resolves when all identities are members. The node joins by itself and goes on trying, whatever
   * becomes of this call, which may be made again. Gives up after 30 s unless told otherwise.
   * @throws DhtError TIMEOUT, ABORTED or CLOSED; NOT_ADMITTED when the ring keeps backups and this member does not,
   * or the other way round: then it does not go on.
   */
  ready(limits: CallLimits = {}): Promise<void> {
    if (this.ending) return Promise.reject(ringClosed());
    return this.#readiness.ready(limits);
  }

  /** What this node knows of itself, its neighbours and its records. */
  info(): RingInfo {
    return this.#node.info();
  }

  override get stats(): RingStats {
    const info = this.info();
    const { k, effectiveK, copiesMissing, incarnation, records, bytes, foreign, connections } =
      info;
    return {
      ...super.stats,
      ...{ k, effectiveK, copiesMissing, records, bytes, foreign, connections, incarnation },
      epoch: Object.fromEntries(
        info.identities.flatMap(({ address, title }) => (title ? [[address, title.epoch]] : [])),
      ),
      clockOffsetSeconds: Object.fromEntries(
        [...clockOffsetsOf(info)].map(([address, offsetMs]) => [address, offsetMs / 1000]),
      ),
    };
  }

  /** The records kept here by key, of any role, tombstones too: at most `limit` of them. */
  records(limit: number = RECORDS_LISTED): RecordInfo[] {
    return this.ending ? [] : recordsOf(this.#node, limit);
  }

  /** Tells `watcher` what happens until the returned function is called. */
  watch(watcher: RingWatcher): () => void {
    return this.#watchers.add(watcher);
  }

  /** What happens from now on: all that `onEvent` hears. @throws TypeError, RangeError; DhtError CLOSED. */
  events(options: EventOptions = {}): EventStream<RingNotice> {
    return eventsOf([this.#watchers], hearNotices, options, ringClosed);
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
    this.#watchers.close();
    await this.#store?.close();
  }
}

/** @throws DhtError NOT_INSTALLED that says how, where LMDB is needed and not there. */
function withoutLmdb(error: NodeJS.ErrnoException): never {
  // Another runtime may word it in its own way; what is missing is named in any.
  if (!/\blmdb\b/.test(error.message)) throw error;
  const message = '"data" has records of an older version, which need LMDB once: npm install lmdb';
  throw new DhtError('NOT_INSTALLED', message, { cause: error });
}

type Flushed = (token: StoreToken, error: string | null) => void;

const WIRE_FACT = 'wire';

/** The dialect of the ring that a store was in. */
function rememberedWire(store: DiskStore | null): Wire | null {
  const kept = new TextDecoder().decode(store?.fact(WIRE_FACT) ?? new Uint8Array(0));
  return WIRES.find((wire) => wire === kept) ?? null;
}

async function openStore(data: string, stored: Flushed): Promise<DiskStore> {
  if (isOlder(data)) {
    const { convertOlder } = await import('../../io/older-store.ts').catch(withoutLmdb);
    await convertOlder(data);
  }
  return openDiskStore(data, stored);
}

/** @throws TypeError or RangeError for what is no secret of a member. */
function membersSecret(options: RingAccessOptions): RingSecret | null {
  const secret = secretOf(options);
  if (secret === null) return null;
  if (secret.rights !== Rights.member) {
    throw new RangeError('"secret" expected the secret of the ring, got a key for clients');
  }
  if (options.wire === undefined) return secret;
  throw new RangeError('"wire" expected none beside "secret": class programs know no secrets');
}

/** Whoever fails to show a certificate is told of as who fails to prove the secret is. */
function tellOfTls(tls: Tls | null, watchers: RingWatchers): void {
  if (tls === null) return;
  tls.onFailure = (host, port, reason) => {
    const peer = addressOf(parseIp(host), port);
    watchers.hear({ kind: 'rejected', peer, reason: `TLS: ${reason}` });
  };
}

/** Where we are reached. @throws TypeError or RangeError where nobody, or just anybody, could. */
async function ownIp(host: string, isOpen: boolean): Promise<number> {
  const ip = await resolveHost(host);
  if (ip === 0) {
    throw new TypeError('"host" expected the address that others reach this node by, got 0.0.0.0');
  }
  if (!isOpen && !isLoopback(addressOf(ip, 0))) {
    throw new RangeError(
      '"host" expected a loopback address, or "secret", or "open": whoever reaches the port of an open ' +
        'ring may read, write and be a member',
    );
  }
  return ip;
}

/**
 * Opens a node: opens its store, binds its ports and begins to join. Await `ready()` to know that it
 * is a member. With `join` and without `wire` those who are joined are asked first which dialect they
 * speak, and one of them has to be there, unless `data` remember it; with `wire` the node waits for them.
 * @throws TypeError or RangeError for a wrong option; DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE,
 * NOT_PERMITTED, UNKNOWN_HOST, UNREACHABLE, DATA_IN_USE, DATA_DAMAGED, DATA_VERSION, DATA_UNUSABLE or NOT_INSTALLED;
 * ABORTED by its signal.
 */
export async function openRing(options: RingOptions = {}): Promise<Ring> {
  const {
    host = '127.0.0.1',
    port = 0,
    join = [],
    data,
    identities = 1,
    onEvent,
    open = false,
    ...rest
  } = options;
  const {
    textSafe = false,
    onError = warn,
    clock = epochClock,
    random = systemRandom,
    signal,
  } = rest;
  const chosen = settingsOf({ historyBytes: HISTORY_BYTES, ...rest });
  const secret = membersSecret(rest);
  const tls = tlsOf(rest);
  const first = wholeNumber(port, 'port', 0, 65535);
  const count = wholeNumber(identities, 'identities', 1, IDENTITIES_MAX);
  if (first > 0) wholeNumber(first + count - 1, 'port + identities - 1', 1, 65535);
  if (data !== undefined && (typeof data !== 'string' || data === '')) {
    throw new TypeError(`"data" expected a directory, got ${shown(data)}`);
  }
  const entries = await unlessAborted(signal, entriesOf(join, 'join'));
  const ip = await unlessAborted(signal, ownIp(host, open || secret !== null));
  let driver: StreamDriver | null = null;
  const stored: Flushed = (token, error) => driver?.stored(token, error);
  const opening = data === undefined ? Promise.resolve(null) : openStore(data, stored);
  const store = await unlessAborted(signal, opening, (late) => late?.close());
  try {
    const settings = await withWire(rest, chosen, entries, rememberedWire(store));
    store?.keepFact(WIRE_FACT, new TextEncoder().encode(settings.wire));
    settings.classCommands =
      secret !== null || tls !== null ? 'none' : rest.wire !== undefined ? 'all' : 'lookups';
    // Class programs own arcs, and know no titles.
    if (settings.classCommands === 'all') settings.titles = false;
    const ports = Array.from({ length: count }, (_, i) => (first === 0 ? 0 : first + i));
    const streams = await listenTcp(ip, ports, {
      connectTimeoutMs: settings.connectTimeoutMs,
      tls,
    });
    driver = new StreamDriver(clock, streams, onError);
    const calls = new Calls(clock);
    const counters = new RingCounters();
    const readiness = new Readiness(calls, streams.addresses.length);
    const watchers = new RingWatchers(streams, tellerOf(onError));
    if (onEvent) watchers.add({ onEvent });
    tellOfTls(tls, watchers);
    const node = new RingNode(
      {
        host: streams,
        store: store ?? driver.memoryStore(),
        random,
        sha1,
        secret,
        counters,
      },
      settings,
      streams.addresses,
      {
        onOutcome: (call, outcome) => calls.settle(call, outcome),
        onEvent: (event) => {
          readiness.hear(event);
          watchers.hear(event);
        },
      },
    );
    const world = { streams, driver, clock, calls, counters, textSafe };
    const ring = new Ring(OPENED, world, node, store, readiness, watchers);
    driver.run(node);
    driver.perform((_machine, now) => node.start(now, entries));
    return ring;
  } catch (error) {
    await driver?.stop();
    await store?.close();
    throw error;
  }
}
