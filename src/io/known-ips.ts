/** IPs as numbers and as text, both ways, remembered: dgram has them as text, and nobody else. */
import { formatIp, isIp6, parseIp, parseIp6 } from '../core/address.ts';

/** Translations remembered per direction. A full memory is emptied: that costs 0.1 µs per address. */
const REMEMBERED_IPS = 16_384;

export class KnownIps {
  readonly #ips = new Map<string, number>();
  readonly #hosts = new Map<number, string>();

  ipOf(host: string): number {
    // Of IPv6 the address book remembers; a zone ("%eth0") is nothing that others could use.
    if (host.includes(':')) return parseIp6(host.replace(/%.*$/, ''));
    const known = this.#ips.get(host);
    if (known !== undefined) return known;
    if (this.#ips.size >= REMEMBERED_IPS) this.#ips.clear();
    const ip = parseIp(host);
    this.#ips.set(host, ip);
    return ip;
  }

  hostOf(ip: number): string {
    if (isIp6(ip)) return formatIp(ip);
    const known = this.#hosts.get(ip);
    if (known !== undefined) return known;
    if (this.#hosts.size >= REMEMBERED_IPS) this.#hosts.clear();
    const host = formatIp(ip);
    this.#hosts.set(ip, host);
    return host;
  }
}

// Of the process, not of a socket: a thousand nodes in one process meet the same addresses.
export const knownIps: KnownIps = new KnownIps();
