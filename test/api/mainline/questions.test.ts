import { expect, test } from 'vitest';
import { Questions } from '../../../src/api/mainline/questions.ts';
import { Method } from '../../../src/mainline/krpc/fields.ts';

function setup(isSent: boolean) {
  const calls: number[] = [];
  const ask = (...given: unknown[]) => {
    calls.push(given[4] as number);
    return isSent;
  };
  const driver = { attempt: (run: () => void) => run(), now: () => 5 };
  const questions = new Questions();
  const heard: (number | null)[] = [];
  const one = () =>
    questions.ask({ ask } as never, driver as never, [
      ...([7, Method.ping, new Uint8Array(20)] as const),
      (message, rttMs) => heard.push(message === null ? null : rttMs),
    ]);
  return { questions, calls, heard, one };
}

test('each is heard once, and calls of others are not questions', () => {
  const { questions, calls, heard, one } = setup(true);
  expect([one(), one()]).toEqual([true, true]);
  expect(questions.answered(calls[1], {} as never, 12)).toBe(true);
  expect(questions.answered(calls[1], {} as never, 12)).toBe(true);
  expect(questions.answered(calls[0], null, 0)).toBe(true);
  expect(questions.answered(1, {} as never, 12)).toBe(false);
  expect(heard).toEqual([12, null]);
  expect(new Set(calls).size).toBe(2);
});

test('what could not be sent is not waited for, and at the end nothing is', () => {
  const unsent = setup(false);
  expect(unsent.one()).toBe(false);
  expect(unsent.questions.count).toBe(0);
  const { questions, calls, heard, one } = setup(true);
  one();
  questions.close();
  questions.answered(calls[0], null, 0);
  expect(heard).toEqual([]);
});
