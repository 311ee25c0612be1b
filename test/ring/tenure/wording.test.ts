import { describe, expect, test } from 'vitest';
import { Frame, FrameWriter } from '../../../src/ring/frames.ts';
import {
  putAnswer,
  putProposal,
  TITLES_LIMIT,
  takeAnswer,
  takeProposal,
} from '../../../src/ring/tenure/wording.ts';
import { peersUpTo, titleOf } from '../titles/samples.ts';

function frameOf(write: (out: FrameWriter) => void, cut = 0): Frame {
  const out = new FrameWriter();
  out.begin(23, 1);
  write(out);
  out.end();
  const frame = new Frame();
  frame.open(out.bytes, 0, out.length - cut);
  return frame;
}

const titles = [titleOf(0, 4, 9, peersUpTo(3)), titleOf(4, 8, 9, peersUpTo(5))];

describe('a proposal', () => {
  test('comes as it was sent', () => {
    const proposal = { titles, isInForce: true };
    expect(takeProposal(frameOf((out) => putProposal(out, proposal)))).toEqual(proposal);
  });

  test('that is cut, empty or too long is none', () => {
    const proposal = { titles, isInForce: false };
    for (const cut of [1, 20, 90]) {
      expect(takeProposal(frameOf((out) => putProposal(out, proposal), cut))).toBeNull();
    }
    expect(
      takeProposal(frameOf((out) => putProposal(out, { ...proposal, titles: [] }))),
    ).toBeNull();
    const many = new Array(TITLES_LIMIT + 1).fill(titles[0]);
    expect(
      takeProposal(frameOf((out) => putProposal(out, { ...proposal, titles: many }))),
    ).toBeNull();
  });
});

describe('an answer', () => {
  const known = titles.map((title, i) => ({ title, isInForce: i === 0 }));
  const answer = { isGranted: true, promised: { number: 12, claimant: 4 }, known };

  test('comes as it was said', () => {
    expect(takeAnswer(frameOf((out) => putAnswer(out, answer)))).toEqual(answer);
  });

  test('that is cut is none, and one of too many parts says the first of them', () => {
    expect(takeAnswer(frameOf((out) => putAnswer(out, answer), 3))).toBeNull();
    const many = { ...answer, known: new Array(TITLES_LIMIT + 3).fill(known[0]) };
    expect(takeAnswer(frameOf((out) => putAnswer(out, many)))!.known.length).toBe(TITLES_LIMIT);
  });
});
