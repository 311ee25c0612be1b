/**
 * A ring node looked into: what it believes of itself and others, true or not, as rows to show.
 *
 *     facts        arc 6.25 % · backups in step 2 of 2 · records 7 …
 *     rows         successors  predecessors  backups  fingers         of each of its places
 *     stored       owner: in our arc · backup: in an arc we keep for others · foreign: neither
 */
import { formatAddress } from '../../core/address.ts';
import { arcShare, isInArc } from '../../core/arc.ts';
import { formatId } from '../../core/id.ts';
import type { RingOverlay } from '../../lab/ring/ring-overlay.ts';
import type { Identity } from '../../ring/circle/identity.ts';
import type { Member } from '../../ring/circle/member.ts';
import { keptEnd } from '../../ring/copies/belonging.ts';
import type { RingNode } from '../../ring/node.ts';
import { isTombstone, valueBytes } from '../../ring/records/record.ts';
import { STORED_SHOWN } from '../protocol/limits.ts';
import {
  type ContactRow,
  type ContactView,
  NodeState,
  type NodeView,
  type StoredView,
} from '../protocol/messages.ts';
import type { RingKeys } from './keys.ts';

/** What is under way that is shown at most. */
const IN_FLIGHT_SHOWN = 50;
/** Entries of the neighbour lists and fingers of one place. */
const FINGERS = 160;

export function ringNodeView(overlay: RingOverlay, keys: RingKeys, node: number): NodeView {
  const { circle, world } = overlay;
  const identities = Array.from({ length: circle.identities }, (_, i) => circle.addressOf(node, i));
  const isAlive = world.alive[node] === 1;
  const view: NodeView = {
    type: 'node',
    node,
    atMs: world.elapsedMs,
    state: isAlive ? NodeState.up : NodeState.absent,
    addresses: identities.map(formatAddress),
    ids: identities.map((address) => formatId(overlay.hashOf(address))),
    facts: [],
    rows: [],
    stored: [],
    storedCount: 0,
    inFlight: [],
    log: [],
  };
  if (!overlay.hasBegun(node)) return view;
  const machine = overlay.node(node);
  const stored = new Stored(overlay, keys, machine, node);
  return {
    ...view,
    facts: factsOf(machine, stored),
    rows: machine.identities.flatMap((identity) => rowsOf(overlay, machine, identity)),
    stored: stored.shown,
    storedCount: stored.count,
    inFlight: isAlive ? inFlightOf(overlay, machine) : [],
  };
}

// What it stores.

class Stored {
  readonly shown: StoredView[] = [];
  count = 0;
  owned = 0;
  kept = 0;
  foreign = 0;
  tombstones = 0;
  bytes = 0;

  constructor(overlay: RingOverlay, keys: RingKeys, machine: RingNode, node: number) {
    const ends = machine.identities.map((identity) => keptEnd(machine, identity));
    const store = overlay.storeOf(node);
    this.bytes = store.byteLength;
    store.range(null, null, (key, record) => {
      const role = roleOf(machine, ends, key);
      const isGone = isTombstone(record);
      this.count++;
      if (role === 'owner') this.owned++;
      else if (role === 'backup') this.kept++;
      else this.foreign++;
      if (isGone) this.tombstones++;
      if (this.shown.length < STORED_SHOWN) {
        const what = isGone ? 'removed' : bytesOf(valueBytes(record));
        this.shown.push({ key: formatId(key), name: keys.nameOf(key), what, role });
      }
      return true;
    });
  }
}

function roleOf(
  machine: RingNode,
  ends: readonly (Uint8Array | null)[],
  key: Uint8Array,
): StoredView['role'] {
  if (machine.ownerOf(key, 0) !== null) return 'owner';
  for (const [i, identity] of machine.identities.entries()) {
    if (!identity.isMember) continue;
    const end = ends[i];
    // Null: the ring is so small that it may have to keep everything.
    if (!end || isInArc(key, 0, identity.hash, 0, end, 0)) return 'backup';
  }
  return 'foreign';
}

