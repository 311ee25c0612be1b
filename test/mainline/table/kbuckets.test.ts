/**
 * BEP 5's table: what any sequence of events may never break, and the rules one by one. All contacts
 * of `far` fall into one bucket that is not ours, so it never splits.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, addressOf, ipOf } from '../../../src/core/address.ts';
import { sharedPrefixBits } from '../../../src/core/id.ts';
import { secureIdFor } from '../../../src/core/secure-id.ts';
import { QUIET_MS, REFRESH_MS } from '../../../src/mainline/table/condition.ts';
import { KBuckets } from '../../../src/mainline/table/kbuckets.ts';
import { Offer } from '../../../src/mainline/table/table.ts';
import { at, hex, idOf, inPublic, MINUTE_MS, onLoopback } from '../small-world.ts';
import { closestOf, NOON, TableUnderTest } from './table-under-test.ts';

const SEED = 11;
const kbuckets = (owner: ConstructorParameters<typeof KBuckets>[0]) => new KBuckets(owner);

function far(n: number): Uint8Array {
  return idOf(`0${n.toString(16).padStart(3, '0')}`);
}

/** Sizes of the first buckets: mostly none, else a few that are larger or smaller than k. */
const wideSizes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 });

function fullFarBucket(where: (n: number) => Address = onLoopback) {
  const place = new TableUnderTest(kbuckets);
  for (let n = 0; n < 8; n++) {
    expect(place.table.answered(NOON, far(n), 0, where(n))).toBe(Offer.added);
  }
  return place;
}

