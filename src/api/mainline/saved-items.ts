/**
 * Items as plain data, for the state of a node: bytes in hexadecimal, numbers of 63 bits as text. What is
 * read back has to hold: a value that was damaged has another hash, or a signature that is wrong.
 */
import { parseId } from '../../core/id.ts';
import { sha1 } from '../../io/entropy.ts';
import { verify } from '../../io/signatures.ts';
import { type Item, isGenuine, SALT_BYTES_MAX, VALUE_BYTES_MAX } from '../../mainline/krpc/item.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../../mainline/krpc/storage-fields.ts';
import { bytesOf, hexOf, type StoredItem, seqOf, storedItem } from './item-results.ts';

/** An item that is kept alive, between two runs. All bytes are hexadecimal. */
export interface SavedItem {
  /** What it is found by. */
  target: string;
  /** The bencoded value. */
  value: string;
  /** The public key; null, like `seq` and `signature`, for an immutable item. */
  key: string | null;
  salt: string;
  seq: string | null;
  signature: string | null;
  everyMs: number;
}

export function savedItem(item: StoredItem, everyMs: number): SavedItem {
  const { target, raw, key, salt, seq, signature } = item;
  return {
    target,
    ...{ value: hexOf(raw), key, salt: hexOf(salt), seq: seq === null ? null : String(seq) },
    ...{ signature: signature && hexOf(signature), everyMs },
  };
}

/** @throws TypeError or RangeError for what is no item, or none any more. */
export function storedItemOf(saved: SavedItem): StoredItem {
  const { value, key, salt, seq, signature } = saved;
  const isMutable = key !== null;
  if (isMutable !== (seq !== null) || isMutable !== (signature !== null)) {
    throw new TypeError('torn');
  }
  const item: Item = {
    value: upTo(value, VALUE_BYTES_MAX),
    key: key === null ? null : bytesOf(key, 'key', KEY_BYTES),
    salt: upTo(salt, SALT_BYTES_MAX),
    seq: seqOf(BigInt(seq ?? 0), 'seq')!,
    signature: signature === null ? null : bytesOf(signature, 'signature', SIGNATURE_BYTES),
  };
  if (!isGenuine(item, parseId(saved.target), sha1, verify)) throw new TypeError('not genuine');
  return storedItem(item);
}

function upTo(text: unknown, bytes: number): Uint8Array {
  if (typeof text !== 'string' || text.length > 2 * bytes) throw new TypeError('torn');
  return bytesOf(text, 'text', text.length / 2);
}
