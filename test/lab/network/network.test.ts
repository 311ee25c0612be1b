/**
 * The network as a whole: measured shares are those asked for, nothing is lost silently, one seed is
 * one run, and what is not asked for changes nothing.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import type { NetworkModel } from '../../../src/lab/network/network-model.ts';
import { Probes } from '../probes.ts';

/** Sends `count` datagrams from node to node, spread over time, and lets them arrive. */
function busy(network: Partial<NetworkModel>, count = 20_000, seed = 1): Probes {
  const probes = new Probes(50, network, seed);
  for (let i = 0; i < count; i++) {
    probes.send(i % 50, (i * 7 + 1) % 50, i);
    if (i % 100 === 99) probes.pass(10);
  }
  probes.world.run(Infinity);
  return probes;
}

describe('measured over many', () => {
  test('as many are lost as were asked for', () => {
    const { traffic } = busy({ loss: 0.137 }).world.network;
    expect(Math.abs(traffic.lost / traffic.sent - 0.137)).toBeLessThan(0.01);
    expect(traffic.delivered + traffic.lost).toBe(20_000);
  });

  test('bursts come on top of single losses', () => {
    const bursts = { enter: 0.02, leave: 0.08, loss: 0.5 };
    const { traffic } = busy({ loss: 0.1, bursts }).world.network;
    const expected = 1 - 0.9 * (1 - 0.2 * 0.5);
    expect(Math.abs(traffic.lost / traffic.sent - expected)).toBeLessThan(0.015);
  });

  test('as many come twice, and each copy within the time allowed', () => {
    const { arrivals, world } = busy({ duplicate: { share: 0.25, withinMs: 40 } });
    const { traffic } = world.network;
    expect(Math.abs(traffic.duplicated / traffic.sent - 0.25)).toBeLessThan(0.01);
    expect(traffic.delivered).toBe(traffic.sent + traffic.duplicated);
    const firstAtMs = new Map<number, number>();
    const late = new Set<number>();
    for (const { number, atMs } of arrivals) {
      const firstMs = firstAtMs.get(number);
      if (firstMs === undefined) firstAtMs.set(number, atMs);
      else late.add(atMs - firstMs);
    }
    expect([Math.min(...late), Math.max(...late), late.size]).toEqual([1, 40, 40]);
  });

  test('as many are overtaken, by up to the time allowed', () => {
    const probes = new Probes(2, { reorder: { share: 0.3, withinMs: 50 } });
    const count = 5000;
    for (let i = 0; i < count; i++) {
      probes.send(0, 1, i);
      probes.pass(100);
    }
    probes.world.run(Infinity);
    const lateMs = probes.arrivals.map(({ atMs, number }) => atMs - number * 100 - 100);
    const late = lateMs.filter((ms) => ms > 0);
    expect(Math.abs(late.length / count - 0.3)).toBeLessThan(0.02);
    expect([Math.min(...late), Math.max(...late)]).toEqual([1, 50]);
    const close = new Probes(2, { reorder: { share: 0.3, withinMs: 50 } });
    for (let i = 0; i < 100; i++) close.send(0, 1, i);
    close.world.run(Infinity);
    const order = close.arrivals.map(({ number }) => number);
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
  });

  test('jitter has the mean that was asked for, and comes on top of latency', () => {
    const { arrivals } = busy({ jitter: { kind: 'exponential', meanMs: 40 } });
    const sentMs = (number: number) => Math.floor(number / 100) * 10;
    const late = arrivals.map(({ atMs, number }) => atMs - sentMs(number) - 100);
    expect(Math.min(...late)).toBe(0);
    const mean = late.reduce((sum, ms) => sum + ms, 0) / late.length;
    expect(Math.abs(mean - 40)).toBeLessThan(2);
  });
});

