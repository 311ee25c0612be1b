/**
 * Requests in flight: the transaction id leads back to the row for its owner only; time-outs come in
 * the order of sending, the short one first. A list kept by hand judges a long random walk.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import { type Random, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { InFlight, Requests, TRANSACTION_BYTES } from '../../../src/mainline/rows/requests.ts';

function transactionOf(requests: Requests, row: number): Uint8Array {
  const bytes = new Uint8Array(TRANSACTION_BYTES);
  requests.writeTransaction(row, bytes, 0);
  return bytes;
}

describe('a transaction id', () => {
  test.each([8, 9, 14, 16, 23, 24])('of %i slot bits leads back to its row', (slotBits) => {
    const random = new SeededRandom(slotBits);
    const requests = new Requests(random, slotBits, 3);
    const rows = Array.from({ length: Math.min(requests.limit, 2000) }, (_, i) =>
      requests.take(1 + (i % 3), i, i, 0),
    );
    expect(new Set(rows).size).toBe(rows.length);
    const ids = rows.map((row) => transactionOf(requests, row));
    expect(new Set(ids.map(String)).size).toBe(rows.length);
    const found = rows.map((_, i) => requests.find(1 + (i % 3), ids[i], 0));
    expect(found).toEqual(rows);
  });

  test('is four bytes at an offset, and leaves the bytes around them alone', () => {
    const requests = new Requests(new SeededRandom(1), 14, 3);
    const row = requests.take(5, 99, 0, 0);
    const bytes = new Uint8Array(12).fill(0x7e);
    requests.writeTransaction(row, bytes, 5);
    expect([...bytes.slice(0, 5), ...bytes.slice(9)]).toEqual(new Array(8).fill(0x7e));
    expect(bytes.slice(5, 9)).toEqual(transactionOf(requests, row));
    expect(requests.find(5, bytes, 5)).toBe(row);
  });

  test('of another owner is not found', () => {
    const requests = new Requests(new SeededRandom(2), 14, 3);
    const id = transactionOf(requests, requests.take(5, 99, 0, 0));
    for (const owner of [0, 1, 4, 6, 2 ** 32 - 1]) expect(requests.find(owner, id, 0)).toBe(0);
  });

  test('is not found once its request has ended, nor after the row is used again', () => {
    // The dice never fall alike twice, so no two generations of a row are the same.
    let draws = 0;
    const random: Random = { uint32: () => (draws++ * 0x01000193) >>> 0 };
    const requests = new Requests(random, 8, 1);
    const before: Uint8Array[] = [];
    for (let i = 0; i < 500; i++) {
      const row = requests.take(1, 99, i, 0);
      expect(row).toBe(1);
      expect(before.every((id) => requests.find(1, id, 0) === 0)).toBe(true);
      const id = transactionOf(requests, row);
      expect(requests.find(1, id, 0)).toBe(row);
      requests.free(row);
      expect(requests.find(1, id, 0)).toBe(0);
      before.push(id);
    }
  });

  test('that was guessed is found as seldom as the share of requests in flight allows', () => {
    const random = new SeededRandom(3);
    const requests = new Requests(random, 14, 3);
    for (let i = 0; i < 1000; i++) requests.take(1, i, 0, 0);
    const guess = new Uint8Array(4);
    let hits = 0;
    for (let i = 0; i < 300_000; i++) {
      for (let j = 0; j < 4; j++) guess[j] = random.uint32() & 255;
      if (requests.find(1, guess, 0) !== 0) hits++;
    }
    // 1,000 of 2^32: 0.07 hits are expected.
    expect(hits).toBeLessThanOrEqual(2);
  });

  test('looks random in all its bits to somebody who sees many', () => {
    const requests = new Requests(new SeededRandom(4), 14, 3);
    const ones = new Array<number>(32).fill(0);
    const rounds = 4000;
    for (let i = 0; i < rounds; i++) {
      // One request after the other, as of a node with little to do: always the same row.
      const row = requests.take(1, 0, i, 0);
      const value = new DataView(transactionOf(requests, row).buffer).getUint32(0);
      for (let bit = 0; bit < 32; bit++) ones[bit] += (value >>> bit) & 1;
      requests.free(row);
    }
    // Six standard deviations of 4,000 fair coins are 190.
    for (const count of ones) expect(Math.abs(count - rounds / 2)).toBeLessThan(190);
  });

  test('any four bytes may be looked up', () => {
    const requests = new Requests(new SeededRandom(5), 8, 1);
    const rows = Array.from({ length: 200 }, () => requests.take(1, 0, 0, 0));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        const row = requests.find(1, bytes, 0);
        expect(row === 0 || rows.includes(row)).toBe(true);
        if (row !== 0) expect(transactionOf(requests, row)).toEqual(bytes);
      }),
      { seed: 6, numRuns: 1000 },
    );
  });

  test('keeps at least 8 random bits', () => {
    for (const slotBits of [7, 25]) {
      expect(() => new Requests(new SeededRandom(1), slotBits, 1)).toThrow(InvariantError);
    }
  });
});

describe('request rows', () => {
  test('are given out up to the limit, then 0, and again once one is free', () => {
    const requests = new Requests(new SeededRandom(1), 8, 1);
    const rows = Array.from({ length: 255 }, () => requests.take(1, 0, 0, 0));
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 255 }, (_, i) => i + 1));
    expect([requests.limit, requests.count, requests.full]).toEqual([255, 255, true]);
    expect(requests.take(1, 0, 0, 0)).toBe(0);
    expect(requests.count).toBe(255);
    requests.free(77);
    expect(requests.full).toBe(false);
    expect(requests.take(1, 0, 0, 0)).toBe(77);
    expect(requests.take(1, 0, 0, 0)).toBe(0);
  });

  test('keep what was said of them while the columns grow', () => {
    const requests = new Requests(new SeededRandom(2), 10, 0);
    for (let i = 1; i <= 1000; i++) {
      const row = requests.take(i, 2 ** 40 + i, i / 2, i % 256);
      requests.subject[row] = i * 3;
      requests.detail[row] = 2 ** 32 - i;
    }
    const { owner, address, sentAtMs, purpose, subject, detail } = requests;
    for (let i = 1; i <= 1000; i++) {
      const row = owner.indexOf(i);
      const kept = [address[row], sentAtMs[row], purpose[row], subject[row], detail[row]];
      expect(kept).toEqual([2 ** 40 + i, i / 2, i % 256, i * 3, 2 ** 32 - i]);
    }
  });

  test('take no more memory for being used again', () => {
    const requests = new Requests(new SeededRandom(3), 14, 15);
    const before = requests.byteLength;
    for (let i = 0; i < 10_000; i++) {
      const rows = Array.from({ length: 10 }, () => requests.take(1, 0, 0, 0));
      for (const row of rows) requests.free(row);
    }
    expect(requests.byteLength).toBe(before);
    const columns = Object.values(requests).filter((column) => ArrayBuffer.isView(column));
    expect(columns.reduce((sum, column) => sum + column.byteLength, 0)).toBe(before);
  });
});

describe('requests in flight', () => {
  const SHORT_MS = 100;
  const FULL_MS = 500;

  function flight() {
    const requests = new Requests(new SeededRandom(1), 14, 1);
    const inFlight = new InFlight(requests);
    const send = (now: number) => {
      const row = requests.take(1, 0, now, 0);
      inFlight.add(row);
      return row;
    };
    return { requests, inFlight, send };
  }

  test('are told slow once, in the order of sending, and then expire in that order', () => {
    const { inFlight, requests, send } = flight();
    const [a, b, c] = [send(0), send(10), send(20)] as const;
    expect(inFlight.deadline(SHORT_MS, FULL_MS)).toBe(100);
    expect(inFlight.nextSlow(99, SHORT_MS)).toBe(0);
    expect(inFlight.nextSlow(100, SHORT_MS)).toBe(a);
    expect(inFlight.nextSlow(100, SHORT_MS)).toBe(0);
    expect(inFlight.deadline(SHORT_MS, FULL_MS)).toBe(110);
    expect(inFlight.nextSlow(200, SHORT_MS)).toBe(b);
    expect(inFlight.nextSlow(200, SHORT_MS)).toBe(c);
    expect(inFlight.nextSlow(200, SHORT_MS)).toBe(0);
    expect(inFlight.deadline(SHORT_MS, FULL_MS)).toBe(500);
    expect(inFlight.nextExpired(499, FULL_MS)).toBe(0);
    for (const row of [a, b, c]) {
      expect(inFlight.nextExpired(1000, FULL_MS)).toBe(row);
      inFlight.end(row);
    }
    expect(inFlight.nextExpired(1000, FULL_MS)).toBe(0);
    expect(inFlight.deadline(SHORT_MS, FULL_MS)).toBe(Infinity);
    expect([inFlight.count, requests.count]).toEqual([0, 0]);
  });

  test('of two owners on the same shared do not meet', () => {
    const requests = new Requests(new SeededRandom(2), 14, 1);
    const [mine, yours] = [new InFlight(requests), new InFlight(requests)];
    const a = requests.take(1, 0, 0, 0);
    const b = requests.take(2, 0, 5, 0);
    const c = requests.take(1, 0, 9, 0);
    mine.add(a);
    yours.add(b);
    mine.add(c);
    expect(rowsOf(mine)).toEqual([a, c]);
    expect(rowsOf(yours)).toEqual([b]);
    mine.end(a);
    expect([mine.count, yours.count, requests.count]).toEqual([1, 1, 2]);
    expect(yours.nextSlow(1000, SHORT_MS)).toBe(b);
    expect(mine.nextSlow(1000, SHORT_MS)).toBe(c);
  });

  test('do over a long random walk what two lists kept by hand do', () => {
    const random = new SeededRandom(3);
    const requests = new Requests(random, 8, 2);
    const owners = [1, 2, 3].map((owner) => ({
      owner,
      inFlight: new InFlight(requests),
      fresh: [] as { row: number; id: Uint8Array; sentMs: number }[],
      slow: [] as { row: number; id: Uint8Array; sentMs: number }[],
    }));
    let now = 0;
    let refused = 0;
    let largest = 0;
    for (let step = 0; step < 12_000; step++) {
      const mine = owners[randomBelow(random, 3)];
      const { owner, inFlight, fresh, slow } = mine;
      const all = [...fresh, ...slow];
      // Traffic swells and ebbs, so that the limit is reached and all is quiet, several times.
      const busy = Math.floor(step / 1500) % 2 === 0;
      const dice = randomBelow(random, 10);
      if (dice < (busy ? 8 : 3)) {
        const row = requests.take(owner, 7, now, 0);
        const inAll = owners.reduce((sum, each) => sum + each.fresh.length + each.slow.length, 0);
        if (row === 0) {
          expect(inAll).toBe(255);
          refused++;
        } else {
          inFlight.add(row);
          fresh.push({ row, id: transactionOf(requests, row), sentMs: now });
        }
      } else if (dice === 8 && all.length > 0) {
        // An answer, early or late.
        const { row, id } = all[randomBelow(random, all.length)];
        expect(requests.find(owner, id, 0)).toBe(row);
        inFlight.end(row);
        expect(requests.find(owner, id, 0)).toBe(0);
        mine.fresh = fresh.filter((each) => each.row !== row);
        mine.slow = slow.filter((each) => each.row !== row);
      } else {
        now += randomBelow(random, busy ? 3 : 60);
        while (mine.fresh.length > 0 && mine.fresh[0].sentMs + SHORT_MS <= now) {
          expect(inFlight.nextSlow(now, SHORT_MS)).toBe(mine.fresh[0].row);
          mine.slow.push(mine.fresh.shift()!);
        }
        expect(inFlight.nextSlow(now, SHORT_MS)).toBe(0);
        while (mine.slow.length > 0 && mine.slow[0].sentMs + FULL_MS <= now) {
          expect(inFlight.nextExpired(now, FULL_MS)).toBe(mine.slow[0].row);
          inFlight.end(mine.slow.shift()!.row);
        }
        expect(inFlight.nextExpired(now, FULL_MS)).toBe(0);
      }
      largest = Math.max(largest, requests.count);
      if (step % 40 !== 0) continue;
      for (const { inFlight, fresh, slow } of owners) {
        expect(rowsOf(inFlight)).toEqual([...fresh, ...slow].map((each) => each.row));
        expect(inFlight.count).toBe(fresh.length + slow.length);
        const next = [
          ...fresh.slice(0, 1).map((each) => each.sentMs + SHORT_MS),
          ...slow.slice(0, 1).map((each) => each.sentMs + FULL_MS),
        ];
        expect(inFlight.deadline(SHORT_MS, FULL_MS)).toBe(Math.min(Infinity, ...next));
      }
    }
    // The walk went to the limit, and there it turned somebody away.
    expect(largest).toBe(255);
    expect(refused).toBeGreaterThan(0);
  });

  test('may be ended while they are visited, if the next is asked for first', () => {
    const { inFlight, send } = flight();
    const rows = [0, 1, 2, 300, 301].map(send);
    while (inFlight.nextSlow(150, SHORT_MS) !== 0);
    const visited: number[] = [];
    for (let row = inFlight.first(); row !== 0; ) {
      const next = inFlight.after(row);
      visited.push(row);
      inFlight.end(row);
      row = next;
    }
    expect(visited).toEqual([...rows.slice(3), ...rows.slice(0, 3)]);
    expect(inFlight.count).toBe(0);
  });
});

function rowsOf(inFlight: InFlight): number[] {
  const rows: number[] = [];
  for (let row = inFlight.first(); row !== 0; row = inFlight.after(row)) rows.push(row);
  return rows;
}
