/** How a node gets into a network, and what it does when nobody is there. */
import { describe, expect, test } from 'vitest';
import { writeAddress } from '../../../src/core/address.ts';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { Method } from '../../../src/mainline/krpc/fields.ts';
import { network, TARGET, truth } from '../scenes.ts';
import { hex, MINUTE_MS, onLoopback, SmallWorld, text } from '../small-world.ts';

describe('joining', () => {
  test('a node finds its neighbours through one bootstrap address', () => {
    const world = network(60);
    for (const resident of world.residents.slice(1)) {
      expect(resident.joins[0]).toBeGreaterThan(0);
      const nearest = truth(world, resident, resident.id).slice(0, 4);
      expect(resident.tableIds).toEqual(expect.arrayContaining(nearest));
    }
  });

  test('a node alone without a bootstrap reports 0, and hardly ever wakes', () => {
    const world = new SmallWorld();
    const us = world.open();
    us.join();
    expect(us.joins).toEqual([0]);
    world.run(60 * MINUTE_MS);
    expect(us.ticks).toBeLessThanOrEqual(60);
    expect(world.sentCount).toBe(0);
  });

  test('a node whose bootstrap is dead tries ever less often, down to once a minute', () => {
    const world = new SmallWorld();
    const us = world.open();
    const dead = world.stranger(onLoopback(50));
    us.join(dead.address);
    world.run(30 * MINUTE_MS);
    const times = dead.inbox.map(({ atMs }) => atMs);
    const waits = times.slice(1).map((time, i) => time - times[i]);
    for (let i = 1; i < waits.length; i++) expect(waits[i]).toBeGreaterThanOrEqual(waits[i - 1]);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(60_000);
    expect(waits.at(-1)).toBeLessThan(70_000);
    expect(us.joins.every((answered) => answered === 0)).toBe(true);
    expect(us.ticks).toBeLessThan(4 * times.length + 4);
    dead.polite();
    world.run(2 * MINUTE_MS);
    expect(us.tableIds).toEqual([hex(dead.id)]);
    expect(us.joins.at(-1)).toBe(1);
  });

  test('addresses that come later overtake those that were silent', () => {
    const world = new SmallWorld();
    const us = world.open();
    const dead = Array.from({ length: 60 }, (_, n) => onLoopback(100 + n));
    const router = world.open();
    us.join(...dead);
    world.run(1500);
    const waiting = us.findNode(TARGET);
    us.join(router.address, ...dead);
    world.run(1000);
    expect(us.tableIds).toEqual([hex(router.id)]);
    world.run(MINUTE_MS);
    expect(us.joins).toEqual([1]);
    expect(us.lookups.get(waiting)!.closest.map(({ id }) => id)).toEqual([hex(router.id)]);
  });

  test('a router that invents ever closer nodes keeps nobody out', () => {
    const world = new SmallWorld();
    const us = world.open();
    const good = world.open();
    const liar = world.stranger(onLoopback(50));
    let invented = 0;
    liar.onQuery = (query) => {
      const { target, info_hash = target } = query['a'] as Record<string, Uint8Array>;
      const nodes = new Uint8Array(8 * 26);
      for (let i = 0; i < 8; i++) {
        nodes.set(info_hash, i * 26);
        nodes[i * 26 + 19] ^= ++invented;
        writeAddress(nodes, i * 26 + 20, onLoopback(200 + invented));
      }
      return { t: query['t'], y: ascii('r'), r: { id: liar.id, nodes } };
    };
    us.join(liar.address, good.address);
    world.run(MINUTE_MS);
    expect(us.tableIds).toContain(hex(good.id));
  });

  test('two small networks that share their bootstrap addresses become one', () => {
    const world = new SmallWorld();
    const [one, two] = [world.open(), world.open()];
    // Each is founded while the other half of the world is asleep.
    const found = (founder: typeof one, other: typeof one): (typeof one)[] => {
      const members = [founder, ...Array.from({ length: 12 }, () => world.open())];
      for (const member of members) {
        member.join(founder.address, other.address);
        world.run(1000);
      }
      world.run(MINUTE_MS);
      return members;
    };
    two.alive = false;
    const first = found(one, two);
    for (const member of first) member.alive = false;
    two.alive = true;
    const second = found(two, one);
    for (const member of first) member.alive = true;
    const strangers = (ours: typeof first, theirs: typeof first): number =>
      ours.filter((us) => theirs.every(({ id }) => !us.tableIds.includes(hex(id)))).length;
    expect(strangers(first, second)).toBe(13);
    world.run(40 * MINUTE_MS);
    expect(strangers(first, second) + strangers(second, first)).toBe(0);
    for (const asker of [...first, ...second]) {
      const call = asker.findNode(TARGET);
      world.run(10_000);
      expect(asker.lookups.get(call)!.closest.map(({ id }) => id)).toEqual(
        truth(world, asker, TARGET),
      );
    }
  });

  test('a node of a large network leaves its bootstrap alone', () => {
    const world = new SmallWorld();
    const us = world.open();
    const router = world.stranger(onLoopback(50)).polite();
    us.join(router.address);
    world.run(MINUTE_MS);
    for (let n = 0; n < 3000; n++) {
      us.ask(world.stranger(onLoopback(100 + n)).polite().address, Method.ping, TARGET);
      if (n % 100 === 0) world.run(100);
    }
    world.run(MINUTE_MS);
    expect(us.node.table.count).toBeGreaterThanOrEqual(64);
    // Once it is a contact no more nothing but a reunion would bring us to it.
    us.node.table.changed(world.now, router.address);
    router.inbox.length = 0;
    world.run(60 * MINUTE_MS);
    expect(router.queries.filter(({ q }) => text(q) === 'find_node')).toEqual([]);
  });

  test('its own address as bootstrap is nobody', () => {
    const world = new SmallWorld();
    const us = world.open();
    us.join(us.address);
    world.run(10 * MINUTE_MS);
    expect(world.sentCount).toBe(0);
    expect(us.joins[0]).toBe(0);
  });

  test('a first node without a bootstrap becomes a member when others come to it', () => {
    const world = new SmallWorld();
    const first = world.open();
    first.join();
    world.run(10 * MINUTE_MS);
    const second = world.open();
    second.join(first.address);
    world.run(MINUTE_MS);
    expect(first.tableIds).toEqual([hex(second.id)]);
    expect(first.joins.at(-1)).toBe(1);
  });

  test('two nodes that lost each other find each other again when one asks', () => {
    const world = new SmallWorld();
    const [a, b, c] = [world.open(), world.open(), world.open()];
    a.join();
    b.join(a.address);
    c.join(a.address);
    world.run(MINUTE_MS);
    b.alive = false;
    world.run(60 * MINUTE_MS);
    expect(a.counters.timeouts).toBeGreaterThanOrEqual(2);
    b.alive = true;
    c.alive = false;
    b.ask(a.address, Method.ping, TARGET);
    world.run(MINUTE_MS);
    const call = a.findNode(b.id);
    world.run(MINUTE_MS);
    expect(a.lookups.get(call)!.closest.map(({ id }) => id)).toContain(hex(b.id));
  });
});
