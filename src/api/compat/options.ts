/**
 * The options of npm's bittorrent-dht 11, and what they are to our nodes. Some say how its own insides
 * work (`concurrency`, `maxTables`): they are taken and change nothing. Some would put a part of the
 * program's own in place of one of ours (`hash`, `krpc`, `socket`): they are refused.
 */
import { shown, wholeNumber } from '../../core/argument.ts';
import { ID_BYTES, parseId } from '../../core/id.ts';
import type { Endpoint } from '../../io/endpoint.ts';
import { PUBLIC_ROUTERS } from '../../mainline/routers.ts';
import type { MainlineOptions } from '../mainline/open.ts';

/** Does the signature hold? Asked beside our own check, of what a `get` has found. */
export type VerifySignature = (
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
) => boolean;

type Entry = string | Endpoint;

export interface ClientOptions {
  /** 20 bytes, or 40 hexadecimal digits. Default: random. */
  nodeId?: string | Uint8Array;
  id?: string | Uint8Array;
  /** Whom to ask first. Default: the public network's routers; false: nobody. */
  bootstrap?: boolean | Entry | readonly Entry[];
  /** The same, and comes before it. */
  nodes?: Entry | readonly Entry[];
  /** Address of the local peer; its announces are then kept here, too. Default false. */
  host?: string | false;
  /** How long an announce is kept, in ms. Default: 45 minutes. */
  maxAge?: number;
  /** Peers that are kept at most. Default 100,000. */
  maxPeers?: number;
  /** Ports of one IP that are kept under one info-hash at most; ours. Default 8. */
  maxPeersPerIp?: number;
  /** Values that are kept at most. Default 1000. */
  maxValues?: number;
  /** After so many ms a request has failed. Default 6000. */
  timeout?: number;
  /** Contacts per bucket. Default 8. */
  k?: number;
  verify?: VerifySignature;
  /** Taken, and without effect. */
  concurrency?: number;
  backgroundConcurrency?: number;
  timeBucketOutdated?: number;
  maxTables?: number;
}

/** What a `setTimeout` can wait, ms: 24 days. */
const FOREVER_MS = 0x7fffffff;
const VALUES_DEFAULT = 1000;
/** Whoever runs several programs behind one address expects to find them all, as before. */
const PEERS_PER_IP_DEFAULT = 8;

const KNOWN = [
  'nodeId id bootstrap nodes host maxAge maxPeers maxPeersPerIp maxValues timeout k verify concurrency',
  'backgroundConcurrency timeBucketOutdated maxTables',
]
  .join(' ')
  .split(' ');
const OURS = ['hash', 'idLength', 'krpc', 'krpcSocket', 'socket', 'isIP'];

export interface Chosen {
  mainline: MainlineOptions & { bootstrap: readonly Entry[] };
  id: Uint8Array | null;
  host: string | null;
  announceAgeMs: number;
  values: number;
  verify: VerifySignature | null;
  /** Options that are none. */
  unknown: string[];
}

/** @throws TypeError or RangeError that names the option. */
export function chosenFrom(options: ClientOptions): Chosen {
  for (const name of OURS) {
    if ((options as Record<string, unknown>)[name] === undefined) continue;
    throw new TypeError(`"${name}" cannot be replaced: Ringlight has its own`);
  }
  const { host = false, verify = null } = options;
  if (host !== false && typeof host !== 'string') {
    throw new TypeError(`"host" expected an address or false, got ${shown(host)}`);
  }
  if (verify !== null && typeof verify !== 'function') {
    throw new TypeError(`"verify" expected a function, got ${shown(verify)}`);
  }
  const id = options.id ?? options.nodeId;
  const perIp = options.maxPeersPerIp ?? PEERS_PER_IP_DEFAULT;
  const peers = {
    ...limit('peers', options.maxPeers, 'maxPeers'),
    ...limit('perIpAndInfoHash', perIp, 'maxPeersPerIp'),
    ...age(options.maxAge),
  };
  return {
    mainline: {
      bootstrap: entriesFrom(options.nodes ?? options.bootstrap),
      peers,
      ...limit('timeoutMs', options.timeout, 'timeout'),
      ...limit('k', options.k, 'k'),
    },
    id: id === undefined || id === '' ? null : parseId(id, 'nodeId').slice(0, ID_BYTES),
    host: host || null,
    announceAgeMs: peers.ttlMs ?? FOREVER_MS,
    values: wholeNumber(options.maxValues ?? VALUES_DEFAULT, 'maxValues', 1, FOREVER_MS),
    verify,
    unknown: Object.keys(options).filter((name) => !KNOWN.includes(name)),
  };
}

function limit<Name extends string>(
  name: Name,
  value: number | undefined,
  theirs: string,
): { [key in Name]?: number } {
  if (value === undefined) return {};
  return { [name]: wholeNumber(value, theirs, 1, FOREVER_MS) } as { [key in Name]?: number };
}

/** None and Infinity are for ever. */
function age(maxAge: number | undefined): { ttlMs?: number } {
  if (maxAge === undefined) return {};
  if (maxAge === 0 || maxAge === Infinity) return { ttlMs: FOREVER_MS };
  return { ttlMs: wholeNumber(maxAge, 'maxAge', 1, FOREVER_MS) };
}

function entriesFrom(value: ClientOptions['bootstrap']): readonly Entry[] {
  if (value === false) return [];
  if (value === undefined || value === true) return PUBLIC_ROUTERS;
  return ([] as Entry[]).concat(value as Entry | Entry[]);
}