describe('what is not asked for', () => {
  test('changes nothing: jitter, copies and uplinks leave the same ones lost', () => {
    const lost = (network: Partial<NetworkModel>) => {
      const there = new Set(busy({ loss: 0.2, ...network }).arrivals.map(({ number }) => number));
      return Array.from({ length: 20_000 }, (_, i) => i).filter((number) => !there.has(number));
    };
    const plain = lost({});
    expect(plain.length).toBeGreaterThan(3000);
    const duplicate = { share: 0.5, withinMs: 5 };
    const more = { jitter: { kind: 'uniform', highMs: 9 }, duplicate } as const;
    expect(lost({ ...more, uplinks: [{ bytesPerSecond: 1e9 }] })).toEqual(plain);
  });

  test('a fault that is over is forgotten: the way is the short one again', () => {
    const probes = new Probes(3, { loss: 0.1 });
    const { network } = probes.world;
    const number = network.partition([[0]]);
    network.clog({
      kind: 'drop',
      from: null,
      to: null,
      untilMs: probes.world.now + 50,
      delayMs: 0,
    });
    expect(probes.reach(0, 1)).toBeNull();
    expect(network.heal(number)).toBe(true);
    expect(network.heal(number)).toBe(false);
    expect(network.heal()).toBe(false);
    for (let i = 0; i < 200; i++) probes.send(0, 1, i);
    probes.pass(1000);
    expect(probes.arrivals.length).toBeGreaterThan(150);
    expect(network.traffic).toMatchObject({ cut: 1, clogged: 0 });
  });
});

describe('where', () => {
  test('a node is on the plane can be told, and a region cut off from the rest', () => {
    const probes = new Probes(400, { latency: { kind: 'king' } });
    const { network } = probes.world;
    const west: number[] = [];
    for (let node = 0; node < 400; node++) {
      const { x, y } = network.placeOf(node);
      expect(x >= 0 && x < 1 && y >= 0 && y < 1).toBe(true);
      if (x < 0.3) west.push(node);
    }
    expect(west.length).toBeGreaterThan(80);
    expect(west.length).toBeLessThan(160);
    network.partition([west]);
    for (let i = 0; i < 2000; i++) probes.send(i % 400, (i * 13 + 5) % 400, i);
    probes.world.run(Infinity);
    const inWest = new Set(west);
    for (const { to, from } of probes.arrivals) {
      expect(inWest.has(to)).toBe(inWest.has(probes.nodeAt(from)));
    }
    expect(network.traffic.cut).toBeGreaterThan(500);
    expect(network.traffic.cut + network.traffic.delivered).toBe(2000);
  });
});

const chance = fc.double({ min: 0, max: 1, noNaN: true });
const someMs = fc.integer({ min: 1, max: 300 });
/** Any network at all. */
const models: fc.Arbitrary<Partial<NetworkModel>> = fc.record(
  {
    latency: fc.constantFrom(
      { kind: 'king' } as const,
      { kind: 'constant', ms: 30 } as const,
      { kind: 'uniform', lowMs: 1, highMs: 200 } as const,
    ),
    loss: chance,
    bursts: fc.record({
      enter: chance,
      leave: fc.double({ min: 0.01, max: 1, noNaN: true }),
      loss: chance,
    }),
    jitter: fc.oneof(
      fc.record({ kind: fc.constant('uniform' as const), highMs: someMs }),
      fc.record({ kind: fc.constant('exponential' as const), meanMs: someMs }),
    ),
    reorder: fc.record({ share: chance, withinMs: someMs }),
    duplicate: fc.record({ share: chance, withinMs: someMs }),
    uplinks: fc.constantFrom(
      [{ bytesPerSecond: 20_000, queueBytes: 3000 }],
      [
        { share: 0.3, bytesPerSecond: 2000 },
        { share: 0.3, bytesPerSecond: 500_000 },
      ],
    ),
    nat: fc.record({
      shares: fc.record({
        fullCone: fc.constantFrom(0, 0.2),
        restricted: fc.constantFrom(0, 0.2),
        portRestricted: fc.constantFrom(0, 0.2),
        symmetric: fc.constantFrom(0, 0.2),
        firewalled: fc.constantFrom(0, 0.2),
      }),
      mappingMs: fc.constantFrom(0, 500, 60_000),
    }),
  },
  { requiredKeys: ['latency'] },
);

