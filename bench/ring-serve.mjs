/**
 * One server of the ring's comparison, in a process of its own. Told by its parent what to be:
 *
 *     { start: 'ring', options }              →  { port }             a member, by `openRing`
 *     { start: 'redis', options }             →  { port }             the Redis port of such a member
 *     { start: 'responder', requestBytes, replyBytes } →  { port }    the least that TCP on Node.js costs
 *     { fill: { keys, valueBytes } }          →  {}                   inserts through the member
 *     { run: { command, seconds, inFlight, keys, valueBytes, level } } →  { rate, p50Us, p99Us }
 *     'leave' →  {}     'info' →  RingInfo     'cpu' →  { cpuUs }
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { openResp, openRing } from '../dist/ring.js';

const HOST = '127.0.0.1';
/** Inserts under way while a store is filled. */
const FILLING = 64;

/** @type {import('../dist/ring.js').Ring | null} */
let ring = null;

/** @param {number} i */
export function keyOf(i) {
  return createHash('sha1').update(`key ${i}`).digest();
}

/** @type {Record<string, (order: any) => Promise<unknown>>} */
const orders = {
  async start({ start, options, requestBytes, replyBytes }) {
    if (start === 'responder') return { port: await respond(requestBytes, replyBytes) };
    ring = await openRing({ host: HOST, ...options });
    await ring.ready();
    if (start === 'redis') return { port: (await openResp(ring)).port };
    return { port: ring.port };
  },

  async fill({ fill: { keys, valueBytes } }) {
    const value = new Uint8Array(randomBytes(valueBytes));
    let next = 0;
    const worker = async () => {
      while (next < keys) await member().insert(new Uint8Array(keyOf(next++)), value, ONE);
    };
    await Promise.all(Array.from({ length: FILLING }, worker));
    return {};
  },

  async run({ run: { command, seconds, inFlight, keys, valueBytes, level } }) {
    const value = new Uint8Array(randomBytes(valueBytes));
    const all = Array.from({ length: keys }, (_, i) => new Uint8Array(keyOf(i)));
    const histogram = createHistogram();
    const endMs = performance.now() + seconds * 1000;
    let done = 0;
    let next = 0;
    const worker = async () => {
      for (let nowMs = performance.now(); nowMs < endMs; ) {
        const key = all[next++ % keys];
        if (command === 'get') await member().get(key, { level });
        else if (command === 'exists') await member().exists(key, { level });
        else await member().insert(key, value, { level });
        const afterMs = performance.now();
        histogram.record(Math.max(1, Math.round((afterMs - nowMs) * 1000)));
        nowMs = afterMs;
        done++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    return {
      rate: done / seconds,
      p50Us: histogram.percentile(50),
      p99Us: histogram.percentile(99),
    };
  },
};

/** @type {{ level: 'one' }} */
const ONE = { level: 'one' };

function member() {
  if (ring === null) throw new Error('no member was started');
  return ring;
}

/**
 * Answers every `requestBytes` with `replyBytes` and looks at neither.
 * @param {number} requestBytes
 * @param {number} replyBytes
 */
async function respond(requestBytes, replyBytes) {
  const reply = Buffer.alloc(replyBytes, 1);
  const server = createServer((socket) => {
    let arrived = 0;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (arrived += chunk.length; arrived >= requestBytes; arrived -= requestBytes) {
        socket.write(reply);
      }
    });
  });
  await new Promise((resolve) => server.listen(0, HOST, () => resolve(undefined)));
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

process.on('disconnect', () => process.exit());
process.on('message', async (/** @type {any} */ order) => {
  if (order === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system });
  } else if (order === 'info') {
    process.send?.(member().info());
  } else if (order === 'leave') {
    await member().leave({ timeoutMs: 120_000 });
    process.send?.({});
  } else {
    const name = Object.keys(orders).find((known) => known in order);
    process.send?.(await orders[name ?? '']?.(order));
  }
});
