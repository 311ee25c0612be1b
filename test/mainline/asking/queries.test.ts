import { describe, expect, test } from 'vitest';
import { type Address, addressOf, ipOf, parseIp } from '../../../src/core/address.ts';
import { ascii, type Encodable, encode } from '../../../src/mainline/krpc/bencode.ts';
import { Method } from '../../../src/mainline/krpc/fields.ts';
import { OUTBOUND_LIMITS } from '../../../src/mainline/settings.ts';
import { accountedFor, dropped, network, query, TARGET, truth } from '../scenes.ts';
import {
  idOf,
  inPublic,
  MINUTE_MS,
  onLoopback,
  SmallWorld,
  type Stranger,
  sha1,
} from '../small-world.ts';

describe('limits', () => {
  test('one source may ask 50 at once and 10 a second, others are not touched by it', () => {
    const world = new SmallWorld({ address: inPublic });
    const us = world.open();
    const flood = world.stranger(inPublic(50));
    const other = world.stranger(inPublic(51));
    for (let n = 0; n < 200; n++) {
      world.stranger(addressOf(ipOf(flood.address), 1000 + n));
      us.node.receive(
        world.now,
        addressOf(ipOf(flood.address), 1000 + n),
        query(flood.id),
        0,
        query(flood.id).length,
      );
    }
    expect(dropped(us, 'source-limit')).toBe(150);
    expect(other.ask(us.address, 'ping', {})).not.toBeNull();
    world.run(1000);
    for (let n = 0; n < 20; n++) flood.send(us.address, query(flood.id));
    world.run(20);
    expect(dropped(us, 'source-limit')).toBe(150 + 20 - 10);
  });

  test('all sources together may ask 2000 at once and 1000 a second', () => {
    const world = new SmallWorld({ address: inPublic });
    const us = world.open();
    world.keeps = 0;
    for (let n = 0; n < 3000; n++) {
      const from = addressOf(parseIp('9.0.0.0') + n * 7, 6881);
      us.node.receive(world.now, from, query(idOf('11')), 0, query(idOf('11')).length);
    }
    expect(dropped(us, 'total-limit')).toBe(1000);
    expect(accountedFor(us.counters)).toBe(3000);
  });

  test('answers with values cost their asker more: no IP gets more than 5 kB a second', () => {
    const world = new SmallWorld({ address: inPublic });
    const us = world.open();
    const [greedy, modest] = [world.stranger(inPublic(50)), world.stranger(inPublic(60))];
    const value = ascii('x'.repeat(996));
    const target = sha1(encode(value));
    const ask = (who: Stranger, a: { [key: string]: Encodable }, q = 'get') =>
      who.send(us.address, { t: 'aa', y: 'q', q, a: { id: who.id, ...a } });
    const { r } = modest.ask(us.address, 'get', { target })! as { r: { token: Uint8Array } };
    expect(modest.ask(us.address, 'put', { token: r.token, v: value })).not.toBeNull();
    for (let second = 0; second < 60; second++) {
      for (let n = 0; n < 30; n++) ask(greedy, { target });
      world.run(1000);
    }
    const bytes = greedy.inbox.reduce((sum, datagram) => sum + datagram.bytes.length, 0);
    // At once 50 queries' worth, and 60 seconds of 10; each began 512 bytes.
    expect(bytes).toBeLessThan((50 + 60 * 10 + 3) * 512);
    expect(bytes).toBeGreaterThan(60 * 10 * 300);
    expect(modest.ask(us.address, 'get', { target })).not.toBeNull();
    expect(accountedFor(us.counters)).toBe(us.counters.datagramsIn);
  });

  test('loopback passes the limits, unless it should not', () => {
    const world = new SmallWorld();
    const [open, strict] = [world.open(), world.open({ exemptLoopback: false })];
    const flood = world.stranger(onLoopback(50));
    for (const us of [open, strict]) {
      for (let n = 0; n < 100; n++) flood.send(us.address, query(flood.id));
    }
    world.run(20);
    expect(dropped(open, 'source-limit')).toBe(0);
    expect(dropped(strict, 'source-limit')).toBe(50);
  });

  test('answers to our own requests are never limited', () => {
    const world = new SmallWorld({ address: inPublic });
    const us = world.open();
    const stranger = world.stranger(inPublic(50)).polite();
    for (let n = 0; n < 200; n++) us.ask(stranger.address, Method.ping, TARGET);
    world.run(100);
    expect(us.answers.size).toBe(200);
  });

  test('the outbound budget delays lookups to new endpoints, and they finish all the same', () => {
    const outbound = { ...OUTBOUND_LIMITS, newEndpoints: 2, newEndpointsBurst: 3 };
    const world = network(40, { address: inPublic, settings: { secureIds: false } });
    const us = world.open({ outbound });
    const before = world.now;
    world.keeps = Infinity;
    us.join(world.residents[0].address);
    const call = us.findNode(TARGET);
    world.run(5 * MINUTE_MS);
    const lookup = us.lookups.get(call)!;
    expect(lookup.closest.map(({ id }) => id)).toEqual(truth(world, us, TARGET));
    expect(lookup.durationMs).toBeGreaterThan(2000);
    const met = new Set<Address>();
    let fresh = 0;
    for (const { from, to, atMs } of world.sent) {
      if (from !== us.address || met.has(to)) continue;
      met.add(to);
      fresh++;
      expect(fresh).toBeLessThanOrEqual(3 + (2 * (atMs - before)) / 1000 + 1);
    }
    expect(us.ticks).toBeLessThan(5 * 60 * 4);
  });

  test("the outbound budget holds for a program's own queries too: it is told at once", () => {
    const outbound = { ...OUTBOUND_LIMITS, newEndpoints: 1, newEndpointsBurst: 3 };
    const world = new SmallWorld({ address: inPublic });
    const us = world.open({ outbound });
    const ask = (n: number): boolean => us.ask(inPublic(100 + n), Method.ping, TARGET) > 0;
    expect([0, 1, 2, 3, 4].map(ask)).toEqual([true, true, true, false, false]);
    expect(ask(0)).toBe(true); // no new endpoint
    expect(us.counters.queriesOut).toBe(4);
    world.run(1000);
    expect([5, 6].map(ask)).toEqual([true, false]);
  });

  test('a budget that is used up does not make the node spin', () => {
    const outbound = { ...OUTBOUND_LIMITS, newEndpoints: 1, newEndpointsBurst: 1 };
    const world = new SmallWorld({ address: inPublic });
    const us = world.open({ outbound });
    us.join(...Array.from({ length: 40 }, (_, n) => inPublic(100 + n)));
    for (let n = 0; n < 50; n++) us.findNode(world.randomId());
    world.run(10 * MINUTE_MS);
    expect(us.ticks / 10).toBeLessThan(60 * 8);
    expect(us.node.lookupCount).toBeLessThanOrEqual(1);
  });

  test('strangers that flood us are not all pinged', () => {
    const world = new SmallWorld();
    const us = world.open();
    for (let n = 0; n < 500; n++)
      world.stranger(onLoopback(100 + n)).send(us.address, query(world.randomId()));
    world.run(20);
    expect(us.counters.queriesOut).toBeLessThanOrEqual(32);
    world.run(10_000);
    expect(us.node.requestCount).toBe(0);
  });

  test('a silent stranger is not pinged again for 90 seconds', () => {
    const world = new SmallWorld();
    const us = world.open();
    const stranger = world.stranger(onLoopback(50));
    for (let n = 0; n < 89; n++) {
      stranger.send(us.address, query(stranger.id));
      world.run(1000);
    }
    expect(stranger.queries).toHaveLength(1);
    world.run(2000);
    stranger.send(us.address, query(stranger.id));
    world.run(1000);
    expect(stranger.queries).toHaveLength(2);
  });
});
