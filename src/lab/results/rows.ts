/**
 * Rows of a table, collected while the world runs: each column is a typed array that doubles when it
 * is full, a text is stored once and known by its number.
 *
 *     lookup      ┌ 1 ┬ 2 ┬ 3 ┬ …    4 bytes a row
 *     latency_ms  │ 8 │ 6 │ 8 │ …    8 bytes, NaN is null
 *     kind        │ 0 │ 0 │ 1 │ …    4 bytes, and the texts ["find_node", "get_peers"]
 *     target…     │ …   …   …        8 bytes in two words
 */
import { assert } from '../../core/assert.ts';
import { grown } from '../../core/column.ts';
import { type Cell, type ColumnDefinition, columnsOf, type Row, type TableName } from './tables.ts';

/** Rows that a table has room for at first. */
const FIRST_ROWS = 64;
const INT32_END = 2 ** 31;

export class Rows<T extends TableName> {
  count = 0;
  readonly #columns: GrowingColumn[];

  constructor(table: T) {
    this.#columns = columnsOf(table)
      .filter(([name]) => name !== 'run_id')
      .map(([name, definition]) => new GrowingColumn(name, definition));
  }

  /** Bytes of all columns, texts apart. */
  get byteLength(): number {
    return this.#columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Adds a row; its number, from 0. */
  add(row: Row<T>): number {
    const at = this.count++;
    const cells = row as Record<string, Cell>;
    for (const column of this.#columns) column.set(at, cells[column.name]);
    return at;
  }

  set(row: number, column: keyof Row<T> & string, cell: Cell): void {
    this.#column(column).set(row, cell);
  }

  at(row: number, column: keyof Row<T> & string): Cell {
    return this.#column(column).at(row);
  }

  /** Keeps every second row, beginning with the first. */
  halve(): void {
    const kept = Math.ceil(this.count / 2);
    for (const column of this.#columns) {
      for (let row = 1; row < kept; row++) column.set(row, column.at(row * 2));
    }
    this.count = kept;
  }

  /** How each column is read, for `tableOf`. */
  get readers(): { [C in keyof Row<T>]: (row: number) => Cell } {
    const readers = this.#columns.map((column) => [column.name, (row: number) => column.at(row)]);
    return Object.fromEntries(readers) as { [C in keyof Row<T>]: (row: number) => Cell };
  }

  #column(name: string): GrowingColumn {
    return this.#columns.find((column) => column.name === name)!;
  }
}

class GrowingColumn {
  readonly name: string;
  readonly #definition: ColumnDefinition;
  #values: Uint8Array | Uint32Array | Float64Array;
  readonly #texts: string[] = [];
  readonly #codes = new Map<string, number>();

  constructor(name: string, definition: ColumnDefinition) {
    this.name = name;
    this.#definition = definition;
    const { type } = definition;
    if (type === 'boolean') this.#values = new Uint8Array(FIRST_ROWS);
    else if (type === 'uint64') this.#values = new Uint32Array(FIRST_ROWS * 2);
    else if (type === 'int32' || type === 'string') this.#values = new Uint32Array(FIRST_ROWS);
    else this.#values = new Float64Array(FIRST_ROWS);
  }

  get byteLength(): number {
    return this.#values.byteLength;
  }

  set(row: number, cell: Cell): void {
    const { type, nullable } = this.#definition;
    if ((row + 1) * (type === 'uint64' ? 2 : 1) > this.#values.length) {
      this.#values = grown(this.#values, this.#values.length * 2);
    }
    if (typeof cell === 'bigint') {
      this.#values[row * 2] = Number(cell >> 32n);
      this.#values[row * 2 + 1] = Number(cell & 0xffffffffn);
    } else if (typeof cell === 'string') {
      this.#values[row] = this.#codeOf(cell);
    } else if (cell === null) {
      if (nullable !== true) assert(false, `${this.name} is never null`);
      this.#values[row] = Number.NaN;
    } else {
      const isWhole = type !== 'int32' || (Number(cell) >= 0 && Number(cell) < INT32_END);
      if (!isWhole) assert(false, `${this.name} is a count below 2^31`);
      this.#values[row] = Number(cell);
    }
  }

  at(row: number): Cell {
    const value = this.#values[row];
    switch (this.#definition.type) {
      case 'boolean':
        return value === 1;
      case 'string':
        return this.#texts[value];
      case 'uint64':
        return (BigInt(this.#values[row * 2]) << 32n) | BigInt(this.#values[row * 2 + 1]);
      default:
        return Number.isNaN(value) ? null : value;
    }
  }

  #codeOf(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    this.#codes.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}
