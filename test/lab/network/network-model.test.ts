/** A network out of a file: all that is right passes, and what is wrong is named. */
import { describe, expect, test } from 'vitest';
import { Network } from '../../../src/lab/network/network.ts';
import {
  checkNetwork,
  type NetworkModel,
  parseMatrix,
} from '../../../src/lab/network/network-model.ts';

const EVERYTHING: NetworkModel = {
  latency: { kind: 'king' },
  loss: 0.01,
  bursts: { enter: 0.01, leave: 0.2, loss: 0.8 },
  jitter: { kind: 'exponential', meanMs: 12.5 },
  reorder: { share: 0.1, withinMs: 30 },
  duplicate: { share: 0.02, withinMs: 100 },
  uplinks: [
    { share: 0.3, bytesPerSecond: 125_000, queueBytes: 10_000 },
    { share: 0.7, bytesPerSecond: 1e6 },
  ],
  nat: { shares: { firewalled: 0.1, symmetric: 0.2 }, mappingMs: 60_000 },
  pieceBytes: 1000,
};
const latency = { kind: 'constant', ms: 5 };

describe('a model', () => {
  test('may ask for everything at once, or for latency alone; it is plain data', () => {
    expect(checkNetwork(EVERYTHING)).toBe(EVERYTHING);
    expect(checkNetwork({ latency, loss: undefined })).toEqual({ latency });
    const copy = JSON.parse(JSON.stringify(EVERYTHING));
    expect(checkNetwork(copy)).toEqual(EVERYTHING);
    new Network(copy, 10, 1);
  });

  test.each([
    [null, /"network" expected an object, got null/],
    [[], /"network" expected an object, got an array/],
    [{}, /"network\.latency" expected an object, got undefined/],
    [{ latency, los: 0.1 }, /"network" .*got the field "los"/],
    [{ latency: { kind: 'warp' } }, /"network\.latency\.kind" .*got "warp"/],
    [{ latency: { kind: 'constant', ms: 0 } }, /"network\.latency\.ms" .*1\.\.60000, got 0/],
    [{ latency: { kind: 'uniform', lowMs: 5, highMs: 4 } }, /"network\.latency\.highMs" .*5\.\./],
    [{ latency: { kind: 'king', ms: 1, side: 2 } }, /"network\.latency" .*"side"/],
    [{ latency, loss: 1.5 }, /"network\.loss" expected a number in 0\.\.1, got 1\.5/],
    [{ latency, loss: '5%' }, /"network\.loss" .*got "5%"/],
    [{ latency, loss: Number.NaN }, /"network\.loss"/],
    [{ latency, bursts: { enter: 2, leave: 1 } }, /"network\.bursts\.enter"/],
    [{ latency, bursts: { enter: 0.1, leave: 0 } }, /"network\.bursts\.leave" .*more than 0/],
    [{ latency, bursts: { enter: 0.1 } }, /"network\.bursts\.leave"/],
    [{ latency, jitter: { kind: 'normal' } }, /"network\.jitter\.kind" .*got "normal"/],
    [{ latency, jitter: { kind: 'uniform', highMs: -1 } }, /"network\.jitter\.highMs"/],
    [{ latency, jitter: { kind: 'exponential' } }, /"network\.jitter\.meanMs"/],
    [{ latency, reorder: { share: 1 } }, /"network\.reorder\.withinMs"/],
    [{ latency, duplicate: { share: 0.1, withinMs: 0 } }, /"network\.duplicate\.withinMs"/],
    [{ latency, uplinks: { bytesPerSecond: 5 } }, /"network\.uplinks" expected an array/],
    [{ latency, uplinks: [{ bytesPerSecond: 0 }] }, /"network\.uplinks\[0\]\.bytesPerSecond"/],
    [
      { latency, uplinks: [{ bytesPerSecond: 1, queueBytes: 0.5 }] },
      /"network\.uplinks\[0\]\.queueBytes"/,
    ],
    [
      { latency, uplinks: [{ bytesPerSecond: 1 }, { share: 0.1, bytesPerSecond: 1 }] },
      /"network\.uplinks" .*at most 1/,
    ],
    [{ latency, nat: {} }, /"network\.nat\.shares" expected an object/],
    [{ latency, nat: { shares: { cone: 0.1 } } }, /"network\.nat\.shares" .*"cone"/],
    [{ latency, nat: { shares: { open: 1 } } }, /"network\.nat\.shares" .*"open"/],
    [
      { latency, nat: { shares: { symmetric: 0.6, fullCone: 0.6 } } },
      /"network\.nat\.shares" .*at most 1/,
    ],
    [{ latency, nat: { shares: {}, mappingMs: -1 } }, /"network\.nat\.mappingMs"/],
    [{ latency, pieceBytes: 0 }, /"network\.pieceBytes" .*1\.\.65536/],
  ])('%j is refused, and the field named', (model, message) => {
    expect(() => checkNetwork(model)).toThrow(message);
  });

  test('is called what its owner calls it', () => {
    expect(() => checkNetwork({ latency, loss: 2 }, 'world.network')).toThrow(
      /"world\.network\.loss"/,
    );
  });
});

describe('measured times', () => {
  test('are a square of numbers, or pairs as p2psim has them, in any unit', () => {
    expect(parseMatrix('# ms\n0 10\n12, 0\n', 1)).toEqual([
      [0, 10],
      [12, 0],
    ]);
    const pairs = 'topology E2EGraph 3\nnode 1\nnode 2\nnode 3\n1,2 40000\n2,1 44000\n3,1 20000\n';
    expect(parseMatrix(pairs, 0.001)).toEqual([
      [0, 40, 20],
      [44, 0, 0],
      [20, 0, 0],
    ]);
    const latency = { kind: 'matrix', ms: parseMatrix(pairs, 0.001) } as const;
    expect(checkNetwork({ latency })).toEqual({ latency });
  });

  test.each([
    ['0 1\nx 0', '"matrix" line 2 expected numbers, got "x 0"'],
    ['0 1\n1', '"matrix[1]" expected as many numbers as there are rows'],
    ['0', '"matrix" expected 2 to 4096 rows'],
    ['0,1 5', 'hosts from 1 on'],
    ['9999,1 5', 'at most 4096 hosts'],
    ['0 70000\n1 0', '"matrix[0][1]" expected a number of ms up to 60000'],
  ])('%j is refused', (text, complaint) => {
    expect(() => parseMatrix(text, 1)).toThrow(complaint);
  });

  test('a model of them, or of a function, is checked', () => {
    const check = (latency: unknown) => () => checkNetwork({ latency });
    expect(check({ kind: 'matrix', ms: [[1, 2]] })).toThrow('"network.latency.ms" expected 2 to');
    expect(check({ kind: 'own' })).toThrow('"network.latency.between" expected a function');
    expect(check({ kind: 'king', ms: 3 })).toThrow('"ms"');
  });
});
