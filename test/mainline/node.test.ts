/**
 * The node as a whole, in a small world: joining, walking, upkeep, limits, and what happens when its
 * owner or the network does the unexpected. Time here is virtual, so an hour takes milliseconds.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Address, addressOf, ipOf, parseIp } from '../../src/core/address.ts';
import { SeededRandom } from '../../src/core/random.ts';
import { Register } from '../../src/core/register.ts';
import { ascii, type Bencoded, type Encodable, encode } from '../../src/mainline/bencode.ts';
import { type Counters, DROP_REASONS, type DropReason } from '../../src/mainline/counters.ts';
import { flatTable, prefixTable } from '../../src/mainline/groups.ts';
import { Method } from '../../src/mainline/message.ts';
import { LOOKUPS_LIMIT, LookupKind } from '../../src/mainline/node.ts';
import { DEFAULTS } from '../../src/mainline/settings.ts';
import { mutate } from './mutate.ts';
import {
  at,
  byDistanceTo,
  type Dictionary,
  hex,
  idOf,
  inPublic,
  MINUTE_MS,
  onLoopback,
  type Resident,
  SmallWorld,
  text,
  type WorldOptions,
} from './small-world.ts';

const TARGET = idOf('77aa');
const INFO_HASH = idOf('5c0ffee5');
const ANNOUNCEMENT = { port: 4242, impliedPort: false, seed: false };

/** A network that has joined through its first node. */
function network(count: number, options: WorldOptions = {}): SmallWorld {
  const world = new SmallWorld({ latencyMs: [5, 60], ...options });
  world.keeps = 0;
  for (let n = 0; n < count; n++) {
    const resident = world.open();
    resident.join(...(n === 0 ? [] : [world.residents[0]!.address]));
    world.run(50);
  }
  world.run(MINUTE_MS);
  return world;
}

/** Ids of all living nodes but the asker, closest to the target first. */
function truth(world: SmallWorld, asker: Resident, target: Uint8Array): string[] {
  return world.residents
    .filter((resident) => resident !== asker && resident.alive)
    .map(({ id }) => id)
    .sort(byDistanceTo(target))
    .slice(0, 8)
    .map(hex);
}

function dropped(us: Resident, reason: DropReason): number {
  return us.counters.dropped[DROP_REASONS.indexOf(reason)]!;
}

/** Every datagram in ends in exactly one of these. */
function accountedFor(counters: Counters): number {
  const sum = (column: Float64Array) => column.reduce((all, one) => all + one, 0);
  return sum(counters.queries) + counters.replies + counters.errors + sum(counters.dropped);
}

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
    const waits = times.slice(1).map((time, i) => time - times[i]!);
    for (let i = 1; i < waits.length; i++) expect(waits[i]).toBeGreaterThanOrEqual(waits[i - 1]!);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(60_000);
    expect(waits.at(-1)).toBeLessThan(70_000);
    expect(us.joins.every((answered) => answered === 0)).toBe(true);
    expect(us.ticks).toBeLessThan(4 * times.length + 4);
    dead.polite();
    world.run(2 * MINUTE_MS);
    expect(us.tableIds).toEqual([hex(dead.id)]);
    expect(us.joins.at(-1)).toBe(1);
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

