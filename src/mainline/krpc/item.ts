/**
 * An item of BEP 44: a bencoded value, kept by nodes close to its target for anybody to read.
 *
 *     immutable   target = SHA-1(value)            nobody can change it
 *     mutable     target = SHA-1(key ‖ salt)       whoever has the private key signs a newer one:
 *
 *                 4:salt6:foobar 3:seqi4e 1:v12:Hello World!      what is signed, without the spaces
 *                 └ only if there is a salt
 *
 * The signature covers no target and no node: anyone who has an item can publish it again.
 */
import type { Sha1, Verify } from '../../core/hash.ts';
import { ID_BYTES } from '../../core/id.ts';
import { ascii } from './bencode.ts';
import { WRONG_TYPE } from './fields.ts';
import type { Message } from './message.ts';
import { copied } from './reading.ts';
import { integerAt, KEY_BYTES, SIGNATURE_BYTES } from './storage-fields.ts';

/** BEP 44: bytes of a bencoded value. */
export const VALUE_BYTES_MAX = 1000;
export const SALT_BYTES_MAX = 64;
/** BEP 44 knows 64-bit numbers; negative ones mean nothing. */
export const SEQ_MAX: bigint = 0x7fff_ffff_ffff_ffffn;

export interface Item {
  /** Bencoded, canonical. */
  value: Uint8Array;
  /** Public key (Ed25519); null for an immutable item, whose other fields mean nothing. */
  key: Uint8Array | null;
  /** Empty is none. */
  salt: Uint8Array;
  /** 0..2^63-1; the highest is the newest. */
  seq: bigint;
  signature: Uint8Array | null;
}

const NONE = new Uint8Array(0);

export function immutableItem(value: Uint8Array): Item {
  return { value, key: null, salt: NONE, seq: 0n, signature: null };
}

/** What the signature of a mutable item is made over. */
export function signedBytes(salt: Uint8Array, seq: bigint, value: Uint8Array): Uint8Array {
  const head = salt.length > 0 ? [ascii(`4:salt${salt.length}:`), salt] : [];
  return joined(...head, ascii(`3:seqi${seq}e1:v`), value);
}

/** Where an item belongs. */
export function targetOf(item: Item, sha1: Sha1): Uint8Array {
  return item.key ? mutableTarget(item.key, item.salt, sha1) : sha1(item.value);
}

export function mutableTarget(key: Uint8Array, salt: Uint8Array, sha1: Sha1): Uint8Array {
  return sha1(joined(key, salt));
}

export function isSignedRightly(item: Item, verify: Verify): boolean {
  if (!item.key || !item.signature) return false;
  return verify(item.signature, signedBytes(item.salt, item.seq, item.value), item.key);
}

/**
 * The item in a reply, as a copy; null when there is none or a field of it is not what it should be. A
 * reply does not carry the salt: whoever asked knows it.
 */
export function itemOfReply(message: Message, salt: Uint8Array): Item | null {
  const { bytes, storage } = message;
  const { valueStart, valueEnd, keyStart, signatureStart, seqStart, seqLength } = storage;
  if (valueStart === 0 || valueEnd - valueStart > VALUE_BYTES_MAX) return null;
  const value = copied(bytes, valueStart, valueEnd);
  if (keyStart === 0) return immutableItem(value);
  const seq = integerAt(bytes, seqStart, seqLength);
  if (keyStart === WRONG_TYPE || signatureStart <= 0 || !isSeq(seq)) return null;
  const key = copied(bytes, keyStart, keyStart + KEY_BYTES);
  const signature = copied(bytes, signatureStart, signatureStart + SIGNATURE_BYTES);
  return { value, key, salt, seq, signature };
}

export function isSeq(seq: bigint | null | undefined): seq is bigint {
  return typeof seq === 'bigint' && seq >= 0n && seq <= SEQ_MAX;
}

/** Is it the item that belongs under the target, and genuine? Hashing comes first: it is cheap. */
export function isGenuine(item: Item, target: Uint8Array, sha1: Sha1, verify: Verify): boolean {
  const own = targetOf(item, sha1);
  for (let i = 0; i < ID_BYTES; i++) if (own[i] !== target[i]) return false;
  return item.key === null || isSignedRightly(item, verify);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function joined(...pieces: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
