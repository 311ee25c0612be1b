/**
 * A host with several addresses, of one family or of both (BEP 32, BEP 45): a node for each, with an id, a
 * table and a socket of its own, so that answers leave from where they were asked. Those of different
 * families tell of each other's contacts and find each other's way into the network.
 *
 *     getPeers ─┬─▶ 203.0.113.7    ─▶ peers of IPv4 ─┐
 *               └─▶ [2001:db8::1]  ─▶ peers of IPv6 ─┴─▶ one answer
 *
 * Families are asked at the same time. Of two addresses of one family one asks, for both would find the same;
 * what is stored is stored from each, one after the other: nobody is asked for one target by two of us at once.
 */
import { formatEndpoint } from '../../core/address.ts';
import type { CallLimits } from '../../io/calls.ts';
import { type EventOptions, type EventStream, eventsOf } from '../../io/events.ts';
import { Search } from '../../io/search.ts';
import type { Encodable } from '../../mainline/krpc/bencode.ts';
import { equalBytes } from '../../mainline/krpc/item.ts';
import type { LookupTrace, NodeInfo, NodeWrite } from '../../mainline/trace.ts';
import type { MainlineStats } from '../../mainline/views.ts';
import { metricsText } from '../metrics.ts';
import type { Announcement } from './announcer.ts';
import type { CrawledNode, CrawlOptions, CrawlResult } from './crawl.ts';
import { each } from './each.ts';
import type { MainlineHappening, MainlineWatcher } from './events.ts';
import { controllerUnder, followAll, sampleAll } from './families.ts';
import type { FollowOptions, Pointer, Version } from './follow.ts';
import {
  encodedValue,
  type GetOptions,
  type ItemName,
  type KeepOptions,
  type PutEveryOptions,
  type PutOptions,
  publicKeyOf,
  type StoredItem,
} from './item-results.ts';
import type { KeptItem } from './kept-items.ts';
import type { Mainline } from './mainline.ts';
import { wasClosed } from './outcomes.ts';
import type { PacketOptions } from './packet-filter.ts';
import { type PacketStream, packetsOf } from './packets.ts';
import type { AnnounceEveryOptions, AnnounceOptions, Id, Peer } from './results.ts';
import type { SampledInfoHash, SampleOptions, SampleResult } from './samples.ts';
import { hearAll } from './watchers.ts';

/** What all calls come to: what is of one family stands beside what is of the other. */
export interface OfSeveral {
  /** The closest nodes of each family that answered. */
  nodes: NodeInfo[];
  lookups: LookupTrace[];
}

export interface StoredBySeveral extends OfSeveral {
  stored: number;
  failed: number;
  writes: NodeWrite[];
}

/** Nodes on several addresses as one. Close it, or use `await using`. */
export class Multihomed {
  /** One for each address, in the order in which they were named. */
  readonly nodes: readonly Mainline[];

  /** @internal */
  constructor(nodes: readonly Mainline[]) {
    this.nodes = nodes;
  }

