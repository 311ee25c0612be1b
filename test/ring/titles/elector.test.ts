import { describe, expect, test } from 'vitest';
import { Elector, nextOf, STRETCHES_LIMIT } from '../../../src/ring/titles/elector.ts';
import { EPOCH_NUMBER_MAX } from '../../../src/ring/titles/epoch.ts';
import type { Title } from '../../../src/ring/titles/title.ts';
import { peersUpTo, point, titleOf } from './samples.ts';

const electors = peersUpTo(3);
const accept = (elector: Elector, ...titles: Title[]) =>
  elector.accept({ titles, isInForce: false });

describe('an elector', () => {
  test('takes nothing below what it has promised', () => {
    const elector = new Elector();
    const epoch = { number: 5, claimant: 1 };
    expect(elector.promise(point(2), point(6), epoch).isGranted).toBe(true);
    expect(elector.promise(point(2), point(6), epoch).isGranted).toBe(true);
    const lower = elector.promise(point(5), point(9), { number: 4, claimant: 9 });
    expect(lower).toEqual({ isGranted: false, promised: epoch, known: [] });
    expect(elector.promise(point(6), point(9), { number: 4, claimant: 9 }).isGranted).toBe(true);
    expect(accept(elector, titleOf(2, 6, 4, electors)).isGranted).toBe(false);
    expect(accept(elector, titleOf(2, 6, 5, electors)).isGranted).toBe(true);
  });

  test('promises with an acceptance the next epoch of the same claimant', () => {
    const elector = new Elector();
    const title = titleOf(2, 6, 5, electors);
    accept(elector, title);
    expect(elector.at(point(3))?.promised).toEqual(nextOf(title.epoch));
    expect(elector.promise(point(2), point(6), { number: 6, claimant: 1 }).isGranted).toBe(false);
    expect(accept(elector, { ...title, epoch: nextOf(title.epoch) }).isGranted).toBe(true);
    // An answer that was lost is given again.
    expect(accept(elector, { ...title, epoch: nextOf(title.epoch) }).isGranted).toBe(true);
    expect(accept(elector, title).isGranted).toBe(false);
  });

  test('takes one title of an epoch, and no other of the same', () => {
    const first = titleOf(2, 6, 5, electors);
    const [a, b, c] = electors;
    const others: [word: string, title: Title][] = [
      ['owner', { ...first, owner: { ...first.owner, home: 999 } }],
      ['incarnation', { ...first, owner: { ...first.owner, incarnation: 999 } }],
      ['identity', { ...first, owner: { ...first.owner, address: 999 } }],
      ['copies', { ...first, copies: [a, b, { home: 999, incarnation: 1 }] }],
      ['fewer copies', { ...first, copies: first.copies.slice(0, 1), wanted: first.wanted }],
      ['electors', { ...first, electors: [a, b, { home: c.home, incarnation: 999 }] }],
      ['wanted', { ...first, wanted: first.wanted + 1 }],
      ['forgotten', { ...first, forgottenBelow: new Uint8Array(16).fill(1) }],
    ];
    for (const [word, other] of others) {
      const elector = new Elector();
      expect(accept(elector, first).isGranted).toBe(true);
      const isInForce = word.length % 2 === 0;
      expect(elector.accept({ titles: [other], isInForce }), word).toMatchObject({
        isGranted: false,
        promised: nextOf(first.epoch),
        known: [{ title: first, isInForce: false }],
      });
      expect(accept(elector, first).isGranted).toBe(true);
    }
  });

  test('knows again a part of what it has accepted', () => {
    const elector = new Elector();
    accept(elector, titleOf(2, 9, 5, electors));
    // A part of its arc went to somebody else since; of the rest it is told that it is in force.
    accept(elector, titleOf(6, 9, 7, electors));
    const rest = elector.look(point(2), point(6)).known[0];
    expect(elector.accept({ titles: [rest.title], isInForce: true }).isGranted).toBe(true);
    expect(elector.look(point(2), point(6)).known[0].isInForce).toBe(true);
  });

  test('tells what it has accepted, cut to what it was asked for, over zero too', () => {
    const elector = new Elector();
    accept(elector, titleOf(8, 8, 1, electors));
    const whole = elector.look(point(8), point(8));
    expect(whole.known.map(({ title }) => [title.from[0], title.end[0]])).toEqual([[8, 8]]);
    accept(elector, titleOf(8, 4, 3, electors), titleOf(4, 8, 3, electors));
    const halves = elector.look(point(8), point(8));
    expect(halves.known.map(({ title }) => [title.from[0], title.end[0]])).toEqual([
      [8, 4],
      [4, 8],
    ]);
    const part = elector.look(point(6), point(9));
    expect(part.known.map(({ title }) => [title.from[0], title.end[0]])).toEqual([
      [6, 8],
      [8, 9],
    ]);
  });

  test('confirms in short what it would accept again, and nothing else', () => {
    const elector = new Elector();
    const title = titleOf(2, 6, 5, electors);
    accept(elector, title);
    expect(elector.confirm(title)).toBeNull();
    elector.accept({ titles: [title], isInForce: true });
    const again = elector.accept({ titles: [title], isInForce: true });
    expect(elector.confirm(title)).toEqual({ ...again, known: [] });
    expect(elector.confirm({ ...title, end: point(5) })).toBeNull();
    expect(elector.confirm(titleOf(2, 6, 4, electors))).toBeNull();
    elector.promise(point(5), point(9), { number: 9, claimant: 9 });
    expect(elector.confirm(title)).toBeNull();
    expect(elector.accept({ titles: [title], isInForce: true }).isGranted).toBe(false);
  });

  test('confirms who is in force, and tells one who is not any more', () => {
    const elector = new Elector();
    const title = titleOf(2, 6, 5, electors);
    const confirm = () => elector.accept({ titles: [title], isInForce: true });
    expect(confirm().isGranted).toBe(true);
    expect(elector.look(point(2), point(6)).known[0].isInForce).toBe(true);
    elector.encode();
    expect(confirm().isGranted).toBe(true);
    expect(elector.isChanged).toBe(false);
    elector.promise(point(2), point(6), { number: 9, claimant: 1 });
    expect(confirm()).toMatchObject({ isGranted: false, promised: { number: 9 } });
  });

  test('is after a restart what it was', () => {
    const elector = new Elector();
    accept(elector, titleOf(8, 4, 3, electors), titleOf(4, 8, 3, electors));
    elector.promise(point(6), point(7), { number: 9, claimant: 1 });
    expect(elector.isChanged).toBe(true);
    const bytes = elector.encode();
    expect(elector.isChanged).toBe(false);
    const again = new Elector();
    expect(again.decode(bytes)).toBe(true);
    expect(again.stretches).toEqual(elector.stretches);
    expect(again.look(point(8), point(8))).toEqual(elector.look(point(8), point(8)));
    expect(again.decode(bytes.subarray(1))).toBe(false);
    expect(again.decode(bytes.subarray(0, bytes.length - 1))).toBe(false);
    expect(again.decode(new Uint8Array(0))).toBe(false);
  });

  test('does not let an arc be claimed to the end of all epochs', () => {
    const elector = new Elector();
    const last = { number: EPOCH_NUMBER_MAX, claimant: 1 };
    expect(
      elector.promise(point(1), point(2), { ...last, number: last.number + 1 }).isGranted,
    ).toBe(false);
    expect(elector.promise(point(1), point(2), last).isGranted).toBe(true);
    expect(accept(elector, titleOf(3, 4, EPOCH_NUMBER_MAX + 1, electors)).isGranted).toBe(false);
  });
});

test('more stretches than can be taken up again are not promised', () => {
  const elector = new Elector();
  const at = (i: number) => {
    const key = new Uint8Array(20);
    key[0] = i >>> 8;
    key[1] = i & 255;
    return key;
  };
  let count = 0;
  for (let i = 0; i < STRETCHES_LIMIT; i++) {
    const epoch = { number: i + 1, claimant: 1 };
    if (elector.promise(at(2 * i), at(2 * i + 1), epoch).isGranted) count++;
  }
  expect(count).toBeGreaterThan(STRETCHES_LIMIT / 2 - 10);
  expect(elector.stretches.length).toBeLessThanOrEqual(STRETCHES_LIMIT);
  expect(new Elector().decode(elector.encode())).toBe(true);
  const title = titleOf(1, 2, 9, peersUpTo(3));
  expect(elector.accept({ titles: [title], isInForce: false }).isGranted).toBe(false);
});
