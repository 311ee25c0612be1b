/**
 * Writing KRPC messages by hand into bytes that are used again: 0.5 µs for a find_node reply. Keys
 * come out in the order bencode demands because the functions below are written in that order.
 *
 * Every message carries `v` (BEP 20), every reply and error the requester's own address as the top
 * level `ip` (BEP 42), every query of a read-only node `ro` (BEP 43).
 */
import {
  type Address,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  isV6,
  writeAddress,
  writeAddress6,
} from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { CONTACT_BYTES, CONTACT6_BYTES, type Contacts, type Handle } from '../rows/contacts.ts';
import { type RequestRow, type Requests, TRANSACTION_BYTES } from '../rows/requests.ts';
import { ascii } from './bencode.ts';
import { MAX_MESSAGE_BYTES, type MessageFields, TOKEN_BYTES } from './fields.ts';
import type { Item } from './item.ts';
import { type Piece, piece } from './pieces.ts';
import { SIGNED_PEER_BYTES, type SignedPeer, writeSignedPeer } from './signed-peer.ts';
import { FILTER_BYTES, KEY_BYTES, SIGNATURE_BYTES } from './storage-fields.ts';

/** Bytes that a word may reach beyond the end of a message. */
const SPARE_BYTES = 3;
/** The longest message of all: a put with value, salt, cas and another's long token makes 1450. */
const BUFFER_BYTES = 1500;

/** Bytes that end every reply, its transaction id apart: `e`, `1:t`, version, `1:y1:re`. */
const REPLY_END_BYTES = 1 + piece.transaction.length + 9 + piece.isReply.length;

/** The same with the id, its length and a colon. */
function endBytes({ transactionLength: length }: MessageFields): number {
  const digits = length < 10 ? 1 : length < 100 ? 2 : 3;
  return REPLY_END_BYTES + digits + 1 + length;
}

export class Writer {
  readonly bytes: Uint8Array;
  length = 0;
  /** Lookups ask for contacts of both families (BEP 32 "want"). */
  wantsBoth = false;
  readonly #view: DataView;

  constructor(bytes: Uint8Array = new Uint8Array(BUFFER_BYTES + SPARE_BYTES)) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  // Queries.

  ping(id: Uint8Array, idStart: number): void {
    this.#query(id, idStart);
    this.#put(piece.ping);
  }

  findNode(id: Uint8Array, idStart: number, target: Uint8Array, targetStart: number): void {
    this.#query(id, idStart);
    this.#aim(target, targetStart, piece.findNode);
  }

  sampleInfohashes(id: Uint8Array, idStart: number, target: Uint8Array, targetStart: number): void {
    this.#query(id, idStart);
    this.#aim(target, targetStart, piece.sampleInfohashes);
  }

  getPeers(
    id: Uint8Array,
    idStart: number,
    infoHash: Uint8Array,
    infoHashStart: number,
    noSeed: boolean,
    scrape = false,
  ): void {
    this.#query(id, idStart);
    this.#put(piece.infoHash);
    this.#copy(infoHash, infoHashStart, ID_BYTES);
    if (noSeed) this.#put(piece.noSeed);
    if (scrape) this.#put(piece.scrape);
    if (this.wantsBoth) this.#put(piece.want);
    this.#put(piece.getPeers);
  }

  announcePeer(
    id: Uint8Array,
    idStart: number,
    infoHash: Uint8Array,
    infoHashStart: number,
    port: number,
    impliedPort: boolean,
    seed: boolean,
    token: Uint8Array,
  ): void {
    this.#query(id, idStart);
    if (impliedPort) this.#put(piece.impliedPort);
    this.#put(piece.infoHash);
    this.#copy(infoHash, infoHashStart, ID_BYTES);
    this.#put(piece.port);
    this.#integer(port);
    this.bytes[this.length++] = 0x65;
    if (seed) this.#put(piece.seed);
    this.#put(piece.token);
    this.#string(token, 0, token.length);
    this.#put(piece.announcePeer);
  }