describe('lookups', () => {
  test('in a network of 200 nodes end with the 8 closest, every time', () => {
    const world = network(200);
    for (let n = 0; n < 40; n++) {
      const asker = world.residents[n * 5]!;
      const target = world.randomId();
      const call = asker.findNode(target);
      world.run(5000);
      const lookup = asker.lookups.get(call)!;
      expect(lookup.closest.map(({ id }) => id)).toEqual(truth(world, asker, target));
      expect(lookup.steps.length).toBeLessThan(30);
    }
  });

  test('with 5 % loss and 20 % dead nodes find nearly all of the 8 closest, and end in time', () => {
    const world = network(200, { loss: 0.05, seed: 2 });
    const random = new SeededRandom(9);
    for (const resident of world.residents.slice(1)) {
      if (random.uint32() < 0.2 * 0x100000000) resident.alive = false;
    }
    const living = world.residents.filter(({ alive }) => alive);
    let exact = 0;
    let missed = 0;
    for (let n = 0; n < 40; n++) {
      const asker = living[n * 3]!;
      const target = world.randomId();
      const call = asker.findNode(target);
      world.run(20_000);
      const { closest, steps, durationMs } = asker.lookups.get(call)!;
      const found = closest.map(({ id }) => id);
      const wanted = truth(world, asker, target);
      expect(durationMs).toBeLessThan(15_000);
      if (wanted.every((id, i) => found[i] === id)) exact++;
      missed += wanted.filter((id) => !found.includes(id)).length;
      // Whoever is in the result answered, and is one of the living.
      for (const id of found) expect(living.some((resident) => hex(resident.id) === id)).toBe(true);
      expect(steps.filter(({ rttMs }) => rttMs !== null).length).toBeGreaterThanOrEqual(5);
    }
    expect(missed / (40 * 8)).toBeLessThan(0.15);
    expect(exact).toBeGreaterThan(10);
  });

  test('that announce are found by those that search, from anywhere', () => {
    const world = network(80);
    const [one, two] = [world.residents[5]!, world.residents[60]!];
    const announced = one.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    world.run(5000);
    expect(one.lookups.get(announced)!.stored).toBe(8);
    const searched = two.lookup(LookupKind.getPeers, INFO_HASH);
    world.run(5000);
    const peers = two.peers.get(searched)!;
    expect(new Set(peers)).toEqual(new Set([addressOf(ipOf(one.address), 4242)]));
    const implied = { port: 1, impliedPort: true, seed: true };
    const again = one.lookup(LookupKind.announce, TARGET, implied);
    world.run(5000);
    const found = two.lookup(LookupKind.getPeers, TARGET);
    world.run(5000);
    expect(one.lookups.get(again)!.stored).toBe(8);
    expect(new Set(two.peers.get(found))).toEqual(new Set([one.address]));
  });

  test('that finish leave requests behind, which still tell who is alive', () => {
    const world = new SmallWorld({ latencyMs: [100, 100] });
    const us = world.open({ k: 2, alpha: 8 }, idOf('80'));
    const strangers = Array.from({ length: 8 }, (_, n) => {
      const stranger = world.stranger(onLoopback(100 + n), idOf(`7${n}`)).polite();
      us.ask(stranger.address, Method.ping, TARGET);
      return stranger;
    });
    world.run(300);
    const walk = idOf('70');
    const late = strangers[1]!;
    late.onQuery = null;
    us.findNode(walk);
    world.run(10_000);
    expect(us.node.requestCount).toBe(0);
    expect(world.ground.requests.count).toBe(0);
  });

  test('a late answer counts while the lookup lives, and a slow node frees its place', () => {
    const world = new SmallWorld({ latencyMs: [10, 10] });
    const us = world.open({ alpha: 1 });
    const slow = world.stranger(onLoopback(50));
    const quick = world.stranger(onLoopback(51)).polite();
    us.join(slow.address, quick.address);
    const call = us.findNode(TARGET);
    world.run(1500);
    expect(quick.queries.length).toBeGreaterThan(0);
    expect(us.lookups.has(call)).toBe(false);
    const query = slow.queries.find(
      (message) => text((message['a'] as Dictionary)['target']) === text(TARGET),
    )!;
    slow.send(us.address, { t: query['t'] as Uint8Array, y: 'r', r: { id: slow.id } });
    world.run(100);
    const { steps, answered } = us.lookups.get(call)!;
    expect(answered).toBe(2);
    expect(steps.map(({ verdict }) => verdict).sort()).toEqual(['answered', 'late']);
  });

  test('end also when nobody answers', () => {
    const world = new SmallWorld();
    const us = world.open();
    us.join(onLoopback(50), onLoopback(51));
    const call = us.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    world.run(7000);
    expect(us.lookups.get(call)).toMatchObject({
      answered: 0,
      stored: 0,
      closest: [],
      durationMs: 6000,
    });
    expect(us.lookups.get(call)!.steps.map(({ verdict }) => verdict)).toEqual([
      'timeout',
      'timeout',
    ]);
  });

  test('of a node that knows nobody cannot be started', () => {
    const us = new SmallWorld().open();
    us.join();
    expect(us.findNode(TARGET)).toBe(0);
  });

  test('are bounded in number, and one more can start when one is over', () => {
    const world = new SmallWorld();
    const us = world.open();
    us.join(onLoopback(50));
    let started = 0;
    while (us.findNode(TARGET) !== 0) started++;
    expect(started + 1).toBe(LOOKUPS_LIMIT);
    world.run(7000);
    expect(us.findNode(TARGET)).not.toBe(0);
    world.run(MINUTE_MS);
    expect(world.ground.requests.count).toBe(0);
  });

  test('of a liar who invents ever closer nodes end', () => {
    const world = new SmallWorld();
    const us = world.open();
    const liar = world.stranger(onLoopback(50));
    let invented = 0;
    liar.onQuery = () => {
      const nodes = [];
      for (let n = 0; n < 8; n++) {
        const id = TARGET.slice();
        id[19] = ++invented;
        const port = 20_000 + invented;
        nodes.push(...id, 127, 0, 0, 1, port >>> 8, port & 255);
      }
      return { nodes: Uint8Array.from(nodes) };
    };
    us.join(liar.address);
    const call = us.findNode(TARGET);
    world.run(5 * MINUTE_MS);
    expect(us.lookups.get(call)!.steps.length).toBeLessThanOrEqual(128);
    expect(us.lookups.get(call)!.closest.map(({ id }) => id)).toContain(hex(liar.id));
  });
});

