/**
 * Whom a client has told its program of, by info-hash: an announce, which is made again and again, tells of
 * new peers only. A lookup tells of all that it finds.
 */
import { formatId } from '../../core/id.ts';
import type { Endpoint } from '../../io/endpoint.ts';

/** Info-hashes and peers of each that are remembered at most; the oldest hashes go, later peers are told again. */
export const TOLD_HASHES_LIMIT = 1000;
const TOLD_PEERS_LIMIT = 2000;

export class ToldPeers {
  readonly #told = new Map<string, Set<string>>();

  /** Is it the first time that it is told? From now on it is not. */
  isNew(infoHash: Uint8Array, { host, port }: Endpoint): boolean {
    const name = formatId(infoHash);
    const told = this.#told.get(name) ?? this.#begin(name);
    const peer = `${host} ${port}`;
    if (told.has(peer)) return false;
    if (told.size < TOLD_PEERS_LIMIT) told.add(peer);
    return true;
  }

  /** @param infoHash 40 hexadecimal digits */
  forget(infoHash: string): void {
    this.#told.delete(infoHash.toLowerCase());
  }

  #begin(name: string): Set<string> {
    const told = new Set<string>();
    this.#told.set(name, told);
    if (this.#told.size > TOLD_HASHES_LIMIT) {
      const [oldest] = this.#told.keys();
      this.#told.delete(oldest!);
    }
    return told;
  }
}