  /** @param seq leaves out what is not newer; null for all. */
  get(
    id: Uint8Array,
    idStart: number,
    target: Uint8Array,
    targetStart: number,
    seq: bigint | null,
  ): void {
    this.#query(id, idStart);
    if (seq !== null) this.#long(piece.seq, seq);
    this.#aim(target, targetStart, piece.get);
  }

  put(id: Uint8Array, idStart: number, item: Item, cas: bigint | null, token: Uint8Array): void {
    const { key, salt, signature, value } = item;
    this.length = 0;
    this.#put(piece.arguments);
    if (cas !== null) this.#long(piece.cas, cas);
    this.#put(piece.id);
    this.#copy(id, idStart, ID_BYTES);
    if (key && signature) {
      this.key(key);
      if (salt.length > 0) {
        this.#put(piece.salt);
        this.#string(salt, 0, salt.length);
      }
      this.seq(item.seq);
      this.signature(signature);
    }
    this.token(token);
    this.value(value);
    this.#put(piece.put);
  }

  /** Ends a query; call it once, after one of those above. */
  endQuery(readOnly: boolean, requests: Requests, row: RequestRow): void {
    if (readOnly) this.#put(piece.readOnly);
    this.#put(piece.transaction);
    this.bytes[this.length++] = 0x30 + TRANSACTION_BYTES;
    this.bytes[this.length++] = 0x3a;
    requests.writeTransaction(row, this.bytes, this.length);
    this.length += TRANSACTION_BYTES;
    this.#version();
    this.#put(piece.isQuery);
  }

  // Replies.

  beginReply(to: Address, id: Uint8Array, idStart: number): void {
    this.length = 0;
    this.#put(isV6(to) ? piece.ip6 : piece.ip);
    this.#address(to);
    this.#put(piece.reply);
    this.#copy(id, idStart, ID_BYTES);
  }

  /** The same with the filters of a scrape (BEP 33), whose keys come before the id. */
  beginScrape(
    to: Address,
    id: Uint8Array,
    idStart: number,
    peers: Uint8Array,
    seeds: Uint8Array,
  ): void {
    this.length = 0;
    this.#put(isV6(to) ? piece.ip6 : piece.ip);
    this.#address(to);
    this.#put(piece.returned);
    this.#put(piece.peersFilter);
    this.#copy(peers, 0, FILTER_BYTES);
    this.#put(piece.seedsFilter);
    this.#copy(seeds, 0, FILTER_BYTES);
    this.#put(piece.id);
    this.#copy(id, idStart, ID_BYTES);
  }

  /** How many nodes fit into a reply to `query`, with a token and so many other bytes behind them. */
  nodesThatFit(
    query: MessageFields,
    isV6 = false,
    others = 0,
    limit: number = MAX_MESSAGE_BYTES,
  ): number {
    const framing =
      (isV6 ? piece.nodes6 : piece.nodes).length + 5 + piece.token.length + 2 + TOKEN_BYTES; // 5: "9999:"
    const taken = this.length + framing + others + endBytes(query);
    return Math.max(0, Math.floor((limit - taken) / (isV6 ? CONTACT6_BYTES : CONTACT_BYTES)));
  }

  /** The contacts whose handles stand in `handles[0, count)`. */
  nodes(contacts: Contacts, handles: Uint32Array, count: number): void {
    this.#put(piece.nodes);
    this.#integer(count * CONTACT_BYTES);
    this.bytes[this.length++] = 0x3a;
    const from = contacts.view;
    const to = this.#view;
    let at = this.length;
    for (let i = 0; i < count; i++) {
      const handle: Handle = handles[i];
      let start = handle * CONTACT_BYTES;
      // 26 bytes: six words and a half, at any alignment. Twice as fast as byte by byte.
      for (const end = at + 24; at < end; at += 4, start += 4) {
        to.setUint32(at, from.getUint32(start, true), true);
      }
      to.setUint16(at, from.getUint16(start, true), true);
      at += 2;
    }
    this.length = at;
  }

