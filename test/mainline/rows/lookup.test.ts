/**
 * The iterative lookup goes over small made-up networks whose every table is known, so that where it
 * must end can be computed: by looking at everybody (the k closest of all), by a plain simulation of
 * the rules one step at a time, or by asking whether anybody worth asking was left out.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, addressOf, writeAddress } from '../../../src/core/address.ts';
import { ID_BYTES, parseId, sharedPrefixBits } from '../../../src/core/id.ts';
import { type Random, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { secureIdFor } from '../../../src/core/secure-id.ts';
import {
  CandidateState,
  Failure,
  FROM_BOOTSTRAP,
  FROM_TABLE,
} from '../../../src/mainline/rows/candidate.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';
import { Lookup } from '../../../src/mainline/rows/lookup.ts';
import { LookupPool } from '../../../src/mainline/rows/lookup-pool.ts';
import { LOOKUP_CANDIDATES } from '../../../src/mainline/rows/lookup-rows.ts';
import { byDistanceTo, numberOf, someId } from '../../core/ids.ts';

const SHORT_MS = 1000;
const FULL_MS = 5000;

interface Peer {
  id: Uint8Array;
  value: bigint;
  address: number;
  live: boolean;
  /** Whom it knows: up to k of every bucket, as Kademlia has it. */
  table: Peer[];
}

function networkOf(random: Random, size: number, k: number, deadPercent: number): Peer[] {
  const peers = Array.from({ length: size }, (_, i): Peer => {
    const id = someId(random);
    const live = randomBelow(random, 100) >= deadPercent;
    return { id, value: numberOf(id), address: addressOf(0x08000001 + i, 6881), live, table: [] };
  });
  for (const peer of peers) {
    const room = new Array<number>(ID_BYTES * 8).fill(k);
    for (const other of shuffled(random, peers)) {
      const bucket = sharedPrefixBits(peer.id, 0, other.id, 0);
      if (other !== peer && room[bucket]-- > 0) peer.table.push(other);
    }
  }
  return peers;
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = randomBelow(random, i + 1);
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

/** The closest of some peers, by definition: all of them, sorted by XOR. */
function closest(peers: readonly Peer[], target: bigint, count: number): Peer[] {
  const distances = peers.map((peer) => ({ peer, distance: peer.value ^ target }));
  distances.sort((a, b) => (a.distance < b.distance ? -1 : 1));
  return distances.slice(0, count).map(({ peer }) => peer);
}

interface Way {
  lookup: Lookup;
  k: number;
  alpha: number;
  target: Uint8Array;
  /** How long a peer takes; beyond FULL_MS it is as good as dead. */
  latencyMs: (peer: Peer) => number;
  /** Whom a peer names. */
  answer: (peer: Peer) => Peer[];
}

/** Runs a lookup to its end on virtual time and watches its rules at every step. */
function lookUp(peers: readonly Peer[], start: readonly Peer[], how: Way, unknown = false) {
  const { lookup, k, alpha, latencyMs, answer } = how;
  const byAddress = new Map(peers.map((peer) => [peer.address, peer]));
  const asked: Peer[] = [];
  const heard = new Set(start);
  const late = new Set<Peer>();
  const inFlight = new Map<number, 'fresh' | 'slow'>();
  let events: { at: number; what: 'slow' | 'answer' | 'fail'; row: number }[] = [];
  let now = 0;
  lookup.begin(how.target, 0, k, alpha, now);
  for (const peer of start) {
    if (unknown) lookup.addUnknown(peer.address);
    else lookup.add(contact(peer.id, peer.address), 0, FROM_TABLE);
  }

  for (;;) {
    for (let row = lookup.next(); row >= 0; row = lookup.next()) {
      const peer = byAddress.get(lookup.addressOf(row))!;
      lookup.asked(row, 1 + asked.length, now);
      if (asked.includes(peer)) expect.fail('nobody is asked twice');
      asked.push(peer);
      inFlight.set(row, 'fresh');
      const took = peer.live ? latencyMs(peer) : Infinity;
      if (took > SHORT_MS) events.push({ at: now + SHORT_MS, what: 'slow', row });
      if (took > FULL_MS) events.push({ at: now + FULL_MS, what: 'fail', row });
      else events.push({ at: now + took, what: 'answer', row });
    }
    const fresh = [...inFlight.values()].filter((state) => state === 'fresh').length;
    expect(fresh).toBeLessThanOrEqual(alpha);
    expect(lookup.freshCount).toBe(fresh);
    expect(lookup.slowCount).toBe(inFlight.size - fresh);
    expect(lookup.askedCount).toBe(asked.length);
    if (lookup.done) break;
    if (events.length === 0) expect.fail('not done, and nothing is under way');

    events.sort((a, b) => a.at - b.at);
    const { at, what, row } = events[0];
    events = events.slice(1);
    now = at;
    const peer = byAddress.get(lookup.addressOf(row))!;
    if (what === 'slow') {
      lookup.slow(row);
      inFlight.set(row, 'slow');
      continue;
    }
    if (inFlight.get(row) === 'slow' && what === 'answer') late.add(peer);
    inFlight.delete(row);
    if (what === 'fail') {
      lookup.failed(row, Failure.timeout);
      continue;
    }
    lookup.answered(row, peer.id, 0, now);
    for (const named of answer(peer)) {
      heard.add(named);
      lookup.add(contact(named.id, named.address), 0, row);
    }
    expectSorted(lookup);
  }
  return { asked, heard, late, result: answeredIn(lookup, k).map((at) => byAddress.get(at)!) };
}

/** Peers know each other in circles: only their addresses are fit to be compared and shown. */
function addressesOf(peers: readonly Peer[]): number[] {
  return peers.map((peer) => peer.address);
}

function answeredIn(lookup: Lookup, limit: number): number[] {
  const addresses: number[] = [];
  lookup.closestAnswered(limit, (row) => addresses.push(lookup.addressOf(row)));
  return addresses;
}

function idOf(lookup: Lookup, row: number): Uint8Array {
  const start = lookup.idStart(row);
  return lookup.bytes.slice(start, start + ID_BYTES);
}

/** The rows of the closest candidates, closest first. */
function orderOf(lookup: Lookup, count = lookup.count): number[] {
  return Array.from({ length: count }, (_, position) => lookup.rowAt(position));
}

/** What is known of each row, from row 0 on. */
function each<T>(count: number, of: (row: number) => T): T[] {
  return Array.from({ length: count }, (_, row) => of(row));
}

function expectSorted(lookup: Lookup): void {
  const order = orderOf(lookup);
  expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, i) => i));
  const distances = order.map((row) => numberOf(idOf(lookup, row)) ^ numberOf(lookup.target));
  const unsorted = distances.findIndex((distance, i) => i > 0 && distances[i - 1] > distance);
  expect(unsorted).toBe(-1);
}

