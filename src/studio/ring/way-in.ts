/**
 * A client of a ring whose members are all elsewhere, for what outlives a round of the survey: it is opened
 * when it is first needed, by several members that are known by then, so that it outlives each of them.
 */
import { connectRing, type RingConnection, type Wire } from '../../ring.ts';

/** Members by which it enters. */
export const ENTRIES_MAX = 16;

export class WayIn {
  readonly #entries: () => Iterable<string>;
  readonly #wire: Wire | undefined;
  #client: Promise<RingConnection> | null = null;

  constructor(entries: () => Iterable<string>, wire: Wire | undefined) {
    this.#entries = entries;
    this.#wire = wire;
  }

  /** @throws DhtError when nobody is there; the next call tries again. */
  open(): Promise<RingConnection> {
    const entries = [...new Set(this.#entries())].slice(0, ENTRIES_MAX);
    this.#client ??= connectRing(entries, this.#wire && { wire: this.#wire }).catch((error) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    await client?.close();
  }
}
