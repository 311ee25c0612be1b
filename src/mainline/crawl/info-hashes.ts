/**
 * Info-hashes that a crawl was told of: each once, who said so first, and how many did. They lie in columns, so
 * that a million of them take 60 MB and not ten times that.
 *
 *     slots  │ 0 │ 7 │ 0 │ 3 │ …     open addressing by the first 32 bits, which are spread evenly:
 *     bytes  │ 20 B │ 20 B │ …       they are hashes
 */
import { grown } from '../../core/column.ts';
import { equalIds, ID_BYTES, prefixOf } from '../../core/id.ts';

const FIRST_ROWS = 1024;

export class InfoHashes {
  readonly #limit: number;
  readonly #secret: number;
  count = 0;
  /** Told of, and no place left. */
  unlisted = 0;
  bytes: Uint8Array = new Uint8Array(FIRST_ROWS * ID_BYTES);
  /** The node that told of it first, and how many told. */
  firstNodes: Uint32Array = new Uint32Array(FIRST_ROWS);
  tellers: Uint32Array = new Uint32Array(FIRST_ROWS);
  /** Rows, from 1 on; twice as many places as rows. */
  #slots: Uint32Array = new Uint32Array(2 * FIRST_ROWS);

  /** @param secret a random number of 32 bits. */
  constructor(limit: number, secret: number) {
    this.#limit = limit;
    this.#secret = secret;
  }

  add(bytes: Uint8Array, start: number, node: number, tellers = 1): void {
    let slot = this.#slotOf(bytes, start);
    const known = this.#slots[slot];
    if (known > 0) {
      this.tellers[known - 1] += tellers;
      return;
    }
    if (this.count >= this.#limit) {
      this.unlisted++;
      return;
    }
    if (this.count === this.firstNodes.length) {
      this.#grow();
      slot = this.#slotOf(bytes, start);
    }
    const row = this.count++;
    for (let i = 0; i < ID_BYTES; i++) this.bytes[row * ID_BYTES + i] = bytes[start + i];
    this.firstNodes[row] = node;
    this.tellers[row] = tellers;
    this.#slots[slot] = row + 1;
  }

  /** Where it is, or would be. */
  #slotOf(bytes: Uint8Array, start: number): number {
    const slots = this.#slots;
    const first = Math.imul(prefixOf(bytes, start) ^ this.#secret, 0x9e3779b1);
    const second = Math.imul(prefixOf(bytes, start + 8) ^ (first >>> 15), 0x85ebca6b);
    let slot = ((first ^ second ^ (second >>> 13)) >>> 0) % slots.length;
    while (slots[slot] > 0) {
      if (equalIds(this.bytes, (slots[slot] - 1) * ID_BYTES, bytes, start)) break;
      slot = (slot + 1) % slots.length;
    }
    return slot;
  }

  #grow(): void {
    const rows = this.count * 2;
    this.bytes = grown(this.bytes, rows * ID_BYTES);
    this.firstNodes = grown(this.firstNodes, rows);
    this.tellers = grown(this.tellers, rows);
    this.#slots = new Uint32Array(rows * 2);
    for (let row = 0; row < this.count; row++) {
      this.#slots[this.#slotOf(this.bytes, row * ID_BYTES)] = row + 1;
    }
  }
}