const settings = fc.record({
  seed: fc.nat(),
  size: fc.integer({ min: 1, max: 200 }),
  k: fc.constantFrom(1, 2, 3, 8, 20),
  alpha: fc.constantFrom(1, 2, 3, 4, 8),
  starts: fc.integer({ min: 1, max: 4 }),
});

describe('a lookup', () => {
  test('ends with exactly the k closest of all, from wherever it starts', () => {
    const property = fc.property(settings, fc.boolean(), (setting, unknown) => {
      const { seed, size, k, alpha, starts } = setting;
      const random = new SeededRandom(seed);
      const peers = networkOf(random, size, k, 0);
      const target = someId(random);
      const value = numberOf(target);
      const { result } = lookUp(
        peers,
        shuffled(random, peers).slice(0, starts),
        {
          ...{ lookup: new Lookup(), k, alpha, target },
          latencyMs: () => 1 + randomBelow(random, SHORT_MS),
          answer: (peer) => closest(peer.table, value, k),
        },
        unknown,
      );
      expect(addressesOf(result)).toEqual(addressesOf(closest(peers, value, k)));
    });
    fc.assert(property, { seed: 1, numRuns: 60 });
  });

  test('with alpha 1 asks whom a plain reading of the rules asks, in that order', () => {
    const property = fc.property(settings, fc.nat(60), (setting, deadPercent) => {
      const { seed, k, starts } = setting;
      const random = new SeededRandom(seed);
      const peers = networkOf(random, Math.min(120, setting.size), k, deadPercent);
      const target = someId(random);
      const value = numberOf(target);
      const answer = (peer: Peer) => closest(peer.table, value, k);
      const start = shuffled(random, peers).slice(0, starts);
      const how = { lookup: new Lookup(), k, alpha: 1, target, latencyMs: () => 5, answer };

      const known = new Set(start);
      const asked: Peer[] = [];
      for (;;) {
        const alive = [...known].filter((peer) => peer.live || !asked.includes(peer));
        const next = closest(alive, value, k).find((peer) => !asked.includes(peer));
        if (!next) break;
        asked.push(next);
        if (next.live) for (const named of answer(next)) known.add(named);
      }
      const found = lookUp(peers, start, how);
      expect(addressesOf(found.asked)).toEqual(addressesOf(asked));
      const alive = closest(
        asked.filter((peer) => peer.live),
        value,
        k,
      );
      expect(addressesOf(found.result)).toEqual(addressesOf(alive));
    });
    fc.assert(property, { seed: 2, numRuns: 60 });
  });

  test('among the dead ends with the k closest of the living, if they are named', () => {
    const property = fc.property(settings, fc.integer({ min: 1, max: 80 }), (setting, percent) => {
      const { seed, size, k, alpha } = setting;
      const random = new SeededRandom(seed);
      const all = networkOf(random, size, k, percent);
      const living = all.filter((peer) => peer.live);
      fc.pre(living.length > 0);
      const dead = all.filter((peer) => !peer.live);
      // The living know each other as before; each also still names a few of the dead.
      const peers = networkOf(random, living.length, k, 0);
      const ghosts = dead.map((peer, i) => ({ ...peer, address: addressOf(0x09000001 + i, 1) }));
      const target = someId(random);
      const value = numberOf(target);
      const { result } = lookUp([...peers, ...ghosts], [peers[0], ...ghosts.slice(0, 2)], {
        ...{ lookup: new Lookup(), k, alpha, target },
        latencyMs: () => 1 + randomBelow(random, SHORT_MS),
        answer: (peer) => [
          ...closest(peer.table, value, k),
          ...closest(ghosts, value, randomBelow(random, 4)),
        ],
      });
      expect(addressesOf(result)).toEqual(addressesOf(closest(peers, value, k)));
    });
    fc.assert(property, { seed: 3, numRuns: 60 });
  });

  test('leaves nobody out who was named, lives, answers in time and is close enough', () => {
    let lateInAll = 0;
    const property = fc.property(settings, fc.nat(50), (setting, deadPercent) => {
      const { seed, k, alpha, starts } = setting;
      const random = new SeededRandom(seed);
      const peers = networkOf(random, Math.min(120, setting.size), k, deadPercent);
      const target = someId(random);
      const value = numberOf(target);
      const lookup = new Lookup();
      // One in four is slow, some of those too slow to count.
      const latency = new Map(
        peers.map((peer) => [peer, randomBelow(random, randomBelow(random, 4) === 0 ? 7000 : 900)]),
      );
      const { result, heard, late } = lookUp(peers, shuffled(random, peers).slice(0, starts), {
        ...{ lookup, k, alpha, target },
        latencyMs: (peer) => latency.get(peer)!,
        answer: (peer) => closest(peer.table, value, k),
      });
      lateInAll += late.size;
      expect(heard.size).toBeLessThanOrEqual(LOOKUP_CANDIDATES);
      for (const peer of result) expect(peer.live && latency.get(peer)! <= FULL_MS).toBe(true);

      const complete = result.length === k;
      const last = complete ? result[k - 1].value ^ value : 2n ** 160n;
      const rowOf = new Map(each(lookup.count, (row) => [lookup.addressOf(row), row]));
      for (const peer of heard) {
        if (result.includes(peer) || (peer.value ^ value) >= last) continue;
        // Closer than the last of the result, or wanted by a result that is not complete.
        const state = lookup.stateOf(rowOf.get(peer.address)!);
        if (state === CandidateState.slow) {
          expect(complete).toBe(true);
          expect(!peer.live || latency.get(peer)! > SHORT_MS).toBe(true);
        } else {
          expect(state).toBe(CandidateState.failed);
          expect(!peer.live || latency.get(peer)! > FULL_MS).toBe(true);
        }
      }
    });
    fc.assert(property, { seed: 4, numRuns: 120 });
    expect(lateInAll).toBeGreaterThan(50);
  });

  test('used a second time asks as a new one does', () => {
    const pool = new LookupPool(16);
    for (let seed = 0; seed < 10; seed++) {
      const run = (lookup: Lookup) => {
        const random = new SeededRandom(seed);
        const k = 8;
        const peers = networkOf(random, 80, k, 30);
        const target = someId(random);
        const { asked, result } = lookUp(peers, peers.slice(0, 3), {
          ...{ lookup, k, alpha: 3, target },
          latencyMs: () => 1 + randomBelow(random, 1500),
          answer: (peer) => closest(peer.table, numberOf(target), k),
        });
        const rows = Array.from({ length: lookup.count }, (_, row) => [
          ...[lookup.stateOf(row), lookup.failureOf(row), lookup.parentOf(row), lookup.hopsOf(row)],
          ...[
            lookup.sequenceOf(row),
            lookup.isIdKnown(row),
            lookup.yieldsOf(row),
            lookup.requestOf(row),
          ],
        ]);
        const met = [addressesOf(asked), addressesOf(result)];
        return { met, rows, counts: [lookup.answeredCount, lookup.askedCount] };
      };
      const used = pool.take();
      expect(run(used)).toEqual(run(new Lookup()));
      for (let i = 0; i < 7; i++) each(LOOKUP_CANDIDATES, (row) => used.yielded(row));
      used.writes.tokens[3] = new Uint8Array(8);
      used.writes.pending = used.writes.stored = used.call = used.kind = 9;
      pool.release(used);
    }
    const used = pool.take();
    used.begin(new Uint8Array(ID_BYTES), 0, 8, 3, 0);
    expect(used.writes).toEqual(new Lookup().writes);
    expect([used.call, used.kind, used.count]).toEqual([0, 0, 0]);
  });
});