  /** The same of contacts of IPv6, 38 bytes each (BEP 32). */
  nodes6(contacts: Contacts, handles: Uint32Array, count: number): void {
    this.#put(piece.nodes6);
    this.#integer(count * CONTACT6_BYTES);
    this.bytes[this.length++] = 0x3a;
    for (let i = 0; i < count; i++) {
      this.#copy(contacts.bytes, handles[i] * CONTACT_BYTES, ID_BYTES);
      this.#address(contacts.addressOf(handles[i]));
    }
  }

  token(token: Uint8Array): void {
    this.#put(piece.token);
    this.#string(token, 0, token.length);
  }

  /** How many peers still fit before a reply to `query` is over 1024 bytes. */
  peersThatFit(query: MessageFields, isV6 = false): number {
    const taken = this.length + piece.values.length + 1 + endBytes(query);
    const room = MAX_MESSAGE_BYTES - taken;
    const each = isV6
      ? piece.peer6.length + COMPACT_ADDRESS6_BYTES
      : piece.peer.length + COMPACT_ADDRESS_BYTES;
    return Math.max(0, Math.floor(room / each));
  }

  peers(addresses: Float64Array, count: number): void {
    this.#put(piece.values);
    for (let i = 0; i < count; i++) {
      this.#put(isV6(addresses[i]) ? piece.peer6 : piece.peer);
      this.#address(addresses[i]);
    }
    this.bytes[this.length++] = 0x65;
  }

  // Of samples (BEP 51); the nodes stand between them.

  interval(seconds: number): void {
    this.#put(piece.interval);
    this.#integer(seconds);
    this.bytes[this.length++] = 0x65;
  }

  samples(stored: number, hashes: Uint8Array): void {
    this.#put(piece.num);
    this.#integer(stored);
    this.bytes[this.length++] = 0x65;
    this.#put(piece.samples);
    this.#string(hashes, 0, hashes.length);
  }

  // Of signed peers (a draft).

  getSignedPeers(id: Uint8Array, idStart: number, infoHash: Uint8Array, start: number): void {
    this.#query(id, idStart);
    this.#put(piece.infoHash);
    this.#copy(infoHash, start, ID_BYTES);
    if (this.wantsBoth) this.#put(piece.want);
    this.#put(piece.getSignedPeers);
  }

  announceSignedPeer(
    id: Uint8Array,
    idStart: number,
    infoHash: Uint8Array,
    peer: SignedPeer,
    token: Uint8Array,
  ): void {
    this.#query(id, idStart);
    this.#put(piece.infoHash);
    this.#copy(infoHash, 0, ID_BYTES);
    this.key(peer.key);
    this.signature(peer.signature);
    this.#long(piece.time, BigInt(peer.timeUs));
    this.token(token);
    this.#put(piece.announceSignedPeer);
  }

  /** How many still fit before a reply to `query`, with a token, is over 1024 bytes. */
  signedPeersThatFit(query: MessageFields): number {
    const token = piece.token.length + 2 + TOKEN_BYTES;
    const taken = this.length + piece.signedPeers.length + 1 + token + endBytes(query);
    const each = piece.signedPeer.length + SIGNED_PEER_BYTES;
    return Math.max(0, Math.floor((MAX_MESSAGE_BYTES - taken) / each));
  }

  signedPeers(peers: readonly SignedPeer[]): void {
    this.#put(piece.signedPeers);
    for (const peer of peers) {
      this.#put(piece.signedPeer);
      writeSignedPeer(this.bytes, this.length, peer);
      this.length += SIGNED_PEER_BYTES;
    }
    this.bytes[this.length++] = 0x65;
  }

