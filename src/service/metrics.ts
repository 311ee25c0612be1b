/**
 * The counters of a member in the text format of Prometheus, made anew for whoever asks.
 *
 *     # TYPE ringlight_ring_writes_total counter
 *     ringlight_ring_writes_total 42
 */
import type { RingInfo } from '../ring.ts';

/** Numbers that go up and down; all others only count up. */
export function metricsOf({
  records,
  bytes,
  foreign,
  connections,
  k,
  effectiveK,
  counters,
}: RingInfo): string {
  const gauges = { records, bytes, foreign, connections, k, effectiveK };
  const lines: string[] = [];
  for (const [name, value] of Object.entries(gauges)) lines.push(metric(name, 'gauge', value));
  for (const [name, value] of Object.entries(counters)) {
    lines.push(metric(`${name}Total`, 'counter', value));
  }
  return lines.join('');
}

function metric(name: string, type: string, value: number): string {
  const full = `ringlight_ring_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  return `# TYPE ${full} ${type}\n${full} ${value}\n`;
}
