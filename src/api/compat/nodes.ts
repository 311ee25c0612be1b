/**
 * The nodes that a client knows: those of our routing table, which have answered, and those that its
 * program has named with their ids. The latter are listed at once, as programs expect, and pinged; who
 * does not answer, or is somebody else, goes again.
 *
 *     addNode({ id, host, port }) ── listed ── ping ─┬─ answers ── in the table
 *                                                    └─ nothing ── listed no more
 */
import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import { compareDistance, equalIds, formatId, ID_BYTES } from '../../core/id.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import { KBuckets } from '../../mainline/table/kbuckets.ts';
import { Offer, type TableFactory } from '../../mainline/table/table.ts';
import type { Mainline } from '../mainline/mainline.ts';

/** Bytes that are a Buffer, said without the types of Node.js. */
export type Bytes = Uint8Array & { toString(encoding?: string): string };

export interface ClientNode {
  id: Bytes;
  host: string;
  port: number;
}

/** Named nodes that are listed at most; the oldest go. A table of 8 per bucket holds about 160. */
export const NAMED_LIMIT = 1000;

export class Nodes {
  readonly #named = new Map<string, ClientNode>();
  #mainline: Mainline | null = null;
  #removeFromTable: ((id: Uint8Array) => void) | null = null;

  /** A table that says whom it takes in. */
  table(added: (node: ClientNode) => void): TableFactory {
    return (owner) => {
      const table = new WatchedTable(owner);
      table.added = (id, address) => {
        const isNews = !this.#named.delete(formatId(id));
        const node = { id: bytesFrom(id), host: formatIp(ipOf(address)), port: portOf(address) };
        if (isNews) added(node);
      };
      this.#removeFromTable = (id) => table.forget(id);
      return table;
    };
  }

  opened(mainline: Mainline): void {
    this.#mainline = mainline;
  }

  /** @internal False when it is known already. */
  name(node: ClientNode): boolean {
    const id = node.id.toString('hex');
    if (this.#named.has(id) || this.#mainline?.table.closest(node.id, 1)[0]?.id === id)
      return false;
    this.#named.set(id, node);
    if (this.#named.size > NAMED_LIMIT) {
      const [oldest] = this.#named.keys();
      this.#named.delete(oldest!);
    }
    return true;
  }

  /** Is it listed though it has not answered? */
  isNamed(id: Uint8Array): boolean {
    return this.#named.has(formatId(id));
  }

  /** @internal It is not there, or not who it should be. */
  unname(id: Uint8Array): void {
    this.#named.delete(formatId(id));
  }

  remove(id: Uint8Array): void {
    this.unname(id);
    this.#removeFromTable?.(id);
  }

  get(id: Uint8Array): ClientNode | null {
    const text = formatId(id);
    return this.toArray().find((node) => formatId(node.id) === text) ?? null;
  }

  count(): number {
    return (this.#mainline?.table.size ?? 0) + this.#named.size;
  }

  toArray(): ClientNode[] {
    const known = this.#mainline?.table.entries() ?? [];
    return [
      ...known.map(({ id, host, port }) => ({ id: bytesFrom(Buffer.from(id, 'hex')), host, port })),
      ...this.#named.values(),
    ];
  }

  /** The `limit` nodes closest to an id, closest first. */
  closest(id: Uint8Array, limit = Infinity): ClientNode[] {
    const nodes = this.toArray().sort((a, b) => compareDistance(a.id, 0, b.id, 0, id, 0));
    return nodes.slice(0, limit);
  }
}

class WatchedTable extends KBuckets {
  added: (id: Uint8Array, address: Address) => void = () => {};

  override answered(now: number, id: Uint8Array, start: number, address: Address): Offer {
    const offer = super.answered(now, id, start, address);
    if (offer === Offer.added) this.added(id.slice(start, start + ID_BYTES), address);
    return offer;
  }

  forget(id: Uint8Array): void {
    const { contacts } = this.shared;
    const handle = this.holder((other) => equalIds(contacts.bytes, other * CONTACT_BYTES, id, 0));
    if (handle !== 0) this.remove(this.bucketOfHandle(handle), this.rowOf(handle));
  }
}

export function bytesFrom(bytes: Uint8Array): Bytes {
  return Buffer.from(bytes) as unknown as Bytes;
}