function bytesOf(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

// What it says of itself.

function factsOf(machine: RingNode, stored: Stored): { name: string; value: string }[] {
  const { settings, connections, identities } = machine;
  const facts: { name: string; value: string }[] = [];
  for (const [i, identity] of identities.entries()) {
    const name = identities.length === 1 ? '' : `place ${i + 1}: `;
    facts.push({ name: `${name}state`, value: identity.state });
    if (!identity.isMember) continue;
    facts.push({ name: `${name}arc`, value: shareOf(identity) });
    const copies = `${identity.effectiveK} of ${settings.k}`;
    const unsettled = identity.isSettled ? '' : ', still comparing';
    facts.push({ name: `${name}backups in step`, value: copies + unsettled });
  }
  const removed = stored.tombstones === 0 ? '' : `, ${stored.tombstones} of them removed`;
  facts.push({ name: 'records', value: `${stored.count}${removed}` });
  facts.push({
    name: 'of them',
    value: `${stored.owned} own, ${stored.kept} backups, ${stored.foreign} foreign`,
  });
  facts.push({ name: 'bytes stored', value: String(stored.bytes) });
  facts.push({ name: 'connections', value: String(connections.count) });
  facts.push({ name: 'policy', value: settings.policy });
  return facts;
}

function shareOf(identity: Identity): string {
  if (identity.ownsAll) return 'the whole circle';
  const share = arcShare(identity.hash, 0, identity.end, 0) * 100;
  return `${share.toFixed(share < 1 ? 4 : 2)} % of the circle`;
}

// Whom it knows.

function rowsOf(overlay: RingOverlay, machine: RingNode, identity: Identity): ContactRow[] {
  const { successors, predecessors, fingers, copies } = identity;
  const { listProcesses, settings } = machine;
  const number = machine.identities.indexOf(identity) + 1;
  const prefix = machine.identities.length === 1 ? '' : `place ${number} · `;
  const row = (label: string, capacity: number, members: readonly Member[]): ContactRow => ({
    label: prefix + label,
    prefixBits: -1,
    capacity,
    contacts: members.map((member) => contactOf(overlay, machine, member)),
  });
  const backups = copies.map(({ member }) => member);
  return [
    row('successors', listProcesses, successors),
    row('predecessors', listProcesses, predecessors),
    row('backups', settings.k, backups),
    row('fingers', FINGERS, fingers.members),
  ];
}

function contactOf(overlay: RingOverlay, machine: RingNode, member: Member): ContactView {
  const isSuspect = machine.suspects.has(member.address);
  const isGone = machine.gone.has(member.address);
  return {
    id: formatId(member.hash),
    address: formatAddress(member.address),
    node: overlay.circle.nodeAt(member.address),
    state: isGone ? 'bad' : isSuspect ? 'questionable' : 'good',
    ageMs: null,
    failures: isGone ? 2 : isSuspect ? 1 : 0,
  };
}

// What it is doing.

function inFlightOf(overlay: RingOverlay, machine: RingNode): NodeView['inFlight'] {
  const { callTimeoutMs } = machine.settings;
  const { now, elapsedMs } = overlay.world;
  const nameOf = (address: number): string => {
    const node = overlay.circle.nodeAt(address);
    return node < 0 ? formatAddress(address) : `node ${node}`;
  };
  const all: { what: string; to: string; sinceMs: number }[] = [];
  for (const { kind, key, dueAtMs } of machine.operations) {
    if (all.length >= IN_FLIGHT_SHOWN) break;
    const sinceMs = Math.max(0, elapsedMs - (now - (dueAtMs - callTimeoutMs)));
    all.push({ what: `${kind} ${formatId(key).slice(0, 8)}…`, to: 'the owner', sinceMs });
  }
  for (const { to, progress } of machine.syncs) {
    if (all.length >= IN_FLIGHT_SHOWN) break;
    const percent = Math.floor(progress * 100);
    all.push({
      what: `comparing copies, ${percent} %`,
      to: nameOf(to.address),
      sinceMs: elapsedMs,
    });
  }
  for (const address of machine.suspects) {
    if (all.length >= IN_FLIGHT_SHOWN) break;
    all.push({ what: 'are you there?', to: nameOf(address), sinceMs: elapsedMs });
  }
  return all;
}
