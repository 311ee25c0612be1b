/** Who is up at first, and that what is drawn for a node is its own: one node more changes nobody's life. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import { Beginning } from '../../../src/lab/life/beginning.ts';
import type { ChurnModel, TraceStep } from '../../../src/lab/life/churn.ts';
import type { Life } from '../../../src/lab/life/life.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';
import { Living, MINUTE_MS } from '../living.ts';

const QUICK: ChurnModel = {
  up: { kind: 'exponential', meanMs: 4 * MINUTE_MS },
  down: { kind: 'exponential', meanMs: 2 * MINUTE_MS },
};
const TRACE: TraceStep[] = [
  { atMs: 0, node: 1, isUp: true },
  { atMs: 9, node: 0, isUp: false },
];

/** What a life is told to do. */
function told(beginning: Beginning) {
  const calls: unknown[] = [];
  const life = {
    beginChurn: (_churn: unknown, restsMs: Float64Array) => calls.push([...restsMs]),
    follow: (trace: unknown) => calls.push(trace),
  };
  beginning.begin(life as unknown as Life);
  return calls;
}

test('without churn all are up, or the share that was asked for, and nothing is told', () => {
  expect([...new Beginning(null, 5, 1).members]).toEqual([0, 1, 2, 3, 4]);
  const some = new Beginning(null, 10_000, 1, undefined, 0.3);
  expect(Math.abs(some.upCount - 3000)).toBeLessThan(300); // 6 standard deviations
  expect(some.members).toHaveLength(some.upCount);
  expect(told(some)).toEqual([]);
});

test('a trace says who is up, and is followed', () => {
  const beginning = new Beginning({ trace: TRACE }, 3, 1);
  expect([...beginning.isUp]).toEqual([1, 0, 1]);
  expect(told(beginning)).toEqual([TRACE]);
});

describe('under churn', () => {
  test('two laws say how many are up, and everybody has a rest of his own', () => {
    const beginning = new Beginning(QUICK, 10_000, 1);
    expect(Math.abs(beginning.upCount - 6667)).toBeLessThan(300);
    const [restsMs] = told(beginning) as number[][];
    expect(new Set(restsMs).size).toBeGreaterThan(9000);
  });

  test('who is up comes first where numbers say nothing, each with what was drawn for him', () => {
    const before = new Beginning(QUICK, 100, 3);
    const after = new Beginning(QUICK, 100, 3);
    after.bringUpFirst();
    const pairs = (beginning: Beginning): string[] => {
      const [restsMs] = told(beginning) as number[][];
      return restsMs.map((ms, node) => `${beginning.isUp[node]} ${ms}`);
    };
    expect(pairs(after).sort()).toEqual(pairs(before).sort());
    expect([...after.isUp]).toEqual([...after.isUp].sort((a, b) => b - a));
    expect(after.upCount).toBe(before.upCount);
  });

  test('one node more in a world changes neither the ids nor the lives of the others', () => {
    /** By id: whether it is up at first, and when it came and went. */
    const lives = (seed: number, nodes: number): Map<string, unknown[]> => {
      const { overlay, life, world } = new Living({ seed, nodes, churn: QUICK });
      const byId = new Map<string, unknown[]>();
      const seen: unknown[][] = [];
      for (let node = 0; node < nodes; node++) {
        seen[node] = [life.states[node]];
        byId.set(formatId(overlay.contactBytes, (node + 1) * CONTACT_BYTES), seen[node]);
      }
      life.observer = {
        began: (node) => seen[node].push(world.elapsedMs),
        ended: (node) => seen[node].push(-world.elapsedMs),
        resumed() {},
      };
      world.run(world.now + 10 * MINUTE_MS);
      return byId;
    };
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const [fewer, more] = [lives(seed, 30), lives(seed, 31)];
        expect(fewer.size).toBe(30);
        for (const [id, life] of fewer) expect(more.get(id)).toEqual(life);
        expect([...fewer.values()].flat().length).toBeGreaterThan(60);
      }),
      { numRuns: 3 },
    );
  });
});
