import { expect, test } from 'vitest';
import {
  MDHT_LOOKUP_LATENCY_DEFAULTS,
  mdhtLookupLatency,
} from '../../../src/lab/experiments/mdht-lookup-latency.ts';

test('each step of 2011 shortens what the one before it left', () => {
  const small = {
    ...MDHT_LOOKUP_LATENCY_DEFAULTS,
    nodes: 800,
    lookups: 200,
    infoHashes: 40,
    peers: 2,
  };
  const { figures, checks } = mdhtLookupLatency(small);
  expect(checks.map(({ name }) => name)).toContain('2007: lookups of over a minute');
  expect(figures['oldOverMinuteShare']).toBeGreaterThan(0.2);
  expect(figures['nr128OverMinuteShare']).toBe(0);
  // Fewer nodes, fewer dead ones on the way: still most of a minute.
  expect(figures['oldEndP50Ms']).toBeGreaterThan(40_000);
  expect(figures['shortTimeoutsEndP50Ms']).toBeLessThan(figures['oldEndP50Ms'] / 10);
  expect(figures['liveTablesEndP50Ms']).toBeLessThan(figures['shortTimeoutsEndP50Ms']);
  expect(figures['nr128FirstPeerP50Ms']).toBeLessThan(figures['alpha4FirstPeerP50Ms'] * 0.75);
  expect(figures['nr128Found']).toBe(1);
});
