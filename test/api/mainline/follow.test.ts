/** Following a mutable torrent (BEP 46): links, news as they come, republishing, and every way to end. */
import { afterEach, describe, expect, test } from 'vitest';
import { pointerOf } from '../../../src/api/mainline/follow.ts';
import { type Clock, systemClock } from '../../../src/io/clock.ts';
import { type Mainline, openMainline } from '../../../src/mainline.ts';
import { createTestnet } from '../../../src/testnet.ts';
import { hexBytes, KEY, SEED } from '../../vectors/bep44.ts';

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
    '',
    null,
  ])('is not %s', (link) => expect(() => pointerOf(link as string)).toThrow(/"link" expected/));
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
    await next();
    const puts = others.reduce((sum, { stats }) => sum + stats.in.queries.put, 0) - before;
    expect(puts).toBe(8);
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
