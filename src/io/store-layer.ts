/**
 * A layer of writes that lie over a store: each the last word on its key, in the order of the keys.
 *
 *     over     b=2      d gone           what a reader sees:   a=1  b=2  c=1
 *     under   a=1  b=1  c=1  d=1
 *
 * Layers lie over layers, the newest on top; a range is read through all of them at once, in one
 * pass, without copying any.
 */
import { compareIds } from '../core/id.ts';
import { OrderedRecords } from '../core/ordered.ts';

/** Marks a record as removed in a layer; told from an empty record by what it is, not what it holds. */
export const REMOVED: Uint8Array = new Uint8Array(0);

export class Layer {
  readonly records: OrderedRecords = new OrderedRecords();
  readonly facts: Map<string, Uint8Array> = new Map();
  /** Bytes of the records, without keys. */
  bytes = 0;
  /** `byteLength` of the store that has this layer and all below it. */
  sum = 0;

  get isEmpty(): boolean {
    return this.records.count === 0 && this.facts.size === 0;
  }

  /** Keeps `record` itself. */
  write(key: Uint8Array, start: number, record: Uint8Array): void {
    const before = this.records.put(key, start, record);
    this.bytes += record.length - (before?.length ?? 0);
  }

  /** Takes over all that `newer` has. */
  overlay(newer: Layer): void {
    newer.records.range(null, null, (key, record) => {
      this.write(key, 0, record);
      return true;
    });
    for (const [name, value] of newer.facts) this.facts.set(name, value);
    this.sum = newer.sum;
  }

  /** Takes over what `older` has and this has not. */
  underlay(older: Layer): void {
    if (this.isEmpty) this.sum = older.sum;
    older.records.range(null, null, (key, record) => {
      if (this.records.get(key, 0) === null) this.write(key, 0, record);
      return true;
    });
    for (const [name, value] of older.facts) {
      if (!this.facts.has(name)) this.facts.set(name, value);
    }
  }
}

/** Both are borrowed until the next row. */
export type Row = readonly [key: Uint8Array, record: Uint8Array];

/** Two ascending rows of records as one; where both have a key, `over` has the say. */
export function* merged(over: Iterable<Row>, under: Iterable<Row>): Generator<Row> {
  const others = under[Symbol.iterator]();
  try {
    let other = others.next();
    for (const row of over) {
      while (!other.done && compareIds(other.value[0], 0, row[0], 0) < 0) {
        yield other.value;
        other = others.next();
      }
      yield row;
      if (!other.done && compareIds(other.value[0], 0, row[0], 0) === 0) other = others.next();
    }
    for (; !other.done; other = others.next()) yield other.value;
  } finally {
    others.return?.();
  }
}
