/**
 * Layouts: the messages that a lookup consists of, as nearly everybody writes them. In bencode keys are in order,
 * so that things lie where they always lie; such messages are told by their fixed bytes and need not be parsed:
 *
 *     d1:ad2:id20:…e1:q4:ping                          1:t4:…1:v4:…1:y1:qe
 *     d1:ad2:id20:…6:target20:…e1:q9:find_node         1:t4:…1:v4:…1:y1:qe      a transaction id of any
 *     d1:ad2:id20:…9:info_hash20:…e1:q9:get_peers      1:t4:…1:v4:…1:y1:qe      one digit, `v` or none
 *     d2:ip6:…1:rd2:id20:…5:nodes208:…e1:t4:…1:v4:…1:y1:re                      only our own writer's
 *
 * A message that differs in a single fixed byte or in its length is read by the parser (message.ts),
 * which comes to the same for all others too: this is a short cut and no second opinion.
 */
import { COMPACT_ADDRESS_BYTES } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { TRANSACTION_BYTES } from '../rows/requests.ts';
import { ascii } from './bencode.ts';
import { Kind, type MessageFields, Method, VERSION } from './fields.ts';

const text = {
  query: ascii('d1:ad2:id20:'),
  target: ascii('6:target20:'),
  infoHash: ascii('9:info_hash20:'),
  ping: ascii('e1:q4:ping1:t'),
  findNode: ascii('e1:q9:find_node1:t'),
  getPeers: ascii('e1:q9:get_peers1:t'),
  ip: ascii('d2:ip6:'),
  reply: ascii('1:rd2:id20:'),
  nodes: ascii('5:nodes'),
  transaction: ascii('e1:t4:'),
  version: ascii('1:v4:'),
  isQuery: ascii('1:y1:qe'),
  isReply: ascii('1:y1:re'),
} as const;

/** Where things lie in a query, from its first byte on. */
const QUERY_ID = text.query.length;
const QUERY_BODY = QUERY_ID + ID_BYTES;
export const TARGET_AT: number = QUERY_BODY + text.target.length;
/** `e1:q9:` lies before the method. */
const METHOD_AT = 6;
const PING_BYTES = 4;
const LOOKUP_METHOD_BYTES = 9;
/** `1:v4:` and the version. */
const VERSION_BYTES = text.version.length + VERSION.length;
const QUERY_MIN_BYTES = QUERY_BODY + text.ping.length + 3 + text.isQuery.length;
/** The first byte behind the id tells which query it can be. */
const [BODY_END, BODY_TARGET, BODY_INFO_HASH] = [0x65, 0x36, 0x39];

/** The same of a reply, up to the length of its nodes. */
const REPLY_IP = text.ip.length;
const REPLY_HEAD = REPLY_IP + COMPACT_ADDRESS_BYTES;
const REPLY_ID = REPLY_HEAD + text.reply.length;
const REPLY_NODES = REPLY_ID + ID_BYTES;
const REPLY_LENGTH = REPLY_NODES + text.nodes.length;
/** And what follows the nodes, from there on. */
const END_TRANSACTION = text.transaction.length;
const END_VERSION = END_TRANSACTION + TRANSACTION_BYTES;
const END_KIND = END_VERSION + text.version.length + VERSION.length;
const END_BYTES = END_KIND + text.isReply.length;
/** Three digits: 4 to 38 nodes, and so all replies of k = 8 but those of the emptiest tables. */
const LENGTH_DIGITS = 3;
const REPLY_BYTES = REPLY_LENGTH + LENGTH_DIGITS + 1 + END_BYTES;
const COLON = 0x3a;
const ZERO = 0x30;