  // Of items (BEP 44), in a reply as in a put.

  key(key: Uint8Array): void {
    this.#put(piece.key);
    this.#copy(key, 0, KEY_BYTES);
  }

  seq(seq: bigint): void {
    this.#long(piece.seq, seq);
  }

  signature(signature: Uint8Array): void {
    this.#put(piece.signature);
    this.#copy(signature, 0, SIGNATURE_BYTES);
  }

  /** A bencoded value as it is. */
  value(value: Uint8Array): void {
    this.#put(piece.value);
    this.#copy(value, 0, value.length);
  }

  /** @param limit where `v` would make the message longer than this, it is left out. */
  endReply(query: MessageFields, limit: number = Infinity): void {
    const whole = this.length + endBytes(query);
    this.bytes[this.length++] = 0x65;
    this.#echoTransaction(query);
    if (whole <= limit) this.#version();
    this.#put(piece.isReply);
  }

  /** A whole error message (BEP 5 "Errors"). */
  error(to: Address, query: MessageFields, code: number, text: Uint8Array): void {
    this.length = 0;
    this.#put(piece.error);
    this.#integer(code);
    this.bytes[this.length++] = 0x65;
    this.#string(text, 0, text.length);
    this.#put(isV6(to) ? piece.ip6OfError : piece.ipOfError);
    this.#address(to);
    this.#echoTransaction(query);
    this.#version();
    this.#put(piece.isError);
  }

  #query(id: Uint8Array, idStart: number): void {
    this.length = 0;
    this.#put(piece.query);
    this.#copy(id, idStart, ID_BYTES);
  }

  #aim(target: Uint8Array, start: number, method: Piece): void {
    this.#put(piece.target);
    this.#copy(target, start, ID_BYTES);
    if (this.wantsBoth) this.#put(piece.want);
    this.#put(method);
  }

  /** An endpoint in its compact form, 6 or 18 bytes. */
  #address(address: Address): void {
    if (isV6(address)) {
      writeAddress6(this.bytes, this.length, address);
      this.length += COMPACT_ADDRESS6_BYTES;
    } else {
      writeAddress(this.bytes, this.length, address);
      this.length += COMPACT_ADDRESS_BYTES;
    }
  }

  #echoTransaction(query: MessageFields): void {
    this.#put(piece.transaction);
    this.#string(query.bytes, query.transactionStart, query.transactionLength);
  }

  #version(): void {
    this.#put(piece.version);
    this.#put(piece.ourVersion);
  }

  #string(bytes: Uint8Array, start: number, length: number): void {
    this.#integer(length);
    this.bytes[this.length++] = 0x3a;
    this.#copy(bytes, start, length);
  }

  /** An integer of 64 bits behind its key. */
  #long(key: Piece, value: bigint): void {
    this.#put(key);
    const digits = ascii(`${value}e`);
    this.#copy(digits, 0, digits.length);
  }

  /** Decimal digits of a whole number of at most 2^31. */
  #integer(value: number): void {
    let divisor = 1;
    while (divisor * 10 <= value) divisor *= 10;
    for (; divisor >= 1; divisor = (divisor / 10) | 0) {
      this.bytes[this.length++] = 0x30 + (((value / divisor) | 0) % 10);
    }
  }

  /** By words: what the last one writes too much is overwritten by what follows, or is spare. */
  #put({ length, words }: Piece): void {
    const view = this.#view;
    const at = this.length;
    for (let i = 0; i < words.length; i++) view.setUint32(at + i * 4, words[i]);
    this.length = at + length;
  }

  /** A loop: for the 6 to 26 bytes of most pieces `set` costs more than the copying. */
  #copy(from: Uint8Array, start: number, length: number): void {
    const { bytes } = this;
    const at = this.length;
    for (let i = 0; i < length; i++) bytes[at + i] = from[start + i];
    this.length = at + length;
  }
}
