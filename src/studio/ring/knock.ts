/**
 * What can be known of a process that did not answer, by knocking at its port: the system takes connections
 * for a process that stands still, and refuses them where none is.
 *
 *     knock ─┬─ taken      silent      it is there: it stands still, hangs, or its answers are lost
 *            ├─ refused    gone        nobody is there
 *            └─ nothing    cut off     between here and there nothing goes, or the machine itself is gone
 */
import { createConnection } from 'node:net';
import type { Silence } from '../../scene.ts';
import { portOf } from '../live/hands.ts';

export type Found = Silence['how'] | 'gone';

/** How long a connection may take: on a network that a ring lives in, not nearly so long. */
const KNOCK_MS = 1000;

/** @param address `IP:port` */
export function knock(address: string, timeoutMs: number = KNOCK_MS): Promise<Found> {
  return new Promise((resolve) => {
    const host = address.slice(0, address.lastIndexOf(':'));
    const socket = createConnection({ host, port: portOf(address), timeout: timeoutMs });
    const end = (found: Found): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once('connect', () => end('silent'));
    socket.once('timeout', () => end('cut off'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      end(code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'gone' : 'cut off');
    });
  });
}
