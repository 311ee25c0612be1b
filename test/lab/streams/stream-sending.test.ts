/** Bytes leave as the window and the uplink let them. One way is 100 ms. */
import { describe, expect, test } from 'vitest';
import { STREAM_QUEUE_BYTES } from '../../../src/core/host.ts';
import { STREAM_WINDOW_BYTES } from '../../../src/lab/streams/stream-sending.ts';
import { pattern, StreamWorld } from '../stream-world.ts';

describe('bytes', () => {
  test('leave no faster than the uplink lets them', () => {
    const streams = new StreamWorld(2, {
      uplinks: [{ bytesPerSecond: 100_000, queueBytes: 1000 }],
    });
    const [near] = streams.connected(0, 1);
    const beganMs = streams.elapsedMs;
    streams.write(near, pattern(200_000));
    streams.pass(60_000);
    const tookMs = Number.parseInt(streams.peers[1].log.at(-1)!, 10) - beganMs;
    // 200,000 bytes and 40 more for each of 138 segments, at 100 bytes a ms.
    expect(tookMs).toBeGreaterThan(2150);
    expect(tookMs).toBeLessThan(2170);
  });

  test('that a paused machine does not take fill the window, then the queue; drained tells when to go on', () => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    streams.host.pause(far, true);
    const block = pattern(STREAM_WINDOW_BYTES);
    expect(streams.write(near, block)).toBe(0);
    expect(streams.write(near, block)).toBe(STREAM_QUEUE_BYTES);
    expect(streams.write(near, [1])).toBe(STREAM_QUEUE_BYTES + 1);
    streams.pass(10_000);
    expect(streams.peers[1].heard(far).bytes).toHaveLength(0);
    expect(streams.peers[0].heard(near).drained).toBe(0);
    streams.host.pause(far, false);
    streams.pass(10_000);
    expect(streams.peers[0].heard(near).drained).toBe(1);
    const expected = Buffer.concat([block, block, Buffer.from([1])]);
    expect(Buffer.compare(Buffer.from(streams.peers[1].heard(far).bytes), expected)).toBe(0);
    expect(streams.peers[0].log).toEqual(['11300 drained']);
  });
});

test('a tap sees each piece leave, with the time at which it will arrive, and arrive', () => {
  const streams = new StreamWorld(2);
  const seen: string[] = [];
  const { world } = streams;
  world.tap = {
    sent() {},
    arriving() {},
    pieceSent: (from, to, bytes, start, length, _stream, atMs) => {
      const text = bytes.slice(start, start + length).join();
      seen.push(`${world.elapsedMs} ${from} to ${to}: ${text}, at ${atMs - world.now}`);
    },
    pieceArriving: (to, from) => seen.push(`${world.elapsedMs} ${to} hears ${from}`),
  };
  const stream = streams.connect(0, 1);
  streams.write(stream, [1, 2, 3]);
  streams.pass(1000);
  world.network.partition([[0]]);
  streams.write(stream, [4]);
  expect(seen).toEqual([
    '200 0 to 1: 1,2,3, at 100',
    '300 1 hears 0',
    '1000 0 to 1: 4, at Infinity',
  ]);
  world.network.heal();
  streams.pass(3000);
  expect(seen.at(-1)).toMatch(/ 1 hears 0$/);
});