describe('what the owner does in the middle of it', () => {
  test.each(['peer', 'lookup', 'join'] as const)('cancel on "%s" harms nobody', (moment) => {
    const world = network(30);
    const [one, us] = [world.residents[3]!, world.residents[20]!];
    one.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    world.run(5000);
    let cancelled = -1;
    us.onEvent = (what, call) => {
      if (what !== moment) return;
      us.onEvent = null;
      cancelled = call;
      us.node.cancel(call);
    };
    if (moment === 'join') us.node.join(world.now, [onLoopback(0)]);
    const call = us.lookup(LookupKind.getPeers, INFO_HASH);
    const other = us.lookup(LookupKind.getPeers, INFO_HASH);
    world.run(20_000);
    for (const each of [call, other]) {
      expect(us.lookups.has(each)).toBe(moment !== 'peer' || each !== cancelled);
    }
    if (moment !== 'join') expect([call, other]).toContain(cancelled);
    expect(us.node.lookupCount).toBe(0);
    const third = us.findNode(TARGET);
    const fourth = us.findNode(INFO_HASH);
    world.run(20_000);
    expect(us.lookups.get(third)!.target).toBe(hex(TARGET));
    expect(us.lookups.get(fourth)!.target).toBe(hex(INFO_HASH));
    expect(us.lookups.get(third)!.closest.map(({ id }) => id)).toEqual(truth(world, us, TARGET));
  });

  test('cancelling and starting another on the first peer does not mix the two up', () => {
    const world = new SmallWorld();
    const us = world.open();
    const stranger = world.stranger(onLoopback(50));
    const values = [1, 2, 3].map((n) => Uint8Array.of(127, 0, 0, 1, 0, n));
    stranger.onQuery = (query) => (text(query['q']) === 'get_peers' ? { values } : {});
    us.join(stranger.address);
    world.run(1000);
    let second = 0;
    us.onEvent = (what, call) => {
      if (what !== 'peer') return;
      us.onEvent = null;
      us.node.cancel(call);
      second = us.findNode(TARGET);
    };
    const first = us.lookup(LookupKind.getPeers, INFO_HASH);
    world.run(1000);
    expect(us.peers.get(first)).toHaveLength(1);
    expect(us.peers.get(second)).toBeUndefined();
    expect(us.lookups.get(second)!.steps).toHaveLength(1);
    expect(us.lookups.has(first)).toBe(false);
  });

  test('cancel while an announce is being written frees it, and late answers are harmless', () => {
    const world = new SmallWorld({ latencyMs: [50, 50] });
    const us = world.open();
    const strangers = Array.from({ length: 4 }, (_, n) => {
      const stranger = world.stranger(onLoopback(50 + n));
      stranger.onQuery = () => ({ token: ascii('t') });
      return stranger;
    });
    us.join(...strangers.map(({ address }) => address));
    const call = us.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    const announces = () =>
      strangers
        .flatMap(({ queries }) => queries)
        .filter((query) => text(query['q']) === 'announce_peer');
    world.runUntil(() => announces().length > 0, 5000);
    us.node.cancel(call);
    expect(us.node.lookupCount).toBeLessThanOrEqual(1);
    const next = us.lookup(LookupKind.announce, TARGET, ANNOUNCEMENT);
    world.run(20_000);
    expect(us.lookups.has(call)).toBe(false);
    expect(us.lookups.get(next)!.stored).toBe(4);
    expect(world.ground.requests.count).toBe(0);
  });

  test.each(['peer', 'lookup', 'answer', 'silence', 'join'] as const)(
    'close on "%s" gives everything back and asks for no more ticks',
    (moment) => {
      const world = new SmallWorld();
      const us = world.open();
      const stranger = world.stranger(onLoopback(50));
      const values = [Uint8Array.of(127, 0, 0, 1, 0, 9), Uint8Array.of(127, 0, 0, 1, 0, 10)];
      stranger.onQuery = (query) => (text(query['q']) === 'get_peers' ? { values } : {});
      const own = world.ground.contacts.count;
      expect(own).toBe(1);
      us.onEvent = (what) => {
        if (what !== moment) return;
        us.onEvent = null;
        us.node.close();
      };
      us.ask(onLoopback(99), Method.ping, TARGET);
      us.join(stranger.address);
      us.lookup(LookupKind.getPeers, INFO_HASH);
      us.ask(stranger.address, Method.ping, TARGET);
      for (let i = 0; i < 700 && us.onEvent; i++) world.run(10);
      expect(us.onEvent).toBeNull();
      expect(us.node.deadline).toBe(Infinity);
      expect(us.node.requestCount).toBe(0);
      expect(world.ground.requests.count).toBe(0);
    },
  );

  test('a lookup begun when another ends gets a candidate list of its own', () => {
    const world = network(30);
    const us = world.residents[7]!;
    const targets = Array.from({ length: 10 }, () => world.randomId());
    const calls: number[] = [];
    us.onEvent = (what) => {
      if (what === 'lookup' && calls.length < 10) {
        calls.push(us.findNode(targets[calls.length]!), us.findNode(targets[calls.length + 1]!));
      }
    };
    us.findNode(TARGET);
    world.run(20_000);
    expect(calls).toHaveLength(10);
    for (const [n, call] of calls.entries()) {
      const lookup = us.lookups.get(call)!;
      expect(lookup.target).toBe(hex(targets[n]!));
      expect(lookup.closest.map(({ id }) => id)).toEqual(truth(world, us, targets[n]!));
    }
  });

  test('cancel of call 0 does not end the upkeep of the node', () => {
    const world = network(10);
    const us = world.residents[4]!;
    us.join();
    us.node.cancel(0);
    world.run(20 * MINUTE_MS);
    expect(us.node.table.count).toBe(9);
    expect(us.ticks).toBeGreaterThan(9);
  });
});

