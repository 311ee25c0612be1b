/**
 * Opening nodes on several addresses of a host: one after the other, so that what fails leaves nothing open;
 * then each is made known to one of the other family, where there is one.
 */
import { checkNames, shown } from '../../core/argument.ts';
import { literalIp } from '../../io/endpoint.ts';
import type { Mainline } from './mainline.ts';
import { Multihomed } from './multihomed.ts';
import { type MainlineOptions, openMainline } from './open.ts';
import { OPTION_NAMES } from './options.ts';
import type { Id } from './results.ts';

/** Addresses of one host at most. */
const HOSTS_LIMIT = 64;
/** What belongs to one node cannot belong to several. */
const OF_ONE_NODE = ['host', 'id', 'transport', 'shareWith'] as const;
const NAMES = [
  ...OPTION_NAMES.filter((name) => !(OF_ONE_NODE as readonly string[]).includes(name)),
  ...['hosts', 'ids'],
];

export interface MultihomedOptions extends Omit<MainlineOptions, (typeof OF_ONE_NODE)[number]> {
  /** IPv4 and IPv6 addresses of this host, each once; one of each is dual stack. */
  hosts: readonly string[];
  /** Ids of the nodes, in the order of `hosts`; one that is missing is random, and follows from its address. */
  ids?: readonly (Id | undefined)[];
  /** A file; each node has one of its own beside it, which ends in its address. */
  state?: string;
}

/** @throws TypeError or RangeError for a wrong option; as `openMainline`. */
export async function openMultihomed(options: MultihomedOptions): Promise<Multihomed> {
  checkNames(options, 'options', 'openMultihomed', NAMES);
  const { hosts, state, ids = [], ...common } = options;
  checkHosts(hosts);
  if (!Array.isArray(ids) || ids.length > hosts.length) {
    throw new TypeError(`"ids" expected a list of at most ${hosts.length}, got ${shown(ids)}`);
  }
  if (state !== undefined && typeof state !== 'string') {
    throw new TypeError(`"state" expected a file, got ${shown(state)}`);
  }
  const nodes: Mainline[] = [];
  try {
    for (const [i, host] of hosts.entries()) {
      const sharer = nodes.find((node) => isV6(node.host) === isV6(host));
      const own = state === undefined ? {} : { state: `${state}.${host.replaceAll(':', '-')}` };
      const shared = sharer === undefined ? {} : { shareWith: sharer };
      const id = ids[i] === undefined ? {} : { id: ids[i] };
      nodes.push(await openMainline({ ...common, ...own, ...shared, ...id, host }));
    }
  } catch (error) {
    await Promise.all(nodes.map((node) => node.close()));
    throw error;
  }
  introduce(nodes);
  return new Multihomed(nodes);
}

const isV6 = (host: string): boolean => host.includes(':');

/** @throws TypeError. */
function checkHosts(hosts: unknown): void {
  if (!Array.isArray(hosts) || hosts.length === 0 || hosts.length > HOSTS_LIMIT) {
    throw new TypeError(
      `"hosts" expected a list of 1 to ${HOSTS_LIMIT} addresses, got ${shown(hosts)}`,
    );
  }
  const seen = new Set<number>();
  for (const [i, host] of hosts.entries()) {
    const ip = typeof host === 'string' ? literalIp(host, isV6(host) ? 6 : 4) : -1;
    if (ip < 0) throw new TypeError(`"hosts[${i}]" expected an IP address, got ${shown(host)}`);
    // BEP 45: not two ports of one address.
    if (seen.has(ip))
      throw new TypeError(`"hosts[${i}]" expected another address, got ${host} again`);
    seen.add(ip);
  }
}

/** Each gets a sibling of the other family; where there are more of one, some have the same. */
function introduce(nodes: readonly Mainline[]): void {
  const v4 = nodes.filter(({ host }) => !isV6(host));
  const v6 = nodes.filter(({ host }) => isV6(host));
  for (const [these, those] of [
    [v4, v6],
    [v6, v4],
  ] as const) {
    if (those.length === 0) continue;
    for (const [i, node] of these.entries()) node.meet(those[i % those.length]!);
  }
}
