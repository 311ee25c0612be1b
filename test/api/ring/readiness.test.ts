/** Waiting to be a member: for all identities, by a signal or a time, and again. */
import { expect, test } from 'vitest';
import { Readiness } from '../../../src/api/ring/readiness.ts';
import { Calls } from '../../../src/io/calls.ts';
import { ManualClock } from '../../io/memory-network.ts';

const joined = { kind: 'joined', identity: 1 } as const;

test('is there when all identities are members, and stays so', async () => {
  const readiness = new Readiness(new Calls(new ManualClock()), 2);
  let isReady = false;
  const waiting = readiness.ready({}).then(() => (isReady = true));
  readiness.hear(joined);
  await new Promise(setImmediate);
  expect(isReady).toBe(false);
  readiness.hear(joined);
  await waiting;
  readiness.hear(joined);
  await readiness.ready({});
});

test('whoever gives up is told why, and may wait again', async () => {
  const clock = new ManualClock();
  const readiness = new Readiness(new Calls(clock), 1);
  const first = expect(readiness.ready({ timeoutMs: 50 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'no member after 50 ms: nobody has answered yet',
  });
  await clock.advance(50);
  await first;
  readiness.hear({ kind: 'join-failed', identity: 1, reason: 'no answer' });
  const second = expect(readiness.ready({ timeoutMs: 50 })).rejects.toMatchObject({
    message: 'no member after 50 ms: no answer',
  });
  await clock.advance(50);
  await second;
  const left = new AbortController();
  const third = expect(readiness.ready({ signal: left.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  left.abort();
  await third;
  const fourth = readiness.ready({});
  readiness.hear(joined);
  await fourth;
});

test('whoever is not admitted hears it at once, and whenever he asks again', async () => {
  const readiness = new Readiness(new Calls(new ManualClock()), 1);
  const refused = { code: 'NOT_ADMITTED', message: 'K = 2 there, K = 0 here' };
  const first = expect(readiness.ready({})).rejects.toMatchObject(refused);
  readiness.hear({ kind: 'not-admitted', peer: 1, reason: refused.message });
  await first;
  await expect(readiness.ready({})).rejects.toMatchObject(refused);
});
