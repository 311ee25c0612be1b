import { expect, test } from 'vitest';
import { ASKED_AT_MOST, AskedAgain } from '../../src/cli/asked-again.ts';
import type { Console } from '../../src/cli/console.ts';
import { DhtError, type DhtErrorCode } from '../../src/ring.ts';

/** Fails so often, then answers; `asked` counts. */
function lateBy(times: number, code: DhtErrorCode = 'OUTCOME_UNKNOWN') {
  const one = {
    asked: 0,
    ask: async () => {
      if (one.asked++ < times) throw new DhtError(code, 'the owner did not answer');
      return 'an answer';
    },
  };
  return one;
}

function heard(asked: AskedAgain): { said: string[]; emitted: unknown[] } {
  const said: string[] = [];
  const emitted: unknown[] = [];
  const console = {
    say: (line = '') => said.push(line),
    emit: (event: string, fields: object) => emitted.push({ event, ...fields }),
  };
  asked.tell(console as unknown as Console);
  return { said, emitted };
}

test('what was late is asked again, counted, and said once', async () => {
  const asked = new AskedAgain();
  const calls = [lateBy(0), lateBy(1), lateBy(ASKED_AT_MOST - 1, 'TIMEOUT')];
  const answers = await Promise.all(calls.map(({ ask }) => asked.call(ask)));
  expect(answers).toEqual(Array(3).fill('an answer'));
  expect(calls.map((one) => one.asked)).toEqual([1, 2, ASKED_AT_MOST]);
  const { said, emitted } = heard(asked);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`${ASKED_AT_MOST} answers came late`);
  expect(emitted).toEqual([
    { event: 'asked-again', late: ASKED_AT_MOST, message: 'the owner did not answer' },
  ]);
});

test('only so often', async () => {
  const asked = new AskedAgain();
  const never = lateBy(100);
  await expect(asked.call(never.ask)).rejects.toThrow('the owner did not answer');
  expect(never.asked).toBe(ASKED_AT_MOST);
});

test('what is no lateness is told at once', async () => {
  const asked = new AskedAgain();
  for (const code of ['CLOSED', 'NOT_PERMITTED', 'STORE_FAILED'] as const) {
    const refused = lateBy(1, code);
    await expect(asked.call(refused.ask)).rejects.toMatchObject({ code });
    expect(refused.asked).toBe(1);
  }
  await expect(asked.call(() => Promise.reject(new TypeError('mine')))).rejects.toThrow('mine');
  expect(heard(asked)).toEqual({ said: [], emitted: [] });
});
