/**
 * Warm tables are tables of a converged network: they keep every rule of BEP 5's routing table, hold
 * all that the network has to offer, and choose among many by chance.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sharedPrefixBits } from '../../../src/core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { type MainlineOverlay, mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { START_MS } from '../../../src/lab/world-state.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CONTACT_BYTES, type Contacts, type Handle } from '../../../src/mainline/rows/contacts.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { CHOICES, GradedWorld } from '../graded.ts';

interface TableRow {
  handle: Handle;
  heardMs: number;
  part: number;
}

function warm(nodes: number, k: number, seed = 1, upkeep = false) {
  const { overlay } = new GradedWorld({ nodes, seed, upkeep }, { ...CHOICES, k });
  const { contacts } = overlay.node(0).shared;
  const rowsOf = (node: number): TableRow[] => {
    const rows: TableRow[] = [];
    overlay.node(node).table.visit((handle, heardSeconds, failures, part) => {
      if (failures > 0) throw new Error('a warm contact has never failed');
      rows.push({ handle, heardMs: heardSeconds * 1000, part });
    });
    return rows;
  };
  return { overlay, contacts, rowsOf };
}

function shared(contacts: Contacts, a: Handle, b: Handle): number {
  return sharedPrefixBits(contacts.bytes, a * CONTACT_BYTES, contacts.bytes, b * CONTACT_BYTES);
}

describe.each([
  [2000, 8],
  [300, 20],
  [300, 1],
  [9, 8],
  [5, 8],
  [1, 8],
])('among %i nodes with k = %i', (nodes, k) => {
  const { overlay, contacts, rowsOf } = warm(nodes, k);

  test('every contact lies where its shared prefix says, and buckets hold what there is up to k', () => {
    for (let node = 0; node < nodes; node += nodes > 500 ? 9 : 1) {
      const self = node + 1;
      const { table } = overlay.node(node);
      const rows = rowsOf(node);
      const last = table.parts - 1;
      expect(rows.length).toBe(table.count);
      expect(new Set(rows.map(({ handle }) => handle)).size).toBe(rows.length);
      const held = new Array<number>(table.parts).fill(0);
      expect(rows.filter(({ handle }) => handle === self)).toEqual([]);
      const belongs = ({ handle, part }: TableRow) =>
        part === Math.min(shared(contacts, self, handle), last);
      expect(rows.filter((row) => !belongs(row))).toEqual([]);
      for (const { part } of rows) held[part]++;
      const offered = new Array<number>(table.parts).fill(0);
      for (let other = 1; other <= nodes; other++) {
        if (other !== self) offered[Math.min(shared(contacts, self, other), last)]++;
      }
      // The last bucket holds all neighbours; the one before it could not have done so.
      expect(held).toEqual(offered.map((count) => Math.min(count, k)));
      expect(offered[last]).toBeLessThanOrEqual(k);
      if (last > 0) expect(offered[last] + offered[last - 1]).toBeGreaterThan(k);
    }
  });

  test('the contacts of the population are residents: no table row counts a reference', () => {
    for (let node = 0; node < nodes; node++) {
      expect(rowsOf(node).length).toBe(overlay.node(node).table.count);
      expect(contacts.referencesTo(node + 1)).toBe(1);
    }
    expect(contacts.count).toBe(nodes);
  });
});

describe('a warm start', () => {
  test('heard everybody just now where nobody looks after tables', () => {
    const { rowsOf } = warm(500, 8);
    expect(new Set(rowsOf(7).map(({ heardMs }) => heardMs))).toEqual(new Set([START_MS]));
  });

  test('with upkeep heard everybody within the last 14 minutes, at many different times', () => {
    const { rowsOf } = warm(500, 8, 1, true);
    const times = rowsOf(7).map(({ heardMs }) => heardMs);
    for (const ms of times) {
      expect(ms).toBeLessThanOrEqual(START_MS);
      expect(ms).toBeGreaterThanOrEqual(START_MS - 14 * 60_000 - 1000);
    }
    expect(new Set(times).size).toBeGreaterThan(times.length / 2);
  });

  test('chooses evenly: everybody is known to about as many in the other half', () => {
    const nodes = 1000;
    const { contacts, rowsOf } = warm(nodes, 8);
    const known = new Array<number>(nodes + 1).fill(0);
    for (let node = 0; node < nodes; node++) {
      for (const { handle, part } of rowsOf(node)) if (part === 0) known[handle]++;
    }
    const counts = known.slice(1);
    // Poisson with a mean of 8: 30 or more has a chance of 1 in 10 million.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(nodes * 8);
    expect(Math.max(...counts)).toBeLessThan(30);
    expect(counts.filter((count) => count === 0).length).toBeLessThan(nodes / 100);
    const variance = counts.reduce((sum, count) => sum + (count - 8) ** 2, 0) / nodes;
    expect(variance).toBeGreaterThan(5);
    expect(variance).toBeLessThan(12);
    expect(shared(contacts, 1, nodes)).toBe(0);
  });

  test('is the same for the same seed, and another for another', () => {
    const tables = (seed: number) => {
      const { rowsOf } = warm(200, 8, seed);
      return Array.from({ length: 200 }, (_, node) => rowsOf(node));
    };
    expect(tables(3)).toEqual(tables(3));
    expect(tables(3)).not.toEqual(tables(4));
  });
});

/** A world some of whose nodes are away, whose tables prefer short ways or have wide buckets, or neither. */
const worldsOf = (seed: number) =>
  [
    { upkeep: false },
    { upkeep: false, members: Uint32Array.from({ length: 200 }, (_, i) => i + (i >> 1)) },
    { upkeep: false, draws: 4, settings: settingsFrom({ ...CHOICES, wideBuckets: [32, 16] }) },
    { upkeep: true },
  ].map((choices) => () => {
    const grades: number[] = [];
    const overlay = mainlineWorld(
      {
        ...{ seed, nodes: 300, network: { latency: { kind: 'king' }, loss: 0.02 } as const },
        ...{ settings: settingsFrom(CHOICES), sha1 },
        ...choices,
      },
      {
        onLookup: (call, lookup) => grades.push(call, lookup.askedCount),
        ...{ onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} },
      },
    );
    return { overlay, grades };
  });

