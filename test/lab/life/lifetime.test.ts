/**
 * Lifetimes: each law's formula, and what is drawn against it. Samples are compared with the law as
 * Kolmogorov and Smirnov do: the largest gap between the two curves, below 1.95 / √n for all but one
 * in a thousand seeds (these are fixed).
 */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { Lifetime, type LifetimeModel } from '../../../src/lab/life/lifetime.ts';

const HOUR_MS = 3_600_000;
const SAMPLES = 20_000;
const GAP = 1.95 / Math.sqrt(SAMPLES);

/** Each law with its survival as a textbook writes it. */
const LAWS: [string, LifetimeModel, (ms: number) => number][] = [
  ['exponential', { kind: 'exponential', meanMs: HOUR_MS }, (ms) => Math.exp(-ms / HOUR_MS)],
  ...[0.34, 0.5, 0.61511, 1, 1.7].map((shape): (typeof LAWS)[number] => [
    `weibull of shape ${shape}`,
    { kind: 'weibull', shape, scaleMs: HOUR_MS },
    (ms) => Math.exp(-((ms / HOUR_MS) ** shape)),
  ]),
  [
    'pareto',
    { kind: 'pareto', shape: 3, scaleMs: 2 * HOUR_MS },
    (ms) => (1 + ms / (2 * HOUR_MS)) ** -3,
  ],
  ...[0.3, 1.2].map((sigma): (typeof LAWS)[number] => [
    `lognormal of sigma ${sigma}`,
    { kind: 'lognormal', medianMs: HOUR_MS, sigma },
    (ms) => normalTail(Math.log(ms / HOUR_MS) / sigma),
  ]),
  [
    'points',
    { kind: 'points', timesMs: [HOUR_MS, 10 * HOUR_MS], shares: [0.5, 0.1] },
    (ms) => (ms < HOUR_MS ? 0.5 ** (ms / HOUR_MS) : 0.5 * 0.2 ** ((ms - HOUR_MS) / (9 * HOUR_MS))),
  ],
];

/** P(Z > x): by the alternating series of erf near the middle, by Simpson's rule over the rest. */
function normalTail(x: number): number {
  if (Math.abs(x) < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / (2 * n);
      sum += term / (2 * n + 1);
    }
    return 0.5 - sum / Math.sqrt(2 * Math.PI);
  }
  if (x < 0) return 1 - normalTail(-x);
  const steps = 200;
  const width = 6 / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((x + i * width) ** 2) / 2);
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}

/** The largest gap between a sample and a survival curve. */
function gap(sample: number[], survival: (ms: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  let widest = 0;
  for (const [i, ms] of sorted.entries()) {
    const right = survival(ms);
    widest = Math.max(
      widest,
      Math.abs(1 - i / sorted.length - right),
      Math.abs(1 - (i + 1) / sorted.length - right),
    );
  }
  return widest;
}

function draws(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, draw);
}

/** ∫ survival from `fromMs` on, in steps that grow with the time. */
function timeLived(survival: (ms: number) => number, fromMs: number): number {
  let sum = 0;
  for (let t = fromMs; t < 1e8 * HOUR_MS; ) {
    const width = Math.max(1000, (t - fromMs) / 500);
    sum += ((survival(t) + 4 * survival(t + width / 2) + survival(t + width)) * width) / 6;
    t += width;
  }
  return sum;
}

describe.each(LAWS)('%s', (_name, model, survival) => {
  const lifetime = new Lifetime(model);

  test('has the survival and the mean of its formula', () => {
    for (const hours of [0.001, 0.2, 1, 3, 10, 40]) {
      const ms = hours * HOUR_MS;
      expect(lifetime.survival(ms)).toBeCloseTo(survival(ms), 9);
    }
    expect(lifetime.meanMs / timeLived(survival, 0)).toBeCloseTo(1, 3);
  });

  test('draws lifetimes that are so distributed, whole and at least 1 ms', () => {
    const random = new SeededRandom(3);
    const sample = draws(SAMPLES, () => lifetime.draw(random));
    expect(gap(sample, survival)).toBeLessThan(GAP);
    expect(sample.every((ms) => Number.isInteger(ms) && ms >= 1)).toBe(true);
  });

  test('meets the living at ages with the density survival / mean', () => {
    const random = new SeededRandom(4);
    const sample = draws(SAMPLES, () => lifetime.drawAge(random));
    const whole = timeLived(survival, 0);
    // The integral is dear, so it is taken at some ages only.
    for (const hours of [0.05, 0.3, 1, 3, 10, 40]) {
      const ms = hours * HOUR_MS;
      const older = sample.filter((age) => age > ms).length / SAMPLES;
      expect(Math.abs(older - timeLived(survival, ms) / whole)).toBeLessThan(GAP);
    }
  });

  test('lets those of an age live on as the law has it', () => {
    const random = new SeededRandom(5);
    for (const ageMs of [0.1 * HOUR_MS, 5 * HOUR_MS]) {
      const sample = draws(SAMPLES, () => lifetime.drawRest(random, ageMs));
      expect(gap(sample, (ms) => survival(ageMs + ms) / survival(ageMs))).toBeLessThan(GAP);
    }
  });

  test('draws the same from the same seed', () => {
    const sample = (seed: number) => {
      const random = new SeededRandom(seed);
      return draws(50, () => lifetime.drawRest(random, lifetime.drawAge(random)));
    };
    expect(sample(1)).toEqual(sample(1));
    expect(sample(1)).not.toEqual(sample(2));
  });
});

test('nothing lasts longer than a world can', () => {
  const random = { uint32: () => 0 };
  const endless = new Lifetime({ kind: 'weibull', shape: 0.1, scaleMs: 2 ** 39 });
  expect(endless.draw(random)).toBe(2 ** 39 + 2 ** 38);
});