/** A lookup of the id of zeros: an id is then its own distance. */
function lookupOf(k: number, alpha: number): Lookup {
  const lookup = new Lookup();
  lookup.begin(new Uint8Array(ID_BYTES), 0, k, alpha, 0);
  return lookup;
}

/** The id at a distance of `n` steps from that target. */
function at(n: number): Uint8Array {
  return parseId((BigInt(n) << 100n).toString(16).padStart(40, '0'));
}

/** Adds the candidate at distance `n`; its address says so too. */
function add(lookup: Lookup, n: number, parent: number = FROM_TABLE): number {
  return lookup.add(contact(at(n), addressOf(0x08000000 + n, 1)), 0, parent);
}

describe('the order of candidates', () => {
  test('is that of their distance, whatever the order in which they came', () => {
    const property = fc.property(fc.array(fc.nat(300), { maxLength: 100 }), (distances) => {
      const lookup = lookupOf(8, 3);
      const known = new Set<number>();
      for (const n of distances) {
        const row = add(lookup, n);
        expect(row).toBe(known.has(n) ? -1 : known.size);
        known.add(n);
      }
      expectSorted(lookup);
      const sorted = [...known].sort((a, b) => a - b).map((n) => numberOf(at(n)));
      const order = orderOf(lookup);
      expect(order.map((row) => numberOf(idOf(lookup, row)))).toEqual(sorted);
    });
    fc.assert(property, { seed: 1 });
  });

  test('is bounded: a closer one takes the row of the farthest that was not asked', () => {
    const property = fc.property(fc.nat(), fc.integer({ min: 0, max: 128 }), (seed, toAsk) => {
      const random = new SeededRandom(seed);
      const lookup = lookupOf(200, 200);
      const model: { n: number; asked: boolean }[] = [];
      for (const n of shuffled(
        random,
        Array.from({ length: 400 }, (_, i) => i),
      )) {
        const expected = model.length < LOOKUP_CANDIDATES || model.some((c) => !c.asked && c.n > n);
        if (expected && model.length === LOOKUP_CANDIDATES) {
          const unasked = model.filter((c) => !c.asked).sort((a, b) => b.n - a.n);
          model.splice(model.indexOf(unasked[0]), 1);
        }
        if (expected) model.push({ n, asked: false });
        const row = add(lookup, n);
        expect(row >= 0).toBe(expected);
        if (lookup.askedCount < toAsk && randomBelow(random, 2) === 0) {
          const next = lookup.next();
          if (next < 0) continue;
          lookup.asked(next, 1, 0);
          model.find((c) => addressOf(0x08000000 + c.n, 1) === lookup.addressOf(next))!.asked =
            true;
        }
      }
      expect(lookup.count).toBe(LOOKUP_CANDIDATES);
      expectSorted(lookup);
      const kept = each(lookup.count, (row) => lookup.addressOf(row)).sort((a, b) => a - b);
      expect(kept).toEqual(model.map((c) => addressOf(0x08000000 + c.n, 1)).sort((a, b) => a - b));
    });
    fc.assert(property, { seed: 2, numRuns: 40 });
  });

  test('a liar who names ever closer nodes is followed for 128 questions and no further', () => {
    const lookup = lookupOf(8, 3);
    const inFlight: number[] = [add(lookup, 1_000_000)];
    lookup.asked(lookup.next(), 1, 0);
    let closer = 1_000_000;
    while (inFlight.length > 0) {
      const row = inFlight.shift()!;
      lookup.answered(row, lookup.bytes, lookup.idStart(row), 0);
      for (let i = 0; i < 8; i++) add(lookup, --closer, row);
      for (let next = lookup.next(); next >= 0; next = lookup.next()) {
        lookup.asked(next, 1, 0);
        inFlight.push(next);
      }
    }
    expect(lookup.done).toBe(true);
    expect(lookup.count).toBe(LOOKUP_CANDIDATES);
    expect(lookup.askedCount).toBe(LOOKUP_CANDIDATES);
    const sequence = each(lookup.count, (row) => lookup.sequenceOf(row));
    expect(Math.max(...sequence)).toBe(LOOKUP_CANDIDATES);
    expect(new Set(sequence).size).toBe(LOOKUP_CANDIDATES);
  });

  test('a candidate that is not who we were told moves to where it belongs', () => {
    const property = fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, size) => {
      const random = new SeededRandom(seed);
      const lookup = new Lookup();
      const target = someId(random);
      lookup.begin(target, 0, 50, 50, 0);
      const ids = new Map<number, Uint8Array>();
      for (let i = 0; i < size; i++) {
        const row = lookup.add(
          contact(someId(random), addressOf(0x08000000 + i, 1)),
          0,
          FROM_TABLE,
        );
        ids.set(row, idOf(lookup, row));
      }
      for (let row = lookup.next(); row >= 0; row = lookup.next()) {
        lookup.asked(row, 1, 0);
        // Half of them are others than we were told; the id is read at an offset.
        if (randomBelow(random, 2) === 0) ids.set(row, someId(random));
        const bytes = new Uint8Array(ID_BYTES + 4);
        bytes.set(ids.get(row)!, 4);
        lookup.answered(row, bytes, 4, 0);
        expectSorted(lookup);
      }
      const found: string[] = [];
      lookup.closestAnswered(50, (row) => {
        found.push(String(idOf(lookup, row)));
        expect(idOf(lookup, row)).toEqual(ids.get(row));
      });
      expect(found).toEqual([...ids.values()].sort(byDistanceTo(target)).map(String));
    });
    fc.assert(property, { seed: 3, numRuns: 50 });
  });

  test('an address without an id ranks last, and by its id once it answered', () => {
    const lookup = lookupOf(8, 3);
    const unknown = lookup.addUnknown(addressOf(0x08080808, 6881));
    const known = add(lookup, 2 ** 50);
    expect(orderOf(lookup, 2)).toEqual([known, unknown]);
    expect([lookup.isIdKnown(unknown), lookup.parentOf(unknown)]).toEqual([false, FROM_BOOTSTRAP]);
    lookup.asked(lookup.next(), 1, 0);
    expect(lookup.next()).toBe(unknown);
    lookup.asked(unknown, 2, 0);
    lookup.answered(unknown, at(5), 0, 0);
    expect(orderOf(lookup, 2)).toEqual([unknown, known]);
    expect(lookup.isIdKnown(unknown)).toBe(true);
    expect(idOf(lookup, unknown)).toEqual(at(5));
  });

  test('an address without an id gets its rank when somebody names it, asked or not', () => {
    const lookup = lookupOf(1, 3);
    const [asked, waiting] = [1, 2].map((n) => lookup.addUnknown(addressOf(0x08000000 + n, 1)));
    lookup.asked(asked, 1, 0);
    const far = add(lookup, 9);
    lookup.asked(far, 2, 0);
    lookup.answered(far, at(9), 0, 0);
    expect([add(lookup, 1, far), add(lookup, 2, far)]).toEqual([-1, -1]);
    expect(orderOf(lookup, 3)).toEqual([asked, waiting, far]);
    expect(each(2, (row) => lookup.parentOf(row))).toEqual([FROM_BOOTSTRAP, FROM_BOOTSTRAP]);
    // Named again under another id it keeps the first.
    lookup.add(contact(at(50), addressOf(0x08000001, 1)), 0, far);
    expect(idOf(lookup, asked)).toEqual(at(1));
    expect(lookup.done).toBe(false);
    lookup.answered(asked, at(1), 0, 0);
    expect(lookup.done).toBe(true);
  });

  test('an address without an id is not taken for a neighbour on its IP', () => {
    const lookup = lookupOf(8, 3);
    lookup.onePerIp = true;
    const unknown = lookup.addUnknown(addressOf(0x08080808, 1));
    expect(lookup.add(contact(at(1), addressOf(0x08080808, 2)), 0, FROM_TABLE)).toBe(-1);
    expect(lookup.isIdKnown(unknown)).toBe(false);
  });

  test('an address without an id finds no place among 128 that have one, but makes place', () => {
    const full = lookupOf(8, 3);
    for (let n = 0; n < LOOKUP_CANDIDATES; n++) add(full, n);
    expect(full.addUnknown(addressOf(1, 1))).toBe(-1);
    const lookup = lookupOf(8, 3);
    const unknown = lookup.addUnknown(addressOf(1, 1));
    for (let n = 1; n < LOOKUP_CANDIDATES; n++) add(lookup, n);
    expect(add(lookup, 500)).toBe(unknown);
    expect(lookup.isIdKnown(unknown)).toBe(true);
    expect(lookup.count).toBe(LOOKUP_CANDIDATES);
  });

  test('an unknown address may be put before the other unknown ones, behind all that are known', () => {
    const lookup = new Lookup();
    const random = new SeededRandom(3);
    lookup.begin(someId(random), 0, 8, 2, 0);
    const contact = new Uint8Array(CONTACT_BYTES);
    contact.set(someId(random));
    writeAddress(contact, ID_BYTES, addressOf(0x01010101, 1));
    const known = lookup.add(contact, 0, FROM_TABLE);
    const unknown = [2, 3].map((n) => lookup.addUnknown(addressOf(0x08000000 + n, 1)));
    const next = lookup.addUnknown(addressOf(0x08000000 + 4, 1), true);
    const order = Array.from({ length: lookup.count }, (_, position) => lookup.rowAt(position));
    expect(order).toEqual([known, next, ...unknown]);
    expect(lookup.addUnknown(addressOf(0x08000000 + 2, 1), true)).toBe(-1);
  });

  test('each candidate remembers who named it and how long the chain to it is', () => {
    const lookup = lookupOf(8, 3);
    const first = add(lookup, 100);
    const bootstrap = lookup.addUnknown(addressOf(1, 1));
    const second = add(lookup, 50, first);
    const third = add(lookup, 25, second);
    const rows = [first, bootstrap, second, third];
    expect(rows.map((row) => lookup.parentOf(row))).toEqual([-1, -2, first, second]);
    expect(rows.map((row) => lookup.hopsOf(row))).toEqual([1, 1, 2, 3]);
  });
});

