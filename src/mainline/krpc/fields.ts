/**
 * The fields of KRPC messages (BEP 5 "KRPC Protocol"): their words as numbers, the limits that both who
 * writes and who reads must know, and the record that a message is read into.
 *
 *     bytes    d1:ad2:id20:…6:target20:…e1:q9:find_node1:t2:aa1:y1:qe
 *                         ▲            ▲        ▲          ▲
 *     record          idStart   targetStart  methodStart  transactionStart
 *
 * The record holds no contents, only where they are: the offset of each field that KRPC knows, 0 when
 * the field is absent (nothing can start at offset 0) and `WRONG_TYPE` when it is there but not what
 * it should be.
 */
import { ascii } from './bencode.ts';

export const Kind = { query: 1, reply: 2, error: 3 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Methods of BEP 5, 44, 51 and of the draft on signed peers. `unknown` is any other, `none` is a query without a method. */
export const Method = {
  none: 0,
  unknown: 1,
  ping: 2,
  findNode: 3,
  getPeers: 4,
  announcePeer: 5,
  get: 6,
  put: 7,
  sampleInfohashes: 8,
  getSignedPeers: 9,
  announceSignedPeer: 10,
} as const;
export type Method = (typeof Method)[keyof typeof Method];
/** How many there are. */
export const METHODS: number = Object.keys(Method).length;

/** Why a datagram is dropped before anybody looks at what it wants. */
export const Malformed = {
  fine: 0,
  tooShort: 1,
  notDictionary: 2,
  notBencode: 3,
  noTransaction: 4,
  noKind: 5,
} as const;
export type Malformed = (typeof Malformed)[keyof typeof Malformed];

/** Families a query wants contacts of (BEP 32). */
export const Want = { n4: 1, n6: 2 } as const;

export const WRONG_TYPE = -1;

/** Error codes of BEP 5 "Errors", and from `tooBig` on of BEP 44. */
export const ErrorCode = {
  generic: 201,
  server: 202,
  protocol: 203,
  methodUnknown: 204,
  tooBig: 205,
  signature: 206,
  saltTooBig: 207,
  casMismatch: 301,
  seqTooLow: 302,
} as const;

/** What became of a query; `refused` is an error of a program's own handler. */
export type Verdict =
  | 'unseen'
  | 'answered'
  | 'invalid'
  | 'bad-token'
  | 'full'
  | 'bad-signature'
  | 'outdated'
  | 'unknown-method'
  | 'refused';

/** No message of ours without a stored value is longer (BEP 32: a UDP payload that no path fragments). */
export const MAX_MESSAGE_BYTES = 1024;
/**
 * No reply with a stored value is longer. A value of 1000 bytes with its key and signature makes 1226, so
 * BEP 44 and BEP 32 cannot both be kept; an Ethernet carries 1472 over IPv4 (libtorrent sends 1248).
 */
export const MAX_VALUE_MESSAGE_BYTES = 1400;
/** The same over IPv6: what any path carries in one piece (1280 bytes without the headers). */
export const MAX_VALUE_MESSAGE6_BYTES = 1232;
/** Nodes read from one reply. BEP 5 sends 8, routers 16, others 20; a whole table is an attack. */
export const NODES_PER_REPLY = 64;
/** Our write tokens; those of others have up to 32 bytes. */
export const TOKEN_BYTES = 8;

export const VERSION_TEXT = 'RL\x00\x01';
/** "RL" for Ringlight, then the version as two bytes: 0.1. */
export const VERSION: Uint8Array = ascii(VERSION_TEXT);

/** Where the fields of one message lie in its bytes; used again for the next. */
export class MessageFields {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  kind: Kind | 0 = 0;
  method: Method = Method.none;
  methodStart = 0;
  methodLength = 0;
  transactionStart = 0;
  transactionLength = 0;
  /** 20-byte fields: the offset of the bytes, 0 or `WRONG_TYPE`. */
  idStart = 0;
  targetStart = 0;
  infoHashStart = 0;
  /** Other strings: offset and length. */
  tokenStart = 0;
  tokenLength = 0;
  nodesStart = 0;
  nodesLength = 0;
  nodes6Start = 0;
  nodes6Length = 0;
  versionStart = 0;
  versionLength = 0;
  ipStart = 0;
  ipLength = 0;
  /** Offset of the first peer in the list `values`, and of the `e` behind the last one. */
  valuesStart = 0;
  valuesEnd = 0;
  /** Integers; -1 when absent, NaN when of the wrong type. */
  port = -1;
  impliedPort = -1;
  seed = -1;
  noSeed = -1;
  scrape = -1;
  /** Bits of `Want`; 0 when absent. */
  want = 0;
  readOnly = false;
  errorCode = 0;
  errorTextStart = 0;
  errorTextLength = 0;
  /** What a query handler made of it. */
  verdict: Verdict = 'unseen';

  /** The target of a find_node or the info-hash of a get_peers: what an answer should be close to. */
  get aimStart(): number {
    const { method } = this;
    const isByTarget = method !== Method.getPeers && method !== Method.announcePeer;
    return this.targetStart > 0 && isByTarget && method < Method.getSignedPeers
      ? this.targetStart
      : this.infoHashStart;
  }

  protected reset(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.kind = 0;
    this.method = Method.none;
    this.methodStart = 0;
    this.methodLength = 0;
    this.transactionStart = 0;
    this.transactionLength = 0;
    this.idStart = 0;
    this.targetStart = 0;
    this.infoHashStart = 0;
    this.tokenStart = 0;
    this.tokenLength = 0;
    this.nodesStart = 0;
    this.nodesLength = 0;
    this.nodes6Start = 0;
    this.nodes6Length = 0;
    this.versionStart = 0;
    this.versionLength = 0;
    this.ipStart = 0;
    this.ipLength = 0;
    this.valuesStart = 0;
    this.valuesEnd = 0;
    this.port = -1;
    this.impliedPort = -1;
    this.seed = -1;
    this.noSeed = -1;
    this.scrape = -1;
    this.want = 0;
    this.readOnly = false;
    this.errorCode = 0;
    this.errorTextStart = 0;
    this.errorTextLength = 0;
    this.verdict = 'unseen';
  }
}
