/**
 * Values of BEP 44 as npm's bittorrent-dht has them: `v` as it was before it was bencoded, `seq` a number
 * where it fits into one; and those that a client keeps beside its node's own store, for `get` without a
 * look at the network and for `toJSON`: what it put itself and what others have put to it, the latest so many.
 */
import { shown } from '../../core/argument.ts';
import { ID_BYTES } from '../../core/id.ts';
import { sha1 } from '../../io/entropy.ts';
import { type Bencoded, decode, type Encodable, encode } from '../../mainline/krpc/bencode.ts';
import {
  immutableItem,
  mutableTarget,
  SALT_BYTES_MAX,
  signedBytes,
  targetOf,
  VALUE_BYTES_MAX,
} from '../../mainline/krpc/item.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../../mainline/krpc/storage-fields.ts';
import type { StoredItem } from '../mainline/item-results.ts';
import { type Bytes, bytesFrom } from './nodes.ts';

/** What a program puts. */
export interface PutOptions {
  /** At most 1000 bytes when bencoded. */
  v: Encodable;
  /** Public key: makes the value mutable. */
  k?: Uint8Array;
  seq?: number | bigint;
  cas?: number;
  salt?: string | Uint8Array;
  /** Signs for the key, or the signature itself. */
  sign?: (message: Bytes) => Uint8Array;
  sig?: Uint8Array;
}

/** What a program gets; `put` takes it as it is. */
export interface Value {
  v: unknown;
  /** Who put it here; absent for what came from the network. */
  id?: Bytes;
  k?: Bytes;
  sig?: Bytes;
  salt?: Bytes;
  seq?: number | bigint;
}

/** @throws Error that says what is wrong, at once. */
export function checkPut(options: PutOptions): void {
  const { v, k, seq, cas, salt, sign, sig } = options;
  if (v === undefined) throw new Error('"v" expected a value, got none');
  const { length } = encode(v);
  if (length > VALUE_BYTES_MAX) {
    throw new Error(`"v" expected at most ${VALUE_BYTES_MAX} bytes when bencoded, got ${length}`);
  }
  if (k === undefined) return;
  if (k.length !== KEY_BYTES) throw new Error(`"k" expected ${KEY_BYTES} bytes, got ${k.length}`);
  if (typeof sign !== 'function' && sig?.length !== SIGNATURE_BYTES) {
    throw new Error('a mutable value needs "sign", a function, or "sig", 64 bytes');
  }
  if (salt && salt.length > SALT_BYTES_MAX) {
    throw new Error(`"salt" expected at most ${SALT_BYTES_MAX} bytes, got ${salt.length}`);
  }
  if (!isWhole(seq)) throw new Error(`"seq" expected a whole number, got ${shown(seq)}`);
  if (cas !== undefined && !isWhole(cas)) {
    throw new Error(`"cas" expected a whole number, got ${shown(cas)}`);
  }
}

const isWhole = (value: unknown): boolean =>
  typeof value === 'bigint' || Number.isSafeInteger(value);

/** Where a value belongs. */
export function keyOf({ v, k, salt }: PutOptions): Uint8Array {
  if (!k) return targetOf(immutableItem(encode(v)), sha1);
  return mutableTarget(k, saltFrom(salt), sha1);
}

export function saltFrom(salt: string | Uint8Array | undefined): Uint8Array {
  return typeof salt === 'string' ? Buffer.from(salt) : (salt ?? new Uint8Array(0));
}

export function valueFrom(item: StoredItem): Value {
  const { key, salt, seq, signature } = item;
  const value: Value = { v: plain(item.value) };
  if (key === null) return value;
  value.k = bytesFrom(Buffer.from(key, 'hex'));
  value.seq = seq! <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seq) : seq!;
  value.sig = bytesFrom(signature!);
  if (salt.length > 0) value.salt = bytesFrom(salt);
  return value;
}

/** Signs a put: its program is asked once, whether the value is kept here, sent out, or both. */
export function signerOf({ sign, sig }: PutOptions): (message: Uint8Array) => Uint8Array {
  let signature = sign === undefined ? sig : undefined;
  return (message) => {
    signature ??= sign!(bytesFrom(message));
    return signature;
  };
}

/** A mutable value as its owner signs it. */
export function signedValue({ v, k, seq, salt, sign, sig }: PutOptions): Value {
  const raw = encode(v);
  const own = saltFrom(salt);
  const signature = sign ? sign(bytesFrom(signedBytes(own, BigInt(seq!), raw))) : sig!;
  const value: Value = { v: plain(decode(raw)), k: bytesFrom(k!), sig: bytesFrom(signature) };
  return { ...value, seq: seq!, ...(own.length > 0 && { salt: bytesFrom(own) }) };
}

/** Text is a Buffer, as programs expect. */
export function plain(value: Bencoded): unknown {
  if (value instanceof Uint8Array) return bytesFrom(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

/** A put that our node has taken, as its message says it. */
export function valueOfPut(raw: Uint8Array): { key: Uint8Array; value: Value } {
  const { a } = decode(raw) as unknown as { a: Record<string, Bencoded> };
  const { v, k, salt, seq, sig, id } = a as Record<string, Uint8Array>;
  const value: Value = { v: plain(v!), id: bytesFrom(id!) };
  if (!k) return { key: keyOf({ v: v! }), value };
  value.k = bytesFrom(k);
  value.sig = bytesFrom(sig!);
  value.seq = seq as unknown as number | bigint;
  if (salt && salt.length > 0) value.salt = bytesFrom(salt);
  return { key: keyOf({ v: v!, k, ...(salt && { salt }) }), value };
}

/** The latest so many, by key. */
export class Values {
  readonly #limit: number;
  readonly #values = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: Uint8Array): Value | null {
    return this.#values.get(hexOf(key)) ?? null;
  }

  set(key: Uint8Array, value: Value): void {
    const name = hexOf(key);
    this.#values.delete(name);
    this.#values.set(name, value);
    if (this.#values.size > this.#limit) {
      const [oldest] = this.#values.keys();
      this.#values.delete(oldest!);
    }
  }

  /** By key, bytes in hexadecimal digits. */
  toJSON(): Record<string, Record<string, unknown>> {
    const all: Record<string, Record<string, unknown>> = {};
    for (const [key, { v, id, k, sig, seq }] of this.#values) {
      const value: Record<string, unknown> = { v: text(v), id: text(id) };
      if (seq !== undefined) value.seq = seq;
      if (sig) value.sig = text(sig);
      if (k) value.k = text(k);
      all[key] = value;
    }
    return all;
  }
}

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, ID_BYTES).toString('hex');

function text(value: unknown): unknown {
  return value instanceof Uint8Array ? bytesFrom(value).toString('hex') : value;
}
