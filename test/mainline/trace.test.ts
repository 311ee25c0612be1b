/** A finished lookup as data: who was asked, who told of whom, and what came of it. */
import { describe, expect, test } from 'vitest';
import { portOf } from '../../src/core/address.ts';
import { ascii } from '../../src/mainline/krpc/bencode.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import {
  hex,
  idOf,
  MINUTE_MS,
  onLoopback,
  SmallWorld,
  type Stranger,
  text,
} from './small-world.ts';

const TARGET = idOf('7700');

function compact(...strangers: Stranger[]): Uint8Array {
  return Uint8Array.from(
    strangers.flatMap(({ id, address }) => [
      ...id,
      127,
      0,
      0,
      1,
      portOf(address) >>> 8,
      portOf(address) & 255,
    ]),
  );
}

/** near is told of by door; dead and rude by near; nobody answers for dead, rude sends errors. */
function scene() {
  const world = new SmallWorld({ latencyMs: [30, 30] });
  const us = world.open({}, idOf('80'));
  const door = world.stranger(onLoopback(50), idOf('f0'));
  const near = world.stranger(onLoopback(51), idOf('7f'));
  const dead = world.stranger(onLoopback(52), idOf('7701'));
  const rude = world.stranger(onLoopback(53), idOf('7702'));
  door.onQuery = () => ({ nodes: compact(near) });
  const peer = Uint8Array.of(127, 0, 0, 1, 0, 9);
  near.onQuery = (query) => ({
    nodes: compact(dead, rude),
    ...(text(query['q']) === 'get_peers' ? { values: [peer, peer], token: ascii('t') } : {}),
  });
  rude.onQuery = (query, from) => {
    rude.send(from, { t: query['t'] as Uint8Array, y: 'e', e: [202, 'no'] });
    return null;
  };
  us.join(door.address);
  return { world, us, door, near, dead, rude };
}

describe('a trace', () => {
  test('names each query in the order sent, who told of it, how far, how long and what became of it', () => {
    const { world, us, door, near, dead, rude } = scene();
    const call = us.lookup(LookupKind.getPeers, TARGET);
    world.run(MINUTE_MS);
    const trace = us.lookups.get(call)!;
    expect(trace).toMatchObject({ kind: 'get_peers', target: hex(TARGET), answered: 2, failed: 2 });
    const host = '127.0.0.1';
    expect(trace.steps).toEqual([
      {
        id: hex(door.id),
        host,
        port: 10_050,
        toldBy: 'bootstrap',
        hops: 1,
        distanceBits: 160,
        sentMs: 0,
        rttMs: 60,
        verdict: 'answered',
        peers: 0,
      },
      {
        id: hex(near.id),
        host,
        port: 10_051,
        toldBy: 0,
        hops: 2,
        distanceBits: 156,
        sentMs: 60,
        rttMs: 60,
        verdict: 'answered',
        peers: 2,
      },
      {
        id: hex(dead.id),
        host,
        port: 10_052,
        toldBy: 1,
        hops: 3,
        distanceBits: 145,
        sentMs: 120,
        rttMs: null,
        verdict: 'timeout',
        peers: 0,
      },
      {
        id: hex(rude.id),
        host,
        port: 10_053,
        toldBy: 1,
        hops: 3,
        distanceBits: 146,
        sentMs: 120,
        rttMs: null,
        verdict: 'error',
        peers: 0,
      },
    ]);
    expect(trace.closest.map(({ id }) => id)).toEqual([hex(near.id), hex(door.id)]);
    expect(trace.durationMs).toBe(120 + 6000);
  });

  test('of a bootstrap address that never answered has no id and no distance', () => {
    const world = new SmallWorld();
    const us = world.open();
    us.join(onLoopback(50));
    const call = us.findNode(TARGET);
    world.run(MINUTE_MS);
    expect(us.lookups.get(call)!.steps).toMatchObject([
      { id: null, distanceBits: null, toldBy: 'bootstrap', verdict: 'timeout' },
    ]);
  });

  test('of an announce says so, and seeds from the table are told by the table', () => {
    const { world, us } = scene();
    world.run(MINUTE_MS);
    const announcement = { port: 1, impliedPort: false, seed: false };
    const call = us.lookup(LookupKind.announce, TARGET, announcement);
    const search = us.findNode(TARGET);
    world.run(MINUTE_MS);
    expect(us.lookups.get(call)!.kind).toBe('announce_peer');
    expect(us.lookups.get(search)!.kind).toBe('find_node');
    expect(us.lookups.get(search)!.steps[0].toldBy).toBe('table');
  });
});