describe('close', () => {
  test.each([
    ['kbuckets', {}],
    ['flat', { table: flatTable() }],
    ['prefix', { table: prefixTable(4) }],
  ])('with a %s table gives all requests, rows and contacts back', (_kind, settings) => {
    const world = network(40, { settings });
    for (const resident of world.residents) {
      resident.findNode(TARGET);
      resident.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    }
    world.run(30);
    expect(world.ground.requests.count).toBeGreaterThan(0);
    for (const resident of world.residents) {
      resident.alive = false;
      resident.node.close();
      expect(resident.node.deadline).toBe(Infinity);
    }
    expect(world.ground.requests.count).toBe(0);
    expect(world.ground.contacts.count).toBe(0);
  });

  test('hundreds of nodes opened and closed in turn leave the ground about as large as it was', () => {
    const world = network(20);
    const churn = (count: number) => {
      for (let n = 0; n < count; n++) {
        const guest = world.open({}, world.randomId(), onLoopback(1000 + (n % 50)));
        guest.join(world.residents[0]!.address);
        world.run(300);
        guest.alive = false;
        guest.node.close();
        world.residents.pop();
      }
    };
    churn(400);
    world.run(10 * MINUTE_MS);
    const bytes = world.ground.byteLength;
    churn(400);
    world.run(10 * MINUTE_MS);
    expect(world.ground.byteLength).toBeLessThanOrEqual(bytes * 1.2);
  });
});

