/**
 * Layouts: the two messages that a lookup consists of, as our own writer makes them. Everything in
 * them lies where it always lies, so they are told by their fixed bytes and need not be parsed:
 *
 *     d1:ad2:id20:…6:target20:…e1:q9:find_node1:t4:…1:v4:…1:y1:qe
 *     d2:ip6:…1:rd2:id20:…5:nodes208:…e1:t4:…1:v4:…1:y1:re
 *
 * A message that differs in a single fixed byte or in its length is read by the parser (message.ts),
 * which comes to the same for all others too: this is a short cut and no second opinion.
 */
import { COMPACT_ADDRESS_BYTES } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { TRANSACTION_BYTES } from '../rows/requests.ts';
import { ascii } from './bencode.ts';
import { type MessageFields, VERSION } from './fields.ts';

const text = {
  query: ascii('d1:ad2:id20:'),
  target: ascii('6:target20:'),
  findNode: ascii('e1:q9:find_node1:t4:'),
  ip: ascii('d2:ip6:'),
  reply: ascii('1:rd2:id20:'),
  nodes: ascii('5:nodes'),
  transaction: ascii('e1:t4:'),
  version: ascii('1:v4:'),
  isQuery: ascii('1:y1:qe'),
  isReply: ascii('1:y1:re'),
} as const;

/** Where things lie in a find_node query, from its first byte on. */
const QUERY_ID = text.query.length;
const QUERY_TARGET = QUERY_ID + ID_BYTES;
export const TARGET_AT: number = QUERY_TARGET + text.target.length;
const QUERY_METHOD = TARGET_AT + ID_BYTES;
/** `e1:q9:` lies before the method, which is 9 bytes long. */
const METHOD_AT = QUERY_METHOD + 6;
const METHOD_BYTES = 9;
const QUERY_TRANSACTION = QUERY_METHOD + text.findNode.length;
const QUERY_VERSION = QUERY_TRANSACTION + TRANSACTION_BYTES;
const QUERY_KIND = QUERY_VERSION + text.version.length + VERSION.length;
const QUERY_BYTES = QUERY_KIND + text.isQuery.length;

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

/** Reads a find_node query of ours into a message that was reset, all but its kind; false when it is none. */
export function readFindNode(message: MessageFields, bytes: Uint8Array, start: number): boolean {
  if (message.end - start !== QUERY_BYTES) return false;
  if (!spells(bytes, start, text.query)) return false;
  if (!spells(bytes, start + QUERY_TARGET, text.target)) return false;
  if (!spells(bytes, start + QUERY_METHOD, text.findNode)) return false;
  if (!spells(bytes, start + QUERY_VERSION, text.version)) return false;
  if (!spells(bytes, start + QUERY_KIND, text.isQuery)) return false;
  message.methodStart = start + METHOD_AT;
  message.methodLength = METHOD_BYTES;
  message.idStart = start + QUERY_ID;
  message.targetStart = start + TARGET_AT;
  message.transactionStart = start + QUERY_TRANSACTION;
  message.transactionLength = TRANSACTION_BYTES;
  message.versionStart = start + QUERY_VERSION + text.version.length;
  message.versionLength = VERSION.length;
  return true;
}

/** The same for a reply of ours that has nodes and nothing else. */
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
