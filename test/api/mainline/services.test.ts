/** What a node does by itself: it goes on in the next run, and what cannot go on is told. */
import { expect, test } from 'vitest';
import { openKeeper } from '../../../src/api/mainline/keeper.ts';
import { Services } from '../../../src/api/mainline/services.ts';
import { type MainlineSnapshot, nothing } from '../../../src/api/mainline/snapshot.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { ManualClock } from '../../io/memory-network.ts';

test('announcements go on, one that cannot is told, and all of them end with the node', async () => {
  const clock = new ManualClock();
  const told: unknown[] = [];
  const saved: MainlineSnapshot[] = [];
  const announcement = { port: 7, seed: false, everyMs: 900_000 };
  const many = Array.from({ length: 10_002 }, (_, n) => ({
    ...announcement,
    infoHash: n.toString(16).padStart(40, '0'),
  }));
  const before = { ...nothing(), id: 'ab'.repeat(20), announcements: many };
  const store = { load: () => before, save: (state: MainlineSnapshot) => void saved.push(state) };
  const keeper = await openKeeper(store, clock, (error) => told.push(error));
  const world = { clock, random: new SeededRandom(1), keeper, tell: (e: unknown) => told.push(e) };
  const never = new Promise<never>(() => {});
  const served = { id: 'ab'.repeat(20), table: { entries: () => [] }, announce: () => never };
  const services = new Services(world, {} as never, served as never);
  expect(services.announcer.all).toHaveLength(10_000);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({ code: 'BUSY' });
  await services.save();
  await services.close();
  expect(saved[0].announcements).toHaveLength(10_000);
  expect([services.announcer.all, clock.timerCount]).toEqual([[], 0]);
});
