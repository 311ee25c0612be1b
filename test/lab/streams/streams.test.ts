/**
 * Streams: what TCP promises its users, under virtual time. One way is 100 ms, so every time that is
 * expected here can be counted on the fingers.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Stream } from '../../../src/core/host.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import type { NetworkModel } from '../../../src/lab/network/network-model.ts';
import { STREAM_TIMEOUT_MS } from '../../../src/lab/streams/stream-ways.ts';
import { expectClean, type Heard, pattern, StreamWorld } from '../stream-world.ts';

describe('connecting', () => {
  test('takes one way to be accepted and one back; what was written before leaves then', () => {
    const streams = new StreamWorld(2);
    const stream = streams.connect(0, 1);
    expect(streams.write(stream, [1, 2, 3])).toBe(3);
    streams.pass(1000);
    expect(streams.peers[1].log).toEqual(['100 accepted from 0 at 1', '300 3 bytes']);
    expect(streams.peers[0].log).toEqual(['200 opened']);
  });

  test('who accepts may speak first', () => {
    const streams = new StreamWorld(2);
    streams.peers[1].onAccepted = (stream) => void streams.write(stream, [9]);
    streams.connect(0, 1);
    streams.pass(1000);
    expect(streams.peers[0].log).toEqual(['200 opened', '200 1 bytes']);
  });

  test('is refused where nobody listens, where no process lives and where nobody is', () => {
    const streams = new StreamWorld(4);
    streams.deaf.add(1);
    streams.kill(2);
    for (const to of [1, 2, 77]) streams.connect(0, to);
    streams.pass(1000);
    expect(streams.peers[0].log).toEqual(new Array(3).fill('200 closed refused'));
    expectClean(streams);
  });

  test('to a host that is gone without a word times out', () => {
    const streams = new StreamWorld(2);
    streams.world.stop(1, 'silent');
    streams.connect(0, 1);
    streams.pass(60_000);
    expect(streams.peers[0].log).toEqual([`${STREAM_TIMEOUT_MS + 100} closed timeout`]);
    expectClean(streams);
  });

  test('through a partition times out, and comes about when that heals before', () => {
    const streams = new StreamWorld(2);
    streams.world.network.partition([[0]]);
    streams.connect(0, 1);
    streams.pass(STREAM_TIMEOUT_MS);
    expect(streams.peers[0].log).toEqual([`${STREAM_TIMEOUT_MS} closed timeout`]);
    streams.connect(0, 1);
    streams.pass(10_000);
    streams.world.network.heal();
    streams.pass(10_000);
    expect(streams.peers[0].streams.size).toBe(1);
    expect(streams.peers[0].log.at(-1)).toMatch(/ opened$/);
  });

  test('given up, or gone with its process, before it is accepted is never accepted', () => {
    const streams = new StreamWorld(3);
    streams.destroy(0, streams.connect(0, 2));
    streams.connect(1, 2);
    streams.kill(1);
    streams.pass(5000);
    expect(streams.peers[2].log).toEqual([]);
    expectClean(streams);
  });

  test('given up after it was accepted is reset there', () => {
    const streams = new StreamWorld(2);
    const stream = streams.connect(0, 1);
    streams.pass(150);
    streams.destroy(0, stream);
    streams.pass(5000);
    expect(streams.peers[1].log).toEqual(['100 accepted from 0 at 1', '250 closed reset']);
    expect(streams.peers[0].log).toEqual([]);
    expectClean(streams);
  });

  test('to a node behind a NAT does not come about, from it does', () => {
    const nat = { shares: { fullCone: 1 } };
    const streams = new StreamWorld(2, { nat });
    streams.connect(0, 1);
    streams.pass(20_000);
    expect(streams.peers[0].log).toEqual([`${STREAM_TIMEOUT_MS} closed timeout`]);
  });
});

describe('bytes', () => {
  test('arrive whole and in order, however they were written and whatever the way is like', () => {
    const models: Partial<NetworkModel>[] = [
      {},
      { latency: { kind: 'king' }, jitter: { kind: 'exponential', meanMs: 80 } },
      { loss: 0.2, jitter: { kind: 'uniform', highMs: 300 } },
      { bursts: { enter: 0.05, leave: 0.2 }, pieceBytes: 7 },
      { uplinks: [{ bytesPerSecond: 30_000 }], loss: 0.02 },
    ];
    for (const model of models) {
      const streams = new StreamWorld(2, model);
      const [near, far] = streams.connected(0, 1);
      const sent: number[] = [];
      for (let i = 0; i < 60; i++) {
        const bytes = pattern([1, 10, 700, 3000][i % 4], i);
        sent.push(...bytes);
        streams.write(near, bytes);
        streams.write(far, bytes);
        streams.pass(i % 3 === 0 ? 40 : 0);
      }
      streams.pass(120_000);
      for (const [node, stream] of [
        [1, far],
        [0, near],
      ] as const) {
        expect(
          Buffer.compare(Buffer.from(streams.peers[node].heard(stream).bytes), Buffer.from(sent)),
        ).toBe(0);
      }
    }
  });

  test('lost segments cost time: one more than 200 ms, and a round trip', () => {
    const streams = new StreamWorld(2, { loss: 0.3 });
    const [near] = streams.connected(0, 1);
    streams.peers[1].log.length = 0;
    const at = streams.elapsedMs;
    for (let i = 0; i < 50; i++) {
      streams.write(near, [i]);
      streams.pass(10_000);
    }
    const lateMs = streams.peers[1].log.map(
      (line, i) => Number.parseInt(line, 10) - at - i * 10_000,
    );
    expect(lateMs).toHaveLength(50);
    const onTime = lateMs.filter((ms) => ms === 100).length;
    expect(onTime).toBeGreaterThan(25);
    expect(onTime).toBeLessThan(45);
    expect(lateMs.filter((ms) => ms === 300).length).toBeGreaterThan(3);
    for (const ms of lateMs) expect(ms === 100 || ms >= 300).toBe(true);
  });

  test('on a line where everything is lost time out', () => {
    const streams = new StreamWorld(2, { loss: 1 });
    streams.connect(0, 1);
    streams.pass(60_000);
    expect(streams.peers[0].log).toEqual([`${STREAM_TIMEOUT_MS} closed timeout`]);
  });

  test('a machine that pauses in the middle gets the rest when it goes on, the end last', () => {
    const streams = new StreamWorld(2, { pieceBytes: 10 });
    const [near, far] = streams.connected(0, 1);
    streams.peers[1].onArrived = (stream) => streams.host.pause(stream, true);
    streams.write(near, pattern(35));
    streams.host.end(near);
    for (const [bytes, hasEnded] of [
      [10, false],
      [20, false],
      [30, false],
      [35, false],
      [35, true],
    ] as const) {
      streams.pass(1000);
      const heard = streams.peers[1].heard(far);
      expect([heard.bytes.length, heard.ended]).toEqual([bytes, hasEnded]);
      streams.host.pause(far, false);
    }
  });
});

describe('a way that is shut', () => {
  test.each([
    ['a partition', 'both'],
    ['one way there', 'out'],
    ['one way back: nothing is acknowledged', 'in'],
  ] as const)('by %s holds bytes back until it heals', (_name, cut) => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    streams.world.network.partition([[0]], cut);
    streams.write(near, [1, 2]);
    streams.write(far, [3]);
    streams.pass(14_000);
    expect(streams.peers[0].log.concat(streams.peers[1].log)).toEqual([]);
    streams.world.network.heal();
    streams.write(near, [4]);
    streams.host.end(near);
    streams.pass(10_000);
    expect(streams.peers[1].heard(far)).toMatchObject({ bytes: [1, 2, 4], ended: true });
    expect(streams.peers[0].heard(near).bytes).toEqual([3]);
  });

  test('lets nothing overtake what was on its way when it was shut', () => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    // Comes in the very moment in which the first byte does, and is handled before it.
    const { world } = streams;
    world.schedule(
      world.now + 100,
      world.subscribe(() => void streams.write(near, [4])),
      0,
      0,
    );
    streams.write(near, [1]);
    streams.pass(50);
    world.network.partition([[0]]);
    streams.write(near, [2]);
    streams.pass(30);
    streams.write(near, [3]);
    streams.pass(1000);
    streams.write(near, [5]);
    world.network.heal();
    streams.write(near, [6]);
    streams.pass(10_000);
    expect(streams.peers[1].heard(far).bytes).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('for longer than the time-out is given up, on both sides', () => {
    const streams = new StreamWorld(2);
    const [near] = streams.connected(0, 1);
    streams.world.network.partition([[0]]);
    streams.pass(60_000); // nobody says anything, so nobody notices
    expect(streams.peers[0].log).toEqual([]);
    streams.write(near, [1]);
    streams.pass(STREAM_TIMEOUT_MS);
    for (const { log } of streams.peers) {
      expect(log).toEqual([`${61_000 + STREAM_TIMEOUT_MS} closed timeout`]);
    }
    expectClean(streams);
  });

  test('once more, before the attempt: goes on waiting, or is given up when it is late', () => {
    const late = new StreamWorld(2);
    const [near] = late.connected(0, 1);
    const { network } = late.world;
    network.partition([[0]]);
    late.write(near, [1]);
    late.pass(12_700); // the next attempt is made after 15.8 s
    network.heal();
    late.pass(1000);
    network.partition([[0]]);
    late.pass(2099);
    expect(late.peers[0].log).toEqual([]);
    late.pass(1);
    for (const { log } of late.peers) expect(log).toEqual(['16800 closed timeout']);
    expectClean(late);
    const soon = new StreamWorld(2);
    const [other, far] = soon.connected(0, 1);
    soon.world.network.partition([[0]]);
    soon.write(other, [1]);
    soon.pass(1500); // after 3 s
    soon.world.network.heal();
    soon.pass(500);
    soon.world.network.partition([[0]]);
    soon.pass(4000);
    expect(soon.peers[1].heard(far).bytes).toEqual([]);
    soon.world.network.heal();
    soon.pass(1000);
    expect(soon.peers[1].heard(far).bytes).toEqual([1]);
  });

  test.each([
    [3000, 'reset'],
    [60_000, 'timeout'],
  ])(
    'while a process dies: whoever tries to reach it hears after healing in %i ms: %s',
    (ms, why) => {
      const before = new StreamWorld(2);
      const [near] = before.connected(0, 1);
      before.world.network.partition([[0]]);
      before.write(near, [1]); // waits at the door of a process that is then killed
      before.pass(100);
      before.kill(1);
      before.pass(ms);
      before.world.network.heal();
      before.pass(10_000);
      expect(before.peers[0].past[0]).toMatchObject({ closed: why });
      expectClean(before);
      const after = new StreamWorld(2);
      const [other] = after.connected(0, 1);
      after.world.network.partition([[0]]);
      after.kill(1);
      after.write(other, [1]); // has nobody to wait for, and does not know
      after.pass(ms);
      after.world.network.heal();
      after.pass(10_000);
      expect(after.peers[0].past[0]).toMatchObject({ closed: why });
      expectClean(after);
    },
  );

  test.each([
    [3000, 'ended'],
    [60_000, 'timeout'],
  ])('just after both have ended: the later hears after healing in %i ms: %s', (ms, why) => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    streams.host.end(near);
    streams.pass(500);
    streams.host.end(far);
    streams.pass(50);
    streams.world.network.partition([[0]]);
    streams.pass(ms);
    expect(streams.peers[0].past[0]).toMatchObject({ closed: 'ended' });
    streams.world.network.heal();
    streams.pass(10_000);
    expect(streams.peers[1].past[0]).toMatchObject({ closed: why });
    expectClean(streams);
  });

  test('because a host is silent ends when its process is known to be dead: refused', () => {
    const streams = new StreamWorld(2);
    streams.world.stop(1, 'silent');
    const stream = streams.connect(0, 1);
    streams.pass(5000);
    expect(streams.peers[0].heard(stream).opened).toBe(false);
    streams.kill(1);
    streams.pass(3000);
    expect(streams.peers[0].past[0]).toMatchObject({ closed: 'refused' });
    expectClean(streams);
  });

  test('by a clog opens by itself', () => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    const { network, now } = streams.world;
    network.clog({ kind: 'drop', from: [0], to: null, untilMs: now + 5000, delayMs: 0 });
    streams.write(near, [1]);
    streams.pass(4999);
    expect(streams.peers[1].heard(far).bytes).toEqual([]);
    streams.pass(2000);
    expect(streams.peers[1].heard(far).bytes).toEqual([1]);
    network.clog({ kind: 'delay', from: [0], to: [1], untilMs: now + 50_000, delayMs: 700 });
    streams.write(near, [2]);
    streams.pass(799);
    expect(streams.peers[1].heard(far).bytes).toEqual([1]);
    streams.pass(1);
    expect(streams.peers[1].heard(far).bytes).toEqual([1, 2]);
  });

  test('because the host fell silent: it has its streams still when it is back in time', () => {
    const streams = new StreamWorld(2);
    const [near, far] = streams.connected(0, 1);
    streams.write(far, [7]); // on its way when its host goes
    streams.world.stop(1, 'silent');
    streams.write(near, [1]);
    streams.pass(5000);
    expect(streams.peers[0].log).toEqual(['1100 1 bytes']);
    streams.world.start(1);
    streams.pass(5000);
    expect(streams.peers[1].heard(far).bytes).toEqual([1]);
  });

  test('because the host fell silent for too long: both hear, it when it is back', () => {
    const streams = new StreamWorld(3);
    const [near] = streams.connected(0, 1);
    const [other] = streams.connected(2, 1);
    streams.world.stop(1, 'silent');
    streams.write(near, [1]);
    streams.pass(60_000);
    expect(streams.peers[0].log).toEqual([`${2100 + STREAM_TIMEOUT_MS} closed timeout`]);
    expect(streams.peers[1].log).toEqual([]);
    streams.world.start(1);
    streams.pass(1000);
    expect(streams.peers[1].log).toEqual(['62000 closed timeout']);
    streams.write(other, [5]); // nobody wrote on this one, so nobody noticed
    streams.pass(1000);
    expect(streams.peers[1].log).toEqual(['62000 closed timeout', '63100 1 bytes']);
    streams.destroy(2, other);
    streams.pass(1000);
    expectClean(streams);
  });

  test('a host that is back with a new process knows nothing of the old streams', () => {
    const streams = new StreamWorld(4);
    const [waiting] = streams.connected(0, 1);
    const [late] = streams.connected(2, 1);
    streams.world.stop(1, 'silent');
    streams.write(waiting, [1]);
    const connecting = streams.connect(3, 1);
    streams.pass(3000);
    streams.kill(1);
    streams.pass(1);
    streams.world.start(1);
    streams.pass(8000);
    expect(streams.peers[0].past[0]).toMatchObject({ closed: 'reset' });
    expect(streams.peers[3].heard(connecting).opened).toBe(true);
    expect(streams.peers[2].log).toEqual([]);
    streams.write(late, [2]);
    streams.pass(1000);
    expect(streams.peers[2].past[0]).toMatchObject({ closed: 'reset' });
    expect(streams.peers[1].streams.size).toBe(1);
  });
});

const MODELS: Partial<NetworkModel>[] = [
  {},
  { latency: { kind: 'king' }, loss: 0.1, jitter: { kind: 'exponential', meanMs: 50 } },
  { uplinks: [{ share: 0.5, bytesPerSecond: 50_000 }], pieceBytes: 5000 },
];

/** One step of a program that nobody would write. */
type Step = (streams: StreamWorld, random: SeededRandom) => void;

