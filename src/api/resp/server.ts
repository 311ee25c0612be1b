/**
 * The ring as Redis clients see it: a port at which every key of the ring can be read and written, whoever
 * owns it.
 *
 *     redis-cli ── RESP ──▶ session ── acts, queries ──▶ owners of the keys
 *
 * In a ring with a secret the password is that secret, or a key for clients that was made from it; the
 * connection then has the rights of that.
 */

import type { Clock } from '../../io/clock.ts';
import { epochClock } from '../../io/clock.ts';
import { listenService, type SocketService } from '../../io/socket-service.ts';
import type { Level } from '../../ring/settings.ts';
import { metricsText } from '../metrics.ts';
import type { RingAccess } from '../ring/access.ts';
import { passwordRights } from '../ring/entrance.ts';
import { KEY_COMMANDS } from './keys.ts';
import { RingKeys } from './keyspace.ts';
import { ClusterMembers } from './members.ts';
import { NUMBER_COMMANDS } from './numbers.ts';
import { REDIS_VERSION } from './serving.ts';
import { Session, type SessionWorld } from './session.ts';
import { STANDING } from './standing.ts';
import { STRING_COMMANDS } from './strings.ts';

/** Connections at a time. */
const RESP_CONNECTIONS_MAX = 10_000;

export interface RespOptions {
  /** Default `127.0.0.1`: nobody but this machine. */
  readonly host?: string;
  /** TCP port. Default 0: any free one. */
  readonly port?: number;
  /** The secret of the ring: without it everybody who reaches the port may read and write. */
  readonly secret?: string;
  /** How many copies a write waits for, and a read compares. Default `quorum`. */
  readonly level?: Level;
  readonly clock?: Clock;
}

export interface RespStats {
  /** Open now. */
  connections: number;
  connectionsAccepted: number;
}

/** An open port. Close it. */
export interface RespServer {
  readonly host: string;
  readonly port: number;
  /** Counters since this was opened. */
  readonly stats: RespStats;
  /** The numbers of `stats` in the text format of Prometheus. */
  metricsText(): string;
  /** Lets the process end although this is open. */
  unref(): RespServer;
  /** Keeps the process from ending until this is closed, as it is from the start. */
  ref(): RespServer;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A word may always be so long, however small the values are. */
const WORD_BYTES_LEAST: number = 1 << 16;

const TABLE = { ...STRING_COMMANDS, ...NUMBER_COMMANDS, ...KEY_COMMANDS };

/** @throws DhtError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, NOT_PERMITTED; RangeError for a wrong secret. */
export async function openResp(ring: RingAccess, options: RespOptions = {}): Promise<RespServer> {
  const { host = '127.0.0.1', port = 0, level = 'quorum', clock = epochClock } = options;
  const { secret } = options;
  // A wrong one is told now, not to the first client.
  if (secret !== undefined) passwordRights(secret, secret);
  const keys = new RingKeys(ring, level, clock);
  const startedMs = clock.now();
  let service: SocketService | null = null;
  let sessions = 0;
  let members: ClusterMembers | null = null;
  const world: SessionWorld = {
    keys,
    table: TABLE,
    standing: STANDING,
    wordBytesMax: Math.max(ring.valueBytesMax, WORD_BYTES_LEAST),
    isOpen: secret === undefined,
    rightsOf: (password) => (secret === undefined ? 'write' : passwordRights(secret, password)),
    members: async () => members?.all() ?? [],
    commands: () => COMMANDS,
    info: () =>
      infoText({
        port: service?.port ?? 0,
        connections: service?.connections ?? 0,
        uptimeMs: clock.now() - startedMs,
      }),
  };
  service = await listenService({
    host,
    port,
    connectionsMax: RESP_CONNECTIONS_MAX,
    open: (socket) => new Session(world, ++sessions, socket),
  });
  members = new ClusterMembers(ring, clock, host, service.port);
  return opened(host, service, members, () => sessions);
}

function opened(
  host: string,
  service: SocketService,
  members: ClusterMembers,
  accepted: () => number,
): RespServer {
  const { port } = service;
  const close = (): Promise<void> => {
    members.close();
    return service.close();
  };
  const server: RespServer = {
    host,
    port,
    get stats() {
      return { connections: service.connections, connectionsAccepted: accepted() };
    },
    metricsText: () => metricsText('resp', [{ stats: server.stats }]),
    unref() {
      service.hold(false);
      return server;
    },
    ref() {
      service.hold(true);
      return server;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return server;
}

const COMMANDS = [
  ...Object.entries(TABLE).map(
    ([name, { arity, isWrite, keys }]) => [name, arity, isWrite, keys] as const,
  ),
  ...Object.entries(STANDING).map(
    ([name, { arity, isWrite = false }]) => [name, arity, isWrite, null] as const,
  ),
];

function infoText(now: { port: number; connections: number; uptimeMs: number }): string {
  return [
    '# Server',
    `redis_version:${REDIS_VERSION}`,
    'redis_mode:standalone',
    `tcp_port:${now.port}`,
    `uptime_in_seconds:${Math.floor(now.uptimeMs / 1000)}`,
    '# Clients',
    `connected_clients:${now.connections}`,
    '# Persistence',
    'loading:0',
    '# Replication',
    'role:master',
    '# Cluster',
    'cluster_enabled:0',
    '',
  ].join('\r\n');
}
