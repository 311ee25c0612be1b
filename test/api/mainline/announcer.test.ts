/** Announcements that are kept alive: again and again, sooner after a failure, reported each time. */
import { expect, test } from 'vitest';
import { ANNOUNCE_EVERY_MS, Announcer } from '../../../src/api/mainline/announcer.ts';
import type { AnnounceOptions, AnnounceReport } from '../../../src/api/mainline/results.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { ManualClock } from '../../io/memory-network.ts';

const HASH = Uint8Array.from(Buffer.from('ab'.repeat(20), 'hex'));
const settled = () => new Promise(setImmediate);

function setup() {
  const clock = new ManualClock();
  const calls: { atMs: number; infoHash: string; options: AnnounceOptions }[] = [];
  const world = { fails: false };
  const announcer = new Announcer(clock, new SeededRandom(1), async (infoHash, options) => {
    calls.push({ atMs: clock.now(), infoHash, options });
    if (world.fails) throw new Error('nobody took it');
    return { stored: 8, failed: 1, writes: [], peers: [], nodes: [], lookup: null as never };
  });
  const run = async (durationMs: number) => {
    for (let left = durationMs; left > 0; left -= 1000) {
      clock.advance(Math.min(1000, left));
      await settled();
    }
  };
  return { clock, calls, world, announcer, run };
}

test('at once, then every quarter of an hour or so', async () => {
  const { calls, announcer, run } = setup();
  const announcement = announcer.begin(HASH, { port: 77, seed: true });
  await run(10 * ANNOUNCE_EVERY_MS);
  expect(calls[0]).toEqual({
    atMs: 0,
    infoHash: 'ab'.repeat(20),
    options: { port: 77, seed: true },
  });
  expect(calls.length).toBeGreaterThanOrEqual(9);
  expect(calls.length).toBeLessThanOrEqual(12);
  const waits = calls.slice(1).map(({ atMs }, i) => atMs - calls[i].atMs);
  for (const wait of waits) {
    expect(wait).toBeGreaterThanOrEqual(0.9 * ANNOUNCE_EVERY_MS);
    expect(wait).toBeLessThanOrEqual(1.1 * ANNOUNCE_EVERY_MS);
  }
  expect(new Set(waits).size).toBeGreaterThan(3);
  expect(announcement.latest).toMatchObject({ stored: 8, failed: 1, error: null });
});

test('sooner after a failure, later with each', async () => {
  const { calls, world, announcer, run } = setup();
  world.fails = true;
  const announcement = announcer.begin(HASH, {});
  await run(20 * 60_000);
  const waits = calls.slice(1).map(({ atMs }, i) => (atMs - calls[i].atMs) / 60_000);
  for (const [i, expected] of [1, 2, 4, 8].entries()) {
    expect(Math.abs(waits[i] - expected)).toBeLessThanOrEqual(expected / 10 + 0.02);
  }
  expect(announcement.latest!.error).toBeInstanceOf(Error);
  expect(calls[0].options).toEqual({ seed: false });
});

test('until it is stopped, which ends its reports', async () => {
  const { clock, calls, announcer, run } = setup();
  const announcement = announcer.begin(HASH, {});
  const reports: AnnounceReport[] = [];
  const heard = (async () => {
    for await (const report of announcement) reports.push(report);
  })();
  await run(ANNOUNCE_EVERY_MS * 1.2);
  announcement.stop();
  await heard;
  await run(ANNOUNCE_EVERY_MS * 3);
  expect(reports.length).toBe(calls.length);
  expect(calls.length).toBeLessThanOrEqual(2);
  expect(clock.timerCount).toBe(0);
  expect(announcer.all).toEqual([]);
});

test('the same thing once: the latest takes the place of the one before', async () => {
  const { announcer } = setup();
  announcer.begin(HASH, { port: 1 });
  announcer.begin(HASH, { port: 2 });
  const latest = announcer.begin(HASH, { port: 1, seed: true });
  expect(announcer.all).toHaveLength(2);
  expect(announcer.all).toContain(latest);
  announcer.close();
  expect(announcer.all).toEqual([]);
});

test('what is kept for the next run goes on there', async () => {
  const { announcer } = setup();
  announcer.begin(HASH, { port: 1, everyMs: 60_000 });
  const { announcer: next, calls } = setup();
  for (const saved of announcer.all) next.resume(saved);
  expect(next.all).toMatchObject([{ port: 1, everyMs: 60_000, infoHash: 'ab'.repeat(20) }]);
  expect(calls).toHaveLength(1);
});

test('what is wrong is refused by name', () => {
  const { announcer } = setup();
  expect(() => announcer.begin(HASH, { port: 0 })).toThrow('"port"');
  expect(() => announcer.begin(HASH, { everyMs: 59_999 })).toThrow('"everyMs"');
});
