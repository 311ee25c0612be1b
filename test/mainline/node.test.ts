/**
 * The node as a whole, in a small world: joining, lookups, upkeep, limits, and what happens when its
 * owner or the network does the unexpected. Time here is virtual, so an hour takes milliseconds.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/random.ts';
import { type Counters, DROP_REASONS } from '../../src/mainline/counters.ts';
import { ascii, type Bencoded, type Encodable, encode } from '../../src/mainline/krpc/bencode.ts';
import { Method } from '../../src/mainline/krpc/fields.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import { Register } from '../../src/mainline/rows/register.ts';
import { INBOUND_LIMITS } from '../../src/mainline/settings.ts';
import { flatTable, prefixTable } from '../../src/mainline/table/groups.ts';
import { mutate } from './mutate.ts';
import { ANNOUNCEMENT, accountedFor, INFO_HASH, network, query, TARGET } from './scenes.ts';
import { at, idOf, inPublic, MINUTE_MS, onLoopback, SmallWorld } from './small-world.ts';

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
    expect(world.shared.requests.count).toBeGreaterThan(0);
    for (const resident of world.residents) {
      resident.alive = false;
      resident.node.close();
      expect(resident.node.deadline).toBe(Infinity);
    }
    expect(world.shared.requests.count).toBe(0);
    expect(world.shared.contacts.count).toBe(0);
  });

  test('hundreds of nodes opened and closed in turn leave what is shared about as large as it was', () => {
    const world = network(20);
    const churn = (count: number) => {
      for (let n = 0; n < count; n++) {
        const guest = world.open({}, world.randomId(), onLoopback(1000 + (n % 50)));
        guest.join(world.residents[0].address);
        world.run(300);
        guest.alive = false;
        guest.node.close();
        world.residents.pop();
      }
    };
    churn(400);
    world.run(10 * MINUTE_MS);
    const bytes = world.shared.byteLength;
    churn(400);
    world.run(10 * MINUTE_MS);
    expect(world.shared.byteLength).toBeLessThanOrEqual(bytes * 1.2);
  });
});

describe('rest', () => {
  /** Nodes that know each other as if they had met at the times given, and never joined. */
  function rested(heardAgoMs: (n: number) => number) {
    const world = new SmallWorld();
    const residents = Array.from({ length: 6 }, () => world.open());
    for (const us of residents) {
      for (const [n, other] of residents.entries()) {
        if (other === us) continue;
        us.node.table.answered(world.now - heardAgoMs(n), other.id, 0, other.address);
      }
    }
    return { world, residents };
  }

  test('begins as a member: nobody is asked to join, and nothing is sent before something is due', () => {
    const { world, residents } = rested((n) => n * MINUTE_MS);
    for (const us of residents) {
      us.node.rest(world.now);
      expect(us.node.isMember).toBe(true);
      expect(us.node.deadline).toBe(us.node.table.dueAt(world.now));
      expect(us.node.deadline).toBeGreaterThan(world.now + 9 * MINUTE_MS);
    }
    world.run(9 * MINUTE_MS);
    expect(world.sentCount).toBe(0);
    expect(residents.map(({ ticks }) => ticks)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('goes on with the upkeep of any node: the quiet are asked, and all stay good', () => {
    const { world, residents } = rested((n) => n * MINUTE_MS);
    for (const us of residents) us.node.rest(world.now);
    world.run(11 * MINUTE_MS);
    expect(world.sentCount).toBeGreaterThan(0);
    world.run(60 * MINUTE_MS);
    for (const us of residents) {
      expect(us.joins).toEqual([]);
      expect(us.tableIds).toHaveLength(5);
      us.node.table.visit((_handle, heardSeconds, failures) => {
        expect(failures).toBe(0);
        expect(world.now - heardSeconds * 1000).toBeLessThan(16 * MINUTE_MS);
      });
    }
  });

  test('with what is overdue begins at once, one thing at a time', () => {
    const { world, residents } = rested(() => 20 * MINUTE_MS);
    const [us] = residents;
    us.node.rest(world.now);
    expect(us.node.deadline).toBe(world.now);
    world.run(500);
    expect(world.sent.filter(({ from }) => from === us.address)).toHaveLength(1);
    expect(us.joins).toEqual([]);
  });
});

describe('counters', () => {
  test('every reason to drop a datagram is reachable, and each datagram ends in one counter', () => {
    const world = new SmallWorld({ address: inPublic });
    const inbound = {
      ...INBOUND_LIMITS,
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
      const count = us.counters.dropped[index] + reader.counters.dropped[index];
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
    const register = new Register(world.shared.contacts);
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
    expect([...register][1].failures).toBeGreaterThanOrEqual(1);
    us.node.close();
    register.release();
    expect(world.shared.contacts.count).toBe(0);
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
      world.residents[7].alive = false;
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
    const us = world.residents[3];
    const other = world.residents[11];
    const random = new SeededRandom(77);
    let longest = 0;
    const send = world.host.send;
    world.host.send = (from, to, bytes, length) => {
      longest = Math.max(longest, length);
      send(from, to, bytes, length);
    };
    const fuzz = (rounds: number) => {
      for (let n = 0; n < rounds; n++) {
        const bytes = mutate(packets[n % packets.length], random);
        const from = n % 3 === 0 ? other.address : onLoopback(200 + (n % 100));
        us.node.receive(world.now, from, bytes, 0, bytes.length);
        if (n % 100 === 0) us.findNode(world.randomId());
        if (n % 10 === 0) world.run(7);
      }
    };
    fuzz(5000);
    const bytes = world.shared.byteLength;
    fuzz(15_000);
    expect(world.shared.byteLength).toBeLessThanOrEqual(bytes * 2);
    expect(longest).toBeLessThanOrEqual(1024);
    expect(accountedFor(us.counters)).toBe(us.counters.datagramsIn);
    world.run(MINUTE_MS);
    expect(world.shared.requests.count).toBeLessThan(50);
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
        const whole = encode({ t: message['t'], y: 'r', r } as Encodable);
        stranger.send(from, random.uint32() % 2 === 0 ? whole : mutate(whole, random));
        return null;
      };
    }
    us.join(strangers[0].address, strangers[1].address);
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

test('an address whose id changes again and again is kept out of the table for a quarter of an hour', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const address = at('5.77.0.1');
  const answers = () => {
    const liar = world.stranger(address).polite();
    us.ask(address, Method.ping, liar.id);
    world.run(1000);
    return us.tableIds.length;
  };
  expect([1, 2, 3].map(answers)).toEqual([1, 1, 1]); // twice is honest
  expect([4, 5].map(answers)).toEqual([0, 0]);
  world.run(10 * MINUTE_MS);
  expect(answers()).toBe(0);
  world.run(16 * MINUTE_MS);
  expect(answers()).toBe(1);
});
