/** What a lab on several cores refuses is refused by name, before a thread begins; one that fails is told. */
import { expect, test } from 'vitest';
import { createLab, DhtError, type SplitLabOptions } from '../../../src/lab.ts';

const NOT: [name: string, options: Partial<SplitLabOptions>][] = [
  ['onQuery', { onQuery: () => undefined }],
  ['counts', { counts: true }],
  ['node', { node: () => ({}) }],
  ['adversaries', { adversaries: [{ kind: 'droppers', nodes: 3 } as never] }],
  ['latency.between', { latency: { kind: 'own', between: () => 5 } }],
  ['network.latency.between', { network: { latency: { kind: 'own', between: () => 5 } } }],
  [
    'network.nat',
    { network: { latency: { kind: 'king' }, nat: { shares: { fullCone: 0.5 } } as never } },
  ],
  ['network.family', { network: { latency: { kind: 'king' }, family: 'both' } as never }],
];

test.each(NOT)('"%s" does not go with "workers", and one line says why', (name, options) => {
  expect(() => createLab({ nodes: 10, ...options, workers: 2 })).toThrow(
    new RegExp(`^"${name.replaceAll('.', '\\.')}".* (does not go with "workers"|expected)`),
  );
});

test('workers are a whole number, at most one for each node, and for Mainline nodes', () => {
  for (const workers of [0, 1.5, 65, '2', null]) {
    expect(() => createLab({ nodes: 100, workers: workers as never })).toThrow(
      /^"workers" expected/,
    );
  }
  expect(() => createLab({ nodes: 3, workers: 4 })).toThrow(
    new RangeError('"workers" expected at most one for each of 3 nodes, got 4'),
  );
  expect(() => createLab({ overlay: 'ring', workers: 2 } as never)).toThrow(
    /^"workers" are for Mainline nodes/,
  );
  expect(() => createLab({ nodez: 3, workers: 2 } as never)).toThrow(/nodez/);
  expect(() => createLab({ node: { k: -1 }, workers: 2 })).toThrow(/"k"/);
});

test('a thread that cannot begin is told in one line to everybody who waits', async () => {
  // Beside the sources there is no built file for threads to begin with.
  const lab = createLab({ nodes: 10, workers: 2 });
  const call = lab.nodes[3].ping(4);
  const waiting = [call, lab.run('1 min'), lab.traceHash(), lab.stats()];
  for (const outcome of await Promise.allSettled(waiting)) {
    expect(outcome.status).toBe('rejected');
    const { reason } = outcome as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(DhtError);
    expect(reason.code).toBe('WORKER');
    expect(reason.message).toMatch(/^worker [12] of 2 (failed|ended)/);
  }
  await expect(lab.run(1)).rejects.toThrow(/^worker/);
  await lab.close();
});
