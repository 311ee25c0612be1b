import { expect, test } from 'vitest';
import { studioMetrics } from '../../../src/studio/server/counts.ts';

test('who looks on goes up and down, all else only up', () => {
  const text = studioMetrics({
    ...{ scenes: 2, viewers: 1, viewersAdmitted: 5, viewersRefused: 3 },
    ...{ requests: 9, requestsFailed: 4, acts: 7 },
  });
  const samples = [
    ['scenes', 'gauge', 2],
    ['viewers', 'gauge', 1],
    ['viewers_admitted_total', 'counter', 5],
    ['viewers_refused_total', 'counter', 3],
    ['requests_total', 'counter', 9],
    ['requests_failed_total', 'counter', 4],
    ['acts_total', 'counter', 7],
  ];
  expect(text).toBe(
    samples
      .map(([name, type, value]) => {
        const full = `ringlight_studio_${name}`;
        return `# TYPE ${full} ${type}\n${full} ${value}\n`;
      })
      .join(''),
  );
});
