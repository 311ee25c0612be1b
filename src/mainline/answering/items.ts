/**
 * Answers about items (BEP 44 "get", "put"). A put is looked at in the order of libtorrent, cheap checks
 * before dear ones, the signature after the token: who cannot receive at its address costs no Ed25519.
 *
 *     shape 203 ─ size 205 ─ salt 207 ─ token 203 ─ seq 203 ─ signature 206 ─ cas 301 ─ seq 302 ─ stored
 */
import type { Address } from '../../core/address.ts';
import { ascii } from '../krpc/bencode.ts';
import { isCanonical } from '../krpc/canonical.ts';
import {
  ErrorCode,
  MAX_VALUE_MESSAGE_BYTES,
  MAX_VALUE_MESSAGE6_BYTES,
  WRONG_TYPE,
} from '../krpc/fields.ts';
import {
  type Item,
  immutableItem,
  isSeq,
  isSignedRightly,
  SALT_BYTES_MAX,
  targetOf,
  VALUE_BYTES_MAX,
} from '../krpc/item.ts';
import type { Message } from '../krpc/message.ts';
import { copied } from '../krpc/reading.ts';
import { integerAt, KEY_BYTES, SIGNATURE_BYTES } from '../krpc/storage-fields.ts';
import type { Writer } from '../krpc/writer.ts';
import type { MainlineState } from '../state.ts';
import { successionOf } from '../stored/items.ts';
import { acknowledge, begin, isAuthentic, refuse, writeNodes } from './replies.ts';

const text = {
  target: ascii('Invalid target'),
  seq: ascii('Invalid seq'),
  cas: ascii('Invalid cas'),
  value: ascii('Invalid value'),
  key: ascii('Invalid key'),
  salt: ascii('Invalid salt'),
  signatureShape: ascii('Invalid sig'),
  tooBig: ascii('Value too big'),
  saltTooBig: ascii('Salt too big'),
  token: ascii('Bad token'),
  signature: ascii('Invalid signature'),
  casMismatch: ascii('CAS mismatch'),
  seqTooLow: ascii('Sequence number less than current'),
  full: ascii('Store is full'),
} as const;

/** Bytes of `3:seqi…e` and of the other fields of a reply but the value. */
const SEQ_BYTES = 26;
const MUTABLE_BYTES: number = SEQ_BYTES + 6 + KEY_BYTES + 8 + SIGNATURE_BYTES;

/** A value that the asker says it has, or a newer one, is not sent; its seq tells that we have it, too. */
export function get(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  const { bytes, targetStart, storage } = query;
  if (targetStart <= 0) return refuse(from, query, out, 'invalid', text.target);
  const asked = integerAt(bytes, storage.seqStart, storage.seqLength);
  if (asked === undefined) return refuse(from, query, out, 'invalid', text.seq);
  const { items } = node;
  const item = items?.get(now, bytes, targetStart) ?? null;
  const { key, signature } = item ?? { key: null, signature: null };
  const isNews = item !== null && (key === null || asked === null || item.seq > asked);
  const limit = node.isV6 ? MAX_VALUE_MESSAGE6_BYTES : MAX_VALUE_MESSAGE_BYTES;
  begin(node, from, query, out);
  if (isNews && key) out.key(key);
  if (isNews) {
    const others = 3 + item.value.length + (key ? MUTABLE_BYTES - 6 - KEY_BYTES : 0);
    // The largest over IPv6 has room for none, and not for the key of an empty list either.
    const fits = out.nodesThatFit(query, node.isV6, others, limit) > 0;
    if (fits) writeNodes(node, now, from, query, out, others, limit);
  } else {
    writeNodes(node, now, from, query, out, SEQ_BYTES);
  }
  if (item && key) out.seq(item.seq);
  if (isNews && signature) out.signature(signature);
  // A token is a promise to store: without room there is none.
  if (!items || items.hasRoom(now, bytes, targetStart, from, node.ownId)) {
    out.token(node.shared.tokens.issue(now, node.tenant, from, bytes, targetStart));
  }
  if (isNews) out.value(item.value);
  out.endReply(query, limit);
  return true;
}

