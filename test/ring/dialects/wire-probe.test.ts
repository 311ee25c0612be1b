/** Finding out a ring's dialect over a host that is acted out: who is asked, and what comes of it. */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { Closed, type Stream, type StreamHost } from '../../../src/core/host.ts';
import type { Wire } from '../../../src/ring/dialects/wire.ts';
import { WireProbe } from '../../../src/ring/dialects/wire-probe.ts';

const KEY = new Uint8Array(20).fill(7);
const ENTRIES = [1, 2].map((n) => addressOf(0x0a000000 + n, 5000));

/** Streams to nowhere, and what was written to each. */
class Host implements StreamHost {
  readonly to: number[] = [];
  readonly said: string[] = [];
  readonly dropped: Stream[] = [];

  connect(_from: number, to: number): Stream {
    this.said.push('');
    return this.to.push(to);
  }

  write(stream: Stream, bytes: Uint8Array, start: number, end: number): number {
    this.said[stream - 1] += String.fromCharCode(...bytes.subarray(start, end));
    return 0;
  }

  end(): void {}

  destroy(stream: Stream): void {
    this.dropped.push(stream);
  }

  pause(): void {}
}

function setup(entries = ENTRIES) {
  const host = new Host();
  const results: (Wire | null)[] = [];
  const probe = new WireProbe(host, 0, entries, KEY, (wire) => results.push(wire));
  probe.start(0);
  const answer = (stream: Stream, bytes: number[]) => {
    probe.opened(1, stream);
    probe.arrived(1, stream, Uint8Array.from(bytes), 0, bytes.length);
  };
  return { host, results, probe, answer };
}

const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const STRING = [0, 0, 0, 0, 0, 0, 0, 13, ...letters('10.0.0.9:5000')];

describe('a probe', () => {
  test('of a text ring needs one stream', () => {
    const { host, results, probe, answer } = setup();
    answer(1, letters('10.0.0.9:5000\n'));
    expect(results).toEqual(['text']);
    expect(host.to).toEqual([ENTRIES[0]]);
    expect(host.said[0]).toMatch(/^LOCATE\n\d+\n$/);
    expect(probe.deadline).toBe(Infinity);
  });

  test.each([
    ['string', STRING],
    ['seed', [10, 0, 0, 9, 0x13, 0x88]],
  ] as const)('of a %s ring, which closes on words it does not know, needs two', (wire, bytes) => {
    const { host, results, probe, answer } = setup();
    probe.opened(1, 1);
    probe.closed(1, 1, Closed.ended);
    answer(2, [...bytes]);
    expect(results).toEqual([wire]);
    expect(host.to).toEqual([ENTRIES[0], ENTRIES[0]]);
    expect(host.said[1].slice(0, 3)).toBe('OWN');
  });

  test('asks the next when nobody is there, and gives up after the last', () => {
    const { host, results, probe } = setup();
    probe.closed(1, 1, Closed.refused);
    expect(host.to).toEqual(ENTRIES);
    expect(results).toEqual([]);
    probe.closed(2, 2, Closed.timeout);
    expect(results).toEqual([null]);
    expect(probe.deadline).toBe(Infinity);
  });

  test('waits for who keeps silent until its patience is over', () => {
    const { host, results, probe } = setup([ENTRIES[0]]);
    for (let i = 0; i < 10 && results.length === 0; i++) {
      const stream = host.to.length;
      probe.opened(probe.deadline - 1, stream);
      probe.tick(probe.deadline);
    }
    expect(results).toEqual([null]);
    expect(host.to).toEqual([ENTRIES[0], ENTRIES[0]]);
    expect(host.dropped).toEqual([1, 2]);
  });

  test('has nobody to ask without entries, and takes nobody in', () => {
    const { host, results, probe } = setup([]);
    expect(results).toEqual([null]);
    probe.accepted(1, 9);
    expect(host.dropped).toEqual([9]);
    // What comes for a stream of the past does nothing.
    probe.arrived(1, 5, KEY, 0, 20);
    probe.drained(1, 5);
    probe.ended(1, 5);
    probe.stored();
  });
});
