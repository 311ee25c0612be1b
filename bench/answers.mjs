/**
 * What a node needs to answer, without sockets: queries are handed to it as a batch of its transport would, and
 * what it sends is thrown away. Beside the echo in C it says which share of a query is ours and not the kernel's.
 */
import { randomBytes } from 'node:crypto';
import { addressOf, openMainline, parseIp, portOf } from '../dist/mainline.js';
import { idSharing, shownSpread, spreadOf, whole } from './setup.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */

const LOOPBACK = parseIp('127.0.0.1');
const BATCH = 64;
/** A third of a millisecond: many a round then lies between two turns of other programs. */
const QUERIES = 256;
const SLOT_BYTES = 128;
const TABLE_DEPTHS = 20;
const FIRST_PORT = 10_000;
/** @type {Record<string, [before: string, after: string]>} */
const METHODS = {
  ping: ['', 'e1:q4:ping'],
  find_node: ['6:target20:', 'e1:q9:find_node'],
  get_peers: ['9:info_hash20:', 'e1:q9:get_peers'],
};

/** @param {Run} run @returns {Promise<Section>} */
export async function measureAnswers(run) {
  const id = randomBytes(20);
  const asker = idSharing(id, TABLE_DEPTHS);
  const { node, receiver } = await openNode(id);
  const rounds = run.quick ? 600 : 6000;
  const rows = Object.keys(METHODS).map((method) => {
    run.progress(`answers: ${method}`);
    const ns = spreadOf(timesOf(receiver, queriesOf(method, asker), rounds));
    return [method, shownSpread(ns), whole(ns.min)];
  });
  const contacts = node.table.size;
  await node.close();
  return {
    title: 'Answering, without sockets',
    method:
      `A node with ${contacts} contacts in its table is handed ${QUERIES} queries of random targets, ${BATCH} at a ` +
      `time; what it sends is thrown away. ${rounds} rounds of all; medians (min–max) over rounds, and what no other ` +
      'program disturbed is near the least. The echo in C of the first table costs what the kernel takes for a query and ' +
      'its answer: what is here comes on top of it, whatever moves the datagrams.',
    table: [['query', 'ns each', 'least'], ...rows],
    goals: [],
  };
}

/** A node whose contacts answer at once, without a socket. @param {Buffer} id */
async function openNode(id) {
  /** @type {Map<number, Buffer>} */
  const ids = new Map();
  for (let i = 0; i < TABLE_DEPTHS * 8; i++) ids.set(FIRST_PORT + i, idSharing(id, i >> 3));
  /** @type {any} */
  let receiver = null;
  const transport = {
    address: addressOf(LOOPBACK, 6881),
    sendFailures: 0,
    open: (/** @type {any} */ one) => {
      receiver = one;
    },
    send: (
      /** @type {number} */ to,
      /** @type {Uint8Array} */ bytes,
      /** @type {number} */ length,
    ) => {
      const contact = ids.get(portOf(to));
      if (contact !== undefined) answerPing(receiver, to, contact, bytes.subarray(0, length));
    },
    flush: () => {},
    close: (/** @type {() => void} */ closed) => closed(),
  };
  const node = await openMainline({ transport, id: id.toString('hex'), bootstrap: false });
  for (const port of ids.keys()) await node.ping(`127.0.0.1:${port}`);
  return { node, receiver };
}

/** @param {any} receiver @param {number} from @param {Buffer} id @param {Uint8Array} query */
function answerPing(receiver, from, id, query) {
  const text = Buffer.from(query);
  const at = text.indexOf('1:t4:');
  const parts = ['d1:rd2:id20:', id, 'e', text.subarray(at, at + 9), '1:y1:re'];
  const reply = Buffer.concat(parts.map((part) => Buffer.from(part)));
  queueMicrotask(() => {
    receiver.receive(from, reply, 0, reply.length);
    receiver.drained();
  });
}

/** @param {string} method @param {Buffer} asker */
function queriesOf(method, asker) {
  const [before, after] = METHODS[method];
  return Array.from({ length: QUERIES }, () => {
    const target = before === '' ? '' : randomBytes(20);
    const parts = [
      'd1:ad2:id20:',
      asker,
      before,
      target,
      after,
      '1:t4:',
      randomBytes(4),
      '1:y1:qe',
    ];
    return Buffer.concat(parts.map((part) => Buffer.from(part)));
  });
}

/** ns for each query, of each round but the first ones. @param {any} receiver @param {Buffer[]} queries @param {number} rounds */
function timesOf(receiver, queries, rounds) {
  const from = addressOf(LOOPBACK, 54_321);
  const slots = new Uint8Array(BATCH * SLOT_BYTES);
  const times = [];
  const warm = Math.ceil(rounds / 4);
  for (let round = 0; round < warm + rounds; round++) {
    const started = process.hrtime.bigint();
    for (let first = 0; first < QUERIES; first += BATCH) {
      for (let i = 0; i < BATCH; i++) slots.set(queries[first + i], i * SLOT_BYTES);
      for (let i = 0; i < BATCH; i++) {
        receiver.receive(from, slots, i * SLOT_BYTES, i * SLOT_BYTES + queries[first + i].length);
      }
      receiver.drained();
    }
    if (round >= warm) times.push(Number(process.hrtime.bigint() - started) / QUERIES);
  }
  return times;
}