  /** The first node of each family: those that ask. */
  get #askers(): Mainline[] {
    return this.#families().map(([first]) => first!);
  }

  #families(): Mainline[][] {
    const isV6 = ({ host }: Mainline): boolean => host.includes(':');
    const families = [this.nodes.filter((node) => !isV6(node)), this.nodes.filter(isV6)];
    return families.filter(({ length }) => length > 0);
  }

  /** Resolves when the first attempts to join are over. @throws as a node's `ready`. */
  async ready(limits: CallLimits = {}): Promise<{ answered: number }> {
    const all = await Promise.all(this.nodes.map((node) => node.ready(limits)));
    return { answered: all.reduce((sum, { answered }) => sum + answered, 0) };
  }

  /** @throws as a node's `findNode`, when no family found anybody. */
  async findNode(target: Id, limits: CallLimits = {}): Promise<OfSeveral> {
    return together(await each(this.#askers, (node) => node.findNode(target, limits)));
  }

  /** Peers of all families, each once. Await or iterate it. @throws as a node's `getPeers`. */
  getPeers(infoHash: Id, limits: CallLimits = {}): Search<Peer, OfSeveral & { peers: Peer[] }> {
    return this.#search(limits, async (own, found: (peer: Peer) => void) => {
      const results = await each(this.#askers, async (node) => {
        const search = node.getPeers(infoHash, own);
        for await (const peer of search) found(peer);
        return search;
      });
      return { ...together(results), peers: results.flatMap(({ peers }) => peers) };
    });
  }

  /** Announces from each address. @throws as a node's `announce`, when nobody took it. */
  async announce(
    infoHash: Id,
    options: AnnounceOptions = {},
  ): Promise<StoredBySeveral & { peers: Peer[] }> {
    const results = await this.#store((node) => node.announce(infoHash, options));
    const peers = new Map(
      results.flatMap((one) => one.peers.map((peer) => [`${peer.host} ${peer.port}`, peer])),
    );
    return { ...stored(results), peers: [...peers.values()] };
  }

  /** The newest version that any family has. Await or iterate it. @throws as a node's `get`. */
  get(
    name: ItemName,
    options: GetOptions = {},
  ): Search<StoredItem, OfSeveral & { item: StoredItem | null; copies: number }> {
    return this.#search(options, async (own, found: (item: StoredItem) => void) => {
      let newest: StoredItem | null = null;
      const results = await each(this.#askers, async (node) => {
        const search = node.get(name, { ...options, ...own });
        for await (const item of search) {
          if (newest !== null && (newest.seq ?? 0n) >= (item.seq ?? 0n)) continue;
          newest = item;
          found(item);
        }
        return search;
      });
      const copies = results.reduce((sum, one) => sum + one.copies, 0);
      return { ...together(results), item: newest as StoredItem | null, copies };
    });
  }

  /** Stores a value in all families, under one number. @throws as a node's `put`, when nobody took it. */
  async put(
    value: Encodable,
    options: PutOptions = {},
  ): Promise<StoredBySeveral & { target: string; seq: bigint | null; item: StoredItem }> {
    const numbered = { ...options, ...(await this.#numberFor(value, options)) };
    const results = await each(this.#askers, (node) => node.put(value, numbered));
    const [{ target, seq, item }] = results as [(typeof results)[number]];
    return { ...stored(results), target, seq, item };
  }

  /** Each family numbers by what it finds: two numbers for one value would be about. */
  async #numberFor(value: Encodable, options: PutOptions): Promise<{ seq?: bigint }> {
    const { secretKey, signer, salt, seq, signal, timeoutMs } = options;
    const key = signer ? signer.publicKey : secretKey && publicKeyOf(secretKey);
    if (key === undefined || seq !== undefined || this.#askers.length < 2) return {};
    const { item } = await this.get({ key, salt }, { signal, timeoutMs });
    if (item?.seq == null) return {};
    const isSame = equalBytes(item.raw, encodedValue(value));
    return { seq: isSame ? item.seq : item.seq + 1n };
  }

  /** The sum of all families, whose addresses are different ones. @throws as a node's `scrape`. */
  async scrape(
    infoHash: Id,
    limits: CallLimits = {},
  ): Promise<OfSeveral & { seeds: number; peers: number; answers: number }> {
    const results = await each(this.#askers, (node) => node.scrape(infoHash, limits));
    const sum = (field: 'seeds' | 'peers' | 'answers'): number =>
      results.reduce((all, one) => all + one[field], 0);
    return {
      ...together(results),
      seeds: sum('seeds'),
      peers: sum('peers'),
      answers: sum('answers'),
    };
  }

  /**
   * Tells of each newer version of a mutable torrent (BEP 46), once, whichever family has it first. @throws as a
   * node's `follow`.
   */
  follow(link: Pointer, options: FollowOptions = {}): AsyncGenerator<Version, void, undefined> {
    return followAll(this.#askers, link, options);
  }

  /** Walks the keyspaces of all families for info-hashes (BEP 51), each told once. @throws as a node's `sample`. */
  sample(options: SampleOptions = {}): Search<SampledInfoHash, SampleResult> {
    return this.#search(options, (own, found: (one: SampledInfoHash) => void) =>
      sampleAll(this.#askers, { ...options, ...own }, found),
    );
  }

  /** Finds all nodes of each family's network: a result for each, IPv4 first. @throws as a node's `crawl`. */
  crawl(options: Omit<CrawlOptions, 'resume'> = {}): Search<CrawledNode, CrawlResult[]> {
    return this.#search(options, ({ signal }, found: (node: CrawledNode) => void) =>
      each(this.#askers, async (node) => {
        const search = node.crawl({ ...options, ...(signal && { signal }) });
        for await (const one of search) found(one);
        return search;
      }),
    );
  }

  /** Announces from each address and goes on until each is stopped. @throws as a node's `announceEvery`. */
  announceEvery(infoHash: Id, options: AnnounceEveryOptions = {}): Announcement[] {
    return this.nodes.map((node) => node.announceEvery(infoHash, options));
  }

  /** Keeps an item alive in all families, until each is stopped. @throws as a node's `keep`. */
  keep(item: StoredItem, options: KeepOptions = {}): KeptItem[] {
    return this.#askers.map((node) => node.keep(item, options));
  }

  /**
   * Puts a value and keeps it alive in all families, under one number, until each is stopped. @throws as a node's
   * `putEvery`.
   */
  async putEvery(value: Encodable, options: PutEveryOptions = {}): Promise<KeptItem[]> {
    const numbered = { ...options, ...(await this.#numberFor(value, options)) };
    return this.#askers.map((node) => node.putEvery(value, numbered));
  }

  /** Every datagram of all nodes from now on; `local` says whose. @throws as a node's `packets`. */
  packets(options: PacketOptions = {}): PacketStream {
    return packetsOf(
      this.nodes.map(({ tap }) => tap),
      options,
    );
  }

  /** What happens at any of the nodes from now on. @throws as a node's `events`. */
  events(options: EventOptions = {}): EventStream<MainlineHappening> {
    const watched = this.nodes.map(({ watchers }) => watchers);
    return eventsOf(watched, hearAll, options, wasClosed);
  }

  /** Counters of each node since it was opened, in the order of `nodes`. */
  get stats(): MainlineStats[] {
    return this.nodes.map(({ stats }) => stats);
  }

  /** The numbers of all nodes in the text format of Prometheus, each with its address as `node`. */
  metricsText(): string {
    const measurements = this.nodes.map((node) => {
      const { stats, host, port } = node;
      return { stats, labels: { node: formatEndpoint(host, port) } };
    });
    return metricsText('mainline', measurements);
  }

  /** Lets the process end although this is open. */
  unref(): this {
    for (const node of this.nodes) node.unref();
    return this;
  }

  /** Keeps the process from ending until this is closed, as it is from the start. */
  ref(): this {
    for (const node of this.nodes) node.ref();
    return this;
  }

  /** Tells `watcher` what happens at each node until the returned function is called. */
  watch(watcher: MainlineWatcher): () => void {
    const ends = this.nodes.map((node) => node.watch(watcher));
    return () => {
      for (const end of ends) end();
    };
  }

  /** Saves the state of each node, where option `state` says. @throws as a node's `saveState`. */
  async saveState(): Promise<void> {
    for (const node of this.nodes) await node.saveState();
  }

  /** Closes all nodes. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** From each address: families at once, addresses of one family one after the other. */
  async #store<Result>(run: (node: Mainline) => Promise<Result>): Promise<Result[]> {
    const families = await each(this.#families(), async (family) => {
      const results: Result[] = [];
      let failure: unknown;
      for (const node of family) {
        try {
          results.push(await run(node));
        } catch (error) {
          failure = error;
        }
      }
      if (results.length === 0) throw failure;
      return results;
    });
    return families.flat();
  }

  /** Whoever leaves early gives the calls of all nodes up. */
  #search<Found, Result>(
    { signal, timeoutMs }: CallLimits,
    run: (own: CallLimits, found: (one: Found) => void) => Promise<Result>,
  ): Search<Found, Result> {
    const { over, release } = controllerUnder(signal);
    return new Search(
      (found) => run({ signal: over.signal, timeoutMs }, found).finally(release),
      () => over.abort(),
    );
  }
}

function together(results: readonly { nodes: NodeInfo[]; lookup: LookupTrace }[]): OfSeveral {
  return {
    nodes: results.flatMap(({ nodes }) => nodes),
    lookups: results.map(({ lookup }) => lookup),
  };
}

function stored(
  results: readonly {
    nodes: NodeInfo[];
    lookup: LookupTrace;
    stored: number;
    failed: number;
    writes: NodeWrite[];
  }[],
): StoredBySeveral {
  return {
    ...together(results),
    stored: results.reduce((sum, one) => sum + one.stored, 0),
    failed: results.reduce((sum, one) => sum + one.failed, 0),
    writes: results.flatMap(({ writes }) => writes),
  };
}
