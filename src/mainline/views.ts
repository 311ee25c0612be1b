/**
 * What a program sees of a node's insides: the routing table, the register and the counters, as
 * plain data made on demand. Looking changes nothing.
 */
import { type Address, formatAddress, formatIp, ipOf, portOf } from '../core/address.ts';
import { parseId } from '../core/id.ts';
import { type Counters, DROP_REASONS, type DropReason } from './counters.ts';
import { Method } from './krpc/fields.ts';
import { CONTACT_BYTES } from './rows/contacts.ts';
import type { Register } from './rows/register.ts';
import type { MainlineState } from './state.ts';
import { BAD_FAILURES, QUIET_MS } from './table/condition.ts';
import { Nearest } from './table/nearest.ts';
import { type NodeInfo, nodeInfo } from './trace.ts';

/** One contact of the routing table. */
export interface TableEntry extends NodeInfo {
  /** BEP 5's word for it. */
  state: 'good' | 'questionable' | 'bad';
  /** Wall clock, ms since 1970, to the second. */
  lastHeardMs: number;
  /** Requests in a row that it left unanswered. */
  failures: number;
  /** Bucket (k-buckets) or group (prefix) it is in. */
  part: number;
}

/** The routing table, live. */
export class TableView {
  readonly #node: MainlineState;
  readonly #now: () => number;
  readonly #originMs: number;

  constructor(node: MainlineState, now: () => number, originMs: number) {
    this.#node = node;
    this.#now = now;
    this.#originMs = originMs;
  }

  get kind(): string {
    return this.#node.table.kind;
  }

  /** Contacts in the table. */
  get size(): number {
    return this.#node.table.count;
  }

  /** Buckets, or groups of a prefix table. */
  get parts(): number {
    return this.#node.table.parts;
  }

  /** All contacts, part by part. */
  entries(): TableEntry[] {
    const entries: TableEntry[] = [];
    const { contacts } = this.#node.shared;
    this.#node.table.visit((handle, heardSeconds, failures, part, isSuspect) => {
      const heardMs = heardSeconds * 1000;
      const isGood = !isSuspect && heardMs + QUIET_MS > this.#now();
      entries.push({
        ...nodeInfo(contacts.bytes, handle * CONTACT_BYTES, contacts.addressOf(handle)),
        state: failures >= BAD_FAILURES ? 'bad' : isGood ? 'good' : 'questionable',
        lastHeardMs: this.#originMs + heardMs,
        failures,
        part,
      });
    });
    return entries;
  }

  /** The `limit` contacts closest to an id that are not bad, closest first. @throws TypeError. */
  closest(target: string | Uint8Array, limit = 8): NodeInfo[] {
    const { contacts } = this.#node.shared;
    const nearest = new Nearest(contacts, limit);
    nearest.begin(parseId(target, 'target'), 0, limit);
    this.#node.table.closest(this.#now(), nearest, false);
    return [...nearest.handles.subarray(0, nearest.count)].map((handle) =>
      nodeInfo(contacts.bytes, handle * CONTACT_BYTES, contacts.addressOf(handle)),
    );
  }

  [Symbol.iterator](): Iterator<TableEntry> {
    return this.entries()[Symbol.iterator]();
  }
}

/** A node that asked us or was asked by us, since we started. Times are ms since 1970. */
export interface SeenNode extends NodeInfo {
  firstSeenMs: number;
  lastSeenMs: number;
  /** Queries it sent, answers it gave, requests of ours it left unanswered. */
  queries: number;
  answers: number;
  failures: number;
}

/** The register of every node ever seen, live. */
export class RegisterView {
  readonly #node: MainlineState;
  readonly #register: Register;
  readonly #originMs: number;

  constructor(node: MainlineState, register: Register, originMs: number) {
    this.#node = node;
    this.#register = register;
    this.#originMs = originMs;
  }

  get size(): number {
    return this.#register.count;
  }

  /** Sightings that came after the register was full. */
  get refused(): number {
    return this.#register.refused;
  }

