/**
 * `serve --metrics`: the counters of a node or member on a page of plain lines, as Prometheus fetches
 * them, made anew for whoever asks.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bindError } from '../files.ts';
import type { Console } from './console.ts';

/** Of the text that a node gives. */
const CONTENT_TYPE = 'text/plain; version=0.0.4';

/** What a command that was asked for metrics has open. */
export interface MetricsPage {
  readonly port: number;
  close(): void;
}

/** Serves `text` on loopback, and says where. Null when nobody asked for it. @throws DhtError. */
export async function openMetrics(
  port: number | undefined,
  text: () => string,
  console: Console,
): Promise<MetricsPage | null> {
  if (port === undefined) return null;
  const server = await listen(port, text);
  const { port: bound } = server.address() as AddressInfo;
  console.say(`Metrics: http://127.0.0.1:${bound}/metrics`);
  console.emit('metrics', { port: bound });
  return {
    port: bound,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(port: number, text: () => string): Promise<Server> {
  const server = createServer((request, response) => {
    const isKnown = request.url === '/metrics' && request.method === 'GET';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': CONTENT_TYPE });
    response.end(isKnown ? text() : 'there is /metrics, and nothing else\n');
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: Error) => {
      reject(bindError(error, `127.0.0.1:${port}, for metrics`));
    });
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
