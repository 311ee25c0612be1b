/**
 * The state of a node: its fields, its settings, the world it lives in and the observer that hears what
 * became of its commands. What a node does lies above, as verbs over this state: asking/ sends requests
 * and runs lookups, answering/ writes replies, node.ts routes what comes in to them.
 *
 *     what every message needs │ requests, lookups │ made on first use │ upkeep
 *
 * The order of the fields is that of the memory: a message that is merely answered touches the first
 * line or two.
 */
import { type Address, isV6 } from '../core/address.ts';
import { assert } from '../core/assert.ts';
import type { Host } from '../core/host.ts';
import { equalIds, ID_BYTES } from '../core/id.ts';
import type { Counters } from './counters.ts';
import type { Errand } from './errand.ts';
import type { Item } from './krpc/item.ts';
import type { Message } from './krpc/message.ts';
import type { Writer } from './krpc/writer.ts';
import { CONTACT_BYTES, type Handle } from './rows/contacts.ts';
import type { Lookup } from './rows/lookup.ts';
import type { EndpointMeter, RecentAddresses, SourceMeter, TokenBucket } from './rows/meter.ts';
import type { Register } from './rows/register.ts';
import type { InFlight } from './rows/requests.ts';
import { Votes } from './rows/votes.ts';
import type { NodeSettings } from './settings.ts';
import type { IdView, MainlineShared } from './shared.ts';
import { Items } from './stored/items.ts';
import { Peers } from './stored/peers.ts';
import type { Samples } from './stored/samples.ts';
import { SignedPeers } from './stored/signed-peers.ts';
import type { Nearest } from './table/nearest.ts';
import type { RoutingTable, TableRows } from './table/table.ts';

/** Waiting time between fruitless attempts to join: doubles from this on. */
export const JOIN_RETRY_MS = 1000;

/** Takes queries. The node's own is `answerQuery`; a program may replace or wrap it. */
export interface QueryHandler {
  /**
   * Writes the reply to `query` into `out` (`out.length` bytes of it) and says so; false is silence.
   * `query` and `out` are borrowed. Sets `query.verdict`.
   */
  answer(node: MainlineState, now: number, from: Address, query: Message, out: Writer): boolean;
}

export interface Settings extends NodeSettings {
  handler: QueryHandler;
}

/** Hears the outcomes of commands, each named by the caller's own number. */
export interface MainlineObserver {
  /** A peer, found by the get_peers or announce lookup of this call. The same one may come again. */
  onPeer(call: number, peer: Address): void;
  /** A lookup is over; it is borrowed and used again after the call. */
  onLookup(call: number, lookup: Lookup): void;
  /** A single query was answered: `message` is a reply or an error, and borrowed. */
  onAnswer(call: number, message: Message, rttMs: number, from: Address): void;
  /** A single query was not answered in time, or was never sent: the world could not. */
  onSilence(call: number, wasSent: boolean): void;
  /** An attempt to join ended: how many nodes answered. */
  onJoin(answered: number): void;
  /** A lookup that the node began for itself is over; borrowed, as above. */
  onOwnLookup?(lookup: Lookup): void;
  /** The sibling could do with contacts, and here are some of its family. */
  onForeign?(contacts: readonly Address[]): void;
  /** Our id is another now: it follows from our address (BEP 42). */
  onIdentity?(id: Uint8Array): void;
  /** We answer nobody from now on (BEP 43), or do again. */
  onReadOnly?(isReadOnly: boolean): void;
  /** Somebody announced a peer, and it is kept; `bytes[start, start + 20)` is borrowed. */
  onAnnounced?(bytes: Uint8Array, start: number, peer: Address, isSeed: boolean): void;
  /** Somebody put an item, and it is kept. */
  onStored?(item: Item, from: Address): void;
}

/** Where a node lives. `counters` and `register` may be its own or shared. */
export interface MainlineWorld {
  readonly shared: MainlineShared;
  readonly host: Host;
  readonly counters: Counters;
  readonly register: Register | null;
}

/** What a node without lookups has; never written to. */
export const NO_LOOKUPS: (Lookup | null)[] = [];
const NOBODY: readonly Address[] = [];

export class MainlineState {
  // What every message needs comes first: it lies in one or two lines of the cache.
  deadline: number = Infinity;
  settings: Settings;
  world: MainlineWorld;
  table: RoutingTable;
  /** Tells our rows and tokens from those of others of the same process. */
  tenant: number;
  /** What our owner knows us by: whose draws ours are, where nodes draw from streams of their own. */
  number = 0;
  /** Our own id, as a contact. */
  self: Handle;
  address: Address;

