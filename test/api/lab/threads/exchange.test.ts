/** Where threads meet: of one thread here; of several in test/cli/lab/workers.test.ts. */
import { expect, test } from 'vitest';
import {
  Ended,
  Exchange,
  endMeeting,
  newMeeting,
} from '../../../../src/api/lab/threads/exchange.ts';
import { Part } from '../../../../src/lab/parts/part.ts';

const NOBODY = { take() {}, tell() {} };

test('who is alone waits for nobody, and hears what he said', () => {
  const exchange = new Exchange(newMeeting(1), 0);
  const part = new Part(0, 1, 10);
  for (let nextMs = 1; nextMs < 100; nextMs++) {
    const word = { nextMs, outcomes: nextMs % 3 };
    expect(exchange.meet(word, part, NOBODY)).toEqual(word);
  }
});

test('nobody is waited for once the meeting has ended', () => {
  const meeting = newMeeting(2);
  const exchange = new Exchange(meeting, 1);
  endMeeting(meeting);
  const meet = () => exchange.meet({ nextMs: 5, outcomes: 0 }, new Part(1, 2, 10), NOBODY);
  expect(meet).toThrow(Ended);
  expect(meet).toThrow(Ended);
});
