/**
 * Writing KRPC messages by hand into bytes that are used again: 0.5 µs for a find_node reply. Keys
 * come out in the order bencode demands because the functions below are written in that order.
 *
 * Every message carries `v` (BEP 20), every reply and error the requester's own address as the top
 * level `ip` (BEP 42), every query of a read-only node `ro` (BEP 43).
 */
import { type Address, COMPACT_ADDRESS_BYTES, writeAddress } from '../core/address.ts';
import { CONTACT_BYTES, type Contacts, type Handle } from '../core/contacts.ts';
import { ID_BYTES } from '../core/id.ts';
import { type RequestRow, type Requests, TRANSACTION_BYTES } from '../core/requests.ts';
import { ascii } from './bencode.ts';
import type { Message } from './message.ts';
import { TOKEN_BYTES } from './tokens.ts';

/** No message of ours is longer (BEP 32: a UDP payload that no path fragments). */
export const MAX_MESSAGE_BYTES = 1024;

/** "RL" for Ringlight, then the version as two bytes: 0.1. */
export const VERSION: Uint8Array = ascii('RL\x00\x01');

const piece = {
  query: ascii('d1:ad2:id20:'),
  reply: ascii('1:rd2:id20:'),
  ip: ascii('d2:ip6:'),
  error: ascii('d1:eli'),
  ipOfError: ascii('e2:ip6:'),
  ping: ascii('e1:q4:ping'),
  target: ascii('6:target20:'),
  findNode: ascii('e1:q9:find_node'),
  infoHash: ascii('9:info_hash20:'),
  getPeers: ascii('e1:q9:get_peers'),
  noSeed: ascii('6:noseedi1e'),
  impliedPort: ascii('12:implied_porti1e'),
  port: ascii('4:porti'),
  seed: ascii('4:seedi1e'),
  token: ascii('5:token'),
  announcePeer: ascii('e1:q13:announce_peer'),
  readOnly: ascii('2:roi1e'),
  transaction: ascii('1:t'),
  version: ascii('1:v4:'),
  isQuery: ascii('1:y1:qe'),
  isReply: ascii('1:y1:re'),
  isError: ascii('1:y1:ee'),
  nodes: ascii('5:nodes'),
  values: ascii('6:valuesl'),
  peer: ascii('6:'),
} as const;

/** Bytes that end every reply, its transaction id apart: `e`, `1:t…:`, version, `1:y1:re`. */
const REPLY_END_BYTES = 1 + piece.transaction.length + 4 + 9 + piece.isReply.length;

export class Writer {
  readonly bytes: Uint8Array;
  length = 0;

  constructor(bytes: Uint8Array = new Uint8Array(MAX_MESSAGE_BYTES)) {
    this.bytes = bytes;
  }

  // Queries.

  ping(id: Uint8Array, idStart: number): void {
    this.#query(id, idStart);
    this.#put(piece.ping);
  }

  findNode(id: Uint8Array, idStart: number, target: Uint8Array, targetStart: number): void {
    this.#query(id, idStart);
    this.#put(piece.target);
    this.#copy(target, targetStart, ID_BYTES);
    this.#put(piece.findNode);
  }

  getPeers(
    id: Uint8Array,
    idStart: number,
    infoHash: Uint8Array,
    infoHashStart: number,
    noSeed: boolean,
  ): void {
    this.#query(id, idStart);
    this.#put(piece.infoHash);
    this.#copy(infoHash, infoHashStart, ID_BYTES);
    if (noSeed) this.#put(piece.noSeed);
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

  /** Ends a query; call it once, after one of the four above. */
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
    this.#put(piece.ip);
    writeAddress(this.bytes, this.length, to);
    this.length += COMPACT_ADDRESS_BYTES;
    this.#put(piece.reply);
    this.#copy(id, idStart, ID_BYTES);
  }

