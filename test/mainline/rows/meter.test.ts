/** Meters over simulated time: never more than burst and rate allow, never less, in fixed memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import {
  AddressSets,
  EndpointMeter,
  RecentAddresses,
  SourceMeter,
  TokenBucket,
} from '../../../src/mainline/rows/meter.ts';

const perSecond = fc.constantFrom(0.1, 1, 3, 5, 10, 100, 333, 10_000);
const burst = fc.integer({ min: 1, max: 200 });
/** Pauses between attempts: crowds, trickles and long silences. */
const pauses = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 7, 50, 333, 1000, 60_000), {
  minLength: 1,
  maxLength: 300,
});

/** Attempts at random times, in the order in which they come. */
function attempts(take: (now: number) => boolean, pauses: number[]) {
  let now = 0;
  return pauses.map((pause) => {
    now += pause;
    return { now, allowed: take(now) };
  });
}

/** An event is due when the bucket of exact arithmetic holds a whole token; edges may fall either way. */
function judge(
  events: { now: number; allowed: boolean }[],
  { perSecond, burst }: { perSecond: number; burst: number },
) {
  let level = burst;
  let filledAt = events[0].now;
  for (const { now, allowed } of events) {
    level = Math.min(burst, level + ((now - filledAt) * perSecond) / 1000);
    filledAt = now;
    if (allowed) expect(level).toBeGreaterThan(1 - 1e-3);
    else expect(level).toBeLessThan(1 + 1e-3);
    if (allowed) level -= 1;
  }
}

describe('a token bucket', () => {
  test('allows an event exactly when a whole token is there', () => {
    fc.assert(
      fc.property(perSecond, burst, pauses, (perSecond, burst, pauses) => {
        const bucket = new TokenBucket(perSecond, burst);
        judge(
          attempts((now) => bucket.take(now), pauses),
          bucket,
        );
      }),
      { seed: 1 },
    );
  });

  test('allows in any stretch of time no more than the burst and what the stretch gains', () => {
    const random = new SeededRandom(1);
    const bucket = new TokenBucket(20, 50);
    const allowedAt: number[] = [];
    for (let now = 0; now < 60_000; now += randomBelow(random, 15)) {
      if (bucket.take(now)) allowedAt.push(now);
    }
    for (let i = 0; i < allowedAt.length; i += 7) {
      for (let j = i; j < allowedAt.length; j += 11) {
        const gained = ((allowedAt[j] - allowedAt[i]) * 20) / 1000;
        expect(j - i + 1).toBeLessThanOrEqual(50 + gained + 1e-6);
      }
    }
    // Always asked for more, it gave all it had: 50 and 20 a second over a minute.
    expect(allowedAt.length).toBeGreaterThanOrEqual(50 + 20 * 60 - 2);
  });

  test('is full again after a pause, and never fuller', () => {
    const bucket = new TokenBucket(10, 5);
    const takeAll = (now: number) => {
      let taken = 0;
      while (bucket.take(now)) taken++;
      return taken;
    };
    expect(takeAll(0)).toBe(5);
    expect(takeAll(0)).toBe(0);
    expect(takeAll(99)).toBe(0);
    expect(takeAll(100)).toBe(1);
    expect(takeAll(86_400_000)).toBe(5);
  });

  test('says to the millisecond when it will be ready, and takes nothing by that', () => {
    fc.assert(
      fc.property(perSecond, burst, pauses, fc.nat(200), (perSecond, burst, pauses, wait) => {
        const bucket = new TokenBucket(perSecond, burst);
        const last = attempts((now) => bucket.take(now), pauses).at(-1)!.now + wait;
        const readyAt = bucket.readyAt(last);
        expect(bucket.readyAt(last)).toBe(readyAt);
        expect(readyAt).toBeGreaterThanOrEqual(last);
        const readyNow = bucket.readyAt(last) === last;
        if (readyNow) expect(bucket.take(last)).toBe(true);
        if (readyNow) return;
        // The last bit of a division may fall either way: one millisecond of slack.
        if (readyAt - last > 1) expect(bucket.readyAt(readyAt - 2)).toBeGreaterThan(readyAt - 2);
        const readyThen = bucket.readyAt(readyAt);
        expect(readyThen - readyAt).toBeLessThanOrEqual(1);
        // Whoever comes at the time that was said gets it; nobody is sent away twice.
        expect(bucket.take(readyThen)).toBe(true);
      }),
      { seed: 2, numRuns: 3000 },
    );
  });

  test('that was charged is empty for longer', () => {
    const bucket = new TokenBucket(10, 3);
    expect(bucket.take(0)).toBe(true);
    bucket.charge(5);
    expect(bucket.readyAt(0)).toBe(400);
    expect(bucket.take(399)).toBe(false);
    expect(bucket.take(400)).toBe(true);
  });

  test('that gains nothing is never ready once it is empty', () => {
    const bucket = new TokenBucket(0, 1);
    expect(bucket.readyAt(5)).toBe(5);
    expect(bucket.take(5)).toBe(true);
    expect(bucket.readyAt(6)).toBe(Infinity);
    expect(bucket.take(1e15)).toBe(false);
  });
});

