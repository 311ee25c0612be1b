import { describe, expect, test } from 'vitest';
import { Calls, onceThere, unlessAborted } from '../../src/io/calls.ts';
import { DhtError } from '../../src/io/errors.ts';
import { ManualClock } from './memory-network.ts';

function setup() {
  const clock = new ManualClock();
  const calls = new Calls(clock);
  const cancelled: number[] = [];
  let last = 0;
  const open = (limits = {}) =>
    calls.open<string>(
      (call) => {
        last = call;
      },
      limits,
      (call) => cancelled.push(call),
    );
  return { clock, calls, cancelled, open, last: () => last };
}

describe('after a stall', () => {
  test('what lies in the socket is read before a call times out', async () => {
    const { calls, clock, open, last } = setup();
    const outcome = open({ timeoutMs: 1000 });
    clock.stall(5000);
    clock.after(0, () => calls.settle(last(), 'in time'));
    clock.advance(0);
    expect(await outcome).toBe('in time');
    expect(clock.timerCount).toBe(0);
  });

  test('nobody waits for long for what does not lie there', async () => {
    const { clock, open, cancelled } = setup();
    const outcome = open({ timeoutMs: 1000 });
    clock.stall(5000);
    clock.advance(0);
    await expect(outcome).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(cancelled).toHaveLength(1);
    expect(clock.timerCount).toBe(0);
  });
});

describe('work that is waited for', () => {
  test('ends by itself or by the signal, on which nothing is left', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: [never, never]) => {
      listeners++;
      addEventListener.apply(signal, given);
    };
    signal.removeEventListener = (...given: [never, never]) => {
      listeners--;
      removeEventListener.apply(signal, given);
    };
    expect(await unlessAborted(signal, Promise.resolve(5))).toBe(5);
    await expect(unlessAborted(signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(listeners).toBe(0);
    expect(await unlessAborted(undefined, Promise.resolve(6))).toBe(6);
  });

  test('is undone when it comes too late', async () => {
    const over = new AbortController();
    const undone: number[] = [];
    let finish: (value: number) => void = () => {};
    const work = new Promise<number>((resolve) => {
      finish = resolve;
    });
    const waited = unlessAborted(over.signal, work, (late) => undone.push(late));
    over.abort('enough');
    await expect(waited).rejects.toMatchObject({ code: 'ABORTED', cause: 'enough' });
    finish(7);
    await work;
    await null;
    expect(undone).toEqual([7]);
    await expect(unlessAborted(over.signal, Promise.resolve(1))).rejects.toThrow('aborted');
  });
});

describe('a call ends once', () => {
  test('by its outcome', async () => {
    const { calls, open, last, cancelled } = setup();
    const outcome = open();
    calls.settle(last(), 'found');
    calls.fail(last(), new Error('too late'));
    expect(await outcome).toBe('found');
    expect(calls.count).toBe(0);
    expect(cancelled).toEqual([]);
  });

  test('by a failure', async () => {
    const { calls, open, last } = setup();
    const outcome = open();
    calls.fail(last(), new DhtError('TIMEOUT', 'no answer in time'));
    calls.settle(last(), 'too late');
    await expect(outcome).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('by the error of the one who starts it', async () => {
    const { calls } = setup();
    const outcome = calls.open(
      () => {
        throw new DhtError('BUSY', 'too many');
      },
      {},
      () => {},
    );
    await expect(outcome).rejects.toMatchObject({ code: 'BUSY' });
    expect(calls.count).toBe(0);
  });

  test('by closing, for all that are under way', async () => {
    const { calls, open, clock } = setup();
    const outcomes = [open(), open({ timeoutMs: 100 })];
    calls.close();
    for (const outcome of outcomes) await expect(outcome).rejects.toMatchObject({ code: 'CLOSED' });
    expect(clock.timerCount).toBe(0);
  });

  test('when its time is up, and then the machine is told', async () => {
    const { clock, open, cancelled, last } = setup();
    const outcome = open({ timeoutMs: 250 });
    clock.advance(249);
    expect(cancelled).toEqual([]);
    clock.advance(1);
    expect(cancelled).toEqual([last()]);
    await expect(outcome).rejects.toThrow(new DhtError('TIMEOUT', 'no answer within 250 ms'));
  });

  test('by its AbortSignal, whose reason is kept', async () => {
    const { open, cancelled, last, clock } = setup();
    const controller = new AbortController();
    const outcome = open({ signal: controller.signal, timeoutMs: 1000 });
    const reason = new Error('changed my mind');
    controller.abort(reason);
    expect(cancelled).toEqual([last()]);
    await expect(outcome).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
    expect(clock.timerCount).toBe(0);
  });
});

test('a signal that has fired already starts nothing', async () => {
  const { calls, open, last } = setup();
  await expect(open({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  expect(last()).toBe(0);
  expect(calls.count).toBe(0);
});

test('a call that ended leaves nothing behind: no timer, no listener', async () => {
  const { clock, calls, open, last, cancelled } = setup();
  const controller = new AbortController();
  const outcome = open({ signal: controller.signal, timeoutMs: 1000 });
  calls.settle(last(), 'done');
  await outcome;
  expect(clock.timerCount).toBe(0);
  controller.abort();
  expect(cancelled).toEqual([]);
});

test('an outcome of nobody is ignored', () => {
  const { calls } = setup();
  expect(() => calls.settle(99, 'who?')).not.toThrow();
  expect(() => calls.fail(99, new Error('who?'))).not.toThrow();
});

test('what is there is gone on with now, what is not when it comes', async () => {
  expect(onceThere(20, (value) => value + 1)).toBe(21);
  const later = onceThere(Promise.resolve(20), (value) => value + 1);
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe(21);
});

describe('a call that is told', () => {
  const told = () => {
    const heard: string[] = [];
    const waiting = {
      resolve: (value: number) => void heard.push(`value ${value}`),
      reject: (error: Error) => void heard.push(error.message),
      forget: () => void heard.push('forgotten'),
    };
    return { heard, waiting };
  };

  test('hears at once, or later, or that the node was closed', () => {
    const calls = new Calls(new ManualClock());
    const { heard, waiting } = told();
    calls.tell(waiting, (call) => calls.settle(call, 1));
    expect(heard).toEqual(['value 1']);
    let later = 0;
    calls.tell(waiting, (call) => {
      later = call;
    });
    expect(heard).toHaveLength(1);
    calls.settle(later, 2);
    expect(heard).toEqual(['value 1', 'forgotten', 'value 2']);
    calls.tell(waiting, () => {});
    calls.close();
    expect(heard.slice(3)).toEqual(['forgotten', 'the node was closed']);
  });
});
