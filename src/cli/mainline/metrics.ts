/**
 * The counters of a node in the text format of Prometheus, for `serve --metrics`: a page of plain lines
 * that is made anew for whoever asks.
 *
 *     # TYPE ringlight_in_queries_total counter
 *     ringlight_in_queries_total{method="find_node"} 42
 */
import { createServer, type Server } from 'node:http';
import type { MainlineStats } from '../../mainline.ts';
import { CommandError } from '../console.ts';

/** Numbers that go up and down; all others only count up. */
const GAUGES = new Set([
  'uptime_ms',
  'table_size',
  'table_parts',
  'store_info_hashes',
  'store_peers',
  'store_items',
  'network_nodes',
  'network_error',
  'network_lookups',
  'requests_in_flight',
  'lookups_in_flight',
]);

/** Groups whose names are values of one label. */
const LABELS: Readonly<Record<string, string>> = { in_queries: 'method', in_dropped: 'reason' };

/** Version 0.0.4 of the format. */
export function metricsText(stats: MainlineStats): string {
  const lines: string[] = [];
  write(lines, '', stats as unknown as Record<string, unknown>);
  return lines.join('');
}

function write(lines: string[], path: string, values: Record<string, unknown>): void {
  const label = LABELS[path];
  if (label !== undefined) {
    lines.push(`# TYPE ringlight_${path}_total counter\n`);
    for (const [name, value] of Object.entries(values)) {
      lines.push(`ringlight_${path}_total{${label}="${snake(name)}"} ${value}\n`);
    }
    return;
  }
  for (const [name, value] of Object.entries(values)) {
    const own = path === '' ? snake(name) : `${path}_${snake(name)}`;
    if (typeof value === 'object' && value !== null) {
      write(lines, own, value as Record<string, unknown>);
    } else if (typeof value === 'number' && own !== 'port') {
      const isGauge = GAUGES.has(own);
      const full = `ringlight_${own}${isGauge ? '' : '_total'}`;
      lines.push(`# TYPE ${full} ${isGauge ? 'gauge' : 'counter'}\n${full} ${value}\n`);
    }
  }
}

function snake(name: string): string {
  return name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Serves the metrics on loopback; resolves when it listens. @throws CommandError. */
export function serveMetrics(port: number, stats: () => MainlineStats): Promise<Server> {
  const server = createServer((request, response) => {
    const isKnown = request.url === '/metrics' && request.method === 'GET';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(isKnown ? metricsText(stats()) : 'there is /metrics, and nothing else\n');
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: Error) => {
      reject(new CommandError(`cannot serve metrics: ${error.message}`, 2, 'METRICS'));
    });
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
