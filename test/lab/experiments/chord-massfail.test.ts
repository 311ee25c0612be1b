import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillRandom, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import {
  CHORD_MASSFAIL_DEFAULTS,
  chordMassfail,
} from '../../../src/lab/experiments/chord-massfail.ts';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { QUIETLY } from '../../../src/lab/ring/ring-settings.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';
import { StaticChord } from '../static-chord.ts';

const MINUTE_MS = 60_000;
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** So many lookups, all at once, in a ring of our nodes and on paper. */
function both(seed: number, nodes: number, successors: number, share: number, lookups: number) {
  const random = new SeededRandom(seed, 99);
  const dead = new Set<number>();
  while (dead.size < Math.floor(share * nodes)) dead.add(randomBelow(random, nodes));
  const costs: { path: number; timeouts: number; end: number }[] = [];
  const settings = ringSettings({
    ...{ ...QUIETLY, successors, policy: 'chord-2001' },
    ...{ pulseTimeoutMs: MINUTE_MS, connectTimeoutMs: MINUTE_MS },
    ...{ replyTimeoutMs: 500, callTimeoutMs: 5 * MINUTE_MS },
  });
  const overlay = ringWorld(
    {
      ...{ seed, nodes, sha1, settings, network: { latency: { kind: 'constant', ms: 50 } } },
      warm: { successors, predecessors: 1, fingers: 'chord', dead: [...dead] },
    },
    {
      onOutcome: (node, call, { hops, owner, silent }) => {
        const end = overlay.circle.placeAt(owner);
        const path = hops + (overlay.circle.nodeOf(end) === node ? 0 : 1);
        costs[call] = { path, timeouts: silent, end };
      },
      onEvent() {},
    },
  );
  const { circle, world } = overlay;
  const places = Array.from({ length: nodes }, (_, place) => place);
  const paper = new StaticChord(
    places.map((place) => numberOf(circle.hashes.subarray(place * 20, place * 20 + 20))),
    places.map((place) => dead.has(circle.nodeOf(place))),
    successors,
  );
  const onPaper = Array.from({ length: lookups }, (_, call) => {
    const key = new Uint8Array(20);
    fillRandom(random, key, 0, 20);
    let place = 0;
    do place = randomBelow(random, nodes);
    while (dead.has(circle.nodeOf(place)));
    const node = circle.nodeOf(place);
    overlay.node(node).owner(world.now, call, key);
    world.arm(node);
    return paper.lookup(place, numberOf(key));
  });
  world.run(world.now + 5 * MINUTE_MS);
  return { inRing: costs, onPaper };
}

test('every lookup costs what the same one costs on paper', () => {
  const { integer, constantFrom } = fc;
  fc.assert(
    fc.property(
      ...([integer({ min: 0 }), integer({ min: 30, max: 400 })] as const),
      constantFrom(0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5),
      (seed, nodes, share) => {
        const { inRing, onPaper } = both(seed, nodes, 20, share, 40);
        expect(inRing).toEqual(onPaper);
      },
    ),
    { numRuns: 12 },
  );
});

test('so it does in rings of the size of the table', () => {
  const { inRing, onPaper } = both(2003, 1000, 20, 0.5, 200);
  expect(inRing).toEqual(onPaper);
});

test('half of a ring dies, and the rest finds itself', () => {
  const options = { ...CHORD_MASSFAIL_DEFAULTS, nodes: 120, rings: 2, lookups: 200 };
  const done: number[] = [];
  const result = chordMassfail(options, (progress) => done.push(progress.done));
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  // At another size than the table's only failures are checked.
  expect(result.checks.map(({ name }) => name)).toEqual(
    [0, 10, 20, 30, 40, 50].map((percent) => `${percent} % dead, failed lookups`),
  );
  const { figures } = result;
  expect(figures['timeouts0']).toBe(0);
  expect(figures['timeouts50']).toBeGreaterThan(figures['timeouts10']);
  // A dead node for each living one that is passed.
  expect(figures['timeouts50'] / figures['path50']).toBeGreaterThan(0.6);
  expect(figures['timeouts50'] / figures['path50']).toBeLessThan(1.4);
  expect(done.at(-1)).toBe(1200);
});

test('the table is checked at its own size, for the shares that were asked for', () => {
  const options = { ...CHORD_MASSFAIL_DEFAULTS, dead: [0.125, 0.4], rings: 1, lookups: 20 };
  const { checks, figures } = chordMassfail(options);
  expect(checks.map(({ name }) => name)).toEqual([
    '12.5 % dead, failed lookups',
    ...['40 % dead, path', '40 % dead, path on paper'],
    ...['40 % dead, time-outs', '40 % dead, time-outs on paper', '40 % dead, failed lookups'],
  ]);
  expect(checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(figures['timeouts12.5']).toBeLessThan(figures['timeouts40']);
});
