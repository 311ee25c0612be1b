/**
 * Contacts: who is who. A contact is a node id at an address, kept as the 26 bytes of BEP 5's
 * compact node info and known by its row, the *handle*:
 *
 *      handle * 26            + 20      + 24   + 26
 *     ┌──────────────────────┬─────────┬──────┐
 *     │ node id              │ ip      │ port │      handing a contact out = copying these bytes
 *     └──────────────────────┴─────────┴──────┘
 *
 * Routing tables, replacement caches and registers keep 4-byte handles and count their references
 * here; a contact nobody refers to is forgotten. All nodes of one process may share one `Contacts`:
 * a million nodes with 136 million table rows then hold each id and address once.
 */
import { type Address, COMPACT_ADDRESS_BYTES, readAddress, writeAddress } from './address.ts';
import { assert } from './assert.ts';
import { grown } from './column.ts';
import { ID_BYTES } from './id.ts';
import { InternedKeys } from './interned.ts';

/** Bytes of compact node info (BEP 5 "Contact Encoding"). */
export const CONTACT_BYTES: number = ID_BYTES + COMPACT_ADDRESS_BYTES;

/** Row number of a contact; 0 is "none". */
export type Handle = number;

export class Contacts {
  readonly #keys: InternedKeys;
  #references: Uint32Array;
  readonly #key = new Uint8Array(CONTACT_BYTES);

  constructor(capacity: number, seed: number) {
    this.#keys = new InternedKeys(CONTACT_BYTES, capacity, seed);
    this.#references = new Uint32Array(capacity + 1);
  }

  get count(): number {
    return this.#keys.count;
  }

  get byteLength(): number {
    return this.#keys.byteLength + this.#references.byteLength;
  }

  /** All contacts, 26 bytes each at handle * 26. Replaced when the store grows: read it anew. */
  get bytes(): Uint8Array {
    return this.#keys.keys;
  }

  addressOf(handle: Handle): Address {
    return readAddress(this.#keys.keys, handle * CONTACT_BYTES + ID_BYTES);
  }

  find(id: Uint8Array, start: number, address: Address): Handle {
    this.#writeKey(id, start, address);
    return this.#keys.find(this.#key, 0);
  }

  /** The handle of a contact, with one more reference to it. */
  retain(id: Uint8Array, start: number, address: Address): Handle {
    this.#writeKey(id, start, address);
    const handle = this.#keys.intern(this.#key, 0);
    if (handle >= this.#references.length) {
      this.#references = grown(this.#references, this.#references.length * 2);
    }
    this.#references[handle] = this.#references[handle]! + 1;
    return handle;
  }

  retainHandle(handle: Handle): void {
    assert(this.#references[handle]! > 0, 'a retained handle is in use');
    this.#references[handle] = this.#references[handle]! + 1;
  }

  release(handle: Handle): void {
    const references = this.#references[handle]!;
    assert(references > 0, 'a released handle is in use');
    this.#references[handle] = references - 1;
    if (references === 1) this.#keys.remove(handle);
  }

  referencesTo(handle: Handle): number {
    return this.#references[handle]!;
  }

  #writeKey(id: Uint8Array, start: number, address: Address): void {
    for (let i = 0; i < ID_BYTES; i++) this.#key[i] = id[start + i]!;
    writeAddress(this.#key, ID_BYTES, address);
  }
}
