/**
 * The world: the product's own nodes under virtual time. One seed is one run; lookups on ideal tables
 * come out as the static calculation says (research of 1,000 lookups: 10.9 requests, 2.27 hops at
 * k = 8, alpha = 3); and no datagram is lost without being counted.
 */

import { describe, expect, test, vi } from 'vitest';
import { addressOf } from '../../src/core/address.ts';
import { sharedPrefixBits } from '../../src/core/id.ts';
import { Fate, START_MS } from '../../src/lab/world-state.ts';
import { Method } from '../../src/mainline/krpc/fields.ts';
import { CONTACT_BYTES } from '../../src/mainline/rows/contacts.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import { type Grade, GradedWorld, type WorldChoices } from './graded.ts';

const MINUTE_MS = 60_000;

/** Runs lookups to their end; nothing else happens in a world without upkeep. */
function looked(options: WorldChoices, lookups: number, crashed = 0): GradedWorld {
  const graded = new GradedWorld(options);
  graded.crash(crashed);
  graded.begin(lookups);
  graded.world.run(Infinity);
  expect(graded.grades).toHaveLength(lookups);
  return graded;
}

/** How many of those who should have been found were. */
function right({ found, truth }: Grade): number {
  return found.filter((node) => truth.includes(node)).length;
}

describe('one seed', () => {
  test.each([
    ['without loss', { loss: 0, latency: { kind: 'king' } }],
    ['with loss and upkeep', { loss: 0.1, upkeep: true, latency: { kind: 'king' } }],
  ] as [string, WorldChoices][])('is one run, %s; another seed is another', (_name, options) => {
    const run = (seed: number) => {
      const graded = new GradedWorld({ nodes: 200, ...options, seed });
      graded.begin(20);
      graded.world.run(START_MS + MINUTE_MS);
      expect(graded.grades).toHaveLength(20);
      const { traceHash, delivered, lost } = graded.world;
      expect(traceHash).toMatch(/^[0-9a-f]{16}$/);
      return { traceHash, delivered, lost, grades: graded.grades };
    };
    const first = run(7);
    expect(run(7)).toEqual(first);
    expect(run(8).traceHash).not.toBe(first.traceHash);
  });

  test('is one run however time is cut into pieces', () => {
    const run = (pieceMs: number) => {
      const graded = new GradedWorld({ nodes: 100, upkeep: true, latency: { kind: 'king' } });
      graded.begin(10);
      const end = START_MS + 2 * MINUTE_MS;
      while (graded.world.now < end) {
        graded.world.run(Math.min(end, graded.world.now + pieceMs));
      }
      return [graded.world.now, graded.world.traceHash];
    };
    expect(run(777)).toEqual(run(2 * MINUTE_MS));
  });

  test('keeps what it draws for one part from the others: loss changes no table', () => {
    const tables = (loss: number) => {
      const handles: number[] = [];
      new GradedWorld({ nodes: 50, loss }).overlay
        .node(9)
        .table.visit((handle) => handles.push(handle));
      return handles;
    };
    expect(tables(0.5)).toEqual(tables(0));
  });
});

describe('lookups in a network of 1,000', () => {
  test('are exact, and as long as on ideal tables', () => {
    const graded = looked({ nodes: 1000 }, 300);
    for (const { found, truth } of graded.grades) expect(found).toEqual(truth);
    expect(Math.abs(graded.mean(({ rpcs }) => rpcs) / 10.9 - 1)).toBeLessThan(0.05);
    expect(Math.abs(graded.mean(({ hops }) => hops) / 2.27 - 1)).toBeLessThan(0.05);
    // Each request takes 200 ms there and back, so time comes in rounds.
    for (const { tookMs } of graded.grades) {
      expect(tookMs % 200).toBe(0);
      expect(tookMs).toBeGreaterThanOrEqual(600);
    }
    expect(graded.world.lost + graded.world.undeliverable).toBe(0);
  });

  test('all end when every tenth datagram is lost', () => {
    const graded = looked({ nodes: 1000, loss: 0.1 }, 300);
    const { world } = graded;
    const share = world.lost / (world.lost + world.delivered);
    expect(Math.abs(share - 0.1)).toBeLessThan(0.02);
    expect(graded.overlay.counters.timeouts).toBeGreaterThan(0);
    for (const { found, tookMs } of graded.grades) {
      expect(found.length).toBeGreaterThan(0);
      expect(tookMs).toBeLessThan(20_000);
    }
    expect(graded.mean(right)).toBeGreaterThan(6);
  });

  test('never end at the crashed, and nearly always find the closest living node', () => {
    const graded = looked({ nodes: 1000 }, 200, 0.3);
    const { world } = graded;
    expect(world.alive.filter((alive) => alive === 0).length).toBeGreaterThan(250);
    let closest = 0;
    for (const { found, truth } of graded.grades) {
      expect([...found, ...truth].filter((node) => world.alive[node] === 0)).toEqual([]);
      if (found[0] === truth[0]) closest++;
    }
    // Tables still hold the dead in place of some of the living: not all of the k are found.
    expect(closest).toBeGreaterThan(190);
    expect(graded.mean(right)).toBeGreaterThan(6.5);
    expect(world.undeliverable).toBeGreaterThan(0);
    expect(world.lost).toBe(0);
  });

  test('to a target that all living are asked about end with all of the living', () => {
    const graded = new GradedWorld({ nodes: 6 });
    graded.overlay.crash(2);
    graded.lookup(0, LookupKind.findNode, graded.randomId());
    graded.world.run(Infinity);
    expect([...graded.grades[0].found].sort()).toEqual([1, 3, 4, 5]);
    expect(graded.grades[0].found).toEqual(graded.grades[0].truth);
  });
});

