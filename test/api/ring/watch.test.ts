/** Looking on at a member: notices later, bytes at once, and no tap when nobody wants bytes. */
import { expect, test } from 'vitest';
import type { RingNotice } from '../../../src/api/ring/notice.ts';
import { RingWatchers } from '../../../src/api/ring/watch.ts';
import type { StreamTap } from '../../../src/io/tcp.ts';
import { connectRing, openRing } from '../../../src/ring.ts';

const PATIENCE = { timeout: 10_000 };

test('each watcher hears until it stops, after the node is done', async () => {
  const watchers = new RingWatchers({ tap: null }, () => {});
  const [one, two]: [RingNotice[], RingNotice[]] = [[], []];
  const stop = watchers.add({ onEvent: (notice) => void one.push(notice) });
  watchers.add({ onEvent: (notice) => void two.push(notice) });
  watchers.add({});
  watchers.hear({ kind: 'joined', identity: 0x7f0000010007 });
  expect(one).toEqual([]);
  await null;
  expect(one).toEqual([{ kind: 'joined', identity: '127.0.0.1:7' }]);
  stop();
  watchers.hear({ kind: 'left', identity: 0x7f0000010007 });
  await null;
  expect([one.length, two.length]).toEqual([1, 2]);
});

test('the streams are tapped only while somebody wants their bytes', () => {
  const streams: { tap: StreamTap | null } = { tap: null };
  const watchers = new RingWatchers(streams, () => {});
  watchers.add({ onEvent: () => {} });
  expect(streams.tap).toBeNull();
  const heard: number[] = [];
  const stops = [1, 2].map((who) => watchers.add({ onBytes: () => void heard.push(who) }));
  streams.tap!(true, false, 0, 0, new Uint8Array(1), 0, 1);
  expect(heard).toEqual([1, 2]);
  stops[0]();
  streams.tap!(true, false, 0, 0, new Uint8Array(1), 0, 1);
  expect(heard).toEqual([1, 2, 2]);
  stops[1]();
  expect(streams.tap).toBeNull();
});

test('events of a real member come one after the other, until it has left', async () => {
  const ring = await openRing();
  const events = ring.events();
  await ring.ready();
  await ring.leave();
  const kinds: string[] = [];
  for await (const { kind } of events) kinds.push(kind);
  expect(kinds.at(-1)).toBe('left');
  expect(events.missed).toBe(0);
  expect(() => ring.events()).toThrow('closed');
});

test('of a real member, bytes of both directions are seen', async () => {
  await using ring = await openRing();
  await ring.ready();
  const seen: { isOurs: boolean; isAccepted: boolean; text: string }[] = [];
  const stop = ring.watch({
    onBytes: (isOurs, isAccepted, _local, _peer, bytes, start, end) => {
      seen.push({
        isOurs,
        isAccepted,
        text: Buffer.from(bytes.subarray(start, end)).toString('latin1'),
      });
    },
  });
  await using client = await connectRing(ring.addresses[0]);
  await client.insert('hello', 'a-value-to-be-seen');
  await expect.poll(() => seen.some(({ isOurs }) => isOurs), PATIENCE).toBe(true);
  const written = seen.find(({ text }) => text.includes('a-value-to-be-seen'))!;
  expect(written).toMatchObject({ isOurs: false, isAccepted: true });
  stop();
  const { length } = seen;
  expect(await client.exists('hello')).toBe(true);
  expect(seen).toHaveLength(length);
});