describe('closest', () => {
  test('equals sorting all rows, for any target, limit and table', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        wideSizes,
        (seed, k, contacts, limit, wide) => {
          const place = new TableUnderTest(kbuckets, { k, wide, seed });
          place.random.uint32();
          for (let n = 0; n < contacts; n++) {
            const id = place.randomId();
            // Half of them share a long prefix with us, so that there are deep buckets too.
            if (n % 2 === 0) id.set(place.selfId.subarray(0, n % 5), 0);
            place.table.answered(NOON, id, 0, onLoopback(n));
          }
          const ids = place.rows().map(({ id }) => id);
          expect(ids.length).toBe(place.table.count);
          for (let i = 0; i < 8; i++) {
            const target = place.randomId();
            if (i % 2 === 0) target.set(place.selfId.subarray(0, i), 0);
            expect(place.closest(NOON, target, limit)).toEqual(closestOf(ids, target, limit));
          }
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('leaves the bad out, and the questionable where only good ones are asked for', () => {
    const place = fullFarBucket();
    place.table.failed(place.handle(far(1), onLoopback(1)));
    place.table.failed(place.handle(far(1), onLoopback(1)));
    place.table.failed(place.handle(far(2), onLoopback(2)));
    const good = [0, 2, 3, 4, 5, 6, 7].map((n) => hex(far(n)));
    expect(place.closest(NOON, far(0), 20, true)).toEqual(good);
    const later = NOON + QUIET_MS;
    place.table.answered(later, far(5), 0, onLoopback(5));
    expect(place.closest(later, far(0), 20, true)).toEqual([hex(far(5))]);
    expect(place.closest(later, far(0), 20, false)).toEqual(good);
  });
});

describe('buckets', () => {
  test('that are wide hold more, those behind them k', () => {
    const place = new TableUnderTest(kbuckets, { k: 3, wide: [12, 5], onePerIp: false });
    for (let n = 0; n < 400; n++) place.table.answered(NOON, place.randomId(), 0, onLoopback(n));
    const sizes = [0, 0, 0, 0];
    for (const { part } of place.rows()) if (part < sizes.length) sizes[part]++;
    expect(sizes).toEqual([12, 5, 3, 3]);
    place.table.release();
    expect(place.shared.contacts.count).toBe(1);
  });

  test('a full bucket that is not ours keeps the newcomer as a spare', () => {
    const place = fullFarBucket();
    expect(place.table.answered(NOON, far(99), 0, onLoopback(99))).toBe(Offer.spare);
    expect(place.table.wants(NOON, far(98), 0)).toBe(false);
    expect(place.table.wants(NOON, idOf('c0'), 0)).toBe(true);
    expect(place.table.count).toBe(8);
    expect(place.handle(far(99), onLoopback(99))).toBe(0);
  });

  test('our own bucket splits, and every contact goes where its shared prefix says', () => {
    const place = new TableUnderTest(kbuckets);
    for (let n = 0; n < 400; n++) {
      const id = place.randomId();
      id.set(place.selfId.subarray(0, n % 4), 0);
      place.table.answered(NOON, id, 0, onLoopback(n));
    }
    const { parts } = place.table;
    expect(parts).toBeGreaterThan(8);
    const perPart = new Map<number, number>();
    for (const { id, part } of place.rows()) {
      const bytes = Uint8Array.from(Buffer.from(id, 'hex'));
      expect(part).toBe(Math.min(sharedPrefixBits(place.selfId, 0, bytes, 0), parts - 1));
      perPart.set(part, (perPart.get(part) ?? 0) + 1);
    }
    for (const count of perPart.values()) expect(count).toBeLessThanOrEqual(8);
  });

  test('ids that share almost all bits with ours split to the end and no further', () => {
    const place = new TableUnderTest(kbuckets);
    for (let n = 0; n < 40; n++) {
      const id = place.selfId.slice();
      id[19] = n + 1;
      place.table.answered(NOON, id, 0, onLoopback(n));
    }
    expect(place.table.parts).toBeLessThanOrEqual(160);
    expect(place.table.count).toBeGreaterThan(15);
    const far = place.selfId.slice();
    far[19] = 200;
    expect(place.closest(NOON, far, 8).length).toBe(8);
  });

  test('a split keeps what is known of each contact', () => {
    const place = new TableUnderTest(kbuckets);
    const near = (n: number) => idOf(`8${n.toString(16)}`);
    for (let n = 1; n <= 8; n++) place.table.answered(NOON + n * 1000, near(n), 0, onLoopback(n));
    place.table.failed(place.handle(near(3), onLoopback(3)));
    const before = new Map(place.rows().map((row) => [row.id, { ...row, part: 0 }]));
    place.table.answered(NOON + 60_000, near(9), 0, onLoopback(9));
    expect(place.table.parts).toBeGreaterThan(1);
    for (const row of place.rows()) {
      if (row.id !== hex(near(9))) expect({ ...row, part: 0 }).toEqual(before.get(row.id));
    }
  });
});

describe('failures', () => {
  test('are excused where the contact was heard after what it did not answer, the first ones only', () => {
    const place = fullFarBucket();
    const failures = () => place.rows().find(({ id }) => id === hex(far(3)))!.failures;
    const handle = place.handle(far(3), onLoopback(3));
    place.table.failed(handle, NOON - 3000);
    expect(failures()).toBe(0);
    place.table.failed(handle, NOON + 1);
    expect(failures()).toBe(1);
    // It asks and asks, but answers nothing.
    place.table.heard(NOON + 9000, handle);
    place.table.failed(handle, NOON + 8000);
    expect(failures()).toBe(2);
  });

  test('one lost packet does not evict, and an answer wipes it out', () => {
    const place = fullFarBucket();
    place.table.answered(NOON, far(99), 0, onLoopback(99));
    const handle = place.handle(far(3), onLoopback(3));
    place.table.failed(handle);
    expect(place.handle(far(3), onLoopback(3))).toBe(handle);
    expect(place.table.answered(NOON, far(3), 0, onLoopback(3))).toBe(Offer.known);
    place.table.failed(handle);
    expect(place.handle(far(3), onLoopback(3))).toBe(handle);
  });

  test('after two in a row the latest spare of that bucket takes the row', () => {
    const place = fullFarBucket();
    place.table.answered(NOON, far(98), 0, onLoopback(98));
    place.table.answered(NOON + 1000, far(99), 0, onLoopback(99));
    const handle = place.handle(far(3), onLoopback(3));
    place.table.failed(handle);
    place.table.failed(handle);
    expect(place.handle(far(3), onLoopback(3))).toBe(0);
    expect(place.handle(far(99), onLoopback(99))).not.toBe(0);
    expect(place.handle(far(98), onLoopback(98))).toBe(0);
    expect(place.table.count).toBe(8);
  });

  test('a bad contact without a spare stays until somebody who answered wants its place', () => {
    const place = fullFarBucket();
    const handle = place.handle(far(3), onLoopback(3));
    place.table.failed(handle);
    place.table.failed(handle);
    expect(place.handle(far(3), onLoopback(3))).toBe(handle);
    expect(place.table.wants(NOON, far(99), 0)).toBe(true);
    expect(place.table.answered(NOON, far(99), 0, onLoopback(99))).toBe(Offer.added);
    expect(place.handle(far(3), onLoopback(3))).toBe(0);
    expect(place.table.count).toBe(8);
  });

  test('a bad contact that asks us something is reported as worth a ping', () => {
    const place = fullFarBucket();
    const handle = place.handle(far(3), onLoopback(3));
    expect(place.table.heard(NOON, handle)).toBe(false);
    place.table.failed(handle);
    expect(place.table.heard(NOON, handle)).toBe(false);
    place.table.failed(handle);
    expect(place.table.heard(NOON, handle)).toBe(true);
    expect(place.closest(NOON, far(3), 1)).not.toEqual([hex(far(3))]);
    place.table.answered(NOON, far(3), 0, onLoopback(3));
    expect(place.closest(NOON, far(3), 1)).toEqual([hex(far(3))]);
  });

  test('a spare that got into the table by itself does not get in twice', () => {
    const place = fullFarBucket();
    place.table.answered(NOON, far(99), 0, onLoopback(99));
    place.table.changed(NOON, onLoopback(0));
    expect(place.table.answered(NOON, far(99), 0, onLoopback(99))).toBe(Offer.added);
    const handle = place.handle(far(3), onLoopback(3));
    place.table.failed(handle);
    place.table.failed(handle);
    const ids = place.rows().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a spare whose IP got a place meanwhile does not take another', () => {
    const place = fullFarBucket(inPublic);
    const ip = ipOf(inPublic(70));
    expect(place.table.answered(NOON, far(98), 0, addressOf(ip, 1))).toBe(Offer.spare);
    expect(place.table.answered(NOON, far(99), 0, addressOf(ip, 2))).toBe(Offer.spare);
    for (const n of [3, 4]) {
      place.table.failed(place.handle(far(n), inPublic(n)));
      place.table.failed(place.handle(far(n), inPublic(n)));
    }
    const ips = place.rows().map(({ address }) => ipOf(address));
    expect(new Set(ips).size).toBe(ips.length);
    expect(ips).toContain(ip);
  });
});

describe('spares', () => {
  /** A full bucket and sixteen spares, the whole ring, that answered at NOON. */
  function fullRing() {
    const place = fullFarBucket();
    for (let n = 100; n < 116; n++) {
      expect(place.table.answered(NOON, far(n), 0, onLoopback(n))).toBe(Offer.spare);
    }
    return place;
  }

  function retained(place: TableUnderTest, n: number): boolean {
    return place.shared.contacts.find(far(n), 0, onLoopback(n)) !== 0;
  }

  test('that fill the ring keep newcomers out until the oldest is a minute old', () => {
    const place = fullRing();
    const offer = (now: number, n: number) => place.table.answered(now, far(n), 0, onLoopback(n));
    expect(offer(NOON, 200)).toBe(Offer.refused);
    expect(offer(NOON + MINUTE_MS - 1, 201)).toBe(Offer.refused);
    expect([retained(place, 200), retained(place, 201)]).toEqual([false, false]);
    expect(offer(NOON + MINUTE_MS, 202)).toBe(Offer.spare);
    expect([retained(place, 100), retained(place, 202)]).toEqual([false, true]);
    // The next oldest is a minute old as well, and so on around the ring; then all are fresh.
    for (let n = 203; n < 218; n++) expect(offer(NOON + MINUTE_MS, n)).toBe(Offer.spare);
    expect(offer(NOON + MINUTE_MS, 218)).toBe(Offer.refused);
    expect(offer(NOON + 2 * MINUTE_MS, 219)).toBe(Offer.spare);
  });

  test('that are fresh do not keep anybody from the place of a bad contact', () => {
    const place = fullFarBucket();
    const handle = place.handle(far(3), onLoopback(3));
    place.table.failed(handle);
    place.table.failed(handle);
    // Spares of another bucket fill the ring, and cannot replace a contact of this one.
    for (let n = 0; n < 40; n++) {
      place.table.answered(
        NOON,
        idOf(`c${n.toString(16).padStart(3, '0')}`),
        0,
        onLoopback(300 + n),
      );
    }
    expect(place.table.answered(NOON, far(99), 0, onLoopback(99))).toBe(Offer.added);
    expect(place.handle(far(3), onLoopback(3))).toBe(0);
  });

  test('leave a place in the ring when they are used, and the next newcomer gets it', () => {
    const place = fullRing();
    const bad = (n: number) => {
      const handle = place.handle(far(n), onLoopback(n));
      place.table.failed(handle);
      place.table.failed(handle);
    };
    // All answered in the same second: the first of them is taken, and that is the oldest place.
    bad(3);
    expect(place.handle(far(100), onLoopback(100))).not.toBe(0);
    expect(place.table.answered(NOON, far(200), 0, onLoopback(200))).toBe(Offer.spare);
    expect(place.table.answered(NOON, far(201), 0, onLoopback(201))).toBe(Offer.refused);
  });

  test('give everything back when the table is closed', () => {
    const place = fullRing();
    expect(place.shared.contacts.count).toBe(1 + 8 + 16);
    place.table.release();
    expect(place.shared.contacts.count).toBe(1);
  });
});

describe('one contact per IP', () => {
  test('a second one is refused while the first is good, and takes over when it is not', () => {
    const place = new TableUnderTest(kbuckets);
    const [one, two] = [at('5.5.5.5', 1), at('5.5.5.5', 2)];
    expect(place.table.answered(NOON, far(1), 0, one)).toBe(Offer.added);
    expect(place.table.answered(NOON, far(2), 0, two)).toBe(Offer.refused);
    expect(place.table.answered(NOON + QUIET_MS, far(2), 0, two)).toBe(Offer.added);
    expect(place.rows().map(({ id }) => id)).toEqual([hex(far(2))]);
  });

  test('is no rule on loopback, nor where it is switched off', () => {
    for (const [onePerIp, ip] of [
      [true, '127.0.0.1'],
      [false, '5.5.5.5'],
    ] as const) {
      const place = new TableUnderTest(kbuckets, { onePerIp });
      for (let n = 0; n < 3; n++) place.table.answered(NOON, far(n), 0, at(ip, 1000 + n));
      expect(place.table.count).toBe(3);
    }
  });
});

describe('a changed id', () => {
  test('evicts, and makes the neighbours questionable until each has answered again', () => {
    // Also when the clock began a minute ago.
    for (const now of [NOON, MINUTE_MS]) {
      const place = new TableUnderTest(kbuckets);
      for (let n = 0; n < 4; n++) place.table.answered(now, far(n), 0, onLoopback(n));
      place.table.answered(now, idOf('c0'), 0, onLoopback(50));
      place.table.answered(now, idOf('81'), 0, onLoopback(51));
      for (let n = 0; n < 20; n++) place.table.answered(now, idOf(`9${n}`), 0, onLoopback(60 + n));
      const others = place.closest(now, idOf('c0'), 64, true).length - 4;
      place.table.changed(now, onLoopback(2));
      expect(place.handle(far(2), onLoopback(2))).toBe(0);
      expect(place.closest(now, idOf('c0'), 64, true)).toHaveLength(others);
      expect(place.closest(now, far(0), 3)).toEqual([0, 1, 3].map((n) => hex(far(n))));
      expect(place.table.dueAt(now)).toBeLessThanOrEqual(now);
      for (const expected of [0, 1, 3]) {
        const handle = place.table.quietest(now);
        expect(handle).toBe(place.handle(far(expected), onLoopback(expected)));
        place.table.heard(now, handle);
        expect(place.table.quietest(now)).toBe(handle);
        place.table.checking(handle, true);
        place.table.answered(now, far(expected), 0, onLoopback(expected));
      }
      expect(place.table.quietest(now)).toBe(0);
      expect(place.closest(now, far(0), 3, true)).toHaveLength(3);
    }
  });

  test('at an address that nobody has is nothing', () => {
    const place = fullFarBucket();
    place.table.changed(NOON, onLoopback(77));
    expect(place.table.count).toBe(8);
    expect(place.closest(NOON, far(0), 20, true)).toHaveLength(8);
  });
});

describe('upkeep', () => {
  test('the quietest contact is asked after once it was silent for 15 minutes, each in turn', () => {
    const place = new TableUnderTest(kbuckets);
    for (let n = 0; n < 3; n++) place.table.answered(NOON + n * 1000, far(n), 0, onLoopback(n));
    expect(place.table.quietest(NOON + QUIET_MS - 1)).toBe(0);
    const later = NOON + QUIET_MS + 1000;
    const first = place.table.quietest(later);
    expect(first).toBe(place.handle(far(0), onLoopback(0)));
    place.table.checking(first, true);
    const second = place.table.quietest(later);
    expect(second).toBe(place.handle(far(1), onLoopback(1)));
    place.table.checking(second, true);
    expect(place.table.quietest(later)).toBe(0);
    place.table.checking(first, false);
    expect(place.table.quietest(later)).toBe(first);
    place.table.failed(second);
    place.table.checking(first, true);
    expect(place.table.quietest(later)).toBe(second);
  });

  test('a bucket is refreshed when nothing in it changed for 15 minutes, with an id of its range', () => {
    const place = new TableUnderTest(kbuckets);
    for (let n = 0; n < 200; n++) place.table.answered(NOON, place.randomId(), 0, onLoopback(n));
    const out = new Uint8Array(20);
    expect(place.table.refreshTarget(NOON + REFRESH_MS - 1000, out)).toBe(false);
    const shared: number[] = [];
    while (place.table.refreshTarget(NOON + REFRESH_MS, out)) {
      shared.push(sharedPrefixBits(place.selfId, 0, out, 0));
    }
    const last = place.table.parts - 1;
    expect(shared.map((bits) => Math.min(bits, last)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: last + 1 }, (_, part) => part),
    );
    expect(place.table.refreshTarget(NOON + REFRESH_MS, out)).toBe(false);
  });

  test('a bucket that a newcomer would split is refreshed however alive its contacts are', () => {
    // Eight who are all of one kind fill the only bucket: they say nothing of who is near us.
    const place = fullFarBucket();
    expect(place.table.parts).toBe(1);
    const out = new Uint8Array(20);
    const later = NOON + REFRESH_MS;
    for (let n = 0; n < 8; n++) place.table.answered(later, far(n), 0, onLoopback(n));
    expect(place.table.dueAt(later)).toBeLessThanOrEqual(later);
    expect(place.table.refreshTarget(later, out)).toBe(true);
    expect(sharedPrefixBits(place.selfId, 0, out, 0)).toBeGreaterThanOrEqual(120);
    expect(out).not.toEqual(place.selfId);
    expect(place.table.refreshTarget(later, out)).toBe(false);
    // Once it was split the full half needs no more than its contacts' answers.
    place.table.answered(later, idOf('81'), 0, onLoopback(81));
    expect(place.table.parts).toBe(2);
    const latest = later + REFRESH_MS;
    for (let n = 0; n < 8; n++) place.table.answered(latest, far(n), 0, onLoopback(n));
    expect(place.table.refreshTarget(latest, out)).toBe(true);
    expect(sharedPrefixBits(place.selfId, 0, out, 0)).toBeGreaterThanOrEqual(120);
    expect(place.table.refreshTarget(latest, out)).toBe(false);
  });

  test('gaps are the buckets that are not full', () => {
    const place = fullFarBucket();
    place.table.answered(NOON, idOf('c0'), 0, onLoopback(50));
    place.table.answered(NOON, idOf('81'), 0, onLoopback(51));
    const out = new Uint8Array(20);
    expect(place.table.parts).toBe(2);
    expect(place.table.gapTarget(0, out)).toBe(false);
    expect(place.table.gapTarget(1, out)).toBe(true);
    expect(sharedPrefixBits(place.selfId, 0, out, 0)).toBeGreaterThanOrEqual(1);
  });

  test('dueAt is never later than the first thing to do', () => {
    const place = new TableUnderTest(kbuckets);
    const out = new Uint8Array(20);
    for (let n = 0; n < 50; n++) {
      place.table.answered(NOON + n * 7000, place.randomId(), 0, onLoopback(n));
    }
    let now = NOON + 50 * 7000;
    for (let i = 0; i < 200; i++) {
      const due = place.table.dueAt(now);
      const before = Math.max(now, due - 1000);
      if (due > now + 1000) {
        expect(place.table.quietest(before)).toBe(0);
        expect(place.table.refreshTarget(before, out)).toBe(false);
      }
      now = Math.max(now, due) + 1000;
      const handle = place.table.quietest(now);
      if (handle === 0) expect(place.table.refreshTarget(now, out)).toBe(true);
      else place.table.heard(now, handle);
    }
  });
});

describe('whatever happens', () => {
  type Event =
    | { what: 'answered' | 'heard' | 'failed' | 'checking'; who: number }
    | { what: 'changed'; who: number; as: number }
    | { what: 'wait'; who: number };
  const who = fc.nat(59);
  const events: fc.Arbitrary<Event> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant('answered' as const), who }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('heard' as const), who }) },
    { weight: 5, arbitrary: fc.record({ what: fc.constant('failed' as const), who }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('checking' as const), who }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('changed' as const), who, as: who }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('wait' as const), who }) },
  );

  test.each([
    ['on loopback', onLoopback],
    // Three contacts to an IP.
    ['in public', (n: number) => addressOf(ipOf(inPublic(n % 20)), 1000 + n)],
  ])(
    '%s no bucket holds more than k, nobody is there twice, and all is given back',
    (_where, address) => {
      fc.assert(
        fc.property(
          fc.nat(),
          fc.integer({ min: 1, max: 4 }),
          fc.array(events, { maxLength: 250 }),
          wideSizes,
          (seed, k, run, wide) => {
            const place = new TableUnderTest(kbuckets, { k, wide, seed });
            const { table, shared } = place;
            const ids = Array.from({ length: 60 }, (_, n) => {
              const id = place.randomId();
              if (n % 3 === 0) id[0] = 0x80;
              return id;
            });
            let now = NOON;
            for (const event of run) {
              const id = ids[event.who];
              const handle = table.find(id, 0, address(event.who));
              if (event.what === 'answered') table.answered(now, id, 0, address(event.who));
              else if (event.what === 'wait') now += (event.who + 1) * 30_000;
              else if (event.what === 'changed') {
                table.changed(now, address(event.who));
                expect(table.find(id, 0, address(event.who))).toBe(0);
                table.answered(now, ids[event.as], 0, address(event.who));
              } else if (handle !== 0) {
                if (event.what === 'heard') table.heard(now, handle);
                else if (event.what === 'failed') table.failed(handle);
                else table.checking(handle, true);
              }
              const rows = place.rows();
              expect(rows.length).toBe(table.count);
              const perPart = new Map<number, number>();
              for (const { part } of rows) perPart.set(part, (perPart.get(part) ?? 0) + 1);
              for (const [part, count] of perPart) {
                expect(count).toBeLessThanOrEqual(wide[part] ?? k);
              }
              expect(new Set(rows.map((row) => row.id + row.address)).size).toBe(rows.length);
              if (address !== onLoopback) {
                expect(new Set(rows.map((row) => ipOf(row.address))).size).toBe(rows.length);
              }
            }
            table.release();
            expect(shared.contacts.count).toBe(1);
            expect(shared.contacts.referencesTo(place.self)).toBe(1);
          },
        ),
        { seed: SEED, numRuns: 60 },
      );
    },
  );
});

