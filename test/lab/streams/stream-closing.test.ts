/** How streams end, and who hears of it. One way is 100 ms. */
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import { STREAM_WINDOW_BYTES } from '../../../src/lab/streams/stream-sending.ts';
import { expectClean, pattern, StreamWorld } from '../stream-world.ts';

describe('the end', () => {
  test('of one side leaves the other free to write; both ends close both sides', () => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    streams.write(near, [1]);
    streams.host.end(near);
    streams.pass(500);
    expect(streams.peers[1].log).toEqual(['1100 1 bytes', '1100 ended']);
    streams.write(far, [2, 3]);
    streams.host.end(far);
    streams.pass(1000);
    expect(streams.peers[0].log).toEqual(['1600 2 bytes', '1600 ended', '1600 closed ended']);
    expect(streams.peers[1].log.slice(2)).toEqual(['1700 closed ended']);
    expectClean(streams);
  });

  test('said by both at once, or in answer within the call, closes both sides once', () => {
    const atOnce = new StreamWorld(2);
    for (const stream of atOnce.connected(0, 1)) atOnce.host.end(stream);
    atOnce.pass(1000);
    for (const { log } of atOnce.peers) expect(log).toEqual(['1100 ended', '1100 closed ended']);
    expectClean(atOnce);
    const within = new StreamWorld(2);
    const [near] = within.connected(0, 1);
    within.peers[1].onEnded = (stream) => within.host.end(stream);
    within.host.end(near);
    within.pass(1000);
    expect(within.peers[0].log).toEqual(['1200 ended', '1200 closed ended']);
    expect(within.peers[1].log).toEqual(['1100 ended', '1100 closed ended']);
    expectClean(within);
  });

  test('of a destroyed stream comes after the bytes that left before; the queue is given up', () => {
    const streams = new StreamWorld(2);
    const [near] = streams.connected(0, 1);
    streams.write(near, pattern(STREAM_WINDOW_BYTES));
    streams.write(near, pattern(1000));
    streams.destroy(0, near);
    streams.pass(1000);
    expect(streams.peers[1].past[0]).toMatchObject({ closed: 'reset' });
    expect(streams.peers[1].past[0].bytes).toHaveLength(STREAM_WINDOW_BYTES);
    expect(streams.world.streams.traffic.bytesDropped).toBe(1000);
    expectClean(streams);
  });

  test('of a killed process is heard by all its peers after one way', () => {
    const streams = new StreamWorld(4);
    for (const node of [0, 1, 2]) streams.connected(node, 3);
    streams.kill(3);
    streams.pass(1000);
    for (const node of [0, 1, 2]) expect(streams.peers[node].log).toEqual(['3100 closed reset']);
    expectClean(streams);
  });

  test('that a partition swallowed is heard by whoever writes afterwards', () => {
    const streams = new StreamWorld(2);
    const [near] = streams.connected(0, 1);
    streams.world.network.partition([[1]]);
    streams.kill(1);
    streams.pass(1000);
    streams.world.network.heal();
    streams.pass(60_000);
    expect(streams.peers[0].log).toEqual([]); // a half-open stream, as with TCP
    streams.write(near, [1]);
    streams.pass(1000);
    expect(streams.peers[0].log).toEqual(['62200 closed reset']);
    expectClean(streams);
  });

  test('a stream that is over may not be named any more', () => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    streams.host.end(near);
    expect(() => streams.write(near, [1])).toThrow(InvariantError);
    streams.destroy(0, near);
    for (const stream of [near, 0, 99, -1]) {
      expect(() => streams.write(stream, [1])).toThrow(InvariantError);
      expect(() => streams.host.end(stream)).toThrow(InvariantError);
      expect(() => streams.host.destroy(stream)).toThrow(InvariantError);
      expect(() => streams.host.pause(stream, true)).toThrow(InvariantError);
    }
    streams.write(far, [1]);
  });
});