export function put(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
): boolean {
  const wrong = shapeOf(query);
  if (wrong) return refuse(from, query, out, 'invalid', wrong);
  const { valueStart, valueEnd, saltLength, casStart, casLength } = query.storage;
  if (valueEnd - valueStart > VALUE_BYTES_MAX) {
    return refuse(from, query, out, 'invalid', text.tooBig, ErrorCode.tooBig);
  }
  const item = itemOfPut(query);
  if (item.key && saltLength > SALT_BYTES_MAX) {
    return refuse(from, query, out, 'invalid', text.saltTooBig, ErrorCode.saltTooBig);
  }
  const { sha1, verify } = node.shared;
  const target = targetOf(item, sha1);
  if (!isAuthentic(node, now, from, query, target, 0)) {
    return refuse(from, query, out, 'bad-token', text.token);
  }
  if (!item.key) return store(node, now, from, query, out, target, item);
  if (!isSeq(item.seq)) return refuse(from, query, out, 'invalid', text.seq);
  if (!isSignedRightly(item, verify)) {
    return refuse(from, query, out, 'bad-signature', text.signature, ErrorCode.signature);
  }
  const known = node.items?.get(now, target, 0) ?? null;
  const cas = integerAt(query.bytes, casStart, casLength) ?? null;
  const succession = successionOf(known, item, cas);
  if (succession === 'not-the-one-expected') {
    return refuse(from, query, out, 'outdated', text.casMismatch, ErrorCode.casMismatch);
  }
  if (succession === 'older') {
    return refuse(from, query, out, 'outdated', text.seqTooLow, ErrorCode.seqTooLow);
  }
  return store(node, now, from, query, out, target, item);
}

function store(
  node: MainlineState,
  now: number,
  from: Address,
  query: Message,
  out: Writer,
  target: Uint8Array,
  item: Item,
): boolean {
  if (!node.itemStore().put(now, target, item, from, node.ownId)) {
    return refuse(from, query, out, 'full', text.full, ErrorCode.server);
  }
  node.observer.onStored?.(item, from);
  return acknowledge(node, from, query, out);
}

/** What is wrong with the fields of a put, or null. Without a key those of mutable items mean nothing. */
function shapeOf(query: Message): Uint8Array | null {
  const { bytes, storage } = query;
  const { valueStart, valueEnd, keyStart } = storage;
  if (valueStart === 0 || !isCanonical(bytes, valueStart, valueEnd)) return text.value;
  if (keyStart === 0) return null;
  if (keyStart === WRONG_TYPE) return text.key;
  if (storage.signatureStart <= 0) return text.signatureShape;
  if (storage.saltStart === WRONG_TYPE) return text.salt;
  const cas = integerAt(bytes, storage.casStart, storage.casLength);
  if (cas === undefined || (cas !== null && !isSeq(cas))) return text.cas;
  const seq = integerAt(bytes, storage.seqStart, storage.seqLength);
  return seq === undefined || seq === null ? text.seq : null;
}

/** Of a put whose shape is right; a copy. */
function itemOfPut({ bytes, storage }: Message): Item {
  const { keyStart, signatureStart, saltStart, saltLength, seqStart, seqLength } = storage;
  const value = copied(bytes, storage.valueStart, storage.valueEnd);
  if (keyStart === 0) return immutableItem(value);
  return {
    value,
    key: copied(bytes, keyStart, keyStart + KEY_BYTES),
    salt: copied(bytes, saltStart, saltStart + saltLength),
    seq: integerAt(bytes, seqStart, seqLength)!,
    signature: copied(bytes, signatureStart, signatureStart + SIGNATURE_BYTES),
  };
}
