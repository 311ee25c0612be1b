/** A node's counters as Prometheus reads them. */
import { expect, test } from 'vitest';
import { metricsText, serveMetrics } from '../../../src/cli/mainline/metrics.ts';
import { openMainline } from '../../../src/mainline.ts';
import { Running } from '../command.ts';

test('every counter has a type and a value, once', async () => {
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false });
  await node.ping(`127.0.0.1:${node.port}`, { timeoutMs: 50 }).catch(() => {});
  const text = metricsText(node.stats);
  const lines = text.trimEnd().split('\n');
  const types = lines.filter((line) => line.startsWith('# TYPE '));
  expect(new Set(types).size).toBe(types.length);
  for (const line of lines.filter((one) => !one.startsWith('#'))) {
    expect(line).toMatch(/^ringlight_[a-z_]+(\{[a-z]+="[a-z_]+"\})? [\d.]+$/);
  }
  expect(text).toContain('# TYPE ringlight_table_size gauge\nringlight_table_size 0\n');
  expect(text).toContain('# TYPE ringlight_out_datagrams_total counter\n');
  expect(text).toContain('ringlight_in_queries_total{method="find_node"} 0\n');
  expect(text).toContain('ringlight_in_dropped_total{reason="own_id"} ');
});

test('a port that is taken is told', async () => {
  const stats = () => {
    throw new Error('nobody asks');
  };
  const first = await serveMetrics(0, stats);
  const { port } = first.address() as { port: number };
  await expect(serveMetrics(port, stats)).rejects.toThrow(/^cannot serve metrics: .*EADDRINUSE/);
  first.close();
});

test('serve --metrics answers under /metrics, and nowhere else', async () => {
  const args = ['mainline', 'serve', '--host', '127.0.0.1', '--port', '0', '--json'];
  const running = new Running([...args, '--no-bootstrap', '--metrics', '0']);
  const { port } = (await running.event('metrics')) as Record<string, never>;
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('ringlight_uptime_ms ');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  expect((await running.end()).status).toBe(0);
});
