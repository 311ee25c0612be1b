/** A capture made in a small world, played again: the same outcomes, and others under other settings. */
import { expect, test } from 'vitest';
import { replayCapture } from '../../../src/lab/mainline/capture-replay.ts';
import type { CapturedPacket } from '../../../src/mainline/capture/captured.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { MINUTE_MS, SmallWorld } from '../../mainline/small-world.ts';

/** What a member of a small network saw while others joined through it, announced and looked up. */
function capture(seed: number): CapturedPacket[] {
  const world = new SmallWorld({ seed });
  const us = world.open();
  const packets: CapturedPacket[] = [];
  const keep = (isOurs: boolean, peer: number, bytes: Uint8Array) =>
    packets.push({ atMs: world.now, isOurs, local: us.address, peer, bytes: bytes.slice() });
  const { send } = world.host;
  world.host.send = (from, to, bytes, length) => {
    if (from === us.address) keep(true, to, bytes.subarray(0, length));
    send(from, to, bytes, length);
  };
  const receive = us.node.receive.bind(us.node);
  us.node.receive = (now, from, bytes, start, end) => {
    keep(false, from, bytes.subarray(start, end));
    receive(now, from, bytes, start, end);
  };
  const others = Array.from({ length: 12 }, () => world.open());
  for (const other of others) {
    other.join(us.address);
    world.run(500);
  }
  const hash = world.randomId();
  others[3].lookup(LookupKind.announce, hash, { port: 7000, impliedPort: false, seed: false });
  world.run(5000);
  others[5].lookup(LookupKind.getPeers, hash);
  world.run(MINUTE_MS);
  return packets;
}

test('over many seeds, what was answered is answered again, announces with their tokens too', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const packets = capture(seed);
    const report = replayCapture(packets);
    expect(report.packets).toBe(packets.length);
    expect(report.queries).toBeGreaterThan(20);
    expect(report.captured.answered).toBe(report.queries);
    expect(report).toMatchObject({ replayed: report.captured, same: report.queries });
    expect(report.differences).toEqual([]);
    expect(report.repliesUsed).toBeGreaterThan(5);
    expect(report.contacts).toBeGreaterThan(5);
  }
});

test('the same seed gives the same report', () => {
  const packets = capture(3);
  expect(replayCapture(packets, {}, 7)).toEqual(replayCapture(packets, {}, 7));
});

test('other settings show what they would have done', () => {
  const packets = capture(2);
  const strict = replayCapture(packets, {
    exemptLoopback: false,
    inbound: { perSource: 1, perSourceBurst: 1 },
  });
  expect(strict.replayed.silent).toBeGreaterThan(strict.captured.silent);
  expect(strict.dropped['source-limit']).toBe(strict.replayed.silent);
  expect(strict.same + strict.replayed.silent).toBe(strict.queries);
  expect(strict.differences[0]).toMatchObject({ captured: 'answered', replayed: 'silent' });
});

test('no packets, or those of two nodes, cannot be played', () => {
  expect(() => replayCapture([])).toThrow('no packets');
  const [packet] = capture(1);
  expect(() => replayCapture([packet, { ...packet, local: packet.local + 1 }])).toThrow(
    'more than one node',
  );
});