describe('one question', () => {
  const ip = (text: number, port: number) => addressOf(text, port);

  test('goes to one address, under whatever id it is named', () => {
    const lookup = lookupOf(8, 3);
    expect(lookup.add(contact(at(1), ip(0x08080808, 1)), 0, FROM_TABLE)).toBe(0);
    expect(lookup.add(contact(at(2), ip(0x08080808, 1)), 0, FROM_TABLE)).toBe(-1);
    expect(lookup.addUnknown(ip(0x08080808, 1))).toBe(-1);
    expect(lookup.add(contact(at(3), ip(0x08080808, 2)), 0, FROM_TABLE)).toBe(1);
    expect(lookup.count).toBe(2);
  });

  test('goes to one IP where that is asked for, loopback apart', () => {
    const lookup = lookupOf(8, 3);
    lookup.onePerIp = true;
    expect(lookup.add(contact(at(1), ip(0x08080808, 1)), 0, FROM_TABLE)).toBe(0);
    expect(lookup.add(contact(at(2), ip(0x08080808, 2)), 0, FROM_TABLE)).toBe(-1);
    expect(lookup.addUnknown(ip(0x08080808, 3))).toBe(-1);
    expect(lookup.add(contact(at(3), ip(0x08080809, 1)), 0, FROM_TABLE)).toBe(1);
    expect(lookup.add(contact(at(4), ip(0x7f000001, 1)), 0, FROM_TABLE)).toBe(2);
    expect(lookup.add(contact(at(5), ip(0x7f000001, 2)), 0, FROM_TABLE)).toBe(3);
    expect(lookup.addUnknown(ip(0x7f000001, 3))).toBe(4);
    expect(lookup.add(contact(at(6), ip(0x7f000001, 2)), 0, FROM_TABLE)).toBe(-1);
  });
});

