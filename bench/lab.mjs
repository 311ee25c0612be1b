/**
 * `npm run bench:lab`: how many real nodes fit into one process, and how fast their lookups run.
 *
 *     npm run bench:lab                about a minute; writes bench/lab-results.md
 *     npm run bench:lab -- --quick     the two smaller worlds, fewer lookups; nothing is written
 *     npm run bench:lab -- --largest   ten million nodes too, once with all tables: two minutes more, 9 GB of memory
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { opening, table } from './results.mjs';
import { chooseCores, decimals, startChild, whole } from './setup.mjs';

/** @typedef {import('./lab-world.mjs').Measured} Measured */
/** @typedef {{ nodes: number, lookups: number, isTouched?: boolean, workers?: number }} Size */
/** @typedef {Size & { measured: Measured }} Result */

/** @type {Size[]} */
const SIZES = [
  { nodes: 10_000, lookups: 40_000 },
  { nodes: 50_000, lookups: 200_000 },
  { nodes: 100_000, lookups: 10_000 },
  { nodes: 1_000_000, lookups: 20_000 },
  { nodes: 1_000_000, lookups: 20_000, isTouched: true },
  { nodes: 1_000_000, lookups: 20_000, isTouched: true, workers: 1 },
  { nodes: 1_000_000, lookups: 20_000, isTouched: true, workers: 2 },
];
/** What two cores are to come to, beside one: messages a second. */
const SPEEDUP = 1.6;
/** As many as the real Mainline DHT has. @type {Size[]} */
const LARGEST = [
  { nodes: 10_000_000, lookups: 1000 },
  { nodes: 10_000_000, lookups: 1000, isTouched: true },
];
/** @type {Size[]} */
const QUICK_SIZES = [
  { nodes: 10_000, lookups: 4000 },
  { nodes: 50_000, lookups: 4000 },
];
/**
 * PeerSim with Kademlia, model messages instead of bytes. Taken from earlier measurements on such a
 * machine (the same two cores and 24 GB), not run again here.
 */
const PEERSIM = [
  { nodes: 10_000, lookups: 40_000, seconds: 55, gigabytes: 5.0 },
  { nodes: 50_000, lookups: 200_000, seconds: 395, gigabytes: 14.3 },
];
/** The share of PeerSim's time and memory that is aimed at. */
const TIME_SHARE = 20;
const MEMORY_SHARE = 50;
const HEAP_LIMIT_MB = 14_000;

/**
 * @param {Result} result
 * @returns {{ what: string, wanted: string, figure: string, reached: boolean }[]}
 */
function goalsOf({ nodes, lookups, isTouched = false, workers, measured }) {
  if (workers !== undefined) return []; // see `speedupOf`
  const { totalSeconds, peakRssBytes, builtRssBytes, delivered, lookupSeconds } = measured;
  const peakMb = peakRssBytes / 1e6;
  const size = `${whole(nodes)} nodes, ${whole(lookups)} lookups`;
  const goals = [];
  const theirs = PEERSIM.find((row) => row.nodes === nodes && row.lookups === lookups);
  if (theirs) {
    const seconds = theirs.seconds / TIME_SHARE;
    const megabytes = (theirs.gigabytes * 1000) / MEMORY_SHARE;
    goals.push(
      goal(`${size}: seconds`, '≤', seconds, totalSeconds, decimals(2)),
      goal(`${size}: MB`, '≤', megabytes, peakMb, whole),
    );
  }
  if (nodes === 100_000) goals.push(goal(`${size}: seconds`, '≤', 60, totalSeconds, decimals(1)));
  if (nodes === 1_000_000 && isTouched) {
    goals.push(
      goal('1,000,000 nodes with full tables: MB', '≤', 2000, builtRssBytes / 1e6, whole),
      goal('1,000,000 nodes, lookups running: MB', '≤', 2000, peakMb, whole),
      goal('1,000,000 nodes: messages/s', '≥', 350_000, delivered / lookupSeconds, whole),
    );
  }
  if (nodes === LARGEST[0].nodes) {
    const [what, limitMb] = isTouched
      ? ['10,000,000 nodes with full tables', 14_000]
      : [size, 3000];
    goals.push(goal(`${what}: MB`, '≤', limitMb, peakMb, whole));
    if (!isTouched) goals.push(goal(`${size}: seconds`, '≤', 15, totalSeconds, decimals(1)));
  }
  return goals;
}

/** One world on two cores beside the same on one. @param {Result[]} results */
function speedupOf(results) {
  const [one, two] = [1, 2].map((count) => results.find(({ workers }) => workers === count));
  if (!one || !two) return [];
  const rate = (/** @type {Result} */ { measured }) => measured.delivered / measured.lookupSeconds;
  const isSame = one.measured.traceHash === two.measured.traceHash;
  const what = `${whole(two.nodes)} nodes on two cores, messages/s beside one`;
  const figure = isSame ? rate(two) / rate(one) : Number.NaN; // another run is no comparison
  return [goal(what, '≥', SPEEDUP, figure, decimals(2))];
}

/**
 * @param {string} what
 * @param {'≤' | '≥'} sign
 * @param {number} limit
 * @param {number} value
 * @param {(value: number) => string} format
 */
function goal(what, sign, limit, value, format) {
  const reached = sign === '≤' ? value <= limit : value >= limit;
  return { what, wanted: `${sign} ${format(limit)}`, figure: format(value), reached };
}

