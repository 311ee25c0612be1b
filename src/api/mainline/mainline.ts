/**
 * A Mainline node in the world: the machine (`mainline/`) on a socket, a clock and dice (`io/`). A
 * call of the program opens a call of the machine; what the machine tells its observer settles it.
 *
 *     getPeers ──▶ Calls ──▶ MainlineNode ──▶ Driver ──▶ datagrams
 *     promise  ◀── settle ◀── observer    ◀── receive ◀──┘
 */
import { type Address, addressOf, formatIp, ipOf, isV6, portOf } from '../../core/address.ts';
import { checkNames } from '../../core/argument.ts';
import type { DatagramTransport } from '../../core/host.ts';
import { formatId, ID_BYTES, parseId } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import { type CallLimits, Calls } from '../../io/calls.ts';
import type { Clock } from '../../io/clock.ts';
import { Driver } from '../../io/driver.ts';
import {
  type Endpoint,
  type Family,
  literalIp,
  parseEndpoint,
  resolveHost,
} from '../../io/endpoint.ts';
import { sha1 } from '../../io/entropy.ts';
import { type EventOptions, type EventStream, eventsOf } from '../../io/events.ts';
import type { Search } from '../../io/search.ts';
import { verify } from '../../io/signatures.ts';
import { Counters } from '../../mainline/counters.ts';
import { Kin } from '../../mainline/kin.ts';
import type { Encodable } from '../../mainline/krpc/bencode.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import { MainlineNode } from '../../mainline/node.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { Register } from '../../mainline/rows/register.ts';
import { MainlineShared } from '../../mainline/shared.ts';
import type { MainlineObserver, Settings } from '../../mainline/state.ts';
import { type LookupTrace, traceOf, writesOf } from '../../mainline/trace.ts';
import { type MainlineStats, RegisterView, statsOf, TableView } from '../../mainline/views.ts';
import { Opened } from '../opened.ts';
import type { Announcement } from './announcer.ts';
import type { PingResult } from './answer.ts';
import { type CrawledNode, type CrawlOptions, type CrawlResult, crawl } from './crawl.ts';
import { type LookupOutcome, NodeDesk } from './desk.ts';
import { Entrance } from './entrance.ts';
import type { MainlineHappening, MainlineWatcher } from './events.ts';
import { type FollowOptions, follow, type Pointer, type Version } from './follow.ts';
import type * as items from './item-results.ts';
import { getItem, putItem, republishItem } from './items.ts';
import type { KeptItem } from './kept-items.ts';
import { NetworkSizer } from './network-size.ts';
import { NodeObserver } from './observer.ts';
import type { Opening } from './opening.ts';
import { checkLimits, registerLimitOf, tracesOf, type WorldChoices } from './options.ts';
import { busy, wasClosed, wholeStats } from './outcomes.ts';
import type { PacketOptions } from './packet-filter.ts';
import { type PacketStream, PacketTap, packetsOf } from './packets.ts';
import { announce, findNode, getPeers } from './peers.ts';
import { Questions } from './questions.ts';
import type {
  AnnounceEveryOptions,
  AnnounceOptions,
  AnnounceResult,
  FindNodeResult,
  GetPeersResult,
  Id,
  Peer,
} from './results.ts';
import { type SampledInfoHash, type SampleOptions, type SampleResult, sample } from './samples.ts';
import { type ScrapeResult, scrape } from './scrapes.ts';
import { Services } from './services.ts';
import { SignedPeerCalls } from './signed-peers.ts';
import { type StoredPeers, storedPeers } from './stored.ts';
import { rememberTrace } from './traces.ts';
import { hearAll, MainlineWatchers } from './watchers.ts';

/** Only `openMainline` makes nodes. */
export const OPENED: unique symbol = Symbol('opened');

/** A running node. Close it, or use `await using`. */
export class Mainline extends Opened {
  /** The address that the socket is bound to. */
  readonly host: string;
  readonly port: number;
  /** The routing table, live. */
  readonly table: TableView;
  /** Every node ever seen, when option `register` asked for it. */
  readonly register: RegisterView | null;
  /** Traces of the latest lookups that were called for, oldest first; see option `traces`. */
  readonly lookups: LookupTrace[] = [];
  /** Calls about signed peers, when option `signedPeers` asked for them. */
  readonly signedPeers: SignedPeerCalls | null;
  readonly #node: MainlineNode;
  readonly #settings: Settings;
  readonly #shared: MainlineShared;
  readonly #counters = new Counters();
  readonly #driver: Driver;
  readonly #transport: DatagramTransport;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #calls: Calls;
  /** What the first attempt to join came to, and the calls that wait for it. */
  #joined: { answered: number } | null = null;
  #waitForJoin: Set<number> | null = null;
  readonly #openedAtMs: number;
  #closed: Promise<void> | null = null;
  /** Made when somebody first looks on. */
  #watchers: MainlineWatchers | null = null;
  #tap: PacketTap | null = null;
  /** How many traces are kept. */
  readonly #traces: number;
  readonly #entrance: Entrance;
  readonly #services: Services;
  /** Made when it meets another. */
  #kin: Kin | null = null;
  readonly #sizer = new NetworkSizer();
  readonly #questions = new Questions();
  readonly #desk: NodeDesk;

