import { describe, expect, it } from 'vitest';
import { Schedule, type ScheduleOptions } from './schedule.ts';

const SEEDS = process.env['RING_SEEDS'] ? process.env['RING_SEEDS'].split('-').map(Number) : [1, 3];
const STORMS: Record<string, Omit<ScheduleOptions, 'seed'>> = {
  'joins only': { k: 2, nodes: 3, stormMs: 15_000, leave: 0, crash: 0, partition: 0, heal: 0 },
  'joins and leaves': { k: 1, nodes: 4, stormMs: 20_000, crash: 0, partition: 0, heal: 0 },
  'joins and leaves without backups': {
    k: 0,
    nodes: 4,
    stormMs: 20_000,
    crash: 0,
    partition: 0,
    heal: 0,
  },
  'crashes and restarts': {
    k: 2,
    nodes: 5,
    stormMs: 20_000,
    join: 0,
    leave: 0,
    partition: 0,
    heal: 0,
    comeBack: true,
  },
  partitions: { k: 2, nodes: 5, stormMs: 20_000, join: 0, leave: 0, crash: 0, restart: 0 },
  everything: { k: 2, nodes: 5, stormMs: 30_000, comeBack: true },
  'everything with virtual nodes': {
    k: 1,
    nodes: 4,
    identities: 3,
    stormMs: 25_000,
    comeBack: true,
  },
  'lost disks': {
    k: 2,
    nodes: 6,
    stormMs: 30_000,
    partition: 0,
    heal: 0,
    level: 'all',
    crashesPerRepair: { count: 2, windowMs: 15_000 },
  },
};

describe.each(Object.entries(STORMS))('%s', (_name, storm) => {
  for (let seed = SEEDS[0]!; seed <= SEEDS[1]!; seed++) {
    it(`seed ${seed}`, () => {
      const schedule = new Schedule({ ...storm, seed });
      const problems = schedule.run();
      expect(problems, schedule.log.join('\n')).toEqual([]);
      expect(
        schedule.writes.filter(({ outcome }) => outcome?.code === 'ok').length,
      ).toBeGreaterThan(20);
    });
  }
});
