/** Every counter of traffic takes part in the one sum that there is. */
import { expect, test } from 'vitest';
import { Traffic } from '../../../src/lab/network/traffic.ts';

test('what is under way is what came in and has not ended, whichever way it ended', () => {
  const traffic = new Traffic();
  const counters = Object.keys(traffic) as Exclude<keyof Traffic, 'underWay'>[];
  expect(counters).toHaveLength(9);
  for (const name of counters) {
    const before = traffic.underWay;
    traffic[name] += 10;
    const sign = name === 'sent' || name === 'duplicated' ? 1 : -1;
    expect([name, traffic.underWay - before]).toEqual([name, 10 * sign]);
  }
});
