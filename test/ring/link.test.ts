import { describe, expect, it } from 'vitest';
import { Closed, STREAM_QUEUE_BYTES, type StreamHost } from '../../src/core/host.ts';
import { MemoryStore } from '../../src/core/memory-store.ts';
import { SeededRandom } from '../../src/core/random.ts';
import { RingCounters } from '../../src/ring/counters.ts';
import { FrameType, FrameWriter, REPLY, readU32, writeU32 } from '../../src/ring/frames.ts';
import { Handshake } from '../../src/ring/greeting/handshake.ts';
import { RingNode } from '../../src/ring/node.ts';
import type { RingOutcome } from '../../src/ring/outcome.ts';
import { type RingSettings, ringSettings } from '../../src/ring/settings.ts';
import { keyOf, sha1 } from './small-ring.ts';

/** A node alone, and one connection to it, held in the hand. */
class Bench {
  readonly written: number[] = [];
  readonly log: string[] = [];
  readonly outcomes: RingOutcome[] = [];
  readonly counters = new RingCounters();
  readonly store: MemoryStore;
  readonly node: RingNode;
  now = 1_000_000_000_000;
  /** Bytes that the world says are queued. */
  queued = 0;
  writes = 0;

  constructor(settings: Partial<RingSettings> = {}) {
    const host: StreamHost = {
      connect: (_from, to) => {
        this.log.push(`connect ${to % 65536}`);
        return 77;
      },
      write: (_stream, bytes, start, end) => {
        this.writes++;
        for (let i = start; i < end; i++) this.written.push(bytes[i]);
        return this.queued;
      },
      end: () => this.log.push('end'),
      destroy: (stream) => this.log.push(`destroy ${stream}`),
      pause: (_stream, isPaused) => this.log.push(isPaused ? 'pause' : 'go on'),
    };
    this.store = new MemoryStore((token) => {
      this.store.harden(token);
      this.#tokens.push(token);
    });
    const { counters, store } = this;
    this.node = new RingNode(
      { host, store, random: new SeededRandom(1), sha1, counters },
      ringSettings(settings),
      [0x7f000001 * 65536 + 5000],
      { onOutcome: (_call, outcome) => this.outcomes.push(outcome), onEvent: () => {} },
    );
    this.node.start(this.now, []);
    this.settle();
  }
  #tokens: number[] = [];

  settle(): void {
    for (const token of this.#tokens.splice(0)) this.node.stored(this.now, token, null);
  }

  /** Connects, upgrades as a client, and forgets what came back. */
  connect(stream: number): this {
    this.node.accepted(this.now, stream, 0x7f000001 * 65536 + 9, 0x7f000001 * 65536 + 5000);
    this.say(stream, new TextEncoder().encode('VER'));
    this.say(stream, new Handshake(CLIENT, 0x7f000001 * 65536 + 5000).hello(this.now));
    this.written.length = 0;
    this.writes = 0;
    return this;
  }

  say(stream: number, bytes: Uint8Array): void {
    this.node.arrived(this.now, stream, bytes, 0, bytes.length);
    this.settle();
  }

  /** The frames that came back: type, request and payload. */
  frames(): { type: number; request: number; payload: Uint8Array }[] {
    const bytes = Uint8Array.from(this.written);
    const frames = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 4 + readU32(bytes, at);
      const payload = bytes.slice(at + 9, end);
      frames.push({ type: bytes[at + 4], request: readU32(bytes, at + 5), payload });
      at = end;
    }
    return frames;
  }
}

const CLIENT = {
  secret: null,
  random: new SeededRandom(3),
  ringId: new Uint8Array(16),
  incarnation: 0,
  isTitled: false,
  k: 0,
  stalledForMs: 0,
  greeted: [],
};

function frame(type: number, request: number, ...payload: (Uint8Array | number)[]): Uint8Array {
  const out = new FrameWriter();
  out.begin(type, request);
  for (const part of payload) {
    if (typeof part === 'number') out.u8(part);
    else out.raw(part);
  }
  out.end();
  return out.bytes.slice(0, out.length);
}

