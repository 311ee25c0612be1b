/** What is inside of a Mainline node, as it is shown. */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { formatId, ID_BITS, parseId, sharedPrefixBits } from '../../../src/core/id.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { nodeViewOf, progressOf } from '../../../src/scene/mainline/views.ts';
import { STORED_SHOWN } from '../../../src/scene/protocol/limits.ts';
import { someId } from '../../core/ids.ts';

function overlayOf(nodes: number, founders = nodes) {
  const settings = settingsFrom({ onePerIp: false, inbound: false, outbound: false });
  const nothing = { onLookup() {}, onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} };
  const network = { latency: { kind: 'constant', ms: 100 } } as const;
  const options = { seed: 1, nodes, founders, network, settings, upkeep: true, sha1 };
  return mainlineWorld(options, nothing);
}

describe('the buckets of a node', () => {
  test('show every contact of its table in its bucket', () => {
    const overlay = overlayOf(300);
    const view = nodeViewOf(overlay, 7, false);
    const id = parseId(view.ids[0]);
    let shown = 0;
    for (const [part, row] of view.rows.entries()) {
      const isLast = part === view.rows.length - 1;
      expect([row.prefixBits, row.capacity]).toEqual([part, 8]);
      expect(row.contacts.length).toBeLessThanOrEqual(8);
      const path = /^bucket (\d+) · ([01]*)…$/.exec(row.label)!;
      expect(Number(path[1])).toBe(part);
      for (const contact of row.contacts) {
        const bits = sharedPrefixBits(parseId(contact.id), 0, id, 0);
        if (isLast) expect(bits).toBeGreaterThanOrEqual(part);
        else expect(bits).toBe(part);
        expect(binary(contact.id).startsWith(path[2])).toBe(true);
        expect(contact.address).toBe(`16.0.${contact.node >> 8}.${contact.node & 255}:6881`);
        expect(contact.id).toBe(formatId(overlay.contactBytes, (contact.node + 1) * CONTACT_BYTES));
        expect(contact.state).toBe('good');
        expect(contact.ageMs).toBeLessThan(15 * 60_000);
        shown++;
      }
    }
    expect(shown).toBe(overlay.node(7).table.count);
    expect(view.facts[0]).toEqual({ name: 'Contacts', value: String(shown) });
  });

  test('show who is questionable and who is bad', () => {
    const overlay = overlayOf(60);
    for (let node = 0; node < 50; node++) if (node !== 7) overlay.crash(node);
    overlay.world.run(overlay.world.now + 30 * 60_000);
    const contacts = nodeViewOf(overlay, 7, false).rows.flatMap((row) => row.contacts);
    for (const { node, state, failures } of contacts) {
      if (overlay.world.alive[node] === 1) expect(state).not.toBe('bad');
      else expect(state).not.toBe('good');
      if (failures >= 2) expect(state).toBe('bad');
    }
    expect(contacts.length).toBeGreaterThan(5);
  });
});

test('requests on their way are shown with what they are for', () => {
  const overlay = overlayOf(60);
  const { world } = overlay;
  const target = someId(new SeededRandom(1));
  overlay.node(7).lookup(world.now, LookupKind.getPeers, target, 1);
  world.arm(7);
  const { inFlight } = nodeViewOf(overlay, 7, false);
  expect(inFlight).toHaveLength(4);
  for (const { what, to, sinceMs } of inFlight) {
    expect([what, sinceMs]).toEqual(['get_peers', 0]);
    expect(to).toMatch(/^16\.0\.0\.\d+:6881$/);
  }
});

test('what it stores is shown up to a bound', () => {
  const overlay = overlayOf(20);
  const random = new SeededRandom(1);
  const store = overlay.node(3).peerStore();
  for (let i = 0; i < STORED_SHOWN + 5; i++) {
    // One network has a share of the store only.
    const from = addressOf(0x11000000 + ((i >> 4) << 8), 6881);
    store.announce(overlay.world.now, someId(random), 0, from, 1000, false);
  }
  const view = nodeViewOf(overlay, 3, false);
  expect([view.stored.length, view.storedCount]).toEqual([STORED_SHOWN, STORED_SHOWN + 5]);
  expect(view.stored[0]).toMatchObject({ what: 'peers: 1', role: 'peers', name: null });
});

test('a Sybil is called one; of a node that never began there is little to tell', () => {
  const overlay = overlayOf(30, 20);
  expect(nodeViewOf(overlay, 3, true).facts[0].name).toBe('Sybil');
  const view = nodeViewOf(overlay, 25, false);
  expect([view.rows, view.facts, view.stored]).toEqual([[], [], []]);
  expect(view.addresses).toEqual(['16.0.0.25:6881']);
  expect(overlay.hasBegun(25)).toBe(false);
});

test('a lookup that moves on has another progress', () => {
  const overlay = overlayOf(200);
  const { world } = overlay;
  const node = overlay.node(7);
  node.lookup(world.now, LookupKind.findNode, someId(new SeededRandom(2)), 1);
  world.arm(7);
  const lookup = node.lookups.find((one) => one?.call === 1)!;
  const seen = new Set([progressOf(lookup)]);
  for (let answered = 0; node.lookups.includes(lookup); ) {
    world.step(Infinity);
    if (lookup.answeredCount === answered) continue;
    answered = lookup.answeredCount;
    expect(seen.has(progressOf(lookup))).toBe(false);
    seen.add(progressOf(lookup));
  }
  expect(seen.size).toBeGreaterThan(8);
});

function binary(id: string): string {
  return BigInt(`0x${id}`).toString(2).padStart(ID_BITS, '0');
}
