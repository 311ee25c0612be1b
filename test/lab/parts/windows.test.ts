/** How far a part runs before it hears of the others. */
import { describe, expect, test } from 'vitest';
import { type Windowed, windows } from '../../../src/lab/parts/windows.ts';

/** A world that does nothing but tell how far it was run. */
function world(nextMs: number, leastMs = 70) {
  const ranTo: number[] = [];
  const wheel = { nextMs };
  const windowed: Windowed = {
    part: null,
    wheel,
    network: { leastMs },
    run: (ms) => ranTo.push(ms),
  };
  return { windowed, wheel, ranTo };
}

describe('windows', () => {
  test('are as long as the shortest way, from the next event of all on', () => {
    const { windowed, wheel, ranTo } = world(500);
    const run = windows(windowed, 10_000);
    expect(run.next().value).toEqual({ nextMs: 500, outcomes: 0 });
    wheel.nextMs = 900;
    expect(run.next({ nextMs: 400, outcomes: 0 }).value).toEqual({ nextMs: 900, outcomes: 0 });
    expect(ranTo).toEqual([469]);
    run.next({ nextMs: 900, outcomes: 0 });
    expect(ranTo).toEqual([469, 969]);
  });

  test('end with the time that was asked for, and time passes up to it', () => {
    const { windowed, ranTo } = world(Infinity);
    const run = windows(windowed, 450);
    run.next();
    expect(run.next({ nextMs: 400, outcomes: 0 }).done).toBe(false);
    expect(ranTo).toEqual([450]);
    expect(run.next({ nextMs: 451, outcomes: 0 }).done).toBe(true);
    expect(ranTo).toEqual([450, 450]);
  });

  test('of an endless run end when nobody has anything left, and the clock stands', () => {
    const { windowed, ranTo } = world(Infinity);
    const run = windows(windowed, Infinity);
    run.next();
    expect(run.next({ nextMs: Infinity, outcomes: 0 }).done).toBe(true);
    expect(ranTo).toEqual([]);
  });

  test('that stop for an outcome are a millisecond long, so that all stand where it fell', () => {
    const { windowed, ranTo } = world(500);
    let outcomes = 0;
    const run = windows(windowed, Infinity, () => outcomes, true);
    run.next();
    outcomes = 1;
    expect(run.next({ nextMs: 500, outcomes: 0 }).value).toEqual({ nextMs: 500, outcomes: 1 });
    expect(ranTo).toEqual([500]);
    expect(run.next({ nextMs: 500, outcomes: 1 }).done).toBe(true);
    expect(ranTo).toEqual([500]);
  });
});
