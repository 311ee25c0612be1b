/**
 * Announces of a client's own that it keeps (option `host`): its own look-ups find them, and it hands them
 * out, though no other node may have taken them.
 */
import { addressOf, parseIp } from '../../core/address.ts';
import { formatId } from '../../core/id.ts';
import type { Endpoint } from '../../io/endpoint.ts';

/** Info-hashes that are kept at most, as of BEP 5's peer store; the oldest go. */
export const OWN_HASHES_LIMIT = 4000;
/** Compact peers, 6 bytes each, that a reply of ours is given. */
const HANDED_OUT = 20;

export class OwnPeers {
  readonly #ageMs: number;
  readonly #now: () => number;
  readonly #hashes = new Map<string, Map<string, { peer: Endpoint; atMs: number }>>();

  constructor(ageMs: number, now: () => number = () => performance.now()) {
    this.#ageMs = ageMs;
    this.#now = now;
  }

  add(infoHash: Uint8Array, peer: Endpoint): void {
    const name = formatId(infoHash);
    const peers = this.#hashes.get(name) ?? new Map();
    this.#hashes.delete(name);
    this.#hashes.set(name, peers);
    peers.set(`${peer.host}:${peer.port}`, { peer, atMs: this.#now() });
    if (this.#hashes.size > OWN_HASHES_LIMIT) {
      const [oldest] = this.#hashes.keys();
      this.#hashes.delete(oldest!);
    }
  }

  of(infoHash: Uint8Array): Endpoint[] {
    const peers = [...(this.#hashes.get(formatId(infoHash))?.values() ?? [])];
    return peers.filter(({ atMs }) => atMs + this.#ageMs > this.#now()).map(({ peer }) => peer);
  }

  /** Those with an IPv4 address, as a reply says them. */
  compact(infoHash: Uint8Array): Uint8Array[] {
    if (this.#hashes.size === 0) return [];
    return this.of(infoHash)
      .filter(({ host }) => parseIp(host) >= 0)
      .slice(0, HANDED_OUT)
      .map(({ host, port }) => {
        const bytes = Buffer.alloc(6);
        bytes.writeUIntBE(addressOf(parseIp(host), port), 0, 6);
        return new Uint8Array(bytes);
      });
  }
}