describe('upkeep', () => {
  test('an idle node ticks a bounded number of times per minute, and sends little', () => {
    const world = network(60);
    const ticks = world.residents.map((resident) => resident.ticks);
    const sent = world.sentCount;
    world.run(60 * MINUTE_MS);
    for (const [n, resident] of world.residents.entries()) {
      expect((resident.ticks - ticks[n]!) / 60).toBeLessThan(30);
    }
    expect((world.sentCount - sent) / 60 / 60).toBeLessThan(40);
  });

  test.each([
    ['kbuckets', {}],
    ['flat', { table: flatTable() }],
    ['prefix', { table: prefixTable() }],
  ])('with a %s table contacts stay good', (_kind, settings) => {
    const world = network(30, { settings });
    world.run(80 * MINUTE_MS);
    for (const { node, tableIds } of world.residents) {
      expect(tableIds.length).toBeGreaterThan(15);
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
        const { bytes } = world.ground.contacts;
        if (dead.has(hex(bytes.slice(handle * 26, handle * 26 + 20)))) {
          expect(failures).toBeGreaterThanOrEqual(2);
        }
      });
    }
    const asker = world.residents[30]!;
    const call = asker.findNode(TARGET);
    world.run(10_000);
    const { closest, steps } = asker.lookups.get(call)!;
    expect(closest.map(({ id }) => id)).toEqual(truth(world, asker, TARGET));
    expect(steps.every(({ verdict }) => verdict !== 'timeout')).toBe(true);
  });

  test('goes on when the link was down for hours, also for contacts that were being pinged', () => {
    const world = network(20);
    const us = world.residents[9]!;
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
    const us = world.residents[5]!;
    const { requests } = world.ground;
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
      const us = world.residents[3]!;
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
    const outbound = { ...DEFAULTS.outbound, newEndpoints: 2, newEndpointsBurst: 3 };
    const world = network(40, { address: inPublic });
    const us = world.open({ outbound });
    const before = world.now;
    world.keeps = Infinity;
    us.join(world.residents[0]!.address);
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

  test('a budget that is used up does not make the node spin', () => {
    const outbound = { ...DEFAULTS.outbound, newEndpoints: 1, newEndpointsBurst: 1 };
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

function query(id: Uint8Array): Uint8Array {
  return encode({ t: 'aa', y: 'q', q: 'ping', a: { id } });
}

describe('counters', () => {
  test('every reason to drop a datagram is reachable, and each datagram ends in one counter', () => {
    const world = new SmallWorld({ address: inPublic });
    const inbound = {
      ...DEFAULTS.inbound,
      perSource: 1,
      perSourceBurst: 3,
      total: 1,
      totalBurst: 4,
    };
    const us = world.open({ inbound });
    const reader = world.open({ readOnly: true });
    const stranger = world.stranger(inPublic(50));
    const elsewhere = world.stranger(inPublic(51));
    const send = (message: Encodable | Uint8Array, from = stranger) =>
      from.send(us.address, message);
    send(ascii('d1:t1:ae'));
    send(ascii('l1:t2:aa1:y1:qe'));
    send(ascii('d1:t2:aa1:y1:q1:'));
    send({ y: 'q', q: 'ping' });
    send({ t: 'aa', y: 'x', q: 'ping' });
    send(query(stranger.id), world.stranger(at('9.9.9.9', 0)));
    send(query(us.id));
    for (let n = 0; n < 4; n++) send(query(stranger.id));
    for (let n = 0; n < 2; n++) send(query(stranger.id), elsewhere);
    stranger.send(reader.address, query(stranger.id));
    send({ t: 'aaaa', y: 'r', r: { id: stranger.id } });
    us.ask(stranger.address, Method.ping, TARGET);
    world.run(20);
    const t = stranger.queries.at(-1)!['t'] as Uint8Array;
    send({ t, y: 'r', r: { id: elsewhere.id } }, elsewhere);
    send({ t, y: 'r', r: {} });
    world.run(20);
    for (const [index, reason] of DROP_REASONS.entries()) {
      const count = us.counters.dropped[index]! + reader.counters.dropped[index]!;
      expect([reason, count]).toEqual([reason, 1]);
    }
    for (const { counters } of [us, reader])
      expect(accountedFor(counters)).toBe(counters.datagramsIn);
  });

  test('in and out add up over a whole network', () => {
    const world = network(30, { loss: 0.02 });
    const sum = (pick: (counters: Counters) => number) =>
      world.residents.reduce((all, { counters }) => all + pick(counters), 0);
    expect(sum((counters) => counters.datagramsOut)).toBe(world.sentCount);
    expect(sum((counters) => counters.datagramsIn)).toBeLessThan(world.sentCount);
    for (const { counters } of world.residents) {
      expect(accountedFor(counters)).toBe(counters.datagramsIn);
      expect(counters.replies + counters.errors + counters.timeouts).toBeLessThanOrEqual(
        counters.queriesOut,
      );
    }
  });

  test('a register hears of everybody who asked, answered or did not', () => {
    const world = new SmallWorld();
    const register = new Register(world.ground.contacts);
    const us = world.open({}, idOf('80'), onLoopback(0), register);
    const asking = world.stranger(onLoopback(50));
    const answering = world.stranger(onLoopback(51)).polite();
    asking.ask(us.address, 'ping', {});
    us.ask(answering.address, Method.ping, TARGET);
    world.run(100);
    answering.onQuery = null;
    const other = world.stranger(onLoopback(52)).polite();
    us.ask(other.address, Method.ping, TARGET);
    world.run(100);
    us.findNode(TARGET);
    world.run(10_000);
    const entries = [...register].map(({ address, queries, answers }) => ({
      address,
      queries,
      answers,
    }));
    expect(entries).toEqual([
      { address: asking.address, queries: 1, answers: 0 },
      { address: answering.address, queries: 0, answers: 1 },
      { address: other.address, queries: 0, answers: expect.any(Number) },
    ]);
    expect([...register][1]!.failures).toBeGreaterThanOrEqual(1);
    us.node.close();
    register.release();
    expect(world.ground.contacts.count).toBe(0);
  });
});

describe('the same seed', () => {
  test('gives the same datagrams at the same times, another seed does not', () => {
    const run = (seed: number) => {
      const world = network(40, { seed, loss: 0.05 });
      for (const [n, resident] of world.residents.entries()) {
        if (n % 2 === 0) resident.findNode(world.randomId());
        else resident.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
      }
      world.residents[7]!.alive = false;
      world.run(20 * MINUTE_MS);
      return world.fingerprint;
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});

describe('fuzzing a live node', () => {
  test('20,000 damaged datagrams: nothing thrown, no growth, no reply over 1024 bytes', () => {
    const samples: { [client: string]: { [name: string]: string } } = JSON.parse(
      readFileSync(new URL('../vectors/krpc-samples.json', import.meta.url), 'utf8'),
    );
    const packets = Object.values(samples)
      .flatMap((messages) => Object.values(messages))
      .map((packet) => Uint8Array.from(Buffer.from(packet, 'hex')));
    const world = network(20, { seed: 6 });
    const us = world.residents[3]!;
    const other = world.residents[11]!;
    const random = new SeededRandom(77);
    let longest = 0;
    const send = world.host.send;
    world.host.send = (from, to, bytes, length) => {
      longest = Math.max(longest, length);
      send(from, to, bytes, length);
    };
    const fuzz = (rounds: number) => {
      for (let n = 0; n < rounds; n++) {
        const bytes = mutate(packets[n % packets.length]!, random);
        const from = n % 3 === 0 ? other.address : onLoopback(200 + (n % 100));
        us.node.receive(world.now, from, bytes, 0, bytes.length);
        if (n % 100 === 0) us.findNode(world.randomId());
        if (n % 10 === 0) world.run(7);
      }
    };
    fuzz(5000);
    const bytes = world.ground.byteLength;
    fuzz(15_000);
    expect(world.ground.byteLength).toBeLessThanOrEqual(bytes * 2);
    expect(longest).toBeLessThanOrEqual(1024);
    expect(accountedFor(us.counters)).toBe(us.counters.datagramsIn);
    world.run(MINUTE_MS);
    expect(world.ground.requests.count).toBeLessThan(50);
    const call = us.findNode(TARGET);
    world.run(10_000);
    expect(us.lookups.get(call)!.closest).toHaveLength(8);
  });

  test('damaged answers to real requests: nothing thrown, every lookup ends', () => {
    const world = new SmallWorld({ seed: 5 });
    const us = world.open();
    const random = new SeededRandom(78);
    const strangers = Array.from({ length: 30 }, (_, n) => world.stranger(onLoopback(100 + n)));
    const told = Uint8Array.from(
      strangers.flatMap(({ id, address }) => [
        ...id,
        127,
        0,
        0,
        1,
        (address % 65536) >>> 8,
        address % 256,
      ]),
    );
    for (const stranger of strangers) {
      stranger.onQuery = (message, from) => {
        const r: { [key: string]: Bencoded } = {
          id: stranger.id,
          nodes: told,
          token: ascii('tok'),
          values: [told.slice(20, 26)],
        };
        const whole = encode({ t: message['t']!, y: 'r', r } as Encodable);
        stranger.send(from, random.uint32() % 2 === 0 ? whole : mutate(whole, random));
        return null;
      };
    }
    us.join(strangers[0]!.address, strangers[1]!.address);
    const calls: number[] = [];
    for (let n = 0; n < 300; n++) {
      calls.push(
        us.lookup(
          n % 2 === 0 ? LookupKind.getPeers : LookupKind.announce,
          world.randomId(),
          ANNOUNCEMENT,
        ),
      );
      world.run(200);
    }
    world.run(MINUTE_MS);
    expect(calls.every((call) => call === 0 || us.lookups.has(call))).toBe(true);
    expect(us.lookups.size).toBeGreaterThan(250);
    expect(accountedFor(us.counters)).toBe(us.counters.datagramsIn);
  });
});