describe('the places of a lookup', () => {
  test('are alpha; a slow request frees one, and its late answer counts', () => {
    const lookup = lookupOf(2, 2);
    const [a, b, c, d] = [add(lookup, 1), add(lookup, 2), add(lookup, 3), add(lookup, 4)];
    for (const row of [a, b]) {
      expect(lookup.next()).toBe(row);
      lookup.asked(row, 1, 0);
    }
    expect(lookup.next()).toBe(-1);
    lookup.slow(a);
    expect([lookup.freshCount, lookup.slowCount]).toEqual([1, 1]);
    // The slow one is no longer taken for alive, so the third is among the two closest.
    expect(lookup.next()).toBe(c);
    lookup.asked(c, 1, 0);
    expect(lookup.next()).toBe(-1);
    lookup.answered(b, at(2), 0, 10);
    lookup.answered(a, at(1), 0, 1500);
    expect([lookup.freshCount, lookup.slowCount]).toEqual([1, 0]);
    expect(lookup.answeredAtMs(a)).toBe(1500);
    expect([lookup.isLate(a), lookup.isLate(b)]).toEqual([true, false]);
    expect(answeredIn(lookup, 2)).toEqual([a, b].map((row) => lookup.addressOf(row)));
    // Two closest have answered: the fourth is not asked.
    expect(lookup.next()).toBe(-1);
    expect(lookup.stateOf(d)).toBe(CandidateState.new);
  });

  test('are not all used while the k closest are still under way', () => {
    const lookup = lookupOf(2, 8);
    const rows = [1, 2, 3, 4].map((n) => add(lookup, n));
    for (const row of rows.slice(0, 2)) {
      expect(lookup.next()).toBe(row);
      lookup.asked(row, 1, 0);
    }
    expect(lookup.next()).toBe(-1);
    lookup.failed(rows[0], Failure.timeout);
    expect(lookup.next()).toBe(rows[2]);
  });

  test('are given back by failures, of fresh requests and of slow ones', () => {
    const lookup = lookupOf(8, 2);
    const [a, b] = [add(lookup, 1), add(lookup, 2)];
    for (const row of [a, b]) lookup.asked(row, 7, 0);
    lookup.slow(b);
    lookup.failed(a, Failure.error);
    lookup.failed(b, Failure.timeout);
    expect([lookup.freshCount, lookup.slowCount, lookup.answeredCount]).toEqual([0, 0, 0]);
    expect(each(2, (row) => lookup.failureOf(row))).toEqual([Failure.error, Failure.timeout]);
    expect(each(2, (row) => lookup.requestOf(row))).toEqual([0, 0]);
    expect(lookup.done).toBe(true);
    expect(answeredIn(lookup, 8)).toEqual([]);
  });

  test('are not waited for by a lookup whose k closest have answered', () => {
    const lookup = lookupOf(1, 3);
    const [near, far] = [add(lookup, 1), add(lookup, 2)];
    lookup.asked(far, 1, 0);
    lookup.answered(far, at(2), 0, 0);
    expect(lookup.done).toBe(false);
    lookup.asked(near, 2, 0);
    expect(lookup.done).toBe(false);
    lookup.slow(near);
    expect(lookup.done).toBe(true);
  });

  test('are waited for, also the slow ones, by a lookup with fewer than k answers', () => {
    const lookup = lookupOf(2, 3);
    const [near, far] = [add(lookup, 1), add(lookup, 2)];
    for (const row of [near, far]) lookup.asked(row, 1, 0);
    lookup.slow(near);
    lookup.answered(far, at(2), 0, 0);
    expect(lookup.next()).toBe(-1);
    expect(lookup.done).toBe(false);
    lookup.failed(near, Failure.timeout);
    expect(lookup.done).toBe(true);
  });

  test('a lookup with nobody to ask is done at once', () => {
    const lookup = lookupOf(8, 3);
    expect(lookup.next()).toBe(-1);
    expect(lookup.done).toBe(true);
  });
});