/** Reads a ping, find_node or get_peers into a message that was reset; false when it is laid out otherwise. */
export function readQuery(message: MessageFields, bytes: Uint8Array, start: number): boolean {
  if (message.end - start < QUERY_MIN_BYTES || !spells(bytes, start, text.query)) return false;
  const at = start + QUERY_BODY;
  switch (bytes[at]) {
    case BODY_END:
      if (!readTail(message, bytes, at, text.ping)) return false;
      message.method = Method.ping;
      message.methodStart = at + METHOD_AT;
      message.methodLength = PING_BYTES;
      break;
    case BODY_TARGET:
      if (!readLookup(message, bytes, at, text.target, text.findNode)) return false;
      message.method = Method.findNode;
      message.targetStart = at + text.target.length;
      break;
    case BODY_INFO_HASH:
      if (!readLookup(message, bytes, at, text.infoHash, text.getPeers)) return false;
      message.method = Method.getPeers;
      message.infoHashStart = at + text.infoHash.length;
      break;
    default:
      return false;
  }
  message.kind = Kind.query;
  message.idStart = start + QUERY_ID;
  return true;
}

/** What is looked for, behind its key, and everything from the method on. */
function readLookup(
  message: MessageFields,
  bytes: Uint8Array,
  at: number,
  key: Uint8Array,
  method: Uint8Array,
): boolean {
  const methodAt = at + key.length + ID_BYTES;
  if (!spells(bytes, at, key) || !readTail(message, bytes, methodAt, method)) return false;
  message.methodStart = methodAt + METHOD_AT;
  message.methodLength = LOOKUP_METHOD_BYTES;
  return true;
}

/** Method, transaction id, perhaps a version, and the end, which has to be that of the datagram. */
function readTail(
  message: MessageFields,
  bytes: Uint8Array,
  at: number,
  method: Uint8Array,
): boolean {
  if (!spells(bytes, at, method)) return false;
  const digitAt = at + method.length;
  const length = bytes[digitAt] - ZERO;
  if (length < 1 || length > 9 || bytes[digitAt + 1] !== COLON) return false;
  const transactionStart = digitAt + 2;
  const versionAt = transactionStart + length;
  const left = message.end - versionAt - text.isQuery.length;
  if (left !== 0 && (left !== VERSION_BYTES || !spells(bytes, versionAt, text.version)))
    return false;
  if (!spells(bytes, versionAt + left, text.isQuery)) return false;
  if (left !== 0) {
    message.versionStart = versionAt + text.version.length;
    message.versionLength = VERSION.length;
  }
  message.transactionStart = transactionStart;
  message.transactionLength = length;
  return true;
}

/** The same for a reply of ours that has nodes and nothing else, all but its kind. */
export function readNodesReply(message: MessageFields, bytes: Uint8Array, start: number): boolean {
  const nodesBytes = message.end - start - REPLY_BYTES;
  if (nodesBytes < 100 || nodesBytes > 999) return false;
  const nodesStart = start + REPLY_LENGTH + LENGTH_DIGITS + 1;
  const nodesEnd = nodesStart + nodesBytes;
  if (!spells(bytes, start, text.ip)) return false;
  if (!spells(bytes, start + REPLY_HEAD, text.reply)) return false;
  if (!spells(bytes, start + REPLY_NODES, text.nodes)) return false;
  if (lengthAt(bytes, start + REPLY_LENGTH) !== nodesBytes) return false;
  if (!spells(bytes, nodesEnd, text.transaction)) return false;
  if (!spells(bytes, nodesEnd + END_VERSION, text.version)) return false;
  if (!spells(bytes, nodesEnd + END_KIND, text.isReply)) return false;
  message.ipStart = start + REPLY_IP;
  message.ipLength = COMPACT_ADDRESS_BYTES;
  message.idStart = start + REPLY_ID;
  message.nodesStart = nodesStart;
  message.nodesLength = nodesBytes;
  message.transactionStart = nodesEnd + END_TRANSACTION;
  message.transactionLength = TRANSACTION_BYTES;
  message.versionStart = nodesEnd + END_VERSION + text.version.length;
  message.versionLength = VERSION.length;
  return true;
}

/** A length of three digits with its colon, or -1. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const hundreds = bytes[at] - ZERO;
  const tens = bytes[at + 1] - ZERO;
  const ones = bytes[at + 2] - ZERO;
  if (bytes[at + 3] !== COLON || hundreds < 1 || hundreds > 9) return -1;
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return -1;
  return hundreds * 100 + tens * 10 + ones;
}

function spells(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false;
  return true;
}