  /** How many nodes fit into a reply to `query`, with a token behind them. */
  nodesThatFit(query: Message): number {
    const framing = piece.nodes.length + 5 + piece.token.length + 2 + TOKEN_BYTES; // 5: "9999:"
    const taken = this.length + framing + REPLY_END_BYTES + query.transactionLength;
    return Math.max(0, Math.floor((MAX_MESSAGE_BYTES - taken) / CONTACT_BYTES));
  }

  /** The contacts whose handles stand in `handles[0, count)`. */
  nodes(contacts: Contacts, handles: Uint32Array, count: number): void {
    this.#put(piece.nodes);
    this.#integer(count * CONTACT_BYTES);
    this.bytes[this.length++] = 0x3a;
    const from = contacts.bytes;
    for (let i = 0; i < count; i++) {
      const handle: Handle = handles[i]!;
      this.#copy(from, handle * CONTACT_BYTES, CONTACT_BYTES);
    }
  }

  token(token: Uint8Array): void {
    this.#put(piece.token);
    this.#string(token, 0, token.length);
  }

  /** How many peers still fit before a reply to `query` is over 1024 bytes. */
  peersThatFit(query: Message): number {
    const taken = this.length + piece.values.length + 1 + REPLY_END_BYTES + query.transactionLength;
    const room = MAX_MESSAGE_BYTES - taken;
    return Math.max(0, Math.floor(room / (piece.peer.length + COMPACT_ADDRESS_BYTES)));
  }

  peers(addresses: Float64Array, count: number): void {
    this.#put(piece.values);
    for (let i = 0; i < count; i++) {
      this.#put(piece.peer);
      writeAddress(this.bytes, this.length, addresses[i]!);
      this.length += COMPACT_ADDRESS_BYTES;
    }
    this.bytes[this.length++] = 0x65;
  }

  endReply(query: Message): void {
    this.bytes[this.length++] = 0x65;
    this.#echoTransaction(query);
    this.#version();
    this.#put(piece.isReply);
  }

  /** A whole error message (BEP 5 "Errors"). */
  error(to: Address, query: Message, code: number, text: Uint8Array): void {
    this.length = 0;
    this.#put(piece.error);
    this.#integer(code);
    this.bytes[this.length++] = 0x65;
    this.#string(text, 0, text.length);
    this.#put(piece.ipOfError);
    writeAddress(this.bytes, this.length, to);
    this.length += COMPACT_ADDRESS_BYTES;
    this.#echoTransaction(query);
    this.#version();
    this.#put(piece.isError);
  }

  #query(id: Uint8Array, idStart: number): void {
    this.length = 0;
    this.#put(piece.query);
    this.#copy(id, idStart, ID_BYTES);
  }

  #echoTransaction(query: Message): void {
    this.#put(piece.transaction);
    this.#string(query.bytes, query.transactionStart, query.transactionLength);
  }

  #version(): void {
    this.#put(piece.version);
    this.#put(VERSION);
  }

  #string(bytes: Uint8Array, start: number, length: number): void {
    this.#integer(length);
    this.bytes[this.length++] = 0x3a;
    this.#copy(bytes, start, length);
  }

  /** Decimal digits of a whole number of at most 2^31. */
  #integer(value: number): void {
    let divisor = 1;
    while (divisor * 10 <= value) divisor *= 10;
    for (; divisor >= 1; divisor = (divisor / 10) | 0) {
      this.bytes[this.length++] = 0x30 + (((value / divisor) | 0) % 10);
    }
  }

  #put(text: Uint8Array): void {
    this.#copy(text, 0, text.length);
  }

  /** A loop: for the 6 to 26 bytes of most pieces `set` costs more than the copying. */
  #copy(from: Uint8Array, start: number, length: number): void {
    const { bytes } = this;
    const at = this.length;
    for (let i = 0; i < length; i++) bytes[at + i] = from[start + i]!;
    this.length = at + length;
  }
}
