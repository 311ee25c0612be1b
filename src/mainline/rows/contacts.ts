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
import {
  type Address,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  holdAddress,
  letGoOfAddress,
  readAddress,
  V6_BASE,
  writeAddress,
} from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { grown } from '../../core/column.ts';
import { equalIds, ID_BYTES } from '../../core/id.ts';
import { InternedKeys } from '../../core/interned.ts';

/** Bytes of compact node info (BEP 5 "Contact Encoding"). */
export const CONTACT_BYTES: number = ID_BYTES + COMPACT_ADDRESS_BYTES;

/** The same of IPv6 (BEP 32 `nodes6`). */
export const CONTACT6_BYTES: number = ID_BYTES + COMPACT_ADDRESS6_BYTES;

/** Row number of a contact; 0 is "none". */
export type Handle = number;

/** Who lives at an address, or 0. */
export type Directory = (address: Address) => Handle;

export class Contacts {
  readonly #keys: InternedKeys;
  #view: DataView;
  #references: Uint32Array;
  /** Addresses that have a contact, and how many ids each has shown. */
  readonly #addresses: InternedKeys;
  #idsAt: Uint32Array;
  /** Addresses that have shown more than one id. */
  #sharedAddresses = 0;
  readonly #key = new Uint8Array(CONTACT_BYTES);
  /** The contact that stands in `#key`, 0 when it was not looked for yet or is not stored. */
  #keyHandle = 0;
  #keyAddress: Address = -1;
  /** Handles up to this one are residents. */
  #lastResident: Handle = 0;
  #directory: Directory = () => 0;

  /** Are these contacts of IPv6? Then their six bytes are numbers of this process, and for no wire. */
  readonly isV6: boolean;
  /** What six bytes of an address leave out. */
  readonly #base: number;

  constructor(capacity: number, seed: number, isV6 = false) {
    this.isV6 = isV6;
    this.#base = isV6 ? V6_BASE : 0;
    this.#keys = new InternedKeys(CONTACT_BYTES, capacity, seed);
    this.#view = new DataView(this.#keys.keys.buffer);
    this.#references = new Uint32Array(capacity + 1);
    this.#addresses = new InternedKeys(COMPACT_ADDRESS_BYTES, capacity, seed);
    this.#idsAt = new Uint32Array(capacity + 1);
  }

  get count(): number {
    return this.#keys.count;
  }

  get byteLength(): number {
    return (
      this.#keys.byteLength +
      this.#references.byteLength +
      this.#addresses.byteLength +
      this.#idsAt.byteLength
    );
  }

  /** All contacts, 26 bytes each at handle * 26. Replaced when the store grows: read it anew. */
  get bytes(): Uint8Array {
    return this.#keys.keys;
  }

