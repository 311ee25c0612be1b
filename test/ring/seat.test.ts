import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/core/memory-store.ts';
import { sha1 } from '../../src/lab/sha1.ts';
import { Identity } from '../../src/ring/circle/identity.ts';
import { Members } from '../../src/ring/circle/member.ts';
import { Flushes } from '../../src/ring/records/flushes.ts';
import { Seat } from '../../src/ring/seat.ts';
import { peersUpTo, point, titleOf } from './titles/samples.ts';

function seated(store: MemoryStore): { seat: Seat; flushes: Flushes } {
  const flushes = new Flushes(store);
  return { seat: new Seat(1, 101, store, flushes), flushes };
}

test('what was accepted is said when it is durable, and is there again in the next process', () => {
  const tokens: number[] = [];
  const store = new MemoryStore((token) => tokens.push(token));
  const { seat, flushes } = seated(store);
  const title = titleOf(0, 8, 3, peersUpTo(3));
  seat.elector.accept({ titles: [title], isInForce: true });
  const said: (string | null)[] = [];
  seat.whenDurable(0, (_at, error) => said.push(error));
  expect(seat.isDurable).toBe(false);
  flushes.flush();
  expect(said).toEqual([]);
  store.harden(tokens[0]);
  flushes.stored(1, tokens[0], null);
  expect(said).toEqual([null]);
  // Nothing has changed since: no flush is waited for.
  seat.whenDurable(2, (_at, error) => said.push(error));
  expect(said).toEqual([null, null]);
  const again = seated(store).seat;
  expect(again.allows(point(4), 0, title.epoch)).toBe(true);
  expect(again.titlesOf([1]).map(({ epoch }) => epoch.number)).toEqual([3]);
  expect(again.titlesOf([2])).toEqual([]);
  const numbers = [1, 2].map((address) => {
    const members = new Members(sha1);
    const identity = new Identity(members.of(address));
    again.entitle(identity);
    return [identity.isTitled, identity.lastHeld.number];
  });
  expect(numbers).toEqual([
    [true, 3],
    [true, 0],
  ]);
});

test('a process lasts when its store has been flushed once, and is not flushed again for that', () => {
  const store = new MemoryStore(() => {});
  const { seat, flushes } = seated(store);
  const said: (string | null)[] = [];
  const ask = () => seat.whenLasting(0, (_at, error) => said.push(error));
  ask();
  flushes.flush();
  flushes.stored(1, 1, 'disk full');
  ask();
  flushes.flush();
  expect(said).toEqual(['disk full']);
  flushes.stored(2, 2, null);
  ask();
  expect(said).toEqual(['disk full', null, null]);
});

test('a store that fails makes nothing durable', () => {
  const store = new MemoryStore(() => {});
  const { seat, flushes } = seated(store);
  seat.elector.promise(point(0), point(8), { number: 5, claimant: 1 });
  const said: (string | null)[] = [];
  seat.whenDurable(0, (_at, error) => said.push(error));
  flushes.flush();
  flushes.stored(1, 1, 'disk full');
  expect(said).toEqual(['disk full']);
  expect(seat.isDurable).toBe(false);
});

test('records are allowed under the title accepted last, as long as nobody was promised more', () => {
  const { seat } = seated(new MemoryStore(() => {}));
  const title = titleOf(0, 8, 3, peersUpTo(3));
  expect(seat.allows(point(4), 0, title.epoch)).toBe(false);
  seat.elector.accept({ titles: [title], isInForce: true });
  expect(seat.allows(point(4), 0, title.epoch)).toBe(true);
  expect(seat.allows(point(4), 0, { number: 2, claimant: 7 })).toBe(false);
  expect(seat.allows(point(9), 0, title.epoch)).toBe(false);
  seat.elector.promise(point(0), point(8), { number: 9, claimant: 1 });
  expect(seat.allows(point(4), 0, title.epoch)).toBe(false);
});