describe('a meter of sources', () => {
  const from = (ip: number, port = 6881) => addressOf(ip, port);

  test('meters each IP as a bucket of its own', () => {
    fc.assert(
      fc.property(perSecond, burst, pauses, fc.integer(), (perSecond, burst, pauses, seed) => {
        const meter = new SourceMeter(perSecond, burst, 64, seed);
        // Others come by all the time and must not matter.
        let others = 0;
        const take = (now: number) => {
          meter.take(now, from(0x0b000000 + (others++ % 3)));
          return meter.take(now, from(0x0a000001));
        };
        judge(attempts(take, pauses), meter);
      }),
      { seed: 1 },
    );
  });

  test('charges one IP and no other', () => {
    const meter = new SourceMeter(10, 3, 64, 1);
    const [one, other] = [addressOf(1, 1), addressOf(2, 1)];
    expect(meter.take(0, one)).toBe(true);
    meter.charge(0, one, 4);
    expect(meter.take(200, one)).toBe(false);
    expect(meter.take(300, one)).toBe(true);
    expect([0, 0, 0].map((now) => meter.take(now, other))).toEqual([true, true, true]);
  });

  test('takes all ports of an IP for one source, and its neighbour for another', () => {
    const meter = new SourceMeter(1, 10, 64, 1);
    let allowed = 0;
    for (let port = 1; port <= 1000; port++) if (meter.take(0, from(7, port))) allowed++;
    expect(allowed).toBe(10);
    expect(meter.take(0, from(8))).toBe(true);
  });

  test('is not emptied for others by a million spoofed sources, and does not grow', () => {
    const slots = 1024;
    const meter = new SourceMeter(5, 10, slots, 12345);
    const random = new SeededRandom(1);
    const honest = from(0xc0000201);
    const before = process.memoryUsage().arrayBuffers;
    let refused = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const now = i / 100;
      meter.take(now, random.uint32() * 65536 + 1);
      if (i % 50_000 === 0 && !meter.take(now, honest)) refused++;
    }
    expect(refused).toBe(0);
    // Three columns of 1,024 rows are 16 KB; a million rows would be 16 MB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  test('keeps a greedy source in check while fewer sources than slots come by', () => {
    const meter = new SourceMeter(5, 10, 1024, 99);
    const random = new SeededRandom(2);
    let allowed = 0;
    for (let now = 0; now < 60_000; now++) {
      if (meter.take(now, from(0x01020304))) allowed++;
      meter.take(now, from(0x0a000000 + randomBelow(random, 400)));
    }
    expect(allowed).toBeGreaterThanOrEqual(10 + 5 * 60 - 2);
    expect(allowed).toBeLessThanOrEqual(10 + 5 * 60);
  });

  test('places sources by its seed, so that nobody can choose with whom to collide', () => {
    // In a table of 16 slots, 40 sources take over each other's slots; who loses hangs on the seed.
    const survivors = (seed: number) => {
      const meter = new SourceMeter(0, 1, 16, seed);
      for (let ip = 1; ip <= 40; ip++) meter.take(ip, from(ip));
      return Array.from({ length: 40 }, (_, i) => i + 1).filter(
        (ip) => !meter.take(100 + ip, from(ip)),
      );
    };
    const fates = new Set([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => String(survivors(seed))));
    expect(fates.size).toBeGreaterThan(4);
  });
});