/** @param {Size} size @param {number | null} core @returns {Promise<Measured>} */
async function measure(size, core) {
  // Hardly anything is allocated while lookups run: 16 MB of new space cost 25 MB and gain nothing.
  const flags = [`--max-old-space-size=${HEAP_LIMIT_MB}`, '--max-semi-space-size=1'];
  const own = size.workers === undefined ? core : null; // threads are on as many cores as they like
  const child = startChild(new URL('./lab-world.mjs', import.meta.url), { flags, core: own });
  try {
    return await child.ask(size);
  } finally {
    await child.stop();
  }
}

/** @param {Result[]} results @param {number | null} core @param {boolean} quick */
function report(results, core, quick) {
  const goals = [...results.flatMap(goalsOf), ...speedupOf(results)];
  const pinned = core === null ? 'not pinned to a core' : 'pinned to one core';
  const lines = opening('The lab', quick, goals);
  lines.push(
    '## Worlds of Mainline nodes',
    '',
    'Each row is a process of its own, ' +
      `${pinned}: real nodes, their real bytes, virtual time, 100 ms one way, no loss, k = 8, ` +
      'α = 3, warm tables, no upkeep, find_node lookups of random ids from random nodes, 100 or ' +
      'a four hundredth of them at a time. Total is from the start of the process; peak RSS is the ' +
      'most the process ever had. Tables are filled when their nodes are first touched, or all beforehand. A ' +
      'lookup is exact when it found the 8 closest of all nodes; grading all of them is part of the ' +
      'time. The same trace hash means the same run, datagram by datagram. Where threads are numbered the ' +
      'world is in so many parts, on as many cores, and its lookups are in lanes: the next of a lane begins ' +
      '100 ms after the last one has ended.',
    '',
    ...table([HEAD, ...results.map(row)]),
    '',
    '## Beside PeerSim',
    '',
    'PeerSim with Kademlia, which sends model messages. Its figures are taken from earlier ' +
      'measurements on such a machine and were not measured again in this run; its buckets hold ' +
      '16 contacts, ours 8, which is less work. Side by side with 16 each, ours took 1/7.5 of its ' +
      'time at 10,000 nodes and 40,000 lookups, and 1/16 of its memory without its own message log.',
    '',
    ...table([
      ['nodes', 'lookups', 'PeerSim s', 'ringlight s', '×', 'PeerSim MB', 'ringlight MB', '×'],
      ...PEERSIM.flatMap((theirs) => besidePeersim(theirs, results)),
    ]),
    '',
  );
  return lines.join('\n');
}

const HEAD = [
  'nodes',
  'lookups',
  'tables',
  'threads',
  'build s',
  'lookups s',
  'total s',
  'messages',
  'messages/s',
  'built RSS MB',
  'peak RSS MB',
  'exact',
  'RPCs',
  'hops',
  'trace hash',
];

/** @param {Result} result */
function row({ nodes, lookups, isTouched = false, workers, measured }) {
  return [
    whole(nodes),
    whole(lookups),
    isTouched ? 'all' : 'touched',
    workers === undefined ? 'one, whole' : String(workers),
    measured.buildSeconds.toFixed(2),
    measured.lookupSeconds.toFixed(2),
    measured.totalSeconds.toFixed(2),
    whole(measured.delivered),
    whole(measured.delivered / measured.lookupSeconds),
    whole(measured.builtRssBytes / 1e6),
    whole(measured.peakRssBytes / 1e6),
    `${(measured.exactRate * 100).toFixed(2)}%`,
    measured.rpcsMean.toFixed(2),
    measured.hopsMean.toFixed(2),
    measured.traceHash,
  ];
}

/** @param {(typeof PEERSIM)[number]} theirs @param {Result[]} results @returns {string[][]} */
function besidePeersim(theirs, results) {
  const { nodes, lookups, seconds, gigabytes } = theirs;
  const ours = results.find((result) => result.nodes === nodes && result.lookups === lookups);
  if (!ours) return [];
  const { totalSeconds, peakRssBytes } = ours.measured;
  return [
    [
      whole(nodes),
      whole(lookups),
      whole(seconds),
      totalSeconds.toFixed(2),
      (seconds / totalSeconds).toFixed(1),
      whole(gigabytes * 1000),
      whole(peakRssBytes / 1e6),
      ((gigabytes * 1e9) / peakRssBytes).toFixed(1),
    ],
  ];
}

function readFlags() {
  try {
    const flag = /** @type {const} */ ({ type: 'boolean', default: false });
    return parseArgs({ options: { quick: flag, largest: flag } }).values;
  } catch (error) {
    process.stderr.write(`bench: ${/** @type {Error} */ (error).message}\n`);
    return process.exit(2);
  }
}

const { quick, largest } = readFlags();
const { server: core } = await chooseCores();
/** @type {Result[]} */
const results = [];
const sizes = quick ? QUICK_SIZES : largest ? [...SIZES, ...LARGEST] : SIZES;
for (const size of sizes) {
  process.stderr.write(`${whole(size.nodes)} nodes, ${whole(size.lookups)} lookups\n`);
  results.push({ ...size, measured: await measure(size, core) });
}
const text = report(results, core, quick);
process.stdout.write(text);
if (!quick) writeFileSync(new URL('./lab-results.md', import.meta.url), text);
