import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAME_EXTRA_BYTES } from '../../../src/ring/link.ts';
import { CLOCK_TOLERANCE_MS, VERSION_BYTES } from '../../../src/ring/records/clock.ts';
import {
  type ActId,
  CLIENT_BYTES,
  DONE_ACTS_BYTES_MAX,
  DONE_ACTS_LIMIT,
  DONE_ACTS_MS,
  doneActOf,
  isDoneActs,
  isPast,
  lostMsOf,
  mayBeForgotten,
  nextDoneActs,
  RESULT_BYTES_MAX,
} from '../../../src/ring/records/done-acts.ts';
import { NAME_BYTES_MAX } from '../../../src/ring/records/record.ts';

const NOW = 1_700_000_000_000;
const clientOf = (seed: number) => new Uint8Array(CLIENT_BYTES).fill(seed);
const versionOf = (seed: number) => new Uint8Array(VERSION_BYTES).fill(seed);
const idOf = (client: number, number: number, oldest = 1): ActId => ({
  client: clientOf(client),
  number,
  oldest,
});
const outcome = (result: Uint8Array | null = null) => ({
  found: true,
  result,
  isResultLost: false,
});

/** What is remembered after acts of as many clients, one a millisecond. */
function madeBy(count: number): Uint8Array {
  let section: Uint8Array | null = null;
  for (let i = 0; i < count; i++) {
    section = nextDoneActs(
      section,
      versionOf(i),
      NOW + i,
      true,
      idOf(i, 1),
      outcome(Uint8Array.of(i)),
    );
  }
  return section!;
}