/** Sends, cuts, heals, clogs, stops and starts by chance; at each step everything is accounted for. */
function storm(model: Partial<NetworkModel>, seed: number): Probes {
  const nodes = 12;
  const probes = new Probes(nodes, model, seed);
  const { world } = probes;
  const { network } = world;
  const random = new SeededRandom(seed, 1);
  const node = () => randomBelow(random, nodes);
  let sent = 0;
  let answers = 0;
  probes.onArrival = ({ to, from, number }) => {
    if (number % 3 !== 0) return; // others are not answered, so that it ends
    probes.sendTo(to, from, 1);
    answers++;
  };
  for (let i = 0; i < 150; i++) {
    const step = randomBelow(random, 20);
    if (step < 12) {
      for (let j = 0; j < 8; j++)
        probes.send(node(), node(), sent++, 4 + randomBelow(random, 1000));
    } else if (step === 12) probes.sendTo(node(), randomBelow(random, 2 ** 32) * 7, sent++);
    else if (step === 13)
      network.partition([[node(), node()], [node()]], (['both', 'in', 'out'] as const)[step % 3]);
    else if (step === 14) network.heal();
    else if (step === 15) world.stop(node());
    else if (step === 16) world.start(node());
    else {
      const kind = (['hold', 'drop', 'delay'] as const)[randomBelow(random, 3)];
      const untilMs = world.now + randomBelow(random, 800);
      network.clog({
        kind,
        from: [node(), node()],
        to: step === 17 ? null : [node()],
        untilMs,
        delayMs: 50,
      });
    }
    world.run(world.now + randomBelow(random, 200));
    expect(network.traffic.sent).toBe(sent + answers);
    expect(network.traffic.underWay).toBe(world.underWay);
    expect(network.traffic.delivered).toBe(probes.arrivals.length);
  }
  world.run(Infinity);
  expect(network.traffic.underWay).toBe(0);
  expect(world.underWay).toBe(0);
  return probes;
}

test('whatever is asked for: sent and copied is delivered, counted as lost, or under way', () => {
  fc.assert(
    fc.property(models, fc.nat(), (model, seed) => {
      storm(model, seed);
    }),
    { seed: 21, numRuns: 150 },
  );
});

test('whatever is asked for, one seed is one run, bit for bit', () => {
  fc.assert(
    fc.property(models, fc.nat(), (model, seed) => {
      const [one, two] = [storm(model, seed), storm(model, seed)];
      expect(two.world.traceHash).toBe(one.world.traceHash);
      expect(two.world.network.traffic).toEqual(one.world.network.traffic);
      expect(two.arrivals).toEqual(one.arrivals);
    }),
    { seed: 22, numRuns: 40 },
  );
});

test('every kind of loss is met in the storms, so that they prove something', () => {
  const totals: Record<string, number> = {};
  const nat = { shares: { fullCone: 0.2, symmetric: 0.2, firewalled: 0.2 } };
  const uplinks = [{ bytesPerSecond: 20_000, queueBytes: 3000 }];
  const duplicate = { share: 0.2, withinMs: 20 };
  for (let seed = 0; seed < 5; seed++) {
    const { traffic } = storm({ loss: 0.1, nat, uplinks, duplicate }, seed).world.network;
    for (const [name, value] of Object.entries(traffic)) totals[name] = (totals[name] ?? 0) + value;
  }
  const kinds = [
    'sent',
    'duplicated',
    'delivered',
    'undeliverable',
    'lost',
    'queueDropped',
    'cut',
    'clogged',
    'natBlocked',
  ];
  expect(Object.keys(totals).sort()).toEqual([...kinds].sort());
  for (const kind of kinds) expect([kind, totals[kind] > 0]).toEqual([kind, true]);
});

describe('while a world runs', () => {
  test('losses become more and fewer', () => {
    const probes = new Probes(50, {}, 1);
    const lostOf = (share: number): number => {
      probes.world.network.lose(share);
      const before = probes.world.network.traffic.lost;
      for (let i = 0; i < 5000; i++) probes.send(i % 50, (i * 7 + 1) % 50, i);
      return probes.world.network.traffic.lost - before;
    };
    expect(lostOf(0)).toBe(0);
    expect(Math.abs(lostOf(0.3) / 5000 - 0.3)).toBeLessThan(0.03);
    expect(lostOf(1)).toBe(5000);
    expect(lostOf(0)).toBe(0);
  });

  test('ways become longer and shorter; what is on its way is not hurried', () => {
    const probes = new Probes(50, { latency: { kind: 'constant', ms: 100 } }, 1);
    const { network } = probes.world;
    expect(network.latency.between(3, 4)).toBe(100);
    probes.send(3, 4, 1);
    network.stretch({ kind: 'constant', ms: 10 });
    probes.send(3, 4, 2);
    probes.pass(50);
    expect(network.traffic.delivered).toBe(1);
    probes.pass(50);
    expect(network.traffic.delivered).toBe(2);
    network.stretch({ kind: 'king' });
    const king = new Probes(50, { latency: { kind: 'king' } }, 1).world.network.latency;
    expect(network.latency.between(3, 4)).toBe(king.between(3, 4));
  });
});
