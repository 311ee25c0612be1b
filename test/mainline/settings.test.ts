/** The defaults: what the BEPs ask for, and limits that their tables can work with. */
import { expect, test } from 'vitest';
import { DEFAULTS, INBOUND_LIMITS, OUTBOUND_LIMITS } from '../../src/mainline/settings.ts';

test('the defaults are those of BEP 5 and a node that answers everybody', () => {
  expect(DEFAULTS).toMatchObject({ k: 8, readOnly: false, onePerIp: true, exemptLoopback: true });
  expect(DEFAULTS.shortTimeoutMs).toBeLessThan(DEFAULTS.timeoutMs);
});

test('tables of fixed size have a power of two of slots, as their masks demand', () => {
  for (const slots of [INBOUND_LIMITS.sources, OUTBOUND_LIMITS.endpoints]) {
    expect(slots & (slots - 1)).toBe(0);
    expect(slots).toBeGreaterThanOrEqual(8);
  }
});

test('a burst is at least a second of the average', () => {
  const inbound = INBOUND_LIMITS;
  const outbound = OUTBOUND_LIMITS;
  expect(inbound.perSourceBurst).toBeGreaterThanOrEqual(inbound.perSource);
  expect(inbound.totalBurst).toBeGreaterThanOrEqual(inbound.total);
  expect(outbound.newEndpointsBurst).toBeGreaterThanOrEqual(outbound.newEndpoints);
});

test('an announce lives longer than the half hour after which clients announce again', () => {
  expect(DEFAULTS.peers.ttlMs).toBeGreaterThan(30 * 60_000);
  expect(DEFAULTS.peers.ttlMs).toBeLessThanOrEqual(60 * 60_000);
  // BEP 44: items expire no sooner than two hours after they were put.
  expect(DEFAULTS.items.ttlMs).toBeGreaterThanOrEqual(2 * 60 * 60_000);
});