/** Compact node info. */
function contact(id: Uint8Array, address: Address): Uint8Array {
  const bytes = new Uint8Array(CONTACT_BYTES);
  bytes.set(id);
  writeAddress(bytes, ID_BYTES, address);
  return bytes;
}

describe('networks and ids', () => {
  /** An id that follows from its address, or the same with its first bit turned. */
  function idAt(address: Address, isSecure: boolean, seed: number): Uint8Array {
    const id = new Uint8Array(ID_BYTES);
    secureIdFor(address, new SeededRandom(seed), id);
    if (!isSecure) id[0] ^= 0x80;
    return id;
  }

  test('one candidate per /24 where that is asked for, local networks apart', () => {
    const lookup = lookupOf(8, 3);
    lookup.onePerNetwork = true;
    const first = lookup.add(contact(at(1), addressOf(0x08080808, 1)), 0, FROM_TABLE);
    expect(lookup.add(contact(at(2), addressOf(0x08080899, 2)), 0, FROM_TABLE)).toBe(-1);
    expect(lookup.add(contact(at(3), addressOf(0x08080908, 1)), 0, FROM_TABLE)).toBe(1);
    expect(lookup.add(contact(at(4), addressOf(0x0a000001, 1)), 0, FROM_TABLE)).toBe(2);
    expect(lookup.add(contact(at(5), addressOf(0x0a000002, 1)), 0, FROM_TABLE)).toBe(3);
    lookup.asked(first, 1, 0);
    lookup.failed(first, Failure.timeout);
    expect(lookup.add(contact(at(2), addressOf(0x08080899, 2)), 0, FROM_TABLE)).toBe(4);
  });

  test('insecure ids are asked, and never have the last word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        fc.nat(),
        (kinds, seed) => {
          const lookup = lookupOf(4, 3);
          lookup.prefersSecure = true;
          kinds.forEach((isSecure, n) => {
            const address = addressOf(0x08000000 + n * 256, 1);
            lookup.add(contact(idAt(address, isSecure, seed + n), address), 0, FROM_TABLE);
          });
          for (let row = lookup.next(), n = 1; row >= 0; row = lookup.next(), n++) {
            lookup.asked(row, n, 0);
            lookup.answered(row, lookup.bytes, lookup.idStart(row), 0);
          }
          expect(lookup.done).toBe(true);
          const secure = kinds.filter((isSecure) => isSecure).length;
          let heard = 0;
          lookup.closestAnswered(lookup.count, (row) => {
            if (!lookup.isInsecure(row)) heard++;
          });
          expect(heard).toBeGreaterThanOrEqual(Math.min(4, secure));
          if (secure < 4) expect(lookup.answeredCount).toBe(kinds.length);
        },
      ),
    );
  });

  test('who answers under another id than we were told is judged by that', () => {
    const lookup = lookupOf(1, 3);
    lookup.prefersSecure = true;
    const address = addressOf(0x08080808, 1);
    const row = lookup.add(contact(idAt(address, true, 1), address), 0, FROM_TABLE);
    expect(lookup.isInsecure(row)).toBe(false);
    lookup.asked(row, 1, 0);
    lookup.answered(row, idAt(address, false, 1), 0, 0);
    expect(lookup.isInsecure(row)).toBe(true);
    expect(lookup.done).toBe(true); // nobody else is left
  });
});