describe('networks and ids', () => {
  test('a bucket has one contact per /24 while that is good; local networks are exempt', () => {
    const place = new TableUnderTest(kbuckets, { onePerNetwork: true });
    const offer = (n: number, ip: string, now = NOON) =>
      place.table.answered(now, far(n), 0, at(ip));
    expect(offer(1, '5.6.7.8')).toBe(Offer.added);
    expect(offer(2, '5.6.7.9')).toBe(Offer.refused);
    expect(offer(3, '5.6.8.9')).toBe(Offer.added);
    expect(offer(4, '192.168.0.1')).toBe(Offer.added);
    expect(offer(5, '192.168.0.2')).toBe(Offer.added);
    place.table.failed(place.handle(far(1), at('5.6.7.8')));
    place.table.failed(place.handle(far(1), at('5.6.7.8')));
    expect(offer(6, '5.6.7.10')).toBe(Offer.added);
    expect(place.handle(far(1), at('5.6.7.8'))).toBe(0);
  });

  test('in a full bucket an insecure id gives way to a secure one, and to no other', () => {
    const place = new TableUnderTest(kbuckets, { prefersSecure: true });
    for (let n = 0; n < 8; n++) place.table.answered(NOON, far(n), 0, inPublic(n));
    const address = inPublic(100);
    const id = place.randomId();
    do secureIdFor(address, place.random, id);
    while (id[0] >= 0x80);
    expect(place.table.answered(NOON, far(99), 0, inPublic(99))).toBe(Offer.spare);
    expect(place.table.answered(NOON, id, 0, address)).toBe(Offer.added);
    expect(place.table.count).toBe(8);
    expect(place.handle(id, address)).not.toBe(0);
  });
});
