/**
 * A member of a ring looked into: its neighbours as rows, its records, what it has told. Of a member
 * outside only what it says of itself is known.
 */
import {
  clockOffsetsOf,
  type IdentityInfo,
  type MemberInfo,
  type RecordInfo,
  type RingInfo,
} from '../../ring.ts';
import {
  type ContactRow,
  type ContactView,
  NodeState,
  type NodeView,
  STORED_SHOWN,
  type StoredView,
} from '../../scene.ts';

export interface RingNodeFacts {
  node: number;
  home: string;
  state: number;
  info: RingInfo | null;
  /** What is known of one that does not answer; what it said before is old then. */
  silence?: NodeView['facts'];
  records: readonly RecordInfo[];
  nodeAt: (address: string) => number;
  names: ReadonlyMap<string, string>;
  log: NodeView['log'];
  /** Of this process. */
  isOwn: boolean;
}

export function ringNodeView(facts: RingNodeFacts): NodeView {
  const { node, home, state, info, records, names, log } = facts;
  const identities = info?.identities ?? [];
  return {
    type: 'node',
    node,
    atMs: Date.now(),
    state,
    addresses: identities.length > 0 ? identities.map(({ address }) => address) : [home],
    ids: identities.map(({ hash }) => hash),
    facts: factsOf(facts),
    rows: rowsOf(facts),
    stored: records.slice(0, STORED_SHOWN).map((record) => storedOf(record, names)),
    storedCount: info?.records ?? 0,
    inFlight: [],
    log,
  };
}

function factsOf({ info, isOwn, silence = [] }: RingNodeFacts): NodeView['facts'] {
  if (info === null && silence.length > 0) return silence;
  if (info === null) return [{ name: 'kind', value: 'class program: says nothing of itself' }];
  const seen = silence.length > 0 ? 'as it said before' : 'as it says of itself';
  const { k, effectiveK, records, bytes, foreign, connections, wire, policy, counters } = info;
  const first = info.identities[0];
  const count = (name: string): string => (counters[name] ?? 0).toLocaleString('en');
  return [
    ...silence,
    { name: 'seen', value: isOwn ? 'from inside' : seen },
    { name: 'state', value: first?.state ?? 'unknown' },
    { name: 'backups', value: `${effectiveK} of ${k} in step` },
    { name: 'copies missing', value: String(info.copiesMissing) },
    { name: 'epoch', value: epochsText(info) },
    { name: 'incarnation', value: info.incarnation },
    { name: 'clocks of others', value: clocksText(info) },
    { name: 'records', value: `${records} (${bytes.toLocaleString('en')} bytes)` },
    { name: 'foreign records', value: String(foreign) },
    { name: 'connections', value: String(connections) },
    { name: 'policy', value: policy },
    { name: 'wire', value: wire },
    { name: 'frames in, out', value: `${count('framesIn')}, ${count('framesOut')}` },
    { name: 'time-outs', value: count('timeouts') },
    { name: 'members lost', value: count('lost') },
  ];
}

/** Of the titles of its arcs, in the order of its addresses. */
function epochsText({ identities }: RingInfo): string {
  return identities.map(({ title }) => title?.epoch ?? 'none').join(', ');
}

/** The one that is farthest off stands for all. */
function clocksText(info: RingInfo): string {
  const offsets = [...clockOffsetsOf(info)].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  if (offsets.length === 0) return 'none heard';
  const [[address, offsetMs]] = offsets as [[string, number]];
  const sign = offsetMs > 0 ? '+' : '';
  return `${sign}${offsetMs.toLocaleString('en')} ms at most (${address}, of ${offsets.length})`;
}

function rowsOf({ info, nodeAt }: RingNodeFacts): ContactRow[] {
  const rows: ContactRow[] = [];
  for (const one of info?.identities ?? []) {
    const prefix = info!.identities.length > 1 ? `${one.address} · ` : '';
    const row = (label: string, members: readonly ContactView[]): void => {
      const contacts = members;
      rows.push({ label: prefix + label, prefixBits: -1, capacity: members.length, contacts });
    };
    const good = (members: readonly MemberInfo[]): ContactView[] =>
      members.map(({ address, hash }) => contactOf(address, hash, 'good', nodeAt));
    row('successors', good(one.successors));
    row('predecessors', good(one.predecessors));
    row('fingers', good(one.fingers));
    const hashes = new Map(
      [...one.predecessors, ...one.successors, ...one.fingers].map((m) => [m.address, m.hash]),
    );
    row(
      'backups',
      one.backups.map(({ address, isInStep }) =>
        contactOf(address, hashes.get(address) ?? '', isInStep ? 'good' : 'questionable', nodeAt),
      ),
    );
  }
  return rows;
}

function contactOf(
  address: string,
  id: string,
  state: ContactView['state'],
  nodeAt: (address: string) => number,
): ContactView {
  return { id, address, node: nodeAt(address), state, ageMs: null, failures: 0 };
}

function storedOf(record: RecordInfo, names: ReadonlyMap<string, string>): StoredView {
  const { key, bytes, isRemoved, isOwn } = record;
  const what = isRemoved ? 'removed' : `${bytes} bytes`;
  return { key, name: names.get(key) ?? null, what, role: isOwn ? 'owner' : 'backup' };
}

/** What a process is doing, from its identities. */
export function stateOfProcess(identities: readonly IdentityInfo[]): number {
  const states = new Set(identities.map(({ state }) => state));
  if (identities.length === 0 || states.has('member')) return NodeState.up;
  if (states.has('leaving')) return NodeState.leaving;
  if (states.has('left')) return NodeState.absent;
  return NodeState.joining;
}
