/**
 * The items of a join or leave, one after the other: key, length, bytes, in every dialect alike.
 *
 *     ItemReader   key ─▶ length ─▶ value ─▶ key …   as often as was announced
 *     sendItems    as many as the peer's queue takes, the rest when it has drained
 *
 * A lying count costs nothing: nothing is reserved for items that have not come.
 */
import { Field, type FieldReader } from './field-reader.ts';
import type { Outflow } from './outflow.ts';
import type { ItemSource } from './service.ts';

/** What an item reader makes of a field that has become whole. */
export const Reading = { more: 0, item: 1, tooLong: 2 } as const;
export type Reading = (typeof Reading)[keyof typeof Reading];

export class ItemReader {
  readonly #reader: FieldReader;
  readonly #valueBytesMax: number;
  #next: Field = Field.key;
  /** Items that have not come yet. */
  left: number;

  constructor(reader: FieldReader, count: number, valueBytesMax: number) {
    this.#reader = reader;
    this.#valueBytesMax = valueBytesMax;
    this.left = count;
  }

  /** Begins the next item. Call it only while some are left. */
  begin(): void {
    this.#next = Field.key;
    this.#reader.want(Field.key);
  }

  /** The field that was wanted is whole. At `item` the reader has its key and its value. */
  advance(): Reading {
    if (this.#next === Field.key) {
      this.#next = Field.number;
      this.#reader.want(Field.number);
      return Reading.more;
    }
    if (this.#next === Field.number) {
      if (this.#reader.number > this.#valueBytesMax) return Reading.tooLong;
      this.#next = Field.value;
      this.#reader.wantValue(this.#reader.number);
      return Reading.more;
    }
    this.left--;
    return Reading.item;
  }
}

/** Sends up to `left` items; returns how many are left then, or -1 when the source ran out. */
export function sendItems(out: Outflow, items: ItemSource, left: number): number {
  while (left > 0 && !out.isFull && !out.isOverloaded) {
    if (!items.next()) return -1;
    out.key(items.key, 0);
    out.value(items.value, false);
    left--;
  }
  out.flush();
  return left;
}
