/**
 * Endpoints as people write them: `host:port`, or `ip@host:port` where the ip is a hint to be used
 * beside whatever the name resolves to. An IPv6 address is written in brackets, `[::1]:6881`, as a hint, too.
 */
import { lookup } from 'node:dns/promises';
import { type Address, addressOf, parseIp, parseIp6 } from '../core/address.ts';
import { addressBook } from '../core/address-book.ts';
import { shown, wholeNumber } from '../core/argument.ts';
import { systemRandom } from './entropy.ts';
import { DhtError } from './errors.ts';

/** A host as text and a port. */
export interface Endpoint {
  host: string;
  port: number;
}

interface Parsed extends Endpoint {
  hint: number; // an IP of either family, or -1
}

/** Which addresses are meant: names have one of each, and a socket can send to one kind only. */
export type Family = 4 | 6;

/** @throws TypeError or RangeError when the text is no endpoint. */
export function parseEndpoint(value: string | Endpoint, name: string): Parsed {
  if (typeof value === 'object' && value !== null && typeof value.host === 'string') {
    return { host: value.host, port: wholeNumber(value.port, `${name}.port`, 1, 65535), hint: -1 };
  }
  const match = typeof value === 'string' && ENDPOINT.exec(value);
  if (!match) throw new TypeError(`"${name}" expected HOST:PORT, got ${shown(value)}`);
  const [, hint4, hint6, host6, plainHost, digits] = match;
  const hint = hint4 === undefined ? parseIp6(hint6 ?? '') : parseIp(hint4);
  const port = wholeNumber(Number(digits), `${name} port`, 1, 65535);
  if ((hint4 ?? hint6) !== undefined && hint < 0) {
    throw new TypeError(`"${name}" expected IP@HOST:PORT, got ${shown(value)}`);
  }
  const host = host6 ?? plainHost!;
  if (host6 !== undefined && parseIp6(host) < 0) {
    throw new TypeError(`"${name}" expected [IPV6]:PORT, got ${shown(value)}`);
  }
  return { host, port, hint };
}

/** A hint, an IPv6 address in brackets or any other host, a port. */
const ENDPOINT =
  /^(?:(?:([\d.]+)|\[([0-9a-f:.]+)\])@)?(?:\[([0-9a-f:.]+)\]|([^@:\s/[\]]+)):(\d{1,5})$/i;

/** @throws DhtError UNKNOWN_HOST; TypeError or RangeError for what is no endpoint. */
export async function resolveEndpoint(
  value: string | Endpoint,
  name: string,
  family: Family = 4,
): Promise<Address> {
  const { host, port } = parseEndpoint(value, name);
  return addressOf(await resolveHost(host, family), port);
}

/** The IP of a host name or an address in text, of one family. @throws DhtError UNKNOWN_HOST. */
export async function resolveHost(host: string, family: Family = 4): Promise<number> {
  const ip = literalIp(host, family);
  if (ip >= 0) return ip;
  const unknown = (cause?: unknown): DhtError =>
    new DhtError('UNKNOWN_HOST', `no IPv${family} address is known for "${host}"`, { cause });
  const found = await lookup(host, { family }).catch((cause) => {
    throw unknown(cause);
  });
  // What is written as an address of the other family comes back as it is.
  if (found.family !== family) throw unknown();
  return literalIp(found.address, family);
}

/**
 * The IP of a local interface to bind. The first IPv6 address gets its number here or later, so numbers
 * are spread by a seed that nobody outside knows.
 */
export function localIp(host: string): Promise<number> {
  addressBook.reseed(systemRandom.uint32());
  return resolveHost(host, host.includes(':') ? 6 : 4);
}

/** An IP written as such, of one family; -1 for anything else. */
export function literalIp(host: string, family: Family): number {
  return family === 4 ? parseIp(host) : parseIp6(host);
}