function tablesOf(overlay: MainlineOverlay, order: readonly number[]): number[][][] {
  const tables: number[][][] = [];
  for (const node of order) {
    const rows: number[][] = [];
    overlay.node(node).table.visit((handle, heardSeconds, _failures, part) => {
      rows.push([handle, heardSeconds, part]);
    });
    tables[node] = rows;
  }
  return tables;
}

describe('tables are filled when they are first touched', () => {
  const ascending = Array.from({ length: 300 }, (_, node) => node);
  const shuffled = (seed: number): number[] => {
    const random = new SeededRandom(seed, 5);
    const order = [...ascending];
    for (let i = order.length - 1; i > 0; i--) {
      const j = randomBelow(random, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  };

  test('and are the same whoever was touched before', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const made of worldsOf(seed)) {
          const wanted = tablesOf(made().overlay, ascending);
          expect(wanted.some((rows) => rows.length > 30)).toBe(true);
          expect(tablesOf(made().overlay, shuffled(seed))).toEqual(wanted);
          const { overlay } = made();
          overlay.touchAll();
          expect(tablesOf(overlay, shuffled(seed + 1))).toEqual(wanted);
        }
      }),
      { numRuns: 3 },
    );
  });

  test('late in a run, among crashed nodes and other latencies, as at the start', () => {
    for (const made of worldsOf(7)) {
      const wanted = tablesOf(made().overlay, ascending);
      const { overlay } = made();
      overlay.world.network.stretch({ kind: 'constant', ms: 900 });
      for (let node = 0; node < 300; node += 3) overlay.crash(node);
      if (overlay.machine(1).deadline === Infinity) overlay.world.run(overlay.world.now + 60_000);
      expect(tablesOf(overlay, [...ascending].reverse())).toEqual(wanted);
    }
  });

  test('a run in which all were touched beforehand is the same run, and touches more', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const made of worldsOf(seed)) {
          const run = (isTouched: boolean) => {
            const { overlay, grades } = made();
            const { world } = overlay;
            if (isTouched) overlay.touchAll();
            const random = new SeededRandom(seed, 6);
            for (let call = 1; call <= 10; call++) {
              const target = new Uint8Array(20);
              fillRandom(random, target, 0, 20);
              const node = 3 * randomBelow(random, 50);
              overlay.node(node).lookup(world.now, LookupKind.findNode, target, call);
              world.arm(node);
              world.run(world.now + 1000);
            }
            world.run(world.now + 20_000);
            expect(grades).toHaveLength(20);
            return { hash: world.traceHash, grades, rows: overlay.shared.slab.end };
          };
          const [lazy, eager] = [run(false), run(true)];
          expect([lazy.hash, lazy.grades]).toEqual([eager.hash, eager.grades]);
          expect(lazy.rows).toBeLessThanOrEqual(eager.rows);
        }
      }),
      { numRuns: 3 },
    );
  });

  test('so a run that touches few takes few rows', () => {
    const { overlay } = worldsOf(1)[0]();
    tablesOf(overlay, [5, 6, 7]);
    const { slab } = overlay.shared;
    const few = slab.end;
    overlay.touchAll();
    expect(slab.end).toBeGreaterThan(50 * few);
    // Nothing is known of any contact that is not known of all.
    expect(slab.states.length).toBe(0);
  });
});
