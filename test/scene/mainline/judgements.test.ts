import { expect, test } from 'vitest';
import {
  judgeLookup,
  judgeNothing,
  judgePeers,
  judgePut,
} from '../../../src/scene/mainline/judgements.ts';

test('peers that are not true are counted apart', () => {
  const peers = (count: number) => new Set(Array.from({ length: count }, (_, i) => i));
  expect(judgePeers(peers(1), 0)).toEqual({ failed: false, exact: true, result: 'found one peer' });
  expect(judgePeers(peers(9), 8).result).toBe('found 9 peers, 8 of them false');
  const none = judgePeers(peers(8), 8);
  expect([none.failed, none.exact]).toEqual([true, false]);
  expect(none.result).toBe('found 8 peers, and none of them is true');
});

test('who says that he has stored something may lie', () => {
  expect(judgePut(0, 0, true)).toMatchObject({ failed: true, result: 'nobody stored it' });
  expect(judgePut(8, 8, true)).toMatchObject({ exact: true, result: 'stored at 8 nodes' });
  expect(judgePut(8, 0, true).exact).toBe(false);
  expect(judgePut(8, 1, true).result).toBe('8 nodes said to have stored it, 1 of them truly did');
});

test('to find nothing is right where nothing is', () => {
  expect(judgeNothing(false, false)).toMatchObject({ failed: false, exact: true });
  expect(judgeNothing(false, true)).toMatchObject({ failed: true, exact: true });
  expect(judgeNothing(true, true)).toMatchObject({ failed: true, exact: false });
});

test('of the closest some may be missed', () => {
  const grade = { hops: 2, rpcs: 9, failed: false, found: 7, wanted: 8 };
  expect(judgeLookup({ ...grade, exact: false } as never).result).toContain('7 of the 8 nodes');
  expect(judgeLookup({ ...grade, exact: true } as never).result).toContain('in order');
});
