/** The page that Prometheus fetches: under one path, of nodes and of members. */
import { expect, test } from 'vitest';
import { openConsole } from '../../src/cli/console.ts';
import { openMetrics } from '../../src/cli/metrics.ts';
import { Running } from './command.ts';

test('a port that is taken is told, and nobody who asked for none has one', async () => {
  const console = openConsole(true);
  const quiet = { ...console, say: () => {}, emit: () => {} } as never;
  const first = await openMetrics(0, () => '', quiet);
  await expect(openMetrics(first!.port, () => '', quiet)).rejects.toThrow(
    /^cannot listen on 127\.0\.0\.1:\d+, for metrics: the port is taken$/,
  );
  first!.close();
  expect(await openMetrics(undefined, () => '', quiet)).toBeNull();
});

test.each([
  [['mainline', 'serve', '--host', '127.0.0.1', '--no-bootstrap'], 'ringlight_mainline_uptime_ms '],
  [['ring', 'serve'], 'ringlight_ring_effective_k 0\n'],
])('%s --metrics answers under /metrics, and nowhere else', async (command, line) => {
  const running = new Running([...command, '--port', '0', '--json', '--metrics', '0']);
  const { port } = (await running.event('metrics')) as Record<string, never>;
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await answer.text()).toContain(line);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  expect((await running.end()).status).toBe(0);
});