  /** Made with the first request. */
  inFlight: InFlight | null = null;
  /** Lookups under way by slot. */
  lookups: (Lookup | null)[] = NO_LOOKUPS;
  shortTimeoutMs: number;
  rttMs = 0;
  rttDeviationMs = 0;
  /** When anybody last answered us. */
  heardAtMs: number = -Infinity;
  /** When upkeep, and lookups that wait for the budget, are due. */
  upkeepAtMs: number = Infinity;
  blockedUntilMs: number = Infinity;
  /** Pings under way that are not a program's. */
  pingCount = 0;
  /** BEP 43: by choice, or because nobody can reach us. */
  isReadOnly: boolean;
  readonly observer: MainlineObserver;
  // Made on first use.
  sourceMeter: SourceMeter | null = null;
  totalMeter: TokenBucket | null = null;
  endpointMeter: EndpointMeter | null = null;
  strangers: RecentAddresses | null = null;
  errands: Map<Lookup, Errand> | null = null;
  /** Whom we asked lately; null before we asked anybody in the public network. */
  asked: RecentAddresses | null = null;
  /** When it was last seen that others reach us, or we began to be read-only. */
  reachedAtMs = 0;
  /** Addresses that changed their ids too often. */
  changers: SourceMeter | null = null;
  #votes: Votes | null = null;
  /** When our id last followed our address. */
  idChangedAtMs = -Infinity;
  /** The peer store, once somebody announced. */
  peers: Peers | null = null;
  /** The item store, once somebody put something. */
  items: Items | null = null;
  /** Keys of peers, once somebody announced one; and who was found not to know of them. */
  signedPeers: SignedPeers | null = null;
  unknowing: RecentAddresses | null = null;
  /** What of the peer store is told, once somebody asked (BEP 51). */
  samples: Samples | null = null;
  bootstrap: readonly Address[] = NOBODY;
  /** The node of the other family on this host, where there is one (BEP 32). Only looked at. */
  sibling: MainlineState | null = null;
  /** When it may be looked for contacts of the sibling again. */
  siblingAtMs = -Infinity;
  ownLookupCount = 0;
  joinRetryMs: number = JOIN_RETRY_MS;
  /** The part of the table whose gaps are looked at next. */
  fillPart: number = Infinity;
  /** It has found its own neighbours once. */
  isMember = false;
  /** When it looks for another part of its network, if that is small. */
  reunionAtMs: number = Infinity;

  /** @param rows of a table that was filled beforehand; @param tenant a number that it has already. */
  constructor(
    world: MainlineWorld,
    settings: Settings,
    id: Uint8Array,
    address: Address,
    observer: MainlineObserver,
    rows: TableRows | null = null,
    tenant = 0,
  ) {
    const { shared } = world;
    assert(isV6(address) === shared.contacts.isV6, 'nodes that share memory are of one family');
    this.settings = settings;
    this.shortTimeoutMs = settings.shortTimeoutMs;
    this.isReadOnly = settings.readOnly;
    this.address = address;
    this.world = world;
    this.observer = observer;
    this.tenant = tenant || shared.admit();
    this.self = shared.contacts.retain(id, 0, address);
    this.table = this.makeTable(rows);
  }

  /** A table around our id; its rows were filled beforehand, or it is empty. */
  makeTable(rows: TableRows | null): RoutingTable {
    const { shared, self } = this;
    const { k, wide, onePerIp, onePerNetwork, secureIds, table } = this.settings;
    const limits = { onePerIp, onePerNetwork, prefersSecure: secureIds };
    return table({ shared, self, k, wide, rows, ...limits });
  }

  /** What others say of our address; made when they first do. */
  get votes(): Votes {
    this.#votes ??= new Votes();
    return this.#votes;
  }

  get hasVotes(): boolean {
    return this.#votes !== null;
  }

  /** Nothing but its table, id and address tells it from any other node, and it waits for nothing. */
  get isAtRest(): boolean {
    return (
      this.inFlight === null &&
      this.lookups === NO_LOOKUPS &&
      this.upkeepAtMs === Infinity &&
      this.bootstrap === NOBODY &&
      this.peers === null &&
      this.items === null &&
      this.samples === null &&
      this.sourceMeter === null &&
      this.strangers === null &&
      !this.isMember
    );
  }

  /** Becomes another node's machine, while both are at rest; the table has moved before. */
  move(
    settings: Settings,
    self: Handle,
    address: Address,
    tenant: number,
    world: MainlineWorld = this.world,
  ): void {
    assert(this.isAtRest, 'a machine moves while it is at rest');
    this.world = world;
    this.settings = settings;
    this.self = self;
    this.address = address;
    this.tenant = tenant;
    this.shortTimeoutMs = settings.shortTimeoutMs;
    this.isReadOnly = settings.readOnly;
  }

  /** Is it a node of IPv6? Families are networks of their own (BEP 32). */
  get isV6(): boolean {
    return this.world.shared.contacts.isV6;
  }

  get shared(): MainlineShared {
    return this.world.shared;
  }

  get nearest(): Nearest {
    return this.world.shared.nearest;
  }

  /** Requests under way. */
  get requestCount(): number {
    return this.inFlight?.count ?? 0;
  }

  /** Lookups under way, the node's own included. */
  get lookupCount(): number {
    let count = 0;
    for (const lookup of this.lookups) if (lookup) count++;
    return count;
  }

  /** The peer store, made when it is first needed. */
  peerStore(): Peers {
    this.peers ??= new Peers(this.settings.peers, this.shared.random.uint32());
    return this.peers;
  }

  /** The store of signed peers, made when it is first needed. */
  signedPeerStore(): SignedPeers {
    this.signedPeers ??= new SignedPeers(this.settings.peers, this.shared.random.uint32());
    return this.signedPeers;
  }

  /** The item store, made when it is first needed. */
  itemStore(): Items {
    this.items ??= new Items(this.settings.items, this.shared.random.uint32());
    return this.items;
  }

  /** Our own id where it lies. */
  get ownId(): Uint8Array {
    const start = this.self * CONTACT_BYTES;
    return this.shared.contacts.bytes.subarray(start, start + ID_BYTES);
  }

  /** The id we show to `to`; `target` is null where a message has none. */
  idFor(target: Uint8Array | null, start: number, to: Address): IdView {
    const view = this.shared.idView;
    const { identity } = this.settings;
    const shown = identity?.(target?.subarray(start, start + ID_BYTES) ?? null, to) ?? null;
    view.bytes = shown ?? this.shared.contacts.bytes;
    view.start = shown === null ? this.self * CONTACT_BYTES : 0;
    return view;
  }

  isOwnId(bytes: Uint8Array, start: number): boolean {
    return equalIds(this.shared.contacts.bytes, this.self * CONTACT_BYTES, bytes, start);
  }
}
