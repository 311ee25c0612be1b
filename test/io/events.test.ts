/** Events one after the other: bounded, of several, until they are left or over. */
import { expect, test } from 'vitest';
import { type EventOptions, type EventStream, eventsOf } from '../../src/io/events.ts';
import { Watchers } from '../../src/io/watchers.ts';

interface Watcher {
  onEvent?(number: number): void;
}

function setup(count = 1) {
  const watched = Array.from({ length: count }, () => new Watchers<Watcher>(['onEvent'], () => {}));
  const open = (options: EventOptions = {}): EventStream<number> =>
    eventsOf<Watcher, number>(
      watched,
      (line) => ({ onEvent: (number) => line.push(number) }),
      options,
      () => new Error('all are closed'),
    );
  const tell = (number: number, at = 0) => {
    for (const hear of watched[at].of('onEvent')) hear(number);
  };
  return { watched, open, tell };
}

async function all(events: EventStream<number>): Promise<number[]> {
  const heard: number[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

test('those of several end with the last of them, and then there are none', async () => {
  const { watched, open, tell } = setup(2);
  const events = open();
  watched[0].close();
  await null;
  tell(2, 1);
  watched[1].close();
  expect(await all(events)).toEqual([2]);
  expect(() => open()).toThrow('all are closed');
});

test('who reads too slowly misses the oldest; a signal ends it, and nobody is heard any more', async () => {
  const { watched, open, tell } = setup();
  const over = new AbortController();
  const events = open({ limit: 2, signal: over.signal });
  for (let i = 0; i < 5; i++) tell(i);
  over.abort();
  tell(9);
  expect(await all(events)).toEqual([3, 4]);
  expect(events.missed).toBe(3);
  expect(watched[0].of('onEvent')).toEqual([]);
});

test('leaving the loop ends it; a signal that has fired begins none', async () => {
  const { watched, open, tell } = setup();
  const events = open();
  tell(1);
  tell(2);
  for await (const event of events) {
    expect(event).toBe(1);
    break;
  }
  expect(await all(open({ signal: AbortSignal.abort() }))).toEqual([]);
  expect(watched[0].of('onEvent')).toEqual([]);
});

test('an option that means nothing is refused by name, and nobody is left behind', () => {
  const { watched, open } = setup();
  const wrong = (options: object) => () => open(options);
  expect(wrong({ signle: 1 })).toThrow('did you mean "signal"');
  expect(wrong({ signal: 1 })).toThrow(TypeError);
  expect(wrong({ limit: 0 })).toThrow(RangeError);
  expect(watched[0].of('onEvent')).toEqual([]);
});
