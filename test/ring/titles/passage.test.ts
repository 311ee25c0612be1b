import { expect, test } from 'vitest';
import type { Answer } from '../../../src/ring/titles/elector.ts';
import { Passage } from '../../../src/ring/titles/passage.ts';
import { peerOf, peersUpTo, titleOf } from './samples.ts';

const yes: Answer = { isGranted: true, promised: { number: 1, claimant: 1 }, known: [] };

test('old and new electors have to accept; who holds copies is told', () => {
  const next = {
    ...titleOf(2, 6, 5, [peerOf(1), peerOf(4), peerOf(5)]),
    copies: [peerOf(1), peerOf(9)],
  };
  const passage = new Passage([next], [peersUpTo(3)], [peerOf(8)]);
  expect(passage.toAsk.map(({ home }) => home)).toEqual([1, 4, 5, 2, 3, 9, 8]);
  passage.heard(peerOf(1), yes);
  passage.heard(peerOf(4), yes);
  passage.heard(peerOf(9), yes);
  expect(passage.state).toBe('asking');
  expect(passage.hasAccepted(peerOf(4))).toBe(true);
  passage.silent(peerOf(2));
  passage.heard(peerOf(3), yes);
  expect(passage.state).toBe('won');
  passage.silent(peerOf(5));
  expect(passage.state).toBe('won');
});

test('a refusal tells who is ahead', () => {
  const passage = new Passage([titleOf(2, 6, 5, peersUpTo(3))], []);
  const title = titleOf(2, 6, 8, peersUpTo(3));
  const no = {
    isGranted: false,
    promised: { number: 9, claimant: 2 },
    known: [{ title, isInForce: true }],
  };
  passage.heard(peerOf(2), no);
  expect(passage.state).toBe('asking');
  passage.heard(peerOf(3), no);
  expect(passage.state).toBe('refused');
  expect(passage.seen).toEqual({ number: 9, claimant: 2 });
  expect(passage.news?.title).toBe(title);
});

test('silence is no refusal', () => {
  const passage = new Passage([titleOf(2, 6, 5, peersUpTo(3))], []);
  passage.silent(peerOf(2));
  passage.silent(peerOf(3));
  expect(passage.state).toBe('silent');
});
