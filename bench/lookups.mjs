/** Whole lookups on real sockets: how many a second, and did they find the true closest nodes. */
import { randomBytes } from 'node:crypto';
import { createTestnet } from '../dist/testnet.js';
import { decimals, shownSpread, spreadOf } from './setup.mjs';

/** @typedef {import('./setup.mjs').Run} Run */
/** @typedef {import('./setup.mjs').Section} Section */
/** @typedef {import('../dist/mainline.js').Mainline} Mainline */

const NODES = 64;
const K = 8;

/**
 * @param {Run} run
 * @returns {Promise<Section>}
 */
export async function measureLookups(run) {
  const rounds = run.quick ? 2 : 5;
  const lookups = run.quick ? 300 : 2000;
  /** @type {string[][]} */
  const rows = [];
  const testnet = await createTestnet({ nodes: NODES });
  try {
    for (const concurrency of [1, 16]) {
      await lookUp(testnet.nodes, lookups / 2, concurrency);
      const outcomes = [];
      for (let round = 0; round < rounds; round++) {
        run.progress(`lookups: ${concurrency} at a time, round ${round + 1} of ${rounds}`);
        outcomes.push(await lookUp(testnet.nodes, lookups, concurrency));
      }
      const sum = (/** @type {'exact' | 'queries'} */ key) =>
        outcomes.reduce((total, outcome) => total + outcome[key], 0);
      const total = rounds * lookups;
      rows.push([
        `${concurrency}`,
        shownSpread(spreadOf(outcomes.map(({ rate }) => rate))),
        shownSpread(spreadOf(outcomes.map(({ cpuMs }) => cpuMs)), decimals(2)),
        decimals(1)(sum('queries') / total),
        `${sum('exact')} of ${total}`,
      ]);
    }
  } finally {
    await testnet.close();
  }
  return {
    title: `Lookups in a ${NODES}-node testnet`,
    method:
      `createTestnet({ nodes: ${NODES} }), all in this process; findNode of random ids from each node in turn, ` +
      `${rounds} rounds of ${lookups} after ${lookups / 2} to warm up. Both ends of every query are in the one ` +
      `process. A lookup is exact when it returned the ${K} closest of the other ${NODES - 1} nodes, by brute force.`,
    table: [['at a time', 'lookups/s', 'CPU ms/lookup', 'queries/lookup', 'exact'], ...rows],
    goals: [],
  };
}

/**
 * @param {readonly Mainline[]} nodes
 * @param {number} count
 * @param {number} concurrency
 */
async function lookUp(nodes, count, concurrency) {
  /** @type {{ from: Mainline, target: Buffer, found: string[] }[]} */
  const done = [];
  let begun = 0;
  let queries = 0;
  const worker = async () => {
    while (begun < count) {
      const from = nodes[begun++ % nodes.length];
      const target = randomBytes(20);
      const { nodes: closest, lookup } = await from.findNode(target);
      queries += lookup.steps.length;
      done.push({ from, target, found: closest.map(({ id }) => id) });
    }
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const exact = done.filter(
    ({ from, target, found }) => trueClosest(nodes, from, target).join() === found.join(),
  ).length;
  return { rate: count / seconds, cpuMs: (user + system) / 1000 / count, queries, exact };
}

/**
 * @param {readonly Mainline[]} nodes
 * @param {Mainline} asker
 * @param {Buffer} target
 */
function trueClosest(nodes, asker, target) {
  const goal = BigInt(`0x${target.toString('hex')}`);
  return nodes
    .filter((node) => node !== asker)
    .map(({ id }) => ({ id, distance: BigInt(`0x${id}`) ^ goal }))
    .sort((a, b) => (a.distance < b.distance ? -1 : 1))
    .slice(0, K)
    .map(({ id }) => id);
}
