/** Watchers of a node: told while there are any, and whatever they do, nothing else changes. */
import { expect, test } from 'vitest';
import { hearAll, MainlineWatchers } from '../../../src/api/mainline/watchers.ts';
import type { DatagramTap } from '../../../src/io/driver.ts';
import { eventsOf } from '../../../src/io/events.ts';
import type { LookupTrace } from '../../../src/mainline.ts';

function setup() {
  const driver: { tap: DatagramTap | null; tapped: (() => void) | null } = {
    ...{ tap: null, tapped: null },
  };
  const told: string[] = [];
  const watchers = new MainlineWatchers(driver, (error) => told.push(String(error)));
  return { driver, told, watchers };
}

const TRACE = {} as LookupTrace;

test('there is a tap only while somebody wants datagrams', () => {
  const { driver, watchers } = setup();
  const stop = watchers.add({ onLookup: () => {} });
  expect(driver.tap).toBeNull();
  const seen: number[] = [];
  const stopOther = watchers.add({ onDatagram: (_isOurs, peer) => void seen.push(peer) });
  driver.tap!(true, 7, new Uint8Array(1), 0, 1);
  expect(seen).toEqual([7]);
  stopOther();
  expect(driver.tap).toBeNull();
  stop();
});

test('one that throws, or promises and fails, is told and harms no other', async () => {
  const { driver, told, watchers } = setup();
  let heard = 0;
  const mistake = () => {
    throw new Error('mine');
  };
  watchers.add({ onDatagram: mistake, onLookup: mistake });
  watchers.add({ onDatagram: async () => mistake(), onLookup: async () => mistake() });
  watchers.add({ onDatagram: () => void heard++, onLookup: () => void heard++ });
  driver.tap!(true, 7, new Uint8Array(1), 0, 1);
  watchers.lookupEnded(TRACE);
  await new Promise(setImmediate);
  expect(heard).toBe(2);
  expect(told).toEqual(Array(4).fill('Error: mine'));
});

test('the watcher itself is `this`', () => {
  const { watchers } = setup();
  const watcher = {
    seen: 0,
    onLookup() {
      this.seen++;
    },
  };
  watchers.add(watcher);
  watchers.lookupEnded(TRACE);
  expect(watcher.seen).toBe(1);
});

test('a misspelt callback is refused', () => {
  const { watchers } = setup();
  expect(() => watchers.add({ onLokup: () => {} } as object)).toThrow(
    '"onLokup" is no option of watch, did you mean "onLookup"?',
  );
});

test('an onlooker hears before and after, until it goes', () => {
  const { driver, watchers } = setup();
  const seen: string[] = [];
  const stop = watchers.attach({
    before: (_isOurs, peer) => void seen.push(`before ${peer}`),
    after: () => void seen.push('after'),
  });
  driver.tap!(false, 7, new Uint8Array(1), 0, 1);
  driver.tapped!();
  expect(seen).toEqual(['before 7', 'after']);
  stop();
  expect([driver.tap, driver.tapped]).toEqual([null, null]);
});

const joined = (answered: number) => () => ({ kind: 'joined', answered }) as const;

test('events come one after the other, lookups among them, until the node closes', async () => {
  const { watchers } = setup();
  const events = eventsOf([watchers], hearAll, {}, Error);
  watchers.tell(joined(1));
  watchers.lookupEnded(TRACE);
  await null;
  watchers.tell(joined(2));
  watchers.close();
  const heard: unknown[] = [];
  for await (const event of events) heard.push(event);
  expect(heard).toHaveLength(3);
  expect(heard).toContainEqual({ kind: 'lookup', trace: TRACE });
  expect(heard.at(-1)).toEqual({ kind: 'joined', answered: 2 });
});

test('nobody makes an event when all have stopped listening', () => {
  const { watchers } = setup();
  const events = eventsOf([watchers], hearAll, {}, Error);
  events.close();
  let made = 0;
  watchers.tell(() => {
    made++;
    return joined(0)();
  });
  expect(made).toBe(0);
});
