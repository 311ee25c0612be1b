/** Mainline nodes in a world: processes that end and begin again under the same number. */
import { describe, expect, test } from 'vitest';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { GradedWorld } from '../graded.ts';

const MINUTE_MS = 60_000;

describe('a node that is restarted', () => {
  test.each([
    ['with memory, through whom it knew', true],
    ['without, through the door that it is given', false],
  ])('%s, finds its place again under its old id and address', (_name, hasMemory) => {
    const graded = new GradedWorld({ nodes: 200, upkeep: true });
    const { overlay, world } = graded;
    const before = overlay.node(50);
    const { self, address } = before;
    overlay.crash(50);
    world.run(world.now + MINUTE_MS);
    overlay.restart(50, hasMemory ? [] : [overlay.addressOf(3)], hasMemory);
    const fresh = overlay.node(50);
    expect(fresh).not.toBe(before);
    expect([fresh.self, fresh.address, fresh.table.count]).toEqual([self, address, 0]);
    world.run(world.now + 5 * MINUTE_MS);
    expect(fresh.table.count).toBeGreaterThan(20);
    graded.lookup(50, LookupKind.findNode, graded.randomId());
    world.run(world.now + MINUTE_MS);
    const { found, truth } = graded.grades[0];
    expect(found).toEqual(truth);
  });

  test('alone, with nobody to ask, stays alone', () => {
    const graded = new GradedWorld({ nodes: 50 });
    const { overlay, world } = graded;
    overlay.crash(7);
    overlay.restart(7, [], false);
    world.run(world.now + 10 * MINUTE_MS);
    expect(overlay.node(7).table.count).toBe(0);
  });

  test('has forgotten what was announced to it, and hears nothing that was meant for the old one', () => {
    const graded = new GradedWorld({ nodes: 30 });
    const { overlay, world } = graded;
    graded.lookup(1, LookupKind.announce, graded.randomId(), 7000);
    world.run(Infinity);
    const holder = Array.from({ length: 30 }, (_, node) => node).find(
      (node) => overlay.node(node).peers !== null,
    )!;
    graded.lookup(holder, LookupKind.findNode, graded.randomId());
    world.run(world.now + 50); // its queries are on their way
    const { counters } = overlay;
    overlay.crash(holder);
    overlay.restart(holder, [], false);
    expect(overlay.node(holder).peers).toBeNull();
    const repliesBefore = counters.replies;
    world.run(world.now + MINUTE_MS);
    expect(graded.grades).toHaveLength(1); // the announce; the other ended with its process
    expect(counters.replies).toBe(repliesBefore);
  });

  test('gives all back that it held: however often, no row is lost', () => {
    const graded = new GradedWorld({ nodes: 40, upkeep: true });
    const { overlay, world } = graded;
    const rounds = (count: number): number => {
      for (let i = 0; i < count; i++) {
        const node = i % 40;
        graded.begin(2);
        world.run(world.now + 150);
        overlay.crash(node);
        overlay.restart(node, [overlay.addressOf((node + 1) % 40)], i % 2 === 0);
        world.run(world.now + MINUTE_MS);
      }
      return overlay.shared.byteLength;
    };
    const before = rounds(60);
    // A table that was not given back takes 200 bytes: 120 of them would double it.
    expect(rounds(120)).toBeLessThan(before * 1.2);
    expect(overlay.shared.contacts.count).toBe(40);
    for (let node = 0; node < 40; node++) {
      expect(overlay.shared.contacts.addressOf(node + 1)).toBe(overlay.addressOf(node));
    }
  });
});
