import { expect, test } from 'vitest';
import { openRing } from '../../src/ring.ts';
import { metricsOf } from '../../src/service/metrics.ts';

test('counters are told in the format of Prometheus', async () => {
  const ring = await openRing();
  await ring.ready();
  await ring.insert('a', 'b');
  const text = metricsOf(ring.info());
  expect(text).toContain('# TYPE ringlight_ring_records gauge\nringlight_ring_records 1\n');
  expect(text).toContain(
    '# TYPE ringlight_ring_writes_total counter\nringlight_ring_writes_total 1\n',
  );
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(?:# TYPE \w+ (?:gauge|counter)|\w+ \d+)$/);
  }
  await ring.close();
});