describe('what a record remembers', () => {
  it('is the last act without its version, and those before it with theirs', () => {
    const section = madeBy(3);
    expect(lostMsOf(section)).toBe(0);
    const acts = [2, 1, 0].map((client) => doneActOf(section, idOf(client, 1))!);
    expect(acts.map(({ version, result }) => [version?.[0], result?.[0]])).toEqual([
      [undefined, 2],
      [2, 1],
      [1, 0],
    ]);
    expect(acts[1]).toMatchObject({ found: true, isResultLost: false });
    expect(doneActOf(section, idOf(1, 2))).toBeNull();
    expect(doneActOf(section, idOf(9, 1))).toBeNull();
    expect(doneActOf(null, idOf(1, 1))).toBeNull();
  });

  it('goes on with a write that says nothing of itself', () => {
    const section = nextDoneActs(madeBy(1), versionOf(7), NOW, true, null, null)!;
    expect(doneActOf(section, idOf(0, 1))!.version).toEqual(versionOf(7));
    expect(nextDoneActs(null, versionOf(7), NOW, true, null, null)).toBeNull();
  });

  it('forgets what its client waits for no more, and nobody else’s', () => {
    let section = madeBy(2);
    section = nextDoneActs(section, versionOf(3), NOW, true, idOf(0, 2, 1), outcome())!;
    expect(doneActOf(section, idOf(0, 1))).not.toBeNull();
    section = nextDoneActs(section, versionOf(3), NOW, true, idOf(0, 3, 3), outcome())!;
    expect(doneActOf(section, idOf(0, 1))).toBeNull();
    expect(doneActOf(section, idOf(0, 2))).toBeNull();
    expect(doneActOf(section, idOf(1, 1))).not.toBeNull();
    expect(mayBeForgotten(section, NOW, true, NOW)).toBe(false);
  });

  it('is bounded in count, and knows since when it may have forgotten something', () => {
    const section = madeBy(DONE_ACTS_LIMIT + 1);
    const kept = Array.from({ length: DONE_ACTS_LIMIT + 1 }, (_, i) =>
      doneActOf(section, idOf(i, 1)),
    );
    expect(kept.filter((act) => act !== null)).toHaveLength(DONE_ACTS_LIMIT);
    expect(lostMsOf(section)).toBe(NOW);
    expect(mayBeForgotten(section, NOW + 40, true, NOW + CLOCK_TOLERANCE_MS)).toBe(true);
    expect(mayBeForgotten(section, NOW + 40, true, NOW + CLOCK_TOLERANCE_MS + 1)).toBe(false);
    expect(mayBeForgotten(madeBy(DONE_ACTS_LIMIT), NOW + 40, true, NOW)).toBe(false);
  });

  it('is bounded in time', () => {
    const late = NOW + DONE_ACTS_MS;
    const isKept = (now: number) =>
      doneActOf(
        nextDoneActs(madeBy(1), versionOf(1), now, true, idOf(5, 1), outcome()),
        idOf(0, 1),
      );
    expect(isKept(late - 1)).not.toBeNull();
    expect(isKept(late)).toBeNull();
    const oldest = late + CLOCK_TOLERANCE_MS - DONE_ACTS_MS;
    expect(mayBeForgotten(null, late, true, oldest - 1)).toBe(true);
    expect(mayBeForgotten(null, late, true, oldest)).toBe(false);
    expect(nextDoneActs(madeBy(1), versionOf(1), late, true, null, null)).toBeNull();
    const full = madeBy(DONE_ACTS_LIMIT + 1);
    const much = nextDoneActs(full, versionOf(1), late + 99, true, idOf(5, 1), outcome())!;
    expect(lostMsOf(much)).toBe(0);
  });

  it('is not bounded in time where times are not to be believed', () => {
    const late = NOW + 9 * DONE_ACTS_MS;
    const one = nextDoneActs(madeBy(1), versionOf(1), late, false, null, null);
    expect(doneActOf(one, idOf(0, 1))).not.toBeNull();
    expect([isPast(one, late, false), isPast(one, late, true)]).toEqual([false, true]);
    // It is bounded in count, and what had to go may have been done at any time.
    const full = madeBy(DONE_ACTS_LIMIT + 1);
    const next = nextDoneActs(full, versionOf(1), late, false, idOf(99, 1), outcome())!;
    expect(next.length).toBeLessThanOrEqual(DONE_ACTS_BYTES_MAX);
    expect(lostMsOf(next)).not.toBe(0);
    expect(mayBeForgotten(next, late, false, late)).toBe(true);
    expect(mayBeForgotten(next, late, true, late)).toBe(false);
    expect(mayBeForgotten(one, late, false, late)).toBe(false);
  });

  it('fits beside a value and its name, however much it is', () => {
    const longest = new Uint8Array(RESULT_BYTES_MAX);
    let section: Uint8Array | null = null;
    for (let i = 0; i < DONE_ACTS_LIMIT + 2; i++) {
      section = nextDoneActs(section, versionOf(i), NOW, true, idOf(i, 1), outcome(longest));
    }
    expect(section!.length).toBeLessThanOrEqual(DONE_ACTS_BYTES_MAX);
    expect(section!.length).toBeGreaterThan(DONE_ACTS_BYTES_MAX - VERSION_BYTES - 1);
    // Beside them a frame has its head, an epoch and a record's head.
    expect(DONE_ACTS_BYTES_MAX + NAME_BYTES_MAX + 128).toBeLessThanOrEqual(FRAME_EXTRA_BYTES);
  });

  it('is read from no other bytes', () => {
    const section = madeBy(3);
    expect(isDoneActs(section, 0, section.length)).toBe(true);
    for (let end = 0; end < section.length; end++) expect(isDoneActs(section, 0, end)).toBe(false);
    expect(isDoneActs(Uint8Array.of(...section, 0), 0, section.length + 1)).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        if (!isDoneActs(bytes, 0, bytes.length)) return;
        const next = nextDoneActs(bytes, versionOf(1), NOW, true, idOf(5, 1), outcome())!;
        expect(isDoneActs(next, 0, next.length)).toBe(true);
        expect(doneActOf(next, idOf(5, 1))).not.toBeNull();
      }),
    );
  });
});
