/**
 * Storms of random joins, leaves, crashes, restarts and partitions, with a ledger of what was
 * acknowledged. RING_SEEDS=1000-1999 runs a thousand of each; a seed that ever failed is kept below.
 */
import { describe, expect, it } from 'vitest';
import { Schedule, type ScheduleOptions } from './schedule.ts';

const SEEDS = (process.env['RING_SEEDS'] ?? '1-2').split('-').map(Number);

const CALM = { crash: 0, partition: 0, heal: 0 };
const STORMS = {
  'joins only': { k: 2, nodes: 3, stormMs: 15_000, leave: 0, ...CALM },
  'joins and leaves': { k: 1, nodes: 4, stormMs: 20_000, ...CALM },
  'joins and leaves without backups': { k: 0, nodes: 4, stormMs: 20_000, ...CALM },
  'crashes and restarts': {
    ...{ k: 2, nodes: 5, stormMs: 20_000, join: 0, leave: 0, partition: 0, heal: 0 },
    comeBack: true,
  },
  partitions: { k: 2, nodes: 5, stormMs: 20_000, join: 0, leave: 0, crash: 0, restart: 0 },
  everything: { k: 2, nodes: 5, stormMs: 30_000, comeBack: true },
  'everything with virtual nodes': {
    ...{ k: 1, nodes: 4, identities: 3, stormMs: 25_000 },
    comeBack: true,
  },
  // Two crashes within 15 s, for good; what was acknowledged at `all` is there.
  'lost disks': {
    ...{ k: 2, nodes: 6, stormMs: 30_000, partition: 0, heal: 0, level: 'all' },
    crashesPerRepair: { count: 2, windowMs: 15_000 },
  },
} satisfies Record<string, Omit<ScheduleOptions, 'seed'>>;

/** Seeds that found something, and what. */
const REGRESSIONS: readonly [keyof typeof STORMS, number][] = [
  // An owner was named that shares its process with the one that was asked.
  ['everything with virtual nodes', 6],
  // The dead that were remembered stood before the living.
  ['everything with virtual nodes', 311],
  // Records came when their holder had stopped looking for such.
  ['partitions', 6],
  ['crashes and restarts', 31],
  // A host forgot its joiner, who took other news for progress.
  ['everything with virtual nodes', 14],
];

function weather(name: keyof typeof STORMS, seed: number): void {
  const options: ScheduleOptions = { ...(STORMS[name] as Omit<ScheduleOptions, 'seed'>), seed };
  const schedule = new Schedule(options);
  const problems = schedule.run();
  expect(problems, schedule.log.join('\n')).toEqual([]);
  const done = schedule.writes.filter(({ outcome }) => outcome?.code === 'ok');
  expect(done.length).toBeGreaterThan(20);
}

describe.each(Object.keys(STORMS) as (keyof typeof STORMS)[])('%s', (name) => {
  for (let seed = SEEDS[0]; seed <= SEEDS[1]; seed++) it(`seed ${seed}`, () => weather(name, seed));
});

describe('what was found before', () => {
  it.each(REGRESSIONS)('%s, seed %i', weather);
});

describe('the ledger', () => {
  it('notices what a ring without backups loses', () => {
    const lost = [1, 2, 3].flatMap((seed) => {
      const storm = { k: 0, nodes: 6, stormMs: 20_000, join: 0, leave: 0, partition: 0, heal: 0 };
      return new Schedule({ ...storm, seed }).run();
    });
    expect(lost.some((problem) => problem.startsWith('lost'))).toBe(true);
  });
});
