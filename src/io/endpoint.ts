/**
 * Endpoints as people write them: `host:port`, or `ip@host:port` where the ip is a hint to be used
 * beside whatever the name resolves to.
 */
import { lookup } from 'node:dns/promises';
import { type Address, addressOf, parseIp } from '../core/address.ts';
import { shown, wholeNumber } from '../core/argument.ts';
import { DhtError } from './errors.ts';

/** A host as text and a port. */
export interface Endpoint {
  host: string;
  port: number;
}

interface Parsed extends Endpoint {
  hint: number; // an IP, or -1
}

/** @throws TypeError or RangeError when the text is no endpoint. */
export function parseEndpoint(value: string | Endpoint, name: string): Parsed {
  if (typeof value === 'object' && value !== null && typeof value.host === 'string') {
    return { host: value.host, port: wholeNumber(value.port, `${name}.port`, 1, 65535), hint: -1 };
  }
  const match = typeof value === 'string' && /^(?:([\d.]+)@)?([^@:\s/]+):(\d{1,5})$/.exec(value);
  if (!match) throw new TypeError(`"${name}" expected HOST:PORT, got ${shown(value)}`);
  const hint = match[1] === undefined ? -1 : parseIp(match[1]);
  const port = wholeNumber(Number(match[3]), `${name} port`, 1, 65535);
  if (match[1] !== undefined && hint < 0) {
    throw new TypeError(`"${name}" expected IP@HOST:PORT, got ${shown(value)}`);
  }
  return { host: match[2]!, port, hint };
}

/** @throws DhtError UNKNOWN_HOST; TypeError or RangeError for what is no endpoint. */
export async function resolveEndpoint(value: string | Endpoint, name: string): Promise<Address> {
  const { host, port } = parseEndpoint(value, name);
  return addressOf(await resolveHost(host), port);
}

/** The IPv4 address of a host name or dotted quad. @throws DhtError UNKNOWN_HOST. */
export async function resolveHost(host: string): Promise<number> {
  const ip = parseIp(host);
  if (ip >= 0) return ip;
  const unknown = (cause?: unknown): DhtError =>
    new DhtError('UNKNOWN_HOST', `no IPv4 address is known for "${host}"`, { cause });
  const found = await lookup(host, { family: 4 }).catch((cause) => {
    throw unknown(cause);
  });
  // What is written as an IPv6 address comes back as it is, whatever family was asked for.
  if (found.family !== 4) throw unknown();
  return parseIp(found.address);
}
