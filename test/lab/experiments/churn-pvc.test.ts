import { expect, test } from 'vitest';
import {
  atPrice,
  CHURN_PVC_DEFAULTS,
  churnPvc,
  hullOf,
} from '../../../src/lab/experiments/churn-pvc.ts';

test('the hull is what nothing else gives for less, from the cheapest to the fastest', () => {
  const points = [
    { x: 1, y: 10 },
    { x: 2, y: 9 },
    { x: 3, y: 4 },
    { x: 4, y: 6 },
    { x: 9, y: 3.9 },
    { x: 10, y: 8 },
  ];
  expect(hullOf(points)).toEqual([points[0], points[2], points[4]]);
  expect(hullOf([points[5]])).toEqual([points[5]]);
  expect(hullOf([])).toEqual([]);
  // Of two at one price the faster one.
  expect(
    hullOf([
      { x: 1, y: 5 },
      { x: 1, y: 4 },
    ]),
  ).toEqual([{ x: 1, y: 4 }]);
});

test('no point lies under a hull', () => {
  for (let seed = 1; seed <= 100; seed++) {
    let state = seed;
    const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const points = Array.from({ length: 20 }, () => ({ x: next(), y: next() }));
    const hull = hullOf(points);
    for (const { x, y } of points) {
      const least = atPrice(hull, x);
      if (least !== null) expect(y, `seed ${seed}`).toBeGreaterThanOrEqual(least - 1e-12);
    }
  }
});

test('between two settings lies their mixture, beneath the cheapest nothing, beyond the fastest no more', () => {
  const hull = [
    { x: 10, y: 400 },
    { x: 20, y: 300 },
  ];
  expect([9, 10, 15, 20, 99].map((price) => atPrice(hull, price))).toEqual([
    null,
    400,
    350,
    300,
    300,
  ]);
  expect(atPrice([], 1)).toBeNull();
});

test('more requests at a time are faster and dearer', () => {
  const options = { ...CHURN_PVC_DEFAULTS, nodes: 100, k: [8], alpha: [1, 8], lookups: 60 };
  const { figures, checks, sweeps } = churnPvc(options);
  expect(figures['churnK8A8Ms']).toBeLessThan(figures['churnK8A1Ms']);
  expect(figures['lookupsK8A8Bytes']).toBeGreaterThan(figures['lookupsK8A1Bytes']);
  expect(checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(sweeps!.map(({ name }) => name)).toEqual(['churn-hull', 'lookups-hull']);
});
