/**
 * The ground that nodes of one process stand on: what they may share instead of each owning it.
 * Contacts are interned once, table rows lie in one slab, requests in flight in one set of columns,
 * finished lookups are used again. One real node is a ground with one tenant; a testnet or the lab
 * puts many on the same ground. Nothing here is ever seen by another node's protocol logic.
 */

import type { Random } from '../../core/random.ts';
import { Contacts } from './contacts.ts';
import { IDLE_LOOKUPS, LookupPool } from './lookup.ts';
import { Requests } from './requests.ts';
import { Slab } from './slab.ts';

/** Requests in flight per process: 2^14. At 3 per lookup that is 5,000 lookups at once. */
const SLOT_BITS = 14;
/** Contacts, rows and requests that a fresh ground has room for; all of them double when full. */
const INITIAL_CONTACTS = 32;
const INITIAL_ROWS = 64;
const INITIAL_REQUESTS = 15;

/** Room to begin with: contacts, table rows, log2 of the requests in flight, idle lookups kept. */
export interface GroundSize {
  contacts: number;
  rows: number;
  slotBits: number;
  idleLookups: number;
}

export class Ground {
  readonly random: Random;
  readonly contacts: Contacts;
  readonly slab: Slab;
  readonly requests: Requests;
  readonly lookups: LookupPool;
  #tenants = 0;

  /** @param size what a lab knows beforehand; a real node starts small and grows. */
  constructor(random: Random, size: Partial<GroundSize> = {}) {
    this.random = random;
    this.contacts = new Contacts(size.contacts ?? INITIAL_CONTACTS, random.uint32());
    this.slab = new Slab(size.rows ?? INITIAL_ROWS);
    this.lookups = new LookupPool(size.idleLookups ?? IDLE_LOOKUPS);
    this.requests = new Requests(random, size.slotBits ?? SLOT_BITS, INITIAL_REQUESTS);
  }

  /** A number for a new tenant, by which its requests are told from others'. Never 0. */
  admit(): number {
    return ++this.#tenants;
  }

  /** Bytes of all shared columns. */
  get byteLength(): number {
    return this.contacts.byteLength + this.slab.byteLength + this.requests.byteLength;
  }
}