  /** @internal */
  constructor(opened: symbol, world: Opening, options: WorldChoices, sharer?: Mainline) {
    super('mainline', world?.transport);
    if (opened !== OPENED) throw new TypeError('open a node with openMainline()');
    const { clock, settings, transport, random, tell } = world;
    this.#clock = clock;
    this.#random = random;
    this.#settings = settings;
    this.#shared = sharer
      ? sharer.#shared
      : new MainlineShared(random, sha1, verify, world.room, isV6(transport.address));
    this.#transport = transport;
    this.#calls = new Calls(this.#clock);
    this.#openedAtMs = this.#clock.now();
    this.host = formatIp(ipOf(transport.address));
    this.port = portOf(transport.address);
    this.#driver = new Driver(this.#clock, transport, tell);
    if (options.onEvent) this.watchers.add({ onEvent: options.onEvent });
    this.#traces = tracesOf(options.traces);
    const shared = this.#shared;
    const limit = registerLimitOf(options.register);
    const register = limit > 0 ? new Register(shared.contacts, limit) : null;
    const place = { shared, host: this.#driver, counters: this.#counters, register };
    const observer = this.#observer();
    this.#node = new MainlineNode(place, settings, world.id, transport.address, observer);
    const office = { calls: this.#calls, questions: this.#questions, clock };
    this.#desk = new NodeDesk(
      { node: this.#node, driver: this.#driver, ...office },
      () => this.#entrance,
    );
    this.table = new TableView(this.#node, () => this.#clock.now(), this.#clock.originMs);
    this.register = register && new RegisterView(this.#node, register, this.#clock.originMs);
    this.signedPeers = settings.keepsSignedPeers ? new SignedPeerCalls(this.#desk, clock) : null;
    this.#driver.run(this.#node);
    const isAlone = (): boolean => this.table.size === 0;
    const join = (known: readonly Address[]): void => {
      if (this.#kin === null) this.#joinThrough(known);
      else this.#kin.join(known);
    };
    this.#entrance = new Entrance(this.#clock, isAlone, join, this.#family);
    this.#entrance.open(world.entries);
    this.#services = new Services(world, this.#desk, this);
  }

  /** @internal Those who look on. */
  get watchers(): MainlineWatchers {
    if (this.#watchers === null) {
      this.#watchers = new MainlineWatchers(this.#driver, this.#driver.tell);
      if (this.#closed) this.#watchers.close();
    }
    return this.#watchers;
  }

  /** @internal Those who look at its datagrams. */
  get tap(): PacketTap {
    if (this.#tap === null) {
      const local = this.#transport.address;
      this.#tap = new PacketTap(this.watchers, this.#counters, this.#clock, local);
      if (this.#closed) this.#tap.close();
    }
    return this.#tap;
  }

  get #family(): Family {
    return this.#node.isV6 ? 6 : 4;
  }

  /** Our id, 40 hexadecimal digits. It may change once, when others told us our address (BEP 42). */
  get id(): string {
    return formatId(this.#node.shared.contacts.bytes, this.#node.self * CONTACT_BYTES);
  }

  /**
   * Resolves when the first attempt to join is over, with the number of nodes that answered it: 0
   * when nobody did, or there was nobody to ask. The node goes on trying by itself.
   * @throws DhtError TIMEOUT or ABORTED.
   */
  async ready(limits: CallLimits = {}): Promise<{ answered: number }> {
    checkLimits(limits, 'ready');
    if (this.#joined) return this.#joined;
    this.#waitForJoin ??= new Set();
    const waiting = this.#waitForJoin;
    const wait = (call: number): void => void waiting.add(call);
    return this.#calls.open(wait, limits, (call) => waiting.delete(call));
  }

  #join(answered: number): void {
    this.#joined ??= { answered };
    for (const call of this.#waitForJoin ?? []) this.#calls.settle(call, this.#joined);
    this.#waitForJoin = null;
  }

  /** Asks one node whether it is there (BEP 5 "ping"). @throws DhtError TIMEOUT, KRPC_ERROR, … */
  async ping(node: string | Endpoint, limits: CallLimits = {}): Promise<PingResult> {
    checkLimits(limits, 'ping');
    const { host, port } = parseEndpoint(node, 'node');
    return this.#desk.call<PingResult>(limits, (call) => {
      const ip = literalIp(host, this.#family);
      if (ip >= 0) return this.#ping(call, addressOf(ip, port));
      resolveHost(host, this.#family).then(
        (found) => this.#desk.attempt(call, () => this.#ping(call, addressOf(found, port))),
        (error) => this.#calls.fail(call, error),
      );
    });
  }

  #ping(call: number, to: Address): void {
    const nowhere = new Uint8Array(ID_BYTES);
    if (!this.#node.ask(this.#clock.now(), to, Method.ping, nowhere, call)) throw busy();
  }

  /** Looks an id up and returns the nodes closest to it (BEP 5 "find_node"). @throws DhtError. */
  findNode(target: Id, limits: CallLimits = {}): Promise<FindNodeResult> {
    return findNode(this.#desk, target, limits);
  }

  /**
   * Finds peers of an info-hash (BEP 5 "get_peers"). Await it for all of them, or iterate it with
   * `for await` while they come. Finding none is no error. @throws DhtError.
   */
  getPeers(infoHash: Id, limits: CallLimits = {}): Search<Peer, GetPeersResult> {
    return getPeers(this.#desk, infoHash, limits);
  }

  /**
   * Tells the k nodes closest to an info-hash that we have it (BEP 5 "announce_peer"), and returns
   * the peers met on the way. @throws DhtError NOT_STORED when nobody took it, and others.
   */
  announce(infoHash: Id, options: AnnounceOptions = {}): Promise<AnnounceResult> {
    return announce(this.#desk, this.port, infoHash, options);
  }

  /**
   * Finds an item (BEP 44 "get"): by its target, or a mutable one by its key. Await it for the newest
   * version, or iterate it for each newer one as it is found. Finding none is no error. @throws DhtError.
   */
  get(
    name: items.ItemName,
    options: items.GetOptions = {},
  ): Search<items.StoredItem, items.GetResult> {
    return getItem(this.#desk, name, options);
  }

  /**
   * Stores a value of at most 1000 bytes at the k nodes closest to its target (BEP 44 "put"), where it
   * lives for two hours. @throws DhtError OUTDATED when another version is there, NOT_STORED, and others.
   */
  put(value: Encodable, options: items.PutOptions = {}): Promise<items.PutResult> {
    return putItem(this.#desk, value, options);
  }

  /** Tells of each newer version of a mutable torrent (BEP 46), until it is left. @throws DhtError. */
  follow(link: Pointer, options: FollowOptions = {}): AsyncGenerator<Version, void, undefined> {
    return follow(this.#desk, this.#clock, this.#random, link, options);
  }

  /** Estimates how many seeds and peers an info-hash has (BEP 33 "scrape"). @throws DhtError. */
  scrape(infoHash: Id, limits: CallLimits = {}): Promise<ScrapeResult> {
    return scrape(this.#desk, infoHash, limits);
  }

  /**
   * Walks the keyspace and asks the nodes on its way for info-hashes that are stored there (BEP 51), none
   * of them again before its interval is over. Iterate it for each as it is found. @throws DhtError.
   */
  sample(options: SampleOptions = {}): Search<SampledInfoHash, SampleResult> {
    return sample(this.#desk, this.#random, options);
  }

  /** Finds all nodes of the network or of a zone, and samples of what they keep. @throws DhtError. */
  crawl(options: CrawlOptions = {}): Search<CrawledNode, CrawlResult> {
    const world = { desk: this.#desk, self: this, clock: this.#clock };
    return crawl({ ...world, resting: this.#shared.resting }, options, this.#random.uint32());
  }

  /** Puts an item again for its owner, where it is needed: needs no secret key. @throws DhtError. */
  republish(item: items.StoredItem, limits: CallLimits = {}): Promise<items.PutResult> {
    return republishItem(this.#desk, item, limits);
  }

  /**
   * Announces an info-hash and goes on announcing it until it is stopped or the node is closed; with
   * option `state` also in the next run. @throws TypeError, RangeError; DhtError BUSY, CLOSED.
   */
  announceEvery(infoHash: Id, options: AnnounceEveryOptions = {}): Announcement {
    checkNames(options, 'options', 'announceEvery', ['port', 'seed', 'everyMs']);
    if (this.#closed) throw wasClosed();
    return this.#services.announcer.begin(parseId(infoHash, 'infoHash'), options);
  }

  /** What `announceEvery` keeps alive. */
  get announcements(): Announcement[] {
    return this.#services.announcer.all;
  }

  /**
   * Puts a value and goes on putting it again where it is needed, until it is stopped or the node is closed;
   * with option `state` also in the next run. @throws TypeError, RangeError; DhtError BUSY, CLOSED.
   */
  putEvery(value: Encodable, options: items.PutEveryOptions = {}): KeptItem {
    if (this.#closed) throw wasClosed();
    return this.#services.items.put(value, options);
  }

  /** The same for an item that was found or put: needs no secret key. @throws as `putEvery`. */
  keep(item: items.StoredItem, options: items.KeepOptions = {}): KeptItem {
    if (this.#closed) throw wasClosed();
    return this.#services.items.keep(item, options);
  }

  /** What `putEvery` and `keep` keep alive. */
  get keptItems(): KeptItem[] {
    return this.#services.items.all;
  }

  /**
   * Saves the state now, where option `state` says; without it there is nothing to save.
   * @throws DhtError STATE_UNUSABLE, or what the program's own store threw.
   */
  saveState(): Promise<void> {
    return this.#services.save();
  }

  /** @internal A node of the other family on this host: it answers for us and finds our way in (BEP 32). */
  meet(other: Mainline): void {
    this.#driver.attempt(() => this.#ownKin().meet(other.#ownKin()));
  }

  #ownKin(): Kin {
    const join = (known: readonly Address[]): void => this.#joinThrough(known);
    this.#kin ??= new Kin(this.#node, this.#desk.now.bind(this.#desk), join, this.#entrance.known);
    return this.#kin;
  }

  /** Tells `watcher` what happens until the returned function is called. */
  watch(watcher: MainlineWatcher): () => void {
    return this.watchers.add(watcher);
  }

  /** Every datagram from now on, and what became of it. @throws TypeError, RangeError; DhtError CLOSED. */
  packets(options: PacketOptions = {}): PacketStream {
    return packetsOf([this.tap], options);
  }

  /** What happens from now on: all that `onEvent` hears, and lookups. @throws TypeError, RangeError; DhtError CLOSED. */
  events(options: EventOptions = {}): EventStream<MainlineHappening> {
    return eventsOf([this.watchers], hearAll, options, wasClosed);
  }

  /** What others have announced to us, at most `limit` info-hashes. */
  stored(limit?: number): StoredPeers[] {
    return storedPeers(this.#node, limit);
  }

  override get stats(): MainlineStats {
    const known = statsOf(this.#node, this.#counters, this.id, this.#transport.address);
    const beside = { network: this.#sizer.size, uptimeMs: this.#clock.now() - this.#openedAtMs };
    return wholeStats(known, beside, this.#transport.sendFailures, this.#driver.refusal);
  }

  /** Ends all calls with CLOSED and frees the port. Calling it again waits for the same end. */
  override close(): Promise<void> {
    this.#closed ??= this.#close();
    this.#desk.shut();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // Not before the datagram is done with whose query hook may have called us.
    await null;
    await this.#services.close();
    this.#entrance.close();
    this.#kin?.close();
    this.#node.close();
    this.#desk.close();
    this.#join(0);
    this.#calls.close();
    this.#tap?.close();
    this.#watchers?.close();
    this.#questions.close();
    await new Promise<void>((resolve) => this.#driver.stop(resolve));
  }

  #joinThrough(known: readonly Address[]): void {
    if (!this.#closed) this.#driver.attempt(() => this.#node.join(this.#clock.now(), known));
  }

  #observer(): MainlineObserver {
    // No spread: each object that is made by one has a shape of its own, of half a kilobyte.
    return new NodeObserver({
      finderOf: (call) => this.#desk.finderOf(call),
      driver: this.#driver,
      calls: this.#calls,
      questions: this.#questions,
      host: this.host,
      timeoutMs: this.#settings.timeoutMs,
      remember: (lookup) => this.#remember(lookup),
      joined: (answered) => this.#join(answered),
      ownLookup: (lookup) => this.#sizer.add(traceOf(lookup, this.#clock.now())),
      foreign: (contacts) => this.#kin?.handOn(contacts),
      tell: (event) => this.#watchers?.tell(event),
    });
  }

  #remember(lookup: Lookup): LookupOutcome {
    const trace = traceOf(lookup, this.#clock.now());
    this.#sizer.add(trace);
    rememberTrace(this.lookups, trace, this.#traces);
    this.#watchers?.lookupEnded(trace);
    const { stored, failed } = lookup.writes;
    return { trace, stored, failed, writes: writesOf(lookup) };
  }
}
