/** Reading and writing messages, against npm `bencode`. */
import { randomBytes } from 'node:crypto';
import bencode from 'bencode';
import { addressOf, readAddress } from '../dist/core/address.js';
import { decode } from '../dist/mainline/krpc/bencode.js';
import { Malformed } from '../dist/mainline/krpc/fields.js';
import { Message } from '../dist/mainline/krpc/message.js';
import { Writer } from '../dist/mainline/krpc/writer.js';
import { Contacts } from '../dist/mainline/rows/contacts.js';
import { decimals, keep, shownSpread, spreadOf, whole } from './setup.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */
/** @typedef {{ task: string, by: string, once: (i: number) => number }} Contender */

const NODES = 8;
const PEERS = 20;
const CONTACT_BYTES = 26;
/** Different messages in turn, so that nothing can be learnt from one of them. A power of two. */
const MESSAGES = 64;
const ASKER = addressOf(0x7f000001, 6881);

const READ = 'read a get_peers reply';
const WRITE = 'write a find_node reply';

/**
 * @param {Run} run
 * @returns {Promise<Section>}
 */
export async function measureCodec(run) {
  const contacts = new Contacts(MESSAGES * NODES, 1);
  const query = new Message();
  query.read(Buffer.from(`d1:ad2:id20:${'i'.repeat(20)}e1:q9:get_peers1:t2:aa1:y1:qe`), 0, 55);
  const replies = Array.from({ length: MESSAGES }, () => getPeersReply(contacts, query));
  const contenders = [...readers(replies), ...writers(contacts, query)];
  /** @type {number[][]} */
  const ns = contenders.map(() => []);
  const rounds = run.quick ? 3 : 15;
  const ms = run.quick ? 60 : 200;
  for (const { once } of contenders) time(once, ms * 2);
  for (let round = 0; round < rounds; round++) {
    run.progress(`codec: round ${round + 1} of ${rounds}`);
    for (const [i, { once }] of contenders.entries()) ns[i].push(time(once, ms));
  }
  /** @param {string} task */
  const baseline = (task) =>
    contenders.findIndex((one) => one.task === task && one.by.startsWith('npm'));
  const ratio = (/** @type {number} */ i) => {
    const other = ns[baseline(contenders[i].task)];
    return spreadOf(ns[i].map((value, round) => other[round] / value));
  };
  const reading = ratio(0);
  return {
    title: 'Codec',
    method:
      `A get_peers reply of ${replies[0].length} bytes (${NODES} nodes, ${PEERS} peers) and a find_node reply of ` +
      `${findNodeReply(contacts, query, 0).length} bytes (${NODES} nodes), ${MESSAGES} different ones in turn. ` +
      `${rounds} interleaved rounds of ${ms} ms each after ${ms * 2} ms to warm up; results are summed and used. ` +
      '“Visited” is Message.read and then every node and peer looked at. Medians (min–max) over rounds.',
    table: [
      ['task', 'by', 'ns each', '× npm bencode'],
      ...contenders.map(({ task, by }, i) => [
        task,
        by,
        shownSpread(spreadOf(ns[i]), whole),
        decimals(1)(ratio(i).median),
      ]),
    ],
    goals: [
      {
        what: 'reading a get_peers reply, times as fast as npm bencode',
        wanted: '≥ 10',
        figure: shownSpread(reading, decimals(1)),
        reached: reading.median >= 10,
      },
    ],
  };
}

/**
 * Nanoseconds of one call, over about `ms` milliseconds.
 * @param {(i: number) => number} once
 * @param {number} ms
 */
function time(once, ms) {
  const start = process.hrtime.bigint();
  const end = start + BigInt(ms) * 1_000_000n;
  let calls = 0;
  let sum = 0;
  let now = start;
  while (now < end) {
    for (let i = 0; i < 512; i++) sum += once(i & (MESSAGES - 1));
    calls += 512;
    now = process.hrtime.bigint();
  }
  if (Number.isNaN(keep(sum))) throw new Error('a codec gave no result');
  return Number(now - start) / calls;
}

/**
 * @param {Uint8Array[]} replies
 * @returns {Contender[]}
 */
function readers(replies) {
  const message = new Message();
  const read = (/** @type {Uint8Array} */ bytes) => {
    if (message.read(bytes, 0, bytes.length) !== Malformed.fine) throw new Error('unreadable');
    return message.nodesLength + message.valuesEnd + message.tokenStart;
  };
  const visit = (/** @type {Uint8Array} */ bytes) => {
    let sum = read(bytes);
    for (let at = 0; at < message.nodesLength; at += CONTACT_BYTES) {
      sum += readAddress(bytes, message.nodesStart + at + 20) + bytes[message.nodesStart + at];
    }
    for (let at = message.valuesStart; at < message.valuesEnd; at += 8) {
      sum += readAddress(bytes, at + 2);
    }
    return sum;
  };
  const tree = (/** @type {any} */ { r }) => r.nodes.length + r.values.length + r.token[0];
  return [
    { task: READ, by: 'ringlight Message', once: (i) => read(replies[i]) },
    { task: READ, by: 'ringlight Message, visited', once: (i) => visit(replies[i]) },
    { task: READ, by: 'ringlight decode (a tree)', once: (i) => tree(decode(replies[i])) },
    { task: READ, by: 'npm bencode decode', once: (i) => tree(bencode.decode(replies[i])) },
  ];
}

/**
 * @param {Contacts} contacts
 * @param {Message} query
 * @returns {Contender[]}
 */
function writers(contacts, query) {
  const writer = new Writer();
  const trees = Array.from({ length: MESSAGES }, (_, i) => {
    const reply = bencode.decode(Buffer.from(findNodeReply(contacts, query, i)));
    return reply;
  });
  return [
    {
      task: WRITE,
      by: 'ringlight Writer',
      once: (i) => writeFindNode(writer, contacts, query, i) + writer.bytes[60],
    },
    { task: WRITE, by: 'npm bencode encode', once: (i) => bencode.encode(trees[i]).length },
  ];
}

const handles = new Uint32Array(NODES);

/**
 * @param {Writer} writer
 * @param {Contacts} contacts
 * @param {Message} query
 * @param {number} which
 */
function writeFindNode(writer, contacts, query, which) {
  for (let i = 0; i < NODES; i++) handles[i] = which * NODES + i + 1;
  writer.beginReply(ASKER, query.bytes, query.idStart);
  writer.nodes(contacts, handles, NODES);
  writer.endReply(query);
  return writer.length;
}

/** @param {Contacts} contacts @param {Message} query @param {number} which */
function findNodeReply(contacts, query, which) {
  const writer = new Writer();
  return writer.bytes.slice(0, writeFindNode(writer, contacts, query, which));
}

/**
 * With eight new contacts.
 * @param {Contacts} contacts
 * @param {Message} query
 */
function getPeersReply(contacts, query) {
  const writer = new Writer();
  for (let i = 0; i < NODES; i++) {
    handles[i] = contacts.retain(randomBytes(20), 0, addressOf(0x0a000000 + i, 6881));
  }
  writer.beginReply(ASKER, randomBytes(20), 0);
  writer.nodes(contacts, handles, NODES);
  writer.token(randomBytes(8));
  const peers = Float64Array.from({ length: PEERS }, (_, i) => addressOf(0x0a000100 + i, 7000 + i));
  writer.peers(peers, PEERS);
  writer.endReply(query);
  return writer.bytes.slice(0, writer.length);
}
