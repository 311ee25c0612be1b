/**
 * One world for `lab.mjs`, in a process of its own: builds it, lets lookups run until so many are
 * over, grades each against the truth and tells what it took. With `workers` it is in parts, each in a
 * thread, and lookups are in lanes.
 */
import { hash } from 'node:crypto';
import { Team } from '../dist/api/lab/threads/team.js';
import { SeededRandom } from '../dist/core/random.js';
import { mainlineWorld } from '../dist/lab/mainline/mainline-overlay.js';
import { together } from '../dist/lab/mainline/mainline-part.js';
import { summaryOf } from '../dist/lab/results/grade.js';
import { settingsFrom } from '../dist/mainline/choices.js';
import { LookupKind } from '../dist/mainline/rows/purpose.js';

/**
 * Lookups under way: at least 100, and so many that there are at most 400 rounds of them. A round takes
 * a second or more of virtual time; contacts were heard at the start, no upkeep keeps them good, and
 * after 15 minutes they are not. Each lookup has 4 KB that it works on: with 500 instead of 100 among
 * 10,000 nodes a message costs a sixth more.
 */
const AT_ONCE = 100;
const ROUNDS = 400;
const K = 8;
const ALPHA = 3;
const SEED = 1;
/** A stream of the seed that the world does not use. */
const LOOKUPS_STREAM = 100;

/**
 * @typedef {object} Measured
 * @property {number} buildSeconds
 * @property {number} lookupSeconds
 * @property {number} totalSeconds from the start of the process
 * @property {number} delivered
 * @property {number} builtRssBytes
 * @property {number} peakRssBytes
 * @property {number} exactRate
 * @property {number} rpcsMean
 * @property {number} hopsMean of the closest node found
 * @property {string} traceHash
 */

/** @param {{ nodes: number, lookups: number, isTouched?: boolean }} size @returns {Measured} */
function measure({ nodes, lookups, isTouched = false }) {
  const beganAt = performance.now();
  const atOnce = Math.max(AT_ONCE, Math.ceil(lookups / ROUNDS));
  const random = new SeededRandom(SEED, LOOKUPS_STREAM);
  /** @type {Map<number, { node: number, target: Uint8Array }>} */
  const asked = new Map();
  let [over, exact, rpcs, hops, calls] = [0, 0, 0, 0, 0];
  const settings = settingsFrom({
    inbound: false,
    outbound: false,
    onePerIp: false,
    k: K,
    alpha: ALPHA,
  });
  /** @type {import('../dist/lab/mainline/mainline-overlay.js').MainlineOverlay} */
  const overlay = mainlineWorld(
    {
      seed: SEED,
      nodes,
      network: { latency: { kind: 'constant', ms: 100 } },
      settings,
      upkeep: false,
      sha1: (bytes) => hash('sha1', bytes, 'buffer'),
    },
    {
      onPeer() {},
      onAnswer() {},
      onSilence() {},
      onJoin() {},
      onLookup(call, lookup) {
        const { node, target } = /** @type {{ node: number, target: Uint8Array }} */ (
          asked.get(call)
        );
        asked.delete(call);
        over++;
        rpcs += lookup.askedCount;
        const truth = overlay.oracle.closest(target, K, node + 1);
        let found = 0;
        let right = 0;
        lookup.closestAnswered(K, (row) => {
          if (found === 0) hops += lookup.hopsOf(row);
          const address = overlay.addressOf(truth[found++] - 1);
          if (lookup.addressOf(row) === address) right++;
        });
        if (right === K) exact++;
      },
    },
  );
  const { world } = overlay;
  if (isTouched) overlay.touchAll();
  const builtAt = performance.now();
  const builtRssBytes = process.memoryUsage().rss;
  while (over < lookups) {
    while (asked.size < atOnce && calls < lookups) {
      const target = new Uint8Array(20);
      for (let i = 0; i < target.length; i++) target[i] = random.uint32();
      const node = random.uint32() % nodes;
      asked.set(++calls, { node, target });
      if (!overlay.node(node).lookup(world.now, LookupKind.findNode, target, calls)) {
        throw new Error(`node ${node} could not begin lookup ${calls}`);
      }
      world.arm(node);
    }
    const enough = Math.min(lookups, over + atOnce / 8);
    world.run(Infinity, () => over >= enough);
  }
  const endedAt = performance.now();
  return {
    buildSeconds: (builtAt - beganAt) / 1000,
    lookupSeconds: (endedAt - builtAt) / 1000,
    totalSeconds: endedAt / 1000, // performance.now() counts from the start of the process
    delivered: world.delivered,
    builtRssBytes,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    exactRate: exact / lookups,
    rpcsMean: rpcs / lookups,
    hopsMean: hops / lookups,
    traceHash: world.traceHash,
  };
}

/**
 * @param {{ nodes: number, lookups: number, isTouched?: boolean, workers: number }} size
 * @returns {Promise<Measured>}
 */
async function measureSplit({ nodes, lookups, isTouched = false, workers }) {
  const beganAt = performance.now();
  const team = new Team(
    {
      ...{ seed: SEED, nodes, upkeep: false, start: {}, churn: null, schedule: [] },
      network: { latency: { kind: 'constant', ms: 100 } },
      node: { k: K, alpha: ALPHA },
      ...{ routers: false, workload: null },
      lanes: { lookups, atOnce: Math.max(AT_ONCE, Math.ceil(lookups / ROUNDS)) },
    },
    workers,
  );
  await team.made;
  if (isTouched) await team.touchAll();
  const builtAt = performance.now();
  const builtRssBytes = process.memoryUsage().rss;
  const { delivered } = await team.run(Infinity, false);
  const endedAt = performance.now();
  const { grades, traceHash } = together(await team.tally());
  const { exactRate, rpcsMean, hopsMean } = summaryOf(grades);
  await team.close();
  return {
    buildSeconds: (builtAt - beganAt) / 1000,
    lookupSeconds: (endedAt - builtAt) / 1000,
    totalSeconds: endedAt / 1000,
    ...{ delivered, builtRssBytes, exactRate, rpcsMean, hopsMean, traceHash },
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** @typedef {Parameters<typeof measure>[0] & { workers?: number }} Size */

process.once('message', async (/** @type {Size} */ size) => {
  const { workers } = size;
  process.send?.(workers === undefined ? measure(size) : await measureSplit({ ...size, workers }));
});
