/**
 * Listening: a server at one port, with or without certificates, which hands on whoever has connected. It is
 * there before the host whose streams these are, for a port may be taken.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { formatIp } from '../core/address.ts';
import { bindError } from './bind-error.ts';
import type { Tls } from './tls.ts';

/** Connections that the kernel completes while we are busy; Linux caps it at net.core.somaxconn. */
const BACKLOG = 1024;

/** Who hears of connections, which are not read from yet; nobody does before there is a host. */
export interface Accepting {
  accepted: ((socket: Socket, server: Server) => void) | null;
  turnedAway: (() => void) | null;
}

/** @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, NOT_PERMITTED, OUT_OF_DESCRIPTORS or SOCKET_FAILED. */
export function listen(
  ip: number,
  port: number,
  tls: Tls | null,
  accepting: Accepting,
): Promise<Server> {
  const accepted = (socket: Socket): void => accepting.accepted?.(socket, server);
  const server: Server =
    tls === null
      ? createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, accepted)
      : tls.server(accepted, () => accepting.turnedAway?.());
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(bindError(error, `${formatIp(ip)}:${port}`));
    });
    server.listen({ host: formatIp(ip), port, backlog: BACKLOG, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}
