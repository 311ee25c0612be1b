import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clipped,
  electoratesOf,
  NOTHING_FORGOTTEN,
  PEERS_LIMIT,
  type Peer,
  peersOf,
  samePeers,
  sameTitle,
  type Title,
  TitleReader,
  titleBytes,
  writeTitle,
} from '../../../src/ring/titles/title.ts';

const address = fc.integer({ min: 1, max: 2 ** 48 - 1 });
const peer: fc.Arbitrary<Peer> = fc.record({ home: address, incarnation: address });
const peers = fc.array(peer, { minLength: 1, maxLength: 5 });
const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
const word = fc.integer({ min: 0, max: 0xffff_ffff });
const title: fc.Arbitrary<Title> = fc
  .record({
    from: id,
    end: id,
    epoch: fc.record({ number: word, claimant: word }),
    owner: fc.record({ home: address, incarnation: address, address }),
    copies: fc.array(peer, { maxLength: 3 }),
    electors: peers,
    previous: fc.array(peers, { maxLength: 3 }),
    wanted: fc.integer({ min: 1, max: 17 }),
    forgottenBelow: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  })
  .map((its) => {
    const { home, incarnation } = its.owner;
    return { ...its, copies: [{ home, incarnation }, ...its.copies] };
  });

function bytesOf(its: Title): Uint8Array {
  const out = new Uint8Array(titleBytes(its));
  expect(writeTitle(out, 0, its)).toBe(out.length);
  return out;
}

function plain(list: readonly Peer[]): Peer[] {
  return list.map(({ home, incarnation }) => ({ home, incarnation }));
}

describe('titles as bytes', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(title, (its) => {
        const bytes = bytesOf(its);
        const reader = new TitleReader(bytes, 0, bytes.length);
        expect(reader.title()).toEqual({ ...its, copies: plain(its.copies) });
        expect(reader.isWhole).toBe(true);
      }),
    );
  });

  test('are broken when cut anywhere, and never throw whatever they are', () => {
    fc.assert(
      fc.property(title, fc.nat(), (its, at) => {
        const bytes = bytesOf(its);
        const reader = new TitleReader(bytes, 0, at % bytes.length);
        reader.title();
        expect(reader.isWhole).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        new TitleReader(bytes, 0, bytes.length).title();
      }),
    );
  });

  test('have electors, an owner among the copies, and lists of bounded length', () => {
    const its = fc.sample(title, { numRuns: 1, seed: 4 })[0];
    const isBroken = (other: Title) => {
      const bytes = bytesOf(other);
      const reader = new TitleReader(bytes, 0, bytes.length);
      reader.title();
      return reader.isBroken;
    };
    expect(isBroken(its)).toBe(false);
    expect(isBroken({ ...its, electors: [] })).toBe(true);
    expect(isBroken({ ...its, copies: [] })).toBe(true);
    const many = Array.from({ length: PEERS_LIMIT + 1 }, (_, i) => ({ home: i, incarnation: i }));
    expect(isBroken({ ...its, electors: many })).toBe(true);
    expect(isBroken({ ...its, previous: Array.from({ length: 9 }, () => [...its.electors]) })).toBe(
      true,
    );
  });
});

test('before a title is known to be in force those before it have a say', () => {
  const [a, b] = [1, 2].map((home) => [{ home, incarnation: 1 }]);
  const its = {
    ...fc.sample(title, { numRuns: 1, seed: 4 })[0],
    electors: a,
    previous: [b, a],
  };
  expect(electoratesOf(its, true)).toEqual([a]);
  expect(electoratesOf(its, false)).toEqual([a, b]);
});

test('two parts of a split have one epoch and are two titles', () => {
  const its = fc.sample(title, { numRuns: 1, seed: 4 })[0];
  const from = new Uint8Array(20).fill(9);
  expect(sameTitle(its, { ...its })).toBe(true);
  expect(sameTitle(its, { ...its, from })).toBe(false);
  expect(sameTitle(its, null)).toBe(false);
  expect(clipped(its, its.from, its.end)).toBe(its);
  expect(clipped(its, from, its.end).from).toBe(from);
  expect(NOTHING_FORGOTTEN.every((byte) => byte === 0)).toBe(true);
});

test('an incarnation makes somebody else of an address', () => {
  const [one, other] = [
    { home: 5, incarnation: 1 },
    { home: 5, incarnation: 2 },
  ];
  expect(samePeers([one], [other])).toBe(false);
  expect(peersOf([[one, other], [one]])).toEqual([one, other]);
});
