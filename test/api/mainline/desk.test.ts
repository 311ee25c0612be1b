/** What calls in files of their own need of a node: lookups, finds on the way, and who leaves early. */
import { expect, test } from 'vitest';
import { collectPeers, type Desk, searchOf } from '../../../src/api/mainline/desk.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { onLoopback } from '../../mainline/small-world.ts';

const TRACE = { kind: 'get_peers', target: '', durationMs: 0, steps: [], closest: [] } as const;

test('who leaves a search early gives up the call that was under way', async () => {
  const left: number[] = [];
  const search = searchOf<number, void>(
    async (found, opened) => {
      opened(7);
      found(1);
      await new Promise(() => {});
    },
    (call) => left.push(call),
  );
  for await (const one of search) {
    expect(one).toBe(1);
    break;
  }
  expect(left).toEqual([7]);
});

test('peers are told once each, in the order found, and nobody listens afterwards', async () => {
  const found = new Map<number, (peer: number) => void>();
  const desk: Desk = {
    found,
    closing: new AbortController().signal,
    search: () => {
      throw new Error('not here');
    },
    lookup: async (_limits, _kind, _target, _errand, opened) => {
      opened!(3);
      for (const n of [5, 6, 5]) found.get(3)!(onLoopback(n));
      const trace = { ...TRACE, steps: [], closest: [], answered: 0, failed: 0 };
      return { trace, stored: 0, failed: 0, writes: [] };
    },
  };
  const told: number[] = [];
  const calls: number[] = [];
  const { peers } = await collectPeers(
    desk,
    [({ port }) => told.push(port), (call) => calls.push(call)],
    {},
    LookupKind.getPeers,
    new Uint8Array(20),
    null,
  );
  expect(peers.map(({ port }) => port)).toEqual([10_005, 10_006]);
  expect([told, calls, found.size]).toEqual([[10_005, 10_006], [3], 0]);
});
