import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CommandError } from '../../../src/cli/console.ts';
import {
  CELLS_LIMIT,
  type Plan,
  planOf,
  requestFrom,
  seedsFrom,
  shareOf,
} from '../../../src/cli/lab/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(contents: unknown, name = 'sweep.json'): string {
  const path = join(folder, name);
  writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
  return path;
}

const plan = (contents: unknown): Plan => planOf(requestFrom(file(contents)), new Set());

describe('a plan', () => {
  test('is the cross product of what is varied, seeds innermost, and the same each time', () => {
    const contents = {
      ...{ experiment: 'kad-hops', lookups: 50, seeds: { from: 5, count: 2 } },
      sweep: { k: [8, 20], nodes: [100, 200] },
    };
    const { cells, isSweep } = plan(contents);
    expect(isSweep).toBe(true);
    expect(cells.map(({ seed, varied }) => [varied['k'], varied['nodes'], seed])).toEqual([
      ...[
        [8, 100, 5],
        [8, 100, 6],
        [8, 200, 5],
        [8, 200, 6],
      ],
      ...[
        [20, 100, 5],
        [20, 100, 6],
        [20, 200, 5],
        [20, 200, 6],
      ],
    ]);
    expect(cells[0].options).toMatchObject({ seed: 5, k: 8, nodes: 100, lookups: 50, alpha: 3 });
    expect(plan(contents).cells).toEqual(cells);
  });

  test('a path varies a field inside another and leaves its neighbours', () => {
    const { cells } = plan({ node: { alpha: 2 }, sweep: { 'node.k': [4, 16] } });
    expect(cells.map(({ options }) => options['node'])).toEqual([
      { alpha: 2, k: 4 },
      { alpha: 2, k: 16 },
    ]);
  });

  test('of one name is one cell and no sweep', () => {
    const { cells, isSweep } = planOf(requestFrom('kad-hops'), new Set());
    expect([cells.length, isSweep]).toEqual([1, false]);
  });

  test('a trace is read from beside the file', () => {
    file('10 3 leave\n20 3 join\n', 'some.trace');
    const { cells } = plan({ nodes: 10, churn: { traceFile: 'some.trace' } });
    expect(cells[0].options['churn']).toEqual({ trace: '10 3 leave\n20 3 join\n' });
  });

  test('so are measured latencies, halved where they are round trips', () => {
    file('0 20000\n30000 0\n', 'king.txt');
    const latency = { matrixFile: 'king.txt', unit: 'us', roundTrip: true };
    const { cells } = plan({ nodes: 10, network: { latency, loss: 0.1 } });
    const ms = [
      [0, 10],
      [15, 0],
    ];
    const network = { latency: { kind: 'matrix', ms }, loss: 0.1 };
    expect(cells[0].options['network']).toEqual(network);
    const wrong = (more: object) => () => plan({ network: { latency: { ...latency, ...more } } });
    expect(wrong({ unit: 'h' })).toThrow('"network.latency.unit" expected ms or us, got "h"');
    expect(wrong({ roundTrip: 1 })).toThrow('"network.latency.roundTrip" expected true or false');
    expect(wrong({ matrixFile: 1 })).toThrow('"network.latency.matrixFile" expected the name');
    expect(wrong({ matrixFile: 'no.txt' })).toThrow('no.txt: there is no such file');
    expect(wrong({ ms: 1 })).toThrow('"network.latency.ms" is nothing that stands beside a matrix');
  });

  test.each<[unknown, RegExp]>([
    ['{', /^.*sweep\.json: expected JSON: /],
    [[], /expected an object, got an array$/],
    [{ experiment: 'x' }, /there is no experiment "x"; there are/],
    [{ experiment: 1 }, /"experiment" expected a name, got 1$/],
    [{ about: 1 }, /"about" expected text, got 1$/],
    [{ nodes: 0 }, /^sweep\.json: "nodes" expected a whole number/],
    [{ foo: 1 }, /^sweep\.json: "foo" is no option of scenario; there are seed, nodes/],
    [{ seeds: { from: 1 } }, /^sweep\.json: "seeds" expected how many/],
    [{ seeds: [] }, /"seeds" expected/],
    [{ seeds: [1.5] }, /"seeds" expected/],
    [{ sweep: [] }, /^sweep\.json: "sweep" expected an object/],
    [{ sweep: { q: [1] } }, /"sweep\.q" is nothing that scenario can vary; there are nodes/],
    [{ sweep: { seed: [1] } }, /"sweep\.seed" is nothing/],
    [{ sweep: { nodes: 5 } }, /"sweep\.nodes" expected an array of values, got 5$/],
    [{ sweep: { nodes: [] } }, /"sweep\.nodes" expected an array of values, got an empty one/],
    [{ sweep: { nodes: [10, 0] } }, /"nodes" expected a whole number .* got 0$/],
    [{ sweep: { 'node.__proto__.x': [1] } }, /is no option of node/],
    [{ churn: { traceFile: 'none' } }, /none: there is no such file or folder$/],
    [{ churn: { traceFile: 5 } }, /"churn\.traceFile" expected the name of a file, got 5$/],
  ])('%j is one line', (contents, message) => {
    expect(() => plan(contents)).toThrow(message);
    expect(() => plan(contents)).toThrow(CommandError);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test('what was typed is called by its flag', () => {
    const request = { ...requestFrom('kad-hops'), values: { nodes: 0 } };
    expect(() => planOf(request, new Set(['nodes']))).toThrow(/^--nodes expected/);
    expect(() => planOf({ ...request, values: {}, seeds: 'x' }, new Set(['seeds']))).toThrow(
      /^--seeds expected/,
    );
  });

  test('too many cells are told, not made', () => {
    const request = { ...requestFrom('kad-hops'), seeds: '1..400' };
    const ks = Array.from({ length: 251 }, (_, i) => 1 + (i % 64));
    expect(() => planOf({ ...request, sweep: { k: ks } }, new Set())).toThrow(
      `a sweep has at most ${CELLS_LIMIT} cells, this one 100400`,
    );
    expect(() => seedsFrom({ from: 0, count: 1e9 })).toThrow(/"seeds" expected/);
  });
});

test('seeds are listed, counted or a range', () => {
  expect(seedsFrom([3, 1, 3])).toEqual([3, 1]);
  expect(seedsFrom({ from: 7, count: 3 })).toEqual([7, 8, 9]);
  expect(seedsFrom('2..4')).toEqual([2, 3, 4]);
  expect(seedsFrom('3')).toEqual([1, 2, 3]);
  expect(seedsFrom(3, 7)).toEqual([7, 8, 9]);
  expect(seedsFrom('5,6')).toEqual([5, 6]);
  expect(seedsFrom(undefined)).toBeNull();
  for (const wrong of [
    '4..2',
    '',
    '1,,2',
    '-1',
    'a',
    null,
    0,
    '0',
    2.5,
    { from: 1, count: 2, by: 3 },
  ]) {
    expect(() => seedsFrom(wrong), JSON.stringify(wrong)).toThrow(/"seeds" expected/);
  }
});

test('shares are disjoint, and together everything', () => {
  const cells = Array.from({ length: 23 }, (_, i) => i);
  for (const of of [1, 2, 5, 23, 40]) {
    const shares = Array.from({ length: of }, (_, i) => shareOf(cells, { index: i + 1, of }));
    expect(shares.flat().sort((a, b) => a - b)).toEqual(cells);
    expect(Math.max(...shares.map(({ length }) => length))).toBe(Math.ceil(23 / of));
  }
});
