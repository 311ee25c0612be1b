import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCHEMA_VERSION } from '../../src/lab.ts';
import {
  configHashOf,
  orderedJson,
  runIdOf,
  runRowOf,
  sourceOfThisPackage,
} from '../../src/results/run.ts';
import { finishedRun, SOURCE } from './recorded.ts';

describe('which run it is', () => {
  test('equal data are equal text, in whatever order they were put together', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const backwards = Object.fromEntries(Object.entries(data).reverse());
        expect(orderedJson(backwards)).toBe(orderedJson(data));
        expect(JSON.parse(orderedJson(data))).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });

  test('a config hash is that of experiment and options, not of the seed', () => {
    const hash = configHashOf('a', { seed: 1, nodes: 10 });
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(configHashOf('a', { nodes: 10, seed: 2 })).toBe(hash);
    expect(configHashOf('b', { seed: 1, nodes: 10 })).not.toBe(hash);
    expect(configHashOf('a', { seed: 1, nodes: 11 })).not.toBe(hash);
  });

  test('config, seed, version and commit make a run', () => {
    const id = runIdOf('c', 1, SOURCE);
    expect(runIdOf('c', 1, { ...SOURCE })).toBe(id);
    const others = [
      runIdOf('d', 1, SOURCE),
      runIdOf('c', 2, SOURCE),
      runIdOf('c', 1, { ...SOURCE, version: '1.2.4' }),
      runIdOf('c', 1, { ...SOURCE, commit: 'c0ffef' }),
    ];
    expect(new Set([id, ...others]).size).toBe(5);
  });

  test('the row of a run has it all', () => {
    const { result, config } = finishedRun({ nodes: 50, lookups: 5 });
    const row = runRowOf(result, config, SOURCE);
    expect(row).toMatchObject({
      experiment: 'kad-hops',
      nodes: 50,
      schema_version: SCHEMA_VERSION,
    });
    expect(JSON.parse(row.config)).toEqual(config);
    expect(row.trace_hash).toBe(result.traceHash);
  });

  test('this package knows its version', () => {
    const { version, commit } = sourceOfThisPackage();
    const manifest = new URL('../../package.json', import.meta.url);
    expect(version).toBe(JSON.parse(readFileSync(manifest, 'utf8')).version);
    expect(commit).toMatch(/^(?:[0-9a-f]{40}(?:-dirty)?)?$/);
  });
});
