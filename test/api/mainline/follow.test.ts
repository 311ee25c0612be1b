/** Following a mutable torrent (BEP 46): links, news as they come, republishing, and every way to end. */
import { afterEach, describe, expect, test } from 'vitest';
import { type FollowOptions, follow, pointerOf } from '../../../src/api/mainline/follow.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { type Clock, systemClock } from '../../../src/io/clock.ts';
import { type Mainline, openMainline } from '../../../src/mainline.ts';
import { createTestnet } from '../../../src/testnet.ts';
import { ManualClock } from '../../io/memory-network.ts';
import { hexBytes, KEY, MUTABLE, SEED } from '../../vectors/bep44.ts';
import { oneItem } from './one-item.ts';

const KEY_TEXT = Buffer.from(KEY).toString('hex');
const LINK = `magnet:?xs=urn:btpk:${KEY_TEXT}&s=6e`;
const EVERY_MS = 61_000;
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function keep<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}

/** A follower among others, whose pauses between two questions end when the test says so. */
async function follower(
  nodes = 12,
): Promise<{ node: Mainline; others: readonly Mainline[]; next(): Promise<void> }> {
  const testnet = keep(await createTestnet({ nodes }));
  let waiting: (() => void) | null = null;
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now(),
    after(ms, callback) {
      if (ms !== EVERY_MS) return systemClock.after(ms, callback);
      waiting = callback;
      return () => {
        if (waiting === callback) waiting = null;
      };
    },
  };
  const node = keep(await openMainline({ host: '127.0.0.1', bootstrap: testnet.bootstrap, clock }));
  await node.ready();
  const next = async () => {
    while (waiting === null) await new Promise((resolve) => setTimeout(resolve, 5));
    waiting();
  };
  return { node, others: testnet.nodes, next };
}

describe('a link', () => {
  test.each([
    [LINK, Uint8Array.of(0x6e)],
    [`magnet:?xs=urn:btpk:${KEY_TEXT.toUpperCase()}`, new Uint8Array(0)],
    [`magnet:?dn=x&s=6E&xs=urn:btpk:${KEY_TEXT}`, Uint8Array.of(0x6e)],
    [`urn:btpk:${KEY_TEXT}`, new Uint8Array(0)],
    [`magnet:?xs=urn%3Abtpk%3A${KEY_TEXT}&s=6e`, Uint8Array.of(0x6e)],
    [`MAGNET:?dn=a%26b&xs=urn%3abtpk%3a${KEY_TEXT}&%73=%36e`, Uint8Array.of(0x6e)],
    [`magnet:?xs=http%3A%2F%2Fx&xs=urn:btpk:${KEY_TEXT}`, new Uint8Array(0)],
    [`urn:btpk:${KEY_TEXT}&s=6e`, Uint8Array.of(0x6e)],
  ])('%s', (link, salt) => expect(pointerOf(link)).toEqual({ key: KEY, salt }));

  test('may be a key and a salt', () => {
    expect(pointerOf({ key: KEY_TEXT, salt: 'n' })).toEqual({
      key: KEY,
      salt: Uint8Array.of(0x6e),
    });
  });

  test.each([
    'magnet:?xt=urn:btih:00',
    `urn:btpk:${KEY_TEXT}0`,
    `magnet:?xs=urn:btpk:${KEY_TEXT}&s=6`,
    `magnet:?xs=urn:btpk:${KEY_TEXT}&s=xy`,
    `magnet:?dn=xs%3Durn:btpk:${KEY_TEXT}`,
    `magnet:?xs=urn%253Abtpk%253A${KEY_TEXT}`,
    '',
    null,
  ])('is not %s', (link) => expect(() => pointerOf(link as string)).toThrow(/"link" expected/));
});