  *[Symbol.iterator](): Generator<SeenNode> {
    for (const entry of this.#register) {
      yield {
        ...nodeInfo(this.#node.shared.contacts.bytes, entry.idStart, entry.address),
        firstSeenMs: Math.round(this.#originMs + entry.firstSeenMs),
        lastSeenMs: Math.round(this.#originMs + entry.lastSeenMs),
        queries: entry.queries,
        answers: entry.answers,
        failures: entry.failures,
      };
    }
  }

  /** One JSON object per node, each with its line end. */
  *toJsonLines(): Generator<string> {
    for (const node of this) yield `${JSON.stringify(node)}\n`;
  }
}

/** Counters since the node was opened. */
export interface MainlineStats {
  id: string;
  host: string;
  port: number;
  uptimeMs: number;
  /** Do we answer nobody: by choice, or because nobody can reach us (BEP 43)? */
  readOnly: boolean;
  /** Where others see us, as HOST:PORT, once enough networks agree (BEP 42). */
  publicAddress: string | null;
  table: { kind: string; size: number; parts: number };
  /** How many nodes the network has, with an error of one standard deviation; null until it is known. */
  network: { nodes: number; error: number; lookups: number } | null;
  store: { infoHashes: number; peers: number; items: number };
  requestsInFlight: number;
  lookupsInFlight: number;
  in: {
    datagrams: number;
    bytes: number;
    queries: {
      ping: number;
      findNode: number;
      getPeers: number;
      announcePeer: number;
      get: number;
      put: number;
      sampleInfohashes: number;
      other: number;
    };
    replies: number;
    errors: number;
    /** Datagrams dropped, by reason. */
    dropped: Record<DropReason, number>;
  };
  out: {
    datagrams: number;
    bytes: number;
    queries: number;
    /** Queries of ours that nobody answered in time. */
    timeouts: number;
    /** Queries of others answered with an error, and left unanswered by a handler. */
    refused: number;
    silenced: number;
    /** Datagrams that the operating system did not take. */
    failures: number;
    /** Why it does not, in words; null when it did not say so since a datagram came in. */
    refusal: string | null;
  };
}

/** Of methods that no BEP has: those of a draft among them. */
function otherQueries(queries: readonly number[]): number {
  const ofDraft = queries[Method.getSignedPeers] + queries[Method.announceSignedPeer];
  return queries[Method.unknown] + queries[Method.none] + ofDraft;
}

/** All of `MainlineStats` that the machine itself knows. */
export function statsOf(
  node: MainlineState,
  counters: Counters,
  id: string,
  address: Address,
): Omit<MainlineStats, 'uptimeMs' | 'out' | 'network'> & {
  out: Omit<MainlineStats['out'], 'failures' | 'refusal'>;
} {
  const { table, peers, items } = node;
  const { queries } = counters;
  return {
    id,
    host: formatIp(ipOf(address)),
    port: portOf(address),
    readOnly: node.isReadOnly,
    publicAddress: publicAddressOf(node),
    table: { kind: table.kind, size: table.count, parts: table.parts },
    store: {
      infoHashes: peers?.infoHashCount ?? 0,
      peers: peers?.count ?? 0,
      items: items?.count ?? 0,
    },
    requestsInFlight: node.requestCount,
    lookupsInFlight: node.lookupCount,
    in: {
      datagrams: counters.datagramsIn,
      bytes: counters.bytesIn,
      queries: {
        ping: queries[Method.ping],
        findNode: queries[Method.findNode],
        getPeers: queries[Method.getPeers],
        announcePeer: queries[Method.announcePeer],
        get: queries[Method.get],
        put: queries[Method.put],
        sampleInfohashes: queries[Method.sampleInfohashes],
        other: otherQueries(queries),
      },
      replies: counters.replies,
      errors: counters.errors,
      dropped: droppedOf(counters),
    },
    out: {
      datagrams: counters.datagramsOut,
      bytes: counters.bytesOut,
      queries: counters.queriesOut,
      timeouts: counters.timeouts,
      refused: counters.refused,
      silenced: counters.silenced,
    },
  };
}

function publicAddressOf(node: MainlineState): string | null {
  const address = node.hasVotes ? node.votes.address : 0;
  return address === 0 ? null : formatAddress(address);
}

function droppedOf(counters: Counters): Record<DropReason, number> {
  const dropped = {} as Record<DropReason, number>;
  for (const [index, reason] of DROP_REASONS.entries()) {
    dropped[reason] = counters.dropped[index];
  }
  return dropped;
}
