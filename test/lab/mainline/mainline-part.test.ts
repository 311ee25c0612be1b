/**
 * A world in parts is the same world: same trace hash, same counts, same grades, in however many parts, for
 * seeds and worlds that nobody chose.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MainlinePart, type PartPlan, together } from '../../../src/lab/mainline/mainline-part.ts';
import type { LatencyModel } from '../../../src/lab/network/latency.ts';
import type { NetworkModel } from '../../../src/lab/network/network-model.ts';
import { Lockstep } from '../parts/lockstep.ts';

const RUN_MS = 120_000;

const latency: fc.Arbitrary<LatencyModel> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), ms: fc.integer({ min: 1, max: 300 }) }),
  fc.record({
    kind: fc.constant('uniform' as const),
    lowMs: fc.integer({ min: 1, max: 40 }),
    highMs: fc.integer({ min: 40, max: 3000 }),
  }),
  fc.constant({ kind: 'king' as const }),
  fc.record({ kind: fc.constant('space' as const), sideMs: fc.integer({ min: 1, max: 400 }) }),
);
const within = fc.record({
  share: fc.constantFrom(0.1, 0.6),
  withinMs: fc.integer({ min: 1, max: 9000 }),
});
const network: fc.Arbitrary<NetworkModel> = fc.record(
  {
    latency,
    loss: fc.constantFrom(0, 0.05, 0.3),
    family: fc.constantFrom(4 as const, 6 as const),
    jitter: fc.constantFrom(
      { kind: 'uniform', highMs: 30 } as const,
      {
        kind: 'exponential',
        meanMs: 20,
      } as const,
    ),
    bursts: fc.constant({ enter: 0.02, leave: 0.2 }),
    reorder: within,
    duplicate: within,
    uplinks: fc.constant([{ share: 0.5, bytesPerSecond: 2000, queueBytes: 4000 }]),
  },
  { requiredKeys: ['latency'] },
);
const some = { share: 0.3 };
const step = fc.oneof(
  fc.constant({ crash: some }),
  fc.constant({ pause: { ...some, for: '20 s' } }),
  fc.constant({ restart: some }),
  fc.constant({ join: { share: 0.5, within: '10 s' } }),
  fc.constant({ partition: { share: 0.5, for: '30 s' } }),
  fc.constant({ partition: { share: 0.2, cut: 'out' as const } }),
  fc.constant({ clog: { share: 0.4, kind: 'hold' as const, for: '15 s' } }),
  fc.constant({ clog: { share: 0.4, kind: 'delay' as const, delay: '2 s', for: '15 s' } }),
  fc.constant({ heal: true as const }),
);
const plan: fc.Arbitrary<PartPlan> = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 5, max: 80 }),
  network,
  node: fc.record({ k: fc.constantFrom(2, 8), alpha: fc.constantFrom(1, 3) }),
  upkeep: fc.boolean(),
  start: fc.oneof(
    fc.constant({ kind: 'warm' as const }),
    fc.constant({ kind: 'warm' as const, up: 0.7 }),
    fc.constant({ kind: 'protocol' as const, joinsPerSecond: 5 }),
  ),
  churn: fc.constantFrom(
    null,
    { up: { kind: 'exponential', meanMs: 30_000 } } as const,
    { up: { kind: 'exponential', meanMs: 20_000 }, rejoin: 'memory' } as const,
    { up: { kind: 'exponential', meanMs: 20_000 }, rejoin: 'newcomer' } as const,
  ),
  schedule: fc.array(
    fc.tuple(fc.nat(100), step).map(([at, action]) => ({ at: `${at} s`, ...action })),
    { maxLength: 4 },
  ),
  routers: fc.boolean(),
  workload: fc.option(
    fc.constant({ findNode: 60, getPeers: 60, announce: 60, infoHashes: 3, forMs: 90_000 }),
  ),
  lanes: fc.constant(null),
}) as fc.Arbitrary<PartPlan>;

/** Lanes are for worlds without a workload: both number their calls from 1. */
const working = fc
  .tuple(plan, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 }))
  .map(([one, lookups, atOnce]) =>
    one.workload === null ? { ...one, lanes: { lookups, atOnce } } : one,
  );

function wholeWorld(one: PartPlan, untilMs: number) {
  const part = new MainlinePart(one, null);
  part.world.run(untilMs);
  return together([part.tally()]);
}

const untilMs = (one: PartPlan): number =>
  new MainlinePart({ ...one, lanes: null }, null).joinedMs + RUN_MS;

describe('a world in parts', () => {
  test('is the whole world, whatever befalls it', () => {
    let [crossed, delivered, graded] = [0, 0, 0];
    fc.assert(
      fc.property(working, (one) => {
        const endMs = untilMs(one);
        const expected = wholeWorld(one, endMs);
        for (const count of [1, 2, 3, 5]) {
          const lockstep = new Lockstep(one, count);
          lockstep.run(endMs);
          const { searches, stored, ...found } = lockstep.whole;
          const { searches: _, stored: __, ...rest } = expected;
          expect(found).toEqual(rest);
          expect(searches).toHaveLength(expected.searches.length);
          expect(stored).toHaveLength(expected.stored.length);
          crossed += lockstep.crossed;
        }
        delivered += expected.traffic.delivered;
        graded += expected.grades.length;
      }),
      { numRuns: Number(process.env['RUNS'] ?? 40) },
    );
    // Runs in which nothing happens would prove nothing.
    expect(crossed).toBeGreaterThan(1000);
    expect(delivered).toBeGreaterThan(1000);
    expect(graded).toBeGreaterThan(100);
  });

  test('may be run in pieces', () => {
    fc.assert(
      fc.property(working, fc.array(fc.nat(RUN_MS), { maxLength: 5 }), (one, times) => {
        const endMs = untilMs(one);
        const lockstep = new Lockstep(one, 2);
        for (const ms of times.toSorted((a, b) => a - b)) lockstep.run(endMs - RUN_MS + ms);
        lockstep.run(endMs);
        expect(lockstep.whole.traceHash).toBe(wholeWorld(one, endMs).traceHash);
      }),
      { numRuns: 10 },
    );
  });
});
