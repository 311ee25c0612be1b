/** Peers: each is told once, by a desk that stands in for a node. */
import { expect, test } from 'vitest';
import { type Desk, searchOf } from '../../../src/api/mainline/desk.ts';
import { announce, getPeers } from '../../../src/api/mainline/peers.ts';
import { onLoopback } from '../../mainline/small-world.ts';

const HASH = 'ab'.repeat(20);
const TRACE = { kind: 'get_peers', target: '', durationMs: 0 } as const;

/** One call, in which some peers are found twice. */
function deskWith(stored: number) {
  const found = new Map<number, (peer: number) => void>();
  const desk: Desk = {
    found,
    ask: () => false,
    closing: new AbortController().signal,
    tell: () => {},
    now: () => 0,
    within: (_limits, work) => work,
    search: (run) => searchOf(run, () => {}),
    lookup: async (_limits, _kind, _target, _errand, opened) => {
      opened!(3);
      for (const n of [5, 6, 5]) found.get(3)!(onLoopback(n));
      const trace = { ...TRACE, steps: [], closest: [], answered: 0, failed: 0 };
      return { trace, stored, failed: 0, writes: [] };
    },
  };
  return { desk, found };
}

test('peers are told once each, in the order found, and nobody listens afterwards', async () => {
  const { desk, found } = deskWith(0);
  const told: number[] = [];
  const search = getPeers(desk, HASH, {});
  for await (const { port } of search) told.push(port);
  const { peers } = await search;
  expect(peers.map(({ port }) => port)).toEqual([10_005, 10_006]);
  expect([told, found.size]).toEqual([[10_005, 10_006], 0]);
});

test('an announce that nobody took says so, and how many answered', async () => {
  await expect(announce(deskWith(0).desk, 6881, HASH, {})).rejects.toMatchObject({
    code: 'NOT_STORED',
  });
  const { peers, stored } = await announce(deskWith(3).desk, 6881, HASH, {});
  expect([peers.length, stored]).toEqual([2, 3]);
});