describe('recent addresses', () => {
  const someAddress = (random: SeededRandom) =>
    addressOf(random.uint32(), 1 + randomBelow(random, 65535));

  test('are remembered for their time, from the last contact on', () => {
    const recent = new RecentAddresses(64, 1000, 1);
    const address = addressOf(0x08080808, 53);
    expect(recent.has(0, address)).toBe(false);
    recent.add(0, address);
    expect(recent.has(0, address)).toBe(true);
    expect(recent.has(999, address)).toBe(true);
    expect(recent.has(1000, address)).toBe(false);
    recent.add(900, address);
    expect(recent.has(1899, address)).toBe(true);
    expect(recent.has(1900, address)).toBe(false);
  });

  test('tell ports of one IP apart', () => {
    const recent = new RecentAddresses(64, 1000, 1);
    recent.add(0, addressOf(1, 1));
    expect(recent.has(0, addressOf(1, 2))).toBe(false);
    expect(recent.has(0, addressOf(2, 1))).toBe(false);
  });

  test('never remember somebody who was not contacted, however many were', () => {
    const random = new SeededRandom(3);
    const recent = new RecentAddresses(256, 1000, 7);
    const contacted = new Map<number, number>();
    let remembered = 0;
    for (let now = 0; now < 20_000; now++) {
      const known = [...contacted.keys()];
      const again = known.length > 0 && now % 2 === 0;
      const address = again ? known[randomBelow(random, known.length)] : someAddress(random);
      const last = contacted.get(address) ?? -Infinity;
      if (recent.has(now, address)) {
        expect(now - last).toBeLessThan(1000);
        remembered++;
      }
      recent.add(now, address);
      contacted.set(address, now);
      if (contacted.size > 100) contacted.delete(known[0]);
    }
    expect(remembered).toBeGreaterThan(1000);
  });

  test('are nearly all remembered while they are half as many as there is room for', () => {
    for (const seed of [1, 2, 3]) {
      const random = new SeededRandom(seed);
      const recent = new RecentAddresses(1024, 1000, random.uint32());
      const addresses = Array.from({ length: 512 }, () => someAddress(random));
      for (const address of addresses) recent.add(0, address);
      const kept = addresses.filter((address) => recent.has(1, address)).length;
      expect(kept).toBeGreaterThan(500);
    }
  });

  test('that are many on one network do not crowd each other out', () => {
    // Ports of one IP, and neighbours in one /16, are what a testnet and a NAT make.
    for (const place of [
      (i: number) => addressOf(0x7f000001, 10_000 + i),
      (i: number) => addressOf(0x0a010000 + i, 6881),
      (i: number) => addressOf(0x0a010000 + i * 256, 6881),
    ]) {
      const recent = new RecentAddresses(1024, 1000, 0x5eed);
      const addresses = Array.from({ length: 256 }, (_, i) => place(i));
      for (const address of addresses) recent.add(0, address);
      expect(addresses.filter((address) => recent.has(1, address)).length).toBeGreaterThan(250);
    }
  });
});

describe('sets of recent addresses side by side', () => {
  test('remember what each alone would, whoever else comes and goes', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      const sets = new AddressSets(32);
      const seeds = Array.from({ length: 9 }, () => random.uint32());
      const alone = seeds.map((one) => new RecentAddresses(32, 1000, one));
      const together = seeds.map((one) => new RecentAddresses(sets, 1000, one));
      for (let now = 0; now < 3000; now++) {
        const which = randomBelow(random, seeds.length);
        const address = addressOf(1 + randomBelow(random, 60), 6881);
        expect(together[which].has(now, address)).toBe(alone[which].has(now, address));
        alone[which].add(now, address);
        together[which].add(now, address);
        if (now % 100 !== 0) continue;
        sets.release(together[which].place);
        together[which] = new RecentAddresses(sets, 1000, seeds[which]);
        alone[which] = new RecentAddresses(32, 1000, seeds[which]);
      }
    }
  });

  test('take the places of those that are gone', () => {
    const sets = new AddressSets(32);
    const places = Array.from({ length: 5 }, () => sets.take());
    for (const place of places) sets.release(place);
    expect(new Set(Array.from({ length: 5 }, () => sets.take()))).toEqual(new Set(places));
  });
});

describe('a meter of endpoints', () => {
  test('charges for new endpoints only', () => {
    const meter = new EndpointMeter(10, 3, 64, 30_000, 1);
    const [a, b, c, d] = [1, 2, 3, 4].map((ip) => addressOf(ip, 6881)) as [
      ...[number, number, number, number],
    ];
    for (const endpoint of [a, b, c]) expect(meter.take(0, endpoint)).toBe(true);
    expect(meter.take(0, d)).toBe(false);
    for (let i = 0; i < 100; i++) expect(meter.take(i, a)).toBe(true);
    expect(meter.readyAt(0)).toBe(100);
    expect(meter.take(99, d)).toBe(false);
    expect(meter.take(100, d)).toBe(true);
    expect(meter.take(100, addressOf(5, 1))).toBe(false);
  });

  test('keeps an endpoint free of charge for as long as it is spoken with', () => {
    const meter = new EndpointMeter(0, 1, 64, 1000, 1);
    const endpoint = addressOf(1, 6881);
    for (let now = 0; now < 20_000; now += 999) expect(meter.take(now, endpoint)).toBe(true);
    // Silent for its time it is new again, and there is no token for it.
    expect(meter.take(19_980 + 1000, endpoint)).toBe(false);
  });

  test('a refused endpoint is not remembered', () => {
    const meter = new EndpointMeter(0, 1, 64, 1000, 1);
    expect(meter.take(0, addressOf(1, 1))).toBe(true);
    expect(meter.take(0, addressOf(2, 2))).toBe(false);
    expect(meter.take(1, addressOf(2, 2))).toBe(false);
  });

  test('opens no more new endpoints than its rate, whatever is asked', () => {
    const meter = new EndpointMeter(100, 200, 4096, 30_000, 1);
    const random = new SeededRandom(1);
    const opened = new Set<number>();
    for (let now = 0; now < 10_000; now++) {
      const to = addressOf(random.uint32(), 6881);
      if (meter.take(now, to)) opened.add(to);
    }
    expect(opened.size).toBeLessThanOrEqual(200 + 1000);
    expect(opened.size).toBeGreaterThan(200 + 1000 - 5);
  });
});
