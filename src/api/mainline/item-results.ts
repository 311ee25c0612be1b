/**
 * What calls about items (BEP 44) are given and come to, and how a program's values become items of the
 * machine: checked, encoded, named.
 */
import { shown } from '../../core/argument.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import type { CallLimits } from '../../io/calls.ts';
import { sha1 } from '../../io/entropy.ts';
import { keyPairOf, SEED_BYTES } from '../../io/signatures.ts';
import { type Bencoded, decode, type Encodable, encode } from '../../mainline/krpc/bencode.ts';
import {
  type Item,
  mutableTarget,
  SALT_BYTES_MAX,
  SEQ_MAX,
  targetOf,
  VALUE_BYTES_MAX,
} from '../../mainline/krpc/item.ts';
import { KEY_BYTES } from '../../mainline/krpc/storage-fields.ts';
import type { NodeWrite } from '../../mainline/trace.ts';
import type { FindNodeResult } from './results.ts';
import type { TurnReport } from './turns.ts';

/** An item of BEP 44 as a program sees it. */
export interface StoredItem {
  /** 40 hexadecimal digits. */
  target: string;
  value: Bencoded;
  /** The value as it is stored, bencoded. */
  raw: Uint8Array;
  /** Public key, 64 hexadecimal digits; null for an immutable item. */
  key: string | null;
  salt: Uint8Array;
  /** The number of this version; null for an immutable item. */
  seq: bigint | null;
  signature: Uint8Array | null;
}

/** Where an item is: its target, or for a mutable one its public key and salt. */
export type ItemName =
  | string
  | Uint8Array
  | { key: string | Uint8Array; salt?: string | Uint8Array | undefined };

export interface GetOptions extends CallLimits {
  /** Only a version with a higher number is news. Default: any. */
  newerThan?: bigint | number;
  /** The salt of a mutable item that is named by its target. Default: none. */
  salt?: string | Uint8Array;
}

export interface GetResult extends FindNodeResult {
  /** The newest version that is genuine; null when nobody has one. */
  item: StoredItem | null;
  /** Nodes that gave it, or said they have it. */
  copies: number;
}

/** As of `put`, and how often; each turn takes the time it takes. */
export interface PutEveryOptions extends Omit<PutOptions, keyof CallLimits> {
  /** How often, in ms, 10 minutes to 2 hours. Default: an hour. */
  everyMs?: number;
}

export type KeepOptions = Pick<PutEveryOptions, 'everyMs'>;

/** What one turn of an item that is kept alive came to. */
export interface PutReport extends TurnReport {
  /** The version that is kept; null until one was put. */
  item: StoredItem | null;
  /** Nodes that took it, and those that refused or said nothing. */
  stored: number;
  failed: number;
  /** Nodes that had it already: where enough have, it is put to nobody. */
  copies: number;
}

/** Whoever can sign. The secret key may be elsewhere. */
export interface Signer {
  /** 32 bytes, or 64 hexadecimal digits. */
  publicKey: string | Uint8Array;
  /** Ed25519, 64 bytes. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export interface PutOptions extends CallLimits {
  /** Makes the item mutable: 32 secret bytes (the seed of Ed25519), or 64 hexadecimal digits. */
  secretKey?: string | Uint8Array;
  /** The same for a key that is elsewhere. */
  signer?: Signer;
  /** Tells the items of one key apart: at most 64 bytes. Default: none. */
  salt?: string | Uint8Array;
  /** The number of this version. Default: one more than that of the newest found, 1 for the first. */
  seq?: bigint | number;
  /** Store it only where the version that is there has this number. Default: whatever is there. */
  cas?: bigint | number;
}

export interface PutResult extends FindNodeResult {
  target: string;
  /** Null for an immutable item. */
  seq: bigint | null;
  /** Nodes that stored it, and those that refused or said nothing. */
  stored: number;
  failed: number;
  /** What each of them did, and why. */
  writes: NodeWrite[];
  /** What was put, for `republish` and `keep`. */
  item: StoredItem;
}

export function storedItem(item: Item): StoredItem {
  const { value: raw, key, salt, signature } = item;
  return {
    target: formatId(targetOf(item, sha1)),
    value: decode(raw),
    raw,
    key: key && hexOf(key),
    salt,
    seq: key && item.seq,
    signature,
  };
}