const put = (request: number, name: string, value: Uint8Array) =>
  frame(FrameType.put, request, keyOf(name), 0, value);
const get = (request: number, name: string) => frame(FrameType.get, request, keyOf(name), 0);

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('a link', () => {
  it('answers many requests that came at once by one write', () => {
    const bench = new Bench().connect(1);
    bench.say(1, put(1, 'a', Uint8Array.of(5)));
    bench.written.length = bench.writes = 0;
    bench.say(1, joined(...Array.from({ length: 100 }, (_, i) => get(i, i % 2 ? 'a' : 'b'))));
    expect(bench.writes).toBe(1);
    const frames = bench.frames();
    expect(frames.map(({ request }) => request)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(frames.every(({ type }) => type === (FrameType.get | REPLY))).toBe(true);
    expect([...frames[0].payload]).toEqual([0, 0]);
    expect(frames[1].payload.at(-1)).toBe(5);
  });

  it('reads frames however they are cut', () => {
    const whole = joined(put(1, 'a', new Uint8Array(300).fill(3)), get(2, 'a'), get(3, 'x'));
    for (const size of [1, 2, 7, 64, 299]) {
      const bench = new Bench().connect(1);
      for (let at = 0; at < whole.length; at += size) bench.say(1, whole.slice(at, at + size));
      const replies = bench.frames().sort((a, b) => a.request - b.request);
      expect(replies.map(({ request }) => request)).toEqual([1, 2, 3]);
      expect(replies[1].payload.length).toBe(2 + 16 + 300);
    }
  });

  it.each([
    ['too short a length', (bytes: Uint8Array) => writeU32(bytes, 0, 4)],
    ['too long a length', (bytes: Uint8Array) => writeU32(bytes, 0, 0xffffffff)],
    ['type 0', (bytes: Uint8Array) => (bytes[4] = 0)],
    ['a type that there is not', (bytes: Uint8Array) => (bytes[4] = 99)],
    ['a level that there is not', (bytes: Uint8Array) => (bytes[29] = 3)],
  ])('is dropped for %s, and counted', (_name, spoil) => {
    const bench = new Bench().connect(1);
    const bytes = get(1, 'a');
    spoil(bytes);
    bench.say(1, bytes);
    expect(bench.log).toEqual(['destroy 1']);
    expect(bench.counters.broken).toBe(1);
    expect(bench.written).toEqual([]);
    bench.say(1, get(2, 'a')); // late bytes of a stream that is over
    expect(bench.written).toEqual([]);
  });

  it('takes memory for what has come, not for what is promised', () => {
    const bench = new Bench({ valueBytesMax: 64 << 20 }).connect(1);
    const before = process.memoryUsage().arrayBuffers;
    for (let stream = 2; stream < 40; stream++) {
      bench.connect(stream);
      const start = put(1, 'a', new Uint8Array(10));
      writeU32(start, 0, 60 << 20);
      bench.say(stream, start);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
    // And who goes no further from one look to the next is closed.
    for (let looks = 0; looks < 2; looks++) {
      bench.now += 20_000;
      bench.node.tick(bench.now);
    }
    expect(bench.log.filter((line) => line.startsWith('destroy')).length).toBe(38);
  });

  it('does not read on while a client does not read', () => {
    const bench = new Bench().connect(1);
    bench.say(1, put(1, 'a', new Uint8Array(100_000)));
    bench.written.length = 0;
    bench.queued = STREAM_QUEUE_BYTES + 1;
    bench.say(1, joined(...Array.from({ length: 50 }, (_, i) => get(i, 'a'))));
    expect(bench.log).toEqual(['pause']);
    const first = bench.frames().length;
    expect(first).toBeLessThan(5);
    bench.say(1, get(50, 'a'));
    expect(bench.frames().length).toBe(first);
    // Each time the queue empties a few more go out, until all are answered.
    for (let i = 0; i < 60 && bench.log.at(-1) !== 'go on'; i++) {
      if (i === 30) bench.queued = 0;
      bench.node.drained(bench.now, 1);
    }
    expect(bench.log.at(-1)).toBe('go on');
    expect(bench.frames().length).toBe(51);
  });

  it('that nobody uses is closed, and counted', () => {
    const bench = new Bench({ idleMs: 10_000 }).connect(1);
    for (let i = 0; i < 10; i++) {
      bench.now += 1000;
      bench.say(1, get(i, 'a'));
      bench.node.tick(bench.now);
    }
    expect(bench.log).toEqual([]);
    bench.now += 30_000;
    bench.node.tick(bench.now);
    expect(bench.log).toEqual(['destroy 1']);
    expect(bench.counters.idleCloses).toBe(1);
  });

  it('refuses more streams than allowed', () => {
    const bench = new Bench({ acceptedMax: 3 });
    for (let stream = 1; stream <= 5; stream++) bench.node.accepted(bench.now, stream, 9, 5);
    expect(bench.log).toEqual(['destroy 4', 'destroy 5']);
    expect(bench.counters.refusedStreams).toBe(2);
    bench.node.closed(bench.now, 1, Closed.reset);
    bench.node.accepted(bench.now, 6, 9, 5);
    expect(bench.counters.refusedStreams).toBe(2);
  });

  it('survives any bytes', () => {
    const random = new SeededRandom(5);
    const sound = [
      get(1, 'a'),
      put(2, 'b', new Uint8Array(40)),
      frame(FrameType.remove, 3, keyOf('b'), 1),
      frame(FrameType.owner, 4, keyOf('c')),
      frame(FrameType.peek, 5, keyOf('c')),
      frame(FrameType.replicate, 6, keyOf('d'), new Uint8Array(3), 23, new Uint8Array(23)),
      frame(FrameType.digest, 7, keyOf('a'), keyOf('b'), new Uint8Array(12)),
      frame(FrameType.fetch, 8, keyOf('a'), keyOf('b')),
      frame(FrameType.confirm, 9, 1, keyOf('a'), new Uint8Array(16)),
      frame(FrameType.info, 10),
      frame(FrameType.pulse, 11, Uint8Array.of(127, 0, 0, 1, 19, 136)),
      frame(FrameType.neighbours, 12, new Uint8Array(6), new Uint8Array(17), 0, 0, 0),
      frame(FrameType.join, 13, new Uint8Array(6), new Uint8Array(17)),
      frame(FrameType.leave, 14, new Uint8Array(6), new Uint8Array(17)),
      frame(FrameType.switch, 15, new Uint8Array(6 + 17 + 20), 0, 0),
      frame(FrameType.inherit, 16, new Uint8Array(6 + 17 + 20), 0),
      frame(FrameType.indirect, 17, new Uint8Array(17)),
      frame(FrameType.hello, 18, 0),
    ];
    const bench = new Bench();
    for (let round = 0; round < 4000; round++) {
      const stream = 1000 + round;
      bench.connect(stream);
      const bytes = sound[round % sound.length].slice();
      const flips = random.uint32() % 4;
      for (let i = 0; i < flips; i++) {
        const at = 4 + (random.uint32() % (bytes.length - 4));
        bytes[at] = random.uint32() & 255;
      }
      if (random.uint32() % 4 === 0) {
        writeU32(bytes, 0, bytes.length - 4 - (random.uint32() % Math.max(1, bytes.length - 9)));
      }
      bench.say(stream, bytes);
      if (round % 50 === 0) {
        bench.now += 500;
        bench.node.tick(bench.now);
      }
      bench.node.closed(bench.now, stream, Closed.reset);
    }
    expect(bench.counters.broken).toBeGreaterThan(100);
    bench.connect(1);
    bench.say(1, joined(put(1, 'last', Uint8Array.of(1)), get(2, 'last')));
    expect(bench.frames().length).toBe(2);
  });
});
