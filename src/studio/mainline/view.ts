/**
 * A Mainline node looked into, and its lookups as they are drawn. Of a node outside only its id and its
 * address are known.
 */
import type { LookupTrace, Mainline, TableEntry } from '../../mainline.ts';
import {
  type ContactRow,
  type LookupStepView,
  type LookupView,
  type NodeView,
  STORED_SHOWN,
  type StoredView,
} from '../../scene.ts';

const BUCKET = 8;

export interface MainlineNodeFacts {
  number: number;
  /** `id@IP:port`. */
  name: string;
  state: number;
  /** Null when it is outside, or gone. */
  node: Mainline | null;
  nodeAt: (address: string) => number;
  names: ReadonlyMap<string, string>;
  log: NodeView['log'];
}

export function mainlineNodeView(known: MainlineNodeFacts): NodeView {
  const { number, name, state, node, nodeAt, names, log } = known;
  const [id, address] = name.split('@') as [string, string];
  return {
    type: 'node',
    node: number,
    atMs: Date.now(),
    state,
    addresses: [address],
    ids: [id],
    facts: node
      ? factsOf(node)
      : [{ name: 'seen', value: 'from outside: in the tables of others' }],
    rows: node ? rowsOf(node, nodeAt) : [],
    stored: node ? storedOf(node, names) : [],
    storedCount: node?.stats.store.infoHashes ?? 0,
    inFlight: [],
    log,
  };
}

function factsOf(node: Mainline): NodeView['facts'] {
  const { table, store, requestsInFlight, lookupsInFlight, in: into, out, uptimeMs } = node.stats;
  const { ping, findNode, getPeers, announcePeer } = into.queries;
  return [
    { name: 'table', value: `${table.kind}, ${table.size} contacts` },
    { name: 'up for', value: `${Math.round(uptimeMs / 1000)} s` },
    { name: 'datagrams in, out', value: `${into.datagrams}, ${out.datagrams}` },
    { name: 'asked: ping, find_node', value: `${ping}, ${findNode}` },
    { name: 'asked: get_peers, announce_peer', value: `${getPeers}, ${announcePeer}` },
    { name: 'requests in flight', value: String(requestsInFlight) },
    { name: 'lookups in flight', value: String(lookupsInFlight) },
    { name: 'time-outs', value: String(out.timeouts) },
    { name: 'info-hashes, peers', value: `${store.infoHashes}, ${store.peers}` },
  ];
}

/** A row for each bucket that has contacts. */
function rowsOf(node: Mainline, nodeAt: (address: string) => number): ContactRow[] {
  const parts = new Map<number, TableEntry[]>();
  for (const entry of node.table.entries()) {
    const part = parts.get(entry.part);
    if (part) part.push(entry);
    else parts.set(entry.part, [entry]);
  }
  const isBuckets = node.table.kind === 'kbuckets';
  const nowMs = Date.now();
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([part, entries]) => ({
      label: `${isBuckets ? 'bucket' : 'group'} ${part}`,
      prefixBits: isBuckets ? part : -1,
      capacity: isBuckets ? BUCKET : entries.length,
      contacts: entries.map(({ id, host, port, state, lastHeardMs, failures }) => ({
        id,
        address: `${host}:${port}`,
        node: nodeAt(`${host}:${port}`),
        state,
        ageMs: Math.max(0, Math.round(nowMs - lastHeardMs)),
        failures,
      })),
    }));
}

function storedOf(node: Mainline, names: ReadonlyMap<string, string>): StoredView[] {
  return node.stored(STORED_SHOWN).map(({ infoHash, peers }) => ({
    key: infoHash,
    name: names.get(infoHash) ?? null,
    what: `peers: ${peers.length}`,
    role: 'peers',
  }));
}

/** A lookup that has ended at `endedMs`, as it went. */
export function lookupViewOf(
  id: number,
  from: number,
  trace: LookupTrace,
  endedMs: number,
  name: string | undefined,
  nodeAt: (address: string) => number,
): LookupView {
  const startedMs = endedMs - trace.durationMs;
  const steps = trace.steps.map((step): LookupStepView => {
    const { host, port, toldBy, hops, distanceBits, sentMs, rttMs, verdict } = step;
    return {
      node: nodeAt(`${host}:${port}`),
      id: step.id,
      toldBy: typeof toldBy === 'number' ? toldBy : -1,
      hops,
      distanceBits,
      sentMs: startedMs + sentMs,
      endedMs: rttMs === null ? null : startedMs + sentMs + rttMs,
      verdict,
      request: 0,
      reply: 0,
    };
  });
  const peers = trace.steps.reduce((sum, step) => sum + step.peers, 0);
  const hasFailed = trace.answered === 0;
  const found =
    trace.kind === 'find_node' ? `${trace.closest.length} closest nodes` : `${peers} peers`;
  return {
    type: 'lookup',
    id,
    kind: trace.kind,
    label: name ?? trace.target,
    target: trace.target,
    from,
    startedMs,
    endedMs,
    state: hasFailed ? 'failed' : 'succeeded',
    result: hasFailed
      ? 'nobody answered'
      : `${found}, ${trace.answered} of ${steps.length} answered`,
    exact: null,
    steps,
  };
}