/** The item as the machine has it. @throws TypeError for what is none. */
export function itemOf(stored: StoredItem): Item {
  const { raw, key, salt, seq, signature } = stored;
  if (!(raw instanceof Uint8Array) || !(salt instanceof Uint8Array)) {
    throw new TypeError(`"item" expected an item of get(), got ${shown(stored)}`);
  }
  return {
    value: raw,
    key: key === null ? null : bytesOf(key, 'item.key', KEY_BYTES),
    salt,
    seq: seq ?? 0n,
    signature,
  };
}

/**
 * The bencoded form of a value. @throws TypeError for what bencode cannot say, RangeError when it is
 * longer than 1000 bytes or nested deeper than readers go.
 */
export function encodedValue(value: Encodable): Uint8Array {
  const raw = encode(value);
  if (raw.length > VALUE_BYTES_MAX) {
    throw new RangeError(
      `"value" expected at most ${VALUE_BYTES_MAX} bytes when bencoded, got ${raw.length}`,
    );
  }
  try {
    decode(encode([[decode(raw) as Encodable]])); // as deep as it is in a message
  } catch {
    throw new RangeError('"value" expected nesting of at most 8, got more');
  }
  return raw;
}

/** Where a name leads: the target, and the salt that belongs to it. @throws TypeError or RangeError. */
export function placeOf(
  name: ItemName,
  salt: string | Uint8Array | undefined,
): { target: Uint8Array; salt: Uint8Array } {
  if (typeof name === 'string' || name instanceof Uint8Array) {
    return { target: bytesOf(name, 'target', ID_BYTES), salt: saltOf(salt) };
  }
  if (typeof name !== 'object' || name === null) {
    throw new TypeError(`"target" expected an id or { key, salt }, got ${shown(name)}`);
  }
  const key = bytesOf(name.key, 'key', KEY_BYTES);
  const own = saltOf(name.salt ?? salt);
  return { target: mutableTarget(key, own, sha1), salt: own };
}

export function saltOf(salt: string | Uint8Array | undefined): Uint8Array {
  const bytes =
    typeof salt === 'string' ? new TextEncoder().encode(salt) : (salt ?? new Uint8Array(0));
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`"salt" expected text or bytes, got ${shown(salt)}`);
  }
  if (bytes.length <= SALT_BYTES_MAX) return bytes;
  throw new RangeError(`"salt" expected at most ${SALT_BYTES_MAX} bytes, got ${bytes.length}`);
}

/** A number of 63 bits; null for none. @throws TypeError or RangeError. */
export function seqOf(value: bigint | number | undefined, name: string): bigint | null {
  if (value === undefined) return null;
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (!isWhole) throw new TypeError(`"${name}" expected a whole number, got ${shown(value)}`);
  const seq = BigInt(value);
  if (seq >= 0n && seq <= SEQ_MAX) return seq;
  throw new RangeError(`"${name}" expected a number in 0..${SEQ_MAX}, got ${value}`);
}

/** So many bytes, given as they are or in hexadecimal. @throws TypeError. */
export function bytesOf(value: unknown, name: string, length: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === length) return value.slice();
  if (typeof value === 'string' && value.length === 2 * length && /^[0-9a-f]*$/i.test(value)) {
    return Uint8Array.from({ length }, (_, i) =>
      Number.parseInt(value.slice(2 * i, 2 * i + 2), 16),
    );
  }
  throw new TypeError(
    `"${name}" expected ${length} bytes or ${2 * length} hexadecimal digits, got ${kindOf(value)}`,
  );
}

/** Not what it is: it may be a secret. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return `${value.length} characters`;
  return value instanceof Uint8Array ? `${value.length} bytes` : shown(value);
}

/** The public key of a secret one, 64 hexadecimal digits. @throws TypeError. */
export function publicKeyOf(secretKey: string | Uint8Array): string {
  return hexOf(keyPairOf(bytesOf(secretKey, 'secretKey', SEED_BYTES)).publicKey);
}

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte + 0x100).toString(16).slice(1);
  return text;
}
