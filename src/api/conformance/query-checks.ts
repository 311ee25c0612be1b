/** The checks of what BEP 5 asks for, and of `want` and read-only nodes: rules 20 to 49, 66 and 67. */
import { compareDistance } from '../../core/id.ts';
import {
  compactOf,
  type Dictionary,
  isAddress,
  isSame,
  NotOffered,
  nodesOf,
  type Probe,
  randomBytes,
} from './probe.ts';
import { type Check, expect, expectCode, valuesOf } from './wire-checks.ts';

const PORT_BYTES = 2;
/** K of BEP 5. */
const BUCKET_CONTACTS = 8;

async function tokenFor(probe: Probe, infoHash: Uint8Array): Promise<Uint8Array> {
  const { token } = valuesOf(await probe.ask('get_peers', { info_hash: infoHash }));
  expect(token instanceof Uint8Array, 'no token');
  return token;
}

async function announce(
  probe: Probe,
  infoHash: Uint8Array,
  args: Record<string, number>,
): Promise<void> {
  const token = await tokenFor(probe, infoHash);
  valuesOf(await probe.ask('announce_peer', { info_hash: infoHash, token, ...args }));
}

async function peersOf(probe: Probe, infoHash: Uint8Array): Promise<Uint8Array[]> {
  const { values } = valuesOf(await probe.ask('get_peers', { info_hash: infoHash }));
  return (Array.isArray(values) ? values : []) as Uint8Array[];
}

/** Contacts of its own family that a node gives for a target; null for what is none. */
async function nodesNear(probe: Probe, target: Uint8Array) {
  const { nodes, contactBytes } = probe.words;
  const values = valuesOf(await probe.ask('find_node', { target }));
  return nodesOf(values[nodes], contactBytes);
}

async function isHandedOut(probe: Probe, id: Uint8Array): Promise<boolean> {
  return ((await nodesNear(probe, id)) ?? []).some((node) => isSame(node.id, id));
}

/** A reply to a find_node that wants this. */
async function wanting(probe: Probe, want: string | number | string[]): Promise<Dictionary> {
  return valuesOf(await probe.ask('find_node', { target: randomBytes(20), want }));
}

