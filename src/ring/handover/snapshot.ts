/**
 * A snapshot of an arc for class programs, who are told a count first and then get exactly as many
 * items: keys and values as they are at this moment, tombstones left out. It is all in memory while
 * it goes out; between our own nodes a sync walks the store instead.
 */
import type { Store } from '../../core/store.ts';
import type { ItemSource } from '../dialects/service.ts';
import { visitArc } from '../records/digests.ts';
import { isGone, valueAt } from '../records/record.ts';

export interface Item {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export function copyArc(store: Store, now: number, from: Uint8Array, to: Uint8Array): Item[] {
  const items: Item[] = [];
  visitArc(store, from, to, (key, record) => {
    if (isGone(record, now)) return true;
    const value = new Uint8Array(record.subarray(valueAt(record)));
    items.push({ key: new Uint8Array(key), value });
    return true;
  });
  return items;
}

/** Records to hand over, as items: values without versions, and no tombstones. */
export class Items implements ItemSource {
  readonly #items: readonly Item[];
  #at = -1;

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  get count(): number {
    return this.#items.length;
  }

  next(): boolean {
    return ++this.#at < this.#items.length;
  }

  get key(): Uint8Array {
    return this.#items[this.#at].key;
  }

  get value(): Uint8Array {
    return this.#items[this.#at].value;
  }
}
