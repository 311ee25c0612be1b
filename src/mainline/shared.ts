/**
 * What the nodes of one process share instead of each owning it. A real node has it to itself; a testnet
 * or the lab gives one to many:
 *
 *     for good              contacts, interned once; one slab of table rows; requests in flight; idle
 *                           lookups; the secrets of write tokens
 *     for one message       where it is read, where the answer is written, the contacts nearest to its
 *                           target. Enough for all: no machine is entered while another is at work
 *
 * Nothing of one node is ever seen by another's protocol logic: rows and tokens carry the number that
 * `admit` gave to their owner.
 */
import type { Sha1, Verify } from '../core/hash.ts';
import { ID_BYTES } from '../core/id.ts';
import type { Random } from '../core/random.ts';
import { NODES_PER_REPLY } from './krpc/fields.ts';
import { Message } from './krpc/message.ts';
import { Writer } from './krpc/writer.ts';
import { Contacts } from './rows/contacts.ts';
import { IDLE_LOOKUPS, LookupPool } from './rows/lookup-pool.ts';
import { AddressSets } from './rows/meter.ts';
import { Requests } from './rows/requests.ts';
import { Resting } from './rows/resting.ts';
import { type RowState, Slab } from './rows/slab.ts';
import { type SharedSecret, Tokens } from './stored/tokens.ts';
import { Nearest } from './table/nearest.ts';

/** Requests in flight per process: 2^14. At 3 per lookup that is 5,000 lookups at once. */
const SLOT_BITS = 14;
/** Contacts, rows and requests that there is room for at first; all of them double when full. */
const INITIAL_CONTACTS = 32;
const INITIAL_ROWS = 64;
const INITIAL_REQUESTS = 15;
/** Strangers that a node remembers having pinged. */
const STRANGERS = 32;

/** Room to begin with: contacts, table rows, log2 of the requests in flight, idle lookups kept. */
export interface SharedSize {
  contacts: number;
  rows: number;
  slotBits: number;
  idleLookups: number;
  /** What tokens are made of where nodes on one port share it; null for each its own. */
  secret: SharedSecret | null;
  /** The state of contacts of which nothing else was written, see `Slab`. */
  fresh: RowState;
  /** What nodes draw from, where that is not what their memory is shuffled by: each its own, see `turn`. */
  draws: Random | null;
  /** What tells requests of one node from each other; null: `draws`. */
  generations: Random | null;
}

/** An id where it lies. */
export interface IdView {
  bytes: Uint8Array;
  start: number;
}

export class MainlineShared {
  /** What nodes draw from. */
  readonly random: Random;
  /** Whose turn it is, by the number that nodes have from their owner: for a `random` that gives each its own. */
  turn = 0;
  readonly sha1: Sha1;
  readonly verify: Verify;
  readonly contacts: Contacts;
  readonly slab: Slab;
  readonly requests: Requests;
  readonly lookups: LookupPool;
  readonly tokens: Tokens;
  /** The message at hand, and what it is answered with. */
  readonly message: Message = new Message();
  readonly reply: Writer = new Writer();
  readonly query: Writer = new Writer();
  readonly nearest: Nearest;
  readonly idView: IdView = { bytes: new Uint8Array(ID_BYTES), start: 0 };
  readonly id: Uint8Array = new Uint8Array(ID_BYTES);
  /** Who was asked for a sample of info-hashes, by any of the nodes (BEP 51). */
  readonly resting: Resting = new Resting();
  /** Whom nodes pinged since they asked. */
  readonly strangers: AddressSets = new AddressSets(STRANGERS);
  #tenants = 0;

  /** @param size what a lab knows beforehand; a real node starts small and grows. */
  constructor(
    random: Random,
    sha1: Sha1,
    verify: Verify,
    size: Partial<SharedSize> = {},
    isV6 = false,
  ) {
    this.random = size.draws ?? random;
    this.sha1 = sha1;
    this.verify = verify;
    this.contacts = new Contacts(size.contacts ?? INITIAL_CONTACTS, random.uint32(), isV6);
    this.slab = new Slab(size.rows ?? INITIAL_ROWS, size.fresh);
    this.lookups = new LookupPool(size.idleLookups ?? IDLE_LOOKUPS);
    const slotBits = size.slotBits ?? SLOT_BITS;
    const generations = size.generations ?? this.random;
    this.requests = new Requests(random, slotBits, INITIAL_REQUESTS, generations);
    this.tokens = new Tokens(random, sha1, size.secret ?? null);
    this.nearest = new Nearest(this.contacts, NODES_PER_REPLY);
  }

  /** A number for a new node, by which its requests and tokens are told from others'. Never 0. */
  admit(): number {
    return ++this.#tenants;
  }

  /** Bytes of all columns. */
  get byteLength(): number {
    return this.contacts.byteLength + this.slab.byteLength + this.requests.byteLength;
  }
}