describe('what is followed is put again', () => {
  const MINUTE_MS = 60_000;

  function setup(options: FollowOptions = {}) {
    const clock = new ManualClock();
    const closing = new AbortController();
    const { world, desk, run } = oneItem(clock, closing.signal);
    const version = (n: number) => ({ key: KEY, ...MUTABLE[n] });
    world.newest = version(1);
    const random = new SeededRandom(1);
    const link = { key: KEY, salt: world.newest.salt };
    return {
      clock,
      closing,
      world,
      run,
      version,
      versions: follow(desk, clock, random, link, options),
    };
  }

  test('a minute after a failure, then two, then four, and every hour once it is there', async () => {
    const { clock, world, run, versions } = setup();
    world.stored = 0;
    expect((await versions.next()).value).toMatchObject({ seq: world.newest!.seq });
    void versions.next();
    await run(10 * MINUTE_MS, 1000);
    expect(world.puts).toHaveLength(4);
    const waits = world.putsAtMs.slice(1).map((atMs, n) => atMs - world.putsAtMs[n]);
    for (const [n, waitMs] of waits.entries()) {
      expect(Math.abs(waitMs / (MINUTE_MS * 2 ** n) - 1)).toBeLessThanOrEqual(0.12);
    }
    world.stored = 8;
    await run(10 * MINUTE_MS);
    expect(world.puts).toHaveLength(5);
    await run(300 * MINUTE_MS);
    expect(world.puts.length).toBeGreaterThanOrEqual(9);
    expect(world.puts.length).toBeLessThanOrEqual(11);
    expect(new Set(world.puts.map((item) => item!.seq))).toEqual(new Set([world.newest!.seq]));
    expect(clock.timerCount).toBe(2);
  });

  test('not while the program is busy with a newer one, and not after the end', async () => {
    const { clock, closing, world, run, version, versions } = setup({ everyMs: 600_000 });
    world.newest = version(0);
    await versions.next();
    const coming = versions.next();
    await run(MINUTE_MS);
    expect(world.puts.map((item) => item!.seq)).toEqual([version(0).seq]);
    world.newest = version(1);
    await run(10 * MINUTE_MS);
    expect((await coming).value).toMatchObject({ seq: version(1).seq });
    expect(clock.timerCount).toBe(0);
    const last = versions.next();
    await run(MINUTE_MS);
    expect(world.puts.at(-1)!.seq).toBe(version(1).seq);
    closing.abort();
    await expect(last).rejects.toMatchObject({ code: 'CLOSED' });
    expect(clock.timerCount).toBe(0);
  });

  test('unless that is not wanted', async () => {
    const { world, run, versions } = setup({ republish: false });
    await versions.next();
    void versions.next();
    await run(200 * MINUTE_MS);
    expect(world.puts).toEqual([]);
  });
});

describe('following', () => {
  const ih = hexBytes('000102030405060708090a0b0c0d0e0f10111213');

  test('tells of each newer version once, whoever publishes it', async () => {
    const { node, others, next } = await follower();
    const put = await others[1].put({ ih }, { secretKey: SEED, salt: 'n' });
    expect(put.target).toBe('a5700998b63f3177256e7650024d3d37f76f3838');
    const versions = node.follow(LINK, { everyMs: EVERY_MS });
    const first = (await versions.next()).value!;
    expect(first).toMatchObject({ infoHash: Buffer.from(ih).toString('hex'), seq: 1n });
    expect(Buffer.from(first.item.signature!).toString('hex')).toMatch(/^f0421f3fa13a0562/);
    const coming = versions.next();
    await next(); // asked again: nothing new
    await others[2].put({ ih: ih.with(0, 9), name: 'more' }, { secretKey: SEED, salt: 'n' });
    await next();
    expect((await coming).value).toMatchObject({
      infoHash: `09${Buffer.from(ih).toString('hex').slice(2)}`,
      seq: 2n,
    });
    await versions.return();
  });

  test('puts what it found where it is missing', async () => {
    const { node, others, next } = await follower(12);
    await others[1].put({ ih }, { secretKey: SEED, salt: 'n' });
    const before = others.reduce((sum, { stats }) => sum + stats.in.queries.put, 0);
    const versions = node.follow(LINK, { everyMs: EVERY_MS });
    await versions.next();
    const coming = versions.next();
    const puts = () => others.reduce((sum, { stats }) => sum + stats.in.queries.put, 0) - before;
    await expect.poll(puts).toBe(8);
    await next();
    expect(puts()).toBe(8);
    await node.close();
    await expect(coming).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('goes on while there is nothing, and an item that is no torrent has no info-hash', async () => {
    const { node, others, next } = await follower(4);
    const versions = node.follow({ key: KEY }, { everyMs: EVERY_MS, republish: false });
    const coming = versions.next();
    await next();
    await others[1].put('text', { secretKey: SEED });
    await next();
    expect((await coming).value).toMatchObject({ infoHash: null, seq: 1n });
    await versions.return();
  });

  test('ends by its signal, and leaves nothing on it', async () => {
    const { node } = await follower(2);
    const controller = new AbortController();
    const coming = node.follow(LINK, { everyMs: EVERY_MS, signal: controller.signal }).next();
    await new Promise((resolve) => setTimeout(resolve, 200));
    controller.abort();
    await expect(coming).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('refuses at once what it cannot do', async () => {
    const { node } = await follower(1);
    expect(() => node.follow('x')).toThrow(/"link" expected/);
    expect(() => node.follow(LINK, { everyMs: 59_999 })).toThrow(/"everyMs" expected/);
    expect(() => node.follow(LINK, { every: 1 } as never)).toThrow(/every/);
  });
});
