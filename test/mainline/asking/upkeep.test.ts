/** What a node does when nobody asks it to, over hours of virtual time. */
import { describe, expect, test } from 'vitest';
import { Method } from '../../../src/mainline/krpc/fields.ts';
import { flatTable, prefixTable } from '../../../src/mainline/table/groups.ts';
import { network, TARGET, truth } from '../scenes.ts';
import { hex, MINUTE_MS, onLoopback } from '../small-world.ts';

describe('upkeep', () => {
  test('an idle node ticks a bounded number of times per minute, and sends little', () => {
    const world = network(30);
    const ticks = world.residents.map((resident) => resident.ticks);
    const sent = world.sentCount;
    world.run(60 * MINUTE_MS);
    for (const [n, resident] of world.residents.entries()) {
      expect((resident.ticks - ticks[n]) / 60).toBeLessThan(30);
    }
    expect((world.sentCount - sent) / 60 / 30).toBeLessThan(40);
  });

  test.each([
    ['kbuckets', {}],
    ['flat', { table: flatTable() }],
    ['prefix', { table: prefixTable() }],
  ])('with a %s table contacts stay good', (_kind, settings) => {
    const world = network(20, { settings });
    world.run(80 * MINUTE_MS);
    for (const { node, tableIds } of world.residents) {
      expect(tableIds.length).toBeGreaterThan(10);
      node.table.visit((_handle, heardSeconds, failures) => {
        expect(failures).toBe(0);
        expect(world.now - heardSeconds * 1000).toBeLessThan(18 * MINUTE_MS);
      });
    }
  });

  test('dead contacts of k-buckets are replaced', () => {
    const world = network(60);
    for (const resident of world.residents.slice(1, 20)) resident.alive = false;
    world.run(60 * MINUTE_MS);
    const dead = new Set(world.residents.filter(({ alive }) => !alive).map(({ id }) => hex(id)));
    for (const resident of world.residents) {
      if (!resident.alive) continue;
      resident.node.table.visit((handle, _heard, failures) => {
        const { bytes } = world.shared.contacts;
        if (dead.has(hex(bytes.slice(handle * 26, handle * 26 + 20)))) {
          expect(failures).toBeGreaterThanOrEqual(2);
        }
      });
    }
    const asker = world.residents[30];
    const call = asker.findNode(TARGET);
    world.run(10_000);
    const { closest, steps } = asker.lookups.get(call)!;
    expect(closest.map(({ id }) => id)).toEqual(truth(world, asker, TARGET));
    expect(steps.every(({ verdict }) => verdict !== 'timeout')).toBe(true);
  });

  test('goes on when the link was down for hours, also for contacts that were being pinged', () => {
    const world = network(20);
    const us = world.residents[9];
    us.linked = false;
    world.run(3 * 60 * MINUTE_MS);
    expect(us.counters.timeouts).toBeGreaterThan(10);
    us.linked = true;
    world.run(10 * MINUTE_MS);
    us.node.table.visit((_handle, heardSeconds, failures) => {
      expect(failures).toBe(0);
      expect(world.now - heardSeconds * 1000).toBeLessThan(15 * MINUTE_MS);
    });
  });

  test('goes on after all request rows were taken', () => {
    const world = network(12);
    const us = world.residents[5];
    const { requests } = world.shared;
    const taken: number[] = [];
    for (let row = requests.take(999, 1, 0, 1); row !== 0; row = requests.take(999, 1, 0, 1))
      taken.push(row);
    expect(us.ask(onLoopback(0), Method.ping, TARGET)).toBe(0);
    const ticks = us.ticks;
    const call = us.findNode(TARGET);
    world.run(40 * MINUTE_MS);
    expect(us.ticks - ticks).toBeLessThanOrEqual(40 * 60 * 11);
    expect(us.lookups.has(call)).toBe(false);
    for (const row of taken) requests.free(row);
    world.run(5 * MINUTE_MS);
    expect(us.lookups.get(call)!.closest).toHaveLength(8);
    us.node.table.visit((_handle, heardSeconds) => {
      expect(world.now - heardSeconds * 1000).toBeLessThan(15 * MINUTE_MS);
    });
  });

  test('ticks that are early or too many change nothing', () => {
    const run = (extra: boolean) => {
      const world = network(10, { seed: 4 });
      const us = world.residents[3];
      for (let i = 0; i < 2000; i++) {
        world.run(500);
        if (extra) {
          us.node.tick(world.now);
          us.node.tick(world.now);
        }
      }
      return world.fingerprint;
    };
    expect(run(true)).toBe(run(false));
  });
});
