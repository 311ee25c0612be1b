/** Sybils: they keep to the protocol, name only each other, and keep nothing. */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { sharedPrefixBits } from '../../../src/core/id.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { SYBIL_BITS, sybilHandler, sybilId } from '../../../src/lab/mainline/sybils.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';
import type { Lookup } from '../../../src/mainline/rows/lookup.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { someId } from '../../core/ids.ts';

const FOUNDERS = 100;
const SYBILS = 10;
const TARGET = someId(new SeededRandom(77));

/** A small network with an attacker's nodes around a target, long enough for them to be known. */
function attacked() {
  const open = { onePerIp: false, inbound: false, outbound: false } as const;
  const settings = settingsFrom(open);
  const ended = new Map<number, { stored: number; found: number[] }>();
  const peers: number[] = [];
  const overlay = mainlineWorld(
    {
      ...{ seed: 1, nodes: FOUNDERS + SYBILS, founders: FOUNDERS, settings, upkeep: true, sha1 },
      network: { latency: { kind: 'constant', ms: 20 } },
    },
    {
      onLookup: (call, lookup) => ended.set(call, outcomeOf(lookup)),
      onPeer: (_call, peer) => peers.push(peer),
      onAnswer() {},
      onSilence() {},
      onJoin() {},
    },
  );
  const outcomeOf = (lookup: Lookup) => {
    const found: number[] = [];
    lookup.closestAnswered(8, (row) => found.push(overlay.nodeAt(lookup.addressOf(row))));
    return { stored: lookup.writes.stored, found };
  };
  const nodes = Array.from({ length: SYBILS }, (_, i) => FOUNDERS + i);
  const random = new SeededRandom(3);
  const own = { ...settings, handler: sybilHandler(nodes.map((node) => node + 1)) };
  for (const node of nodes) {
    const id = new Uint8Array(20);
    sybilId(TARGET, random, id);
    overlay.enlist(node, id, own);
    overlay.restart(node, [overlay.addressOf(node % FOUNDERS)], false);
  }
  const { world } = overlay;
  const look = (call: number, kind: LookupKind): void => {
    const announcement =
      kind === LookupKind.announce ? { port: 1000, impliedPort: false, seed: false } : null;
    overlay.node(5).lookup(world.now, kind, TARGET, call, announcement);
    world.arm(5);
    world.run(world.now + 10_000);
  };
  world.run(world.now + 60_000);
  return { overlay, nodes, ended, peers, look };
}

test('ids of an attacker share more bits with the target than anybody’s', () => {
  const random = new SeededRandom(1);
  const id = new Uint8Array(20);
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    sybilId(TARGET, random, id);
    expect(sharedPrefixBits(id, 0, TARGET, 0)).toBe(SYBIL_BITS);
    seen.add(id.join());
  }
  expect(seen.size).toBe(100);
});

describe('who asks for what they surround', () => {
  test('finds none but them', () => {
    const { look, ended, nodes } = attacked();
    look(1, LookupKind.findNode);
    expect(ended.get(1)!.found).toHaveLength(8);
    for (const node of ended.get(1)!.found) expect(nodes).toContain(node);
  });

  test('is told that it was stored, and it was not', () => {
    const { look, ended, overlay, nodes, peers } = attacked();
    look(1, LookupKind.announce);
    expect(ended.get(1)!.stored).toBe(8);
    look(2, LookupKind.getPeers);
    expect(peers).toEqual([]);
    for (const node of nodes) expect(overlay.node(node).peers).toBeNull();
  });

  test('elsewhere they answer as anybody does', () => {
    const { overlay, nodes } = attacked();
    const sybil = overlay.node(nodes[0]);
    expect(sybil.isMember).toBe(true);
    expect(sybil.table.count).toBeGreaterThan(10);
    const known: number[] = [];
    overlay.node(5).table.visit((handle) => known.push(handle - 1));
    expect(known.length).toBeGreaterThan(10);
  });
});

test('a latecomer may have another id until it begins, a founder never', () => {
  const { overlay } = attacked();
  expect(() => overlay.enlist(3, someId(new SeededRandom(1)), null)).toThrow('only latecomers');
  expect(() => overlay.enlist(FOUNDERS, someId(new SeededRandom(1)), null)).toThrow('never begun');
  const start = (FOUNDERS + 1) * CONTACT_BYTES;
  expect(sharedPrefixBits(overlay.contactBytes, start, TARGET, 0)).toBe(SYBIL_BITS);
  expect(overlay.nodeAt(addressOf(1, 1))).toBe(-1);
});