export const QUERY_CHECKS: Readonly<Record<number, Check>> = {
  20: async (probe, { residents, isHere }) => {
    if (!isHere) throw new NotOffered('one IP has one place in a table');
    const { id } = residents[0]!;
    const found = await nodesNear(probe, id);
    expect(found !== null && found.length > 0, 'no nodes, though it was asked by some that answer');
    const sorted = [...found].sort((a, b) => compareDistance(a.id, 0, b.id, 0, id, 0));
    expect(
      found.every((node, i) => node === sorted[i]),
      'nodes that are not nearest first',
    );
    if (isSame(found[0]!.id, id)) return;
    // A full bucket takes no newcomer (BEP 5), such as on the second visit of ours within minutes.
    if (found.length >= BUCKET_CONTACTS)
      throw new NotOffered('it knows as many others as it names');
    expect(false, 'not the target, which asked it and answers');
  },
  21: async (probe) => {
    const hash = randomBytes(20);
    await announce(probe, hash, { port: 7000 });
    await tokenFor(probe, hash);
  },
  22: async (probe) => {
    const hash = randomBytes(20);
    await announce(probe, hash, { port: 7001 });
    const reply = valuesOf(await probe.ask('get_peers', { info_hash: hash }));
    expect(Array.isArray(reply['values']), 'no values after an announce');
    if (reply[probe.words.nodes] instanceof Uint8Array) return;
    const isAlone = ((await nodesNear(probe, hash)) ?? []).length === 0;
    if (isAlone) throw new NotOffered('it knows nobody whom it could name');
    expect(false, 'values, and no nodes');
  },
  23: async (probe) => {
    const hash = randomBytes(20);
    await announce(probe, hash, { port: 7002 });
    const values = await peersOf(probe, hash);
    expect(values.length > 0, 'no values after an announce');
    expect(
      values.every(
        (value) => value instanceof Uint8Array && value.length === probe.words.addressBytes,
      ),
      'values that are not 6 bytes',
    );
  },
  28: async (probe, { elsewhere }) => {
    const hash = randomBytes(20);
    const announced = { info_hash: hash, port: 7003 };
    expectCode(await probe.ask('announce_peer', { ...announced, token: randomBytes(8) }), 203);
    if (!elsewhere) return;
    const token = await tokenFor(probe, hash);
    expectCode(await elsewhere.ask('announce_peer', { ...announced, token }), 203);
  },
  30: async (probe) => {
    const hash = randomBytes(20);
    await announce(probe, hash, { port: 1, implied_port: 1 });
    expectPeer(await peersOf(probe, hash), probe.address, true);
  },
  31: async (probe) => {
    for (const port of [0, 65_536]) {
      const hash = randomBytes(20);
      const token = await tokenFor(probe, hash);
      const reply = await probe.ask('announce_peer', { info_hash: hash, token, port });
      const peers = await peersOf(probe, hash);
      expect(peers.length === 0, `a peer with port ${port} is stored`);
      expectCode(reply, 203);
    }
  },
  32: async (probe) => {
    const hash = randomBytes(20);
    await announce(probe, hash, { port: 7004 });
    expectPeer(await peersOf(probe, hash), { ...probe.address, port: 7004 });
  },
  35: async (probe) => {
    const reply = valuesOf(await probe.ask('find_node', { target: randomBytes(20) }));
    const { nodes, others } = probe.words;
    expect(reply[nodes] instanceof Uint8Array, `no ${nodes}`);
    expect(reply[others] === undefined, `${others}, which nobody wanted`);
  },
  36: async (probe) => {
    const { nodes, want: own } = probe.words;
    for (const want of [[own], [own, 'n9'], own, 7, ['n4', 'n6']]) {
      expect((await wanting(probe, want))[nodes] !== undefined, `no ${nodes} for want ${want}`);
    }
  },
  37: async (probe) => {
    if (probe.words.want !== 'n6') throw new NotOffered('needs a node on IPv6');
    const hash = randomBytes(20);
    await announce(probe, hash, { port: 7004 });
    const { host } = probe.address;
    expectPeer(await peersOf(probe, hash), { host, port: 7004 });
  },
  43: async (probe, { silent }) => {
    expect(!(await isHandedOut(probe, silent.id)), 'hands out who asked and never answered');
  },
  49: async (probe, { readOnly }) => {
    valuesOf(await readOnly.ask('ping', {}));
    expect(!(await isHandedOut(probe, readOnly.id)), 'hands out a read-only node');
  },
  66: async (probe) => {
    const hash = randomBytes(20);
    await announce(probe, hash, { port: 7005 });
    const reply = valuesOf(
      await probe.ask('get_peers', { info_hash: hash, want: [probe.words.wantsOthers] }),
    );
    const { values } = reply;
    expect(Array.isArray(values) && values.length > 0, 'no values where others are wanted');
    expect(
      values.every(
        (value) => value instanceof Uint8Array && value.length === probe.words.addressBytes,
      ),
      'values of another family',
    );
  },
  67: async (probe) => {
    const { nodes, others, wantsOthers } = probe.words;
    const reply = await wanting(probe, [wantsOthers]);
    if (reply[others] === undefined) throw new NotOffered('it has no nodes of the other family');
    expect(reply[nodes] === undefined, `${nodes}, though ${wantsOthers} alone is wanted`);
  },
};

function expectPeer(
  peers: readonly Uint8Array[],
  announced: { host: string; port: number },
  isImplied = false,
): void {
  const isIt = (peer: Uint8Array): boolean =>
    isAddress(peer, announced) &&
    (isImplied ||
      compactOf(announced).subarray(-PORT_BYTES).join() === peer.subarray(-PORT_BYTES).join());
  expect(peers.some(isIt), 'not the peer that was announced');
}