  /** The same bytes, to be read by words. */
  get view(): DataView {
    const { keys } = this.#keys;
    if (this.#view.buffer !== keys.buffer) this.#view = new DataView(keys.buffer);
    return this.#view;
  }

  /**
   * `directory` tells by arithmetic which resident lives at an address, so that they are found without
   * hashing: a lab knows its population. Called once, before anybody settles.
   */
  keepDirectory(directory: Directory): void {
    this.#directory = directory;
  }

  /** Makes a resident of a contact: it stays for good, and references to it are not counted. */
  settle(id: Uint8Array, start: number, address: Address): Handle {
    this.#writeKey(id, start, address);
    this.#lastResident = this.#keys.append(this.#key, 0);
    return this.#lastResident;
  }

  addressOf(handle: Handle): Address {
    return readAddress(this.#keys.keys, handle * CONTACT_BYTES + ID_BYTES) + this.#base;
  }

  find(id: Uint8Array, start: number, address: Address): Handle {
    const resident = this.#resident(id, start, address);
    if (resident !== 0) return resident;
    this.#writeKey(id, start, address);
    if (this.#keyHandle === 0) this.#keyHandle = this.#keys.find(this.#key, 0);
    return this.#keyHandle;
  }

  /** The handle of a contact, with one more reference to it. */
  retain(id: Uint8Array, start: number, address: Address): Handle {
    const resident = this.#resident(id, start, address);
    if (resident !== 0) return resident;
    this.#writeKey(id, start, address);
    const handle = this.#keyHandle || this.#keys.intern(this.#key, 0);
    this.#keyHandle = handle;
    if (handle >= this.#references.length) {
      this.#references = grown(this.#references, Math.max(handle + 1, this.#references.length * 2));
    }
    if (this.#references[handle] === 0) this.#countId(1);
    this.#references[handle]++;
    return handle;
  }

  retainHandle(handle: Handle): void {
    if (handle <= this.#lastResident && handle !== 0) return;
    assert(this.#references[handle] > 0, 'a retained handle is in use');
    this.#references[handle]++;
  }

  release(handle: Handle): void {
    if (handle <= this.#lastResident && handle !== 0) return;
    const references = this.#references[handle];
    assert(references > 0, 'a released handle is in use');
    this.#references[handle] = references - 1;
    if (references > 1) return;
    const start = handle * CONTACT_BYTES;
    this.#key.set(this.#keys.keys.subarray(start, start + CONTACT_BYTES));
    this.#keyAddress = this.addressOf(handle);
    this.#keyHandle = 0;
    this.#countId(-1);
    this.#keys.remove(handle);
  }

  /**
   * Does anybody know this address under another id? Hardly ever, and then a table that has the
   * address need not be searched for it.
   */
  hasOtherIdAt(id: Uint8Array, start: number, address: Address): boolean {
    const isKnown = this.find(id, start, address) !== 0;
    if (isKnown && this.#sharedAddresses === 0) return false;
    this.#writeKey(id, start, address);
    const row = this.#addresses.find(this.#key, ID_BYTES);
    const ids = this.#residentsAt(address) + (row === 0 ? 0 : this.#idsAt[row]);
    return ids > (isKnown ? 1 : 0);
  }

  /** How many there are; 1 for a resident, however many there are. */
  referencesTo(handle: Handle): number {
    return handle <= this.#lastResident && handle !== 0 ? 1 : this.#references[handle];
  }

  #resident(id: Uint8Array, start: number, address: Address): Handle {
    if (this.#lastResident === 0) return 0;
    const handle = this.#directory(address);
    if (handle === 0) return 0;
    return equalIds(this.#keys.keys, handle * CONTACT_BYTES, id, start) ? handle : 0;
  }

  /** 1 where a resident lives, whose id is not counted among those that its address has shown. */
  #residentsAt(address: Address): number {
    return this.#lastResident !== 0 && this.#directory(address) !== 0 ? 1 : 0;
  }

  /** One id more or less at the address that stands in `#key`. */
  #countId(change: 1 | -1): void {
    const row = this.#addresses.intern(this.#key, ID_BYTES);
    if (row >= this.#idsAt.length) this.#idsAt = grown(this.#idsAt, this.#idsAt.length * 2);
    const ids = this.#idsAt[row] + change;
    this.#idsAt[row] = ids;
    if (this.isV6) this.#hold(ids, change);
    const shown = ids + this.#residentsAt(this.#keyAddress);
    if (change === 1 && shown === 2) this.#sharedAddresses++;
    if (change === -1 && shown === 1) this.#sharedAddresses--;
    if (ids === 0) this.#addresses.remove(row);
  }

  /** An address of which there is a contact keeps its number. */
  #hold(ids: number, change: 1 | -1): void {
    const address = readAddress(this.#key, ID_BYTES) + this.#base;
    if (change === 1 && ids === 1) holdAddress(address);
    if (change === -1 && ids === 0) letGoOfAddress(address);
  }

  /** One message asks for one contact up to four times: an equal key keeps what was found. */
  #writeKey(id: Uint8Array, start: number, address: Address): void {
    const key = this.#key;
    let difference = 0;
    for (let i = 0; i < ID_BYTES; i++) {
      const byte = id[start + i];
      difference |= byte ^ key[i];
      key[i] = byte;
    }
    if (difference === 0 && address === this.#keyAddress) return;
    writeAddress(key, ID_BYTES, address);
    this.#keyAddress = address;
    this.#keyHandle = 0;
  }
}
