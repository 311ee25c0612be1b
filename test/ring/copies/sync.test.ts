import { describe, expect, it } from 'vitest';
import { fillRandom, SeededRandom } from '../../../src/core/random.ts';
import { Compared, LISTED_RECORDS } from '../../../src/ring/copies/compared.ts';
import { keep } from '../../../src/ring/copies/keeping.ts';
import { following, Sync, WINDOW_BYTES } from '../../../src/ring/copies/sync.ts';
import { FrameType, REPLY } from '../../../src/ring/frames.ts';
import { Rate } from '../../../src/ring/rate.ts';
import { HybridClock } from '../../../src/ring/records/clock.ts';
import { blankRecord } from '../../../src/ring/records/record.ts';
import { type Process, SmallRing } from '../small-ring.ts';

const ALL = new Uint8Array(20);

/** Puts records straight into a store; the later `at`, the newer. */
function fill(process: Process, count: number, seed: number, at: number, valueBytes = 10): void {
  const random = new SeededRandom(seed);
  const clock = new HybridClock();
  for (let i = 0; i < count; i++) {
    const key = new Uint8Array(20);
    fillRandom(random, key, 0, 20);
    const record = blankRecord(new Uint8Array(valueBytes).fill(i));
    clock.next(at, key, null, record);
    keep(process.node, process.world.now, key, 0, record);
  }
}

function same(a: Process, b: Process): boolean {
  const list = ({ store }: Process) => {
    const all: string[] = [];
    store.range(
      null,
      null,
      (key, record) => all.push(Buffer.from([...key, ...record]).toString('hex')) > 0,
    );
    return all;
  };
  return JSON.stringify(list(a)) === JSON.stringify(list(b));
}

/** Two processes that are no ring, so that nothing else moves records. */
function pair(): [SmallRing, Process, Process] {
  const world = new SmallRing();
  return [world, world.process(), world.process()];
}

function sync(world: SmallRing, a: Process, b: Process, rate: Rate | null = null) {
  const result = { isDone: false, isEqual: false };
  const to = b.node.identities[0].member;
  const its = new Sync(a.node, to, ALL, ALL, rate, (_now, isEqual) => {
    result.isDone = true;
    result.isEqual = isEqual;
  });
  a.call(() => {
    its.start(world.now);
    a.node.tick(world.now);
  });
  return { its, result };
}

describe('a sync', () => {
  it.each([
    [0, 0, 0],
    [500, 0, 0],
    [0, 500, 0],
    [0, 0, 3000],
    [20, 30, 3000],
    [2000, 2000, 0],
    [1, 0, LISTED_RECORDS],
  ])('of %i here, %i there and %i on both makes them equal', (mine, theirs, both) => {
    const [world, a, b] = pair();
    const now = world.now;
    for (const process of [a, b]) fill(process, both, 1, now - 5000);
    fill(a, mine, 2, now - 4000);
    fill(b, theirs, 3, now - 4000);
    const { its, result } = sync(world, a, b);
    world.runUntil(() => result.isDone, 60_000);
    expect(result.isEqual).toBe(true);
    expect(same(a, b)).toBe(true);
    expect(a.store.count).toBe(mine + theirs + both);
    expect(its.progress).toBeCloseTo(1);
    // It moves what differs, and little else.
    expect(its.records).toBe(mine + theirs);
  });

  it('lets the newer version win on either side', () => {
    const [world, a, b] = pair();
    fill(a, 1000, 1, world.now - 3000);
    fill(b, 1000, 1, world.now - 2000);
    fill(a, 300, 1, world.now - 1000); // the first 300 keys again
    const { result } = sync(world, a, b);
    world.runUntil(() => result.isDone, 60_000);
    expect(same(a, b)).toBe(true);
    expect(a.store.count).toBe(1000);
  });

  it('compares a large store by few bytes', () => {
    const [world, a, b] = pair();
    for (const process of [a, b]) fill(process, 20_000, 1, world.now - 5000);
    fill(a, 1, 2, world.now);
    const before = world.bytes;
    const { result } = sync(world, a, b);
    world.runUntil(() => result.isDone, 60_000);
    expect(same(a, b)).toBe(true);
    expect(world.bytes - before).toBeLessThan(20_000);
  });

  it('keeps within its window, and within its rate', () => {
    const [world, a, b] = pair();
    fill(a, 800, 1, world.now - 1000, 10_000);
    let inFlight = 0;
    let most = 0;
    world.onBytes = (from, _to, bytes) => {
      const length = bytes.length;
      if (from === a) inFlight += length;
      else inFlight = 0;
      most = Math.max(most, inFlight);
    };
    const began = world.now;
    const { result } = sync(world, a, b, new Rate(1_000_000));
    world.runUntil(() => result.isDone, 60_000);
    expect(same(a, b)).toBe(true);
    expect(most).toBeLessThan(WINDOW_BYTES * 2);
    const seconds = (world.now - began) / 1000;
    expect(seconds).toBeGreaterThan(6); // 8 MB, of which the first second's worth is free
    expect(seconds).toBeLessThan(12);
  });

  it('fails when the other side dies, falls silent or cannot store', () => {
    for (const trouble of ['dies', 'silent', 'full'] as const) {
      const [world, a, b] = pair();
      fill(a, 3000, 1, world.now - 1000, 1000);
      const { result } = sync(world, a, b);
      if (trouble === 'full') b.storeError = 'disk full';
      else world.run(40);
      if (trouble === 'dies') b.crash();
      if (trouble === 'silent') b.group = 1;
      world.runUntil(() => result.isDone, 30_000);
      expect(result.isEqual, trouble).toBe(false);
    }
  });

  it('is not done before what it fetched is durable here', () => {
    const [world, a, b] = pair();
    fill(b, 10, 1, world.now - 1000);
    a.isStoreStuck = true;
    const { result } = sync(world, a, b);
    world.run(5000);
    expect(result.isDone).toBe(false);
    a.isStoreStuck = false;
    world.runUntil(() => result.isDone, 5000);
    expect(a.store.undurable).toBe(0);
  });

  it('breaks a link that answers nonsense', () => {
    const [world, a, b] = pair();
    fill(a, 10, 1, world.now - 1000);
    fill(b, 10, 2, world.now - 1000);
    world.onBytes = (from, _to, bytes) => {
      // The list's length is made to lie.
      for (let at = 0; from === b && at + 14 < bytes.length; at++) {
        const isReply = bytes[at] === (FrameType.digest | REPLY) && bytes[at + 5] === Compared.list;
        if (isReply) bytes[at + 9] = 200;
      }
    };
    const { result } = sync(world, a, b);
    world.runUntil(() => result.isDone, 30_000);
    expect(result.isEqual).toBe(false);
    expect(a.counters.broken).toBeGreaterThan(0);
  });
});

describe('the key that follows', () => {
  it('is one more, over all bytes and over zero', () => {
    const key = new Uint8Array(20).fill(255);
    expect(following(key)).toEqual(new Uint8Array(20));
    key[0] = 7;
    expect(following(key)[0]).toBe(8);
  });
});