describe('peers', () => {
  test('that were announced are found from everywhere', () => {
    const graded = new GradedWorld({ nodes: 500, latency: { kind: 'king' } });
    const { world } = graded;
    const infoHash = graded.randomId();
    const announced = new Set<number>();
    for (const [asker, port] of [
      [3, 1111],
      [77, 2222],
      [400, 3333],
    ] as const) {
      const call = graded.lookup(asker, LookupKind.announce, infoHash, port);
      world.run(Infinity);
      expect(graded.stored.get(call)).toBe(8);
      announced.add(addressOf(0x10000000 + asker, port));
    }
    for (const asker of [0, 100, 250, 499]) {
      const call = graded.lookup(asker, LookupKind.getPeers, infoHash);
      world.run(Infinity);
      expect(graded.peers.get(call)).toEqual(announced);
    }
    const other = graded.lookup(5, LookupKind.getPeers, graded.randomId());
    world.run(Infinity);
    expect(graded.peers.has(other)).toBe(false);
  });
});

describe('datagrams', () => {
  test('are conserved: sent is delivered, lost, undeliverable or under way, at any time', () => {
    const graded = new GradedWorld({ nodes: 300, loss: 0.2, latency: { kind: 'king' } });
    const { overlay, world } = graded;
    // What the wheel was given that is no tick has a parcel's lifetime: count it independently.
    const put = vi.spyOn(world.wheel, 'put');
    const onTheWire = () =>
      put.mock.calls.filter(([atMs, kind]) => kind === 1 && atMs > world.now).length;
    graded.crash(0.2);
    graded.begin(50);
    const sent = () => overlay.counters.datagramsOut;
    let busiest = 0;
    for (let i = 0; i < 30; i++) {
      world.run(world.now + 100);
      const ended = world.delivered + world.lost + world.undeliverable;
      expect(sent()).toBe(ended + onTheWire());
      busiest = Math.max(busiest, onTheWire());
    }
    expect(busiest).toBeGreaterThan(20);
    world.run(Infinity);
    expect(world.wheel.count).toBe(0);
    expect(sent()).toBe(world.delivered + world.lost + world.undeliverable);
    expect(overlay.counters.datagramsIn).toBe(world.delivered);
    expect(world.lost * world.undeliverable).toBeGreaterThan(0);
  });

  test('to addresses that are not of this world are undeliverable, and nobody answers', () => {
    const graded = new GradedWorld({ nodes: 10 });
    const { overlay, world } = graded;
    for (const to of [
      addressOf(0x10000000 + 10, 6881),
      addressOf(0x10000000, 80),
      addressOf(1, 1),
    ]) {
      expect(overlay.node(0).ask(world.now, to, Method.ping, graded.randomId(), 1)).toBe(true);
      world.arm(0);
    }
    expect(world.undeliverable).toBe(3);
    world.run(Infinity);
    expect([graded.silences, graded.answers]).toEqual([3, 0]);
    expect([world.delivered, world.lost]).toEqual([0, 0]);
    expect(
      overlay
        .node(0)
        .ask(world.now, overlay.population.addressOf(9), Method.ping, graded.randomId(), 1),
    ).toBe(true);
    world.arm(0);
    world.run(Infinity);
    expect([graded.answers, world.delivered]).toEqual([1, 2]);
  });

  test('to and from the crashed are undeliverable: they hear nothing and say nothing', () => {
    const graded = new GradedWorld({ nodes: 20 });
    const { overlay, world } = graded;
    overlay.crash(7);
    const ask = (from: number, to: number) => {
      const address = overlay.population.addressOf(to);
      overlay.node(from).ask(world.now, address, Method.ping, graded.randomId(), 1);
      world.arm(from);
      world.run(Infinity);
      return [world.delivered, world.undeliverable, graded.answers, graded.silences];
    };
    expect(ask(0, 7)).toEqual([0, 1, 0, 1]);
    expect(ask(7, 0)).toEqual([0, 2, 0, 1]); // nor does it wake to find out that nobody answered
    expect(ask(0, 1)).toEqual([2, 2, 1, 1]);
    expect(overlay.counters.datagramsIn).toBe(2);
  });

  test('take their places again: as many lookups once more need no more room', () => {
    const graded = new GradedWorld({ nodes: 100 });
    const { overlay, world } = graded;
    const rounds = (count: number) => {
      for (let i = 0; i < count; i++) {
        graded.begin(50);
        world.run(Infinity);
      }
      return overlay.byteLength;
    };
    // Until everybody has asked somebody: tables make room for spares when the first one comes.
    const before = rounds(12);
    expect(rounds(12)).toBe(before);
    expect(graded.grades).toHaveLength(1200);
  });
});