describe('whatever happens', () => {
  const NODES = 5;

  /** Any stream of any living node. */
  function any(streams: StreamWorld, random: SeededRandom): [node: number, stream: Stream] | null {
    const all: [number, Stream][] = [];
    for (const [node, peer] of streams.peers.entries()) {
      if (streams.world.alive[node] === 0) continue;
      for (const stream of peer.streams.keys()) all.push([node, stream]);
    }
    return all.length === 0 ? null : all[randomBelow(random, all.length)];
  }

  const connect: Step = (streams, random) => {
    const from = randomBelow(random, NODES);
    if (streams.world.alive[from] === 1) streams.connect(from, randomBelow(random, NODES));
  };
  /**
   * Bytes that tell whether any is missing: who wrote them, then a row of numbers. What each writer
   * wrote in all is known, so that an orderly end can be held to it.
   */
  const writers: number[] = [];
  const write: Step = (streams, random) => {
    const chosen = any(streams, random);
    if (!chosen || hasEnded.has(key(chosen))) return;
    const heard = streams.peers[chosen[0]].heard(chosen[1]);
    if (heard.writer < 0) heard.writer = writers.push(0) - 1;
    const before = writers[heard.writer];
    const length = 1 + randomBelow(random, [10, 2000, 90_000][randomBelow(random, 3)]);
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = byteOf(heard.writer, before + i);
    streams.write(chosen[1], bytes);
    writers[heard.writer] = before + length;
  };
  const byteOf = (writer: number, at: number): number =>
    at === 0 ? writer >> 8 : at === 1 ? writer & 255 : (writer + at * 31 + (at >> 8)) & 255;

  /** Is what a stream heard the beginning of what one writer wrote; or all of it, if that ended? */
  function expectRight({ bytes, ended }: Heard): void {
    if (bytes.length < 2) return;
    const writer = bytes[0] * 256 + bytes[1];
    let wrong = 0;
    for (const [at, byte] of bytes.entries()) if (byte !== byteOf(writer, at)) wrong++;
    const written = writers[writer];
    expect([wrong, bytes.length <= written]).toEqual([0, true]);
    if (ended) expect(bytes.length).toBe(written);
  }

  const hasEnded = new Set<string>();
  const key = ([node, stream]: [number, Stream]) => `${node}/${stream}`;
  const steps: Step[] = [
    ...[connect, connect, write, write, write, write],
    (streams, random) => {
      const chosen = any(streams, random);
      if (!chosen || hasEnded.has(key(chosen))) return;
      hasEnded.add(key(chosen));
      streams.host.end(chosen[1]);
    },
    (streams, random) => {
      const chosen = any(streams, random);
      if (chosen) streams.host.pause(chosen[1], randomBelow(random, 2) === 0);
    },
    (streams, random) => {
      const chosen = any(streams, random);
      if (!chosen) return;
      hasEnded.delete(key(chosen));
      streams.destroy(...chosen);
    },
    (streams, random) => {
      const node = randomBelow(random, NODES);
      if (streams.world.alive[node] === 0) streams.world.start(node);
      else if (randomBelow(random, 2) === 0) streams.world.stop(node, 'silent');
      else streams.kill(node);
    },
    (streams, random) => {
      const { network, now } = streams.world;
      const node = randomBelow(random, NODES);
      const kind = (['hold', 'drop', 'delay'] as const)[randomBelow(random, 3)];
      const untilMs = now + randomBelow(random, 20_000);
      if (randomBelow(random, 2) === 0)
        network.partition([[node]], (['both', 'in', 'out'] as const)[kind.length % 3]);
      else network.clog({ kind, from: [node], to: null, untilMs, delayMs: 300 });
    },
    (streams) => void streams.world.network.heal(),
  ];

  /** Runs a program; what each node heard, in the end. */
  function run(seed: number, model: Partial<NetworkModel>): string {
    const random = new SeededRandom(seed, 5);
    const streams = new StreamWorld(NODES, model, seed);
    hasEnded.clear();
    writers.length = 0;
    const { ends, traffic } = streams.world.streams;
    for (const peer of streams.peers) {
      const forget = peer.forget.bind(peer);
      // Numbers are used again: what was known of one ends with it.
      peer.forget = (stream) => {
        hasEnded.delete(key([streams.peers.indexOf(peer), stream]));
        forget(stream);
      };
    }
    for (let i = 0; i < 250; i++) {
      steps[randomBelow(random, steps.length)](streams, random);
      streams.pass([0, 1, 60, 700, 4000][randomBelow(random, 5)]);
      const kept = traffic.bytesWritten - traffic.bytesDelivered - traffic.bytesDropped;
      expect(kept).toBe(ends.wire.bytesKept);
    }
    streams.world.network.heal();
    streams.world.network.unclog();
    for (let node = 0; node < NODES; node++)
      if (streams.world.alive[node] === 0) streams.world.start(node);
    for (const [node, peer] of streams.peers.entries()) {
      for (const stream of peer.streams.keys()) {
        streams.host.pause(stream, false);
        if (!hasEnded.has(key([node, stream]))) streams.host.end(stream);
      }
      peer.onAccepted = (stream) => streams.host.end(stream);
    }
    streams.pass(300_000);
    // All have ended, so all are over: but for half-open ones, whose peers are gone without their knowing.
    for (const [node, peer] of streams.peers.entries()) {
      for (const stream of [...peer.streams.keys()]) streams.destroy(node, stream);
    }
    streams.pass(300_000);
    for (const { past } of streams.peers) for (const heard of past) expectRight(heard);
    expectClean(streams);
    expect(streams.world.wheel.count).toBe(0);
    return `${streams.world.traceHash} ${JSON.stringify(traffic)}`;
  }

  test('bytes are accounted for, every stream ends, and all room is given back', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...MODELS), (seed, model) => {
        run(seed, model);
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  test('the same seed is the same run, bit for bit', () => {
    for (const [i, model] of MODELS.entries()) {
      const first = run(i, model);
      expect(run(i, model)).toBe(first);
      expect(run(i + 100, model)).not.toBe(first);
    }
  });
});

test('a thousand streams that come and go need no more room than one', () => {
  const streams = new StreamWorld(2);
  const { ends } = streams.world.streams;
  streams.peers[1].onEnded = (stream) => {
    streams.write(stream, pattern(500));
    streams.host.end(stream);
  };
  let bytes = 0;
  for (let i = 0; i < 1000; i++) {
    const stream = streams.connect(0, 1);
    streams.write(stream, pattern(100, i));
    streams.host.end(stream);
    streams.pass(1000);
    if (i === 0) bytes = ends.byteLength;
  }
  expect(ends.byteLength).toBe(bytes);
  expect(streams.peers[0].past).toHaveLength(1000);
  expectClean(streams);
});