describe('time', () => {
  test('ends where it was told to, and in an endless run with the last event', () => {
    const graded = new GradedWorld({ nodes: 50 });
    const { world } = graded;
    expect(world.now).toBe(START_MS);
    world.run(START_MS + 12_345);
    expect(world.now).toBe(START_MS + 12_345);
    graded.begin(1);
    world.run(Infinity);
    expect(world.now).toBeLessThan(START_MS + MINUTE_MS);
    graded.begin(1);
    world.run(Infinity);
    expect(graded.grades).toHaveLength(2);
  });

  test('stops after the event that a run waited for', () => {
    const graded = new GradedWorld({ nodes: 200 });
    graded.begin(20);
    graded.world.run(Infinity, () => graded.grades.length > 0);
    expect(graded.grades.length).toBe(1);
    expect(graded.world.step(Infinity)).toBe(true);
  });
});

describe('upkeep', () => {
  test('keeps all tables full and all contacts fresh, with a bounded number of events', () => {
    const nodes = 150;
    const graded = new GradedWorld({ nodes, upkeep: true });
    const { overlay, world } = graded;
    const before = Array.from({ length: nodes }, (_, node) => overlay.node(node).table.count);
    let most = 0;
    let events = 0;
    for (let minute = 1; minute <= 20; minute++) {
      world.run(START_MS + minute * MINUTE_MS, () => {
        events++;
        return false;
      });
      most = Math.max(most, world.wheel.count);
    }
    const { contacts } = overlay.node(0).shared;
    for (let node = 0; node < nodes; node++) {
      const { table } = overlay.node(node);
      expect(table.count).toBeGreaterThanOrEqual(before[node]);
      let misplaced = 0;
      let stale = 0;
      table.visit((handle, heardSeconds, failures, part) => {
        const { bytes } = contacts;
        const shared = sharedPrefixBits(
          bytes,
          (node + 1) * CONTACT_BYTES,
          bytes,
          handle * CONTACT_BYTES,
        );
        if (part !== Math.min(shared, table.parts - 1)) misplaced++;
        if (failures > 0 || world.now - heardSeconds * 1000 > 16 * MINUTE_MS) stale++;
      });
      expect([misplaced, stale]).toEqual([0, 0]);
    }
    // Each contact is pinged and each bucket refreshed about once in 15 minutes: some 150 requests a
    // node, twice two datagrams and a few deadlines each.
    expect(world.delivered / nodes).toBeLessThan(800);
    expect(events / nodes).toBeLessThan(2000);
    // A tick waits for each node; those that became stale are dropped when their time comes.
    expect(most / nodes).toBeLessThan(20);
    expect(world.lost + world.undeliverable).toBe(0);
  });

  test('finds out who crashed', () => {
    const graded = new GradedWorld({ nodes: 60, upkeep: true });
    const { overlay, world } = graded;
    const dead = 30;
    overlay.crash(dead);
    world.run(START_MS + 40 * MINUTE_MS);
    for (let node = 0; node < 60; node++) {
      if (node === dead) continue;
      overlay.node(node).table.visit((handle, _heardSeconds, failures) => {
        if (handle === dead + 1) expect(failures).toBeGreaterThanOrEqual(2);
        else expect(failures).toBe(0);
      });
    }
    graded.begin(20);
    world.run(world.now + MINUTE_MS);
    for (const { found, truth } of graded.grades) expect(found).toEqual(truth);
  });
});

describe('a tap', () => {
  test('hears when each datagram will arrive, or why it never does, and changes nothing', () => {
    const run = (isTapped: boolean) => {
      const graded = new GradedWorld({ nodes: 100, loss: 0.1, latency: { kind: 'king' } });
      const { world } = graded;
      const fates = { arrives: 0, lost: 0, unreachable: 0 };
      const expected: number[] = [];
      if (isTapped) {
        world.tap = {
          sent() {},
          routed(atMs) {
            if (atMs === Fate.lost) fates.lost++;
            else if (atMs === Fate.unreachable) fates.unreachable++;
            else expected.push(atMs);
          },
          arriving() {
            fates.arrives++;
            const at = expected.indexOf(world.now);
            expect(at).toBeGreaterThanOrEqual(0);
            expected.splice(at, 1);
          },
        };
      }
      graded.begin(20);
      world.run(Infinity);
      return { graded, fates, left: expected.length };
    };
    const { graded, fates, left } = run(true);
    const { delivered, lost, traceHash } = graded.world;
    expect(fates).toEqual({ arrives: delivered, lost, unreachable: 0 });
    expect(left).toBe(0);
    expect(lost).toBeGreaterThan(10);
    expect(run(false).graded.world.traceHash).toBe(traceHash);
  });
});
