/**
 * `npm run bench:studio`: what a frame of the studio's picture costs, in Debian's chromium.
 *
 *     npm run bench:studio                a minute and a half; writes bench/studio-results.md
 *     npm run bench:studio -- --quick     a second for each scene; nothing is written
 *
 * The page is web/bench.html, served by vite from its sources. Chromium draws without a graphics card
 * here, so frames per second are those of software; the time of JavaScript is what the studio answers for.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { opening, table } from './results.mjs';
import { decimals, whole } from './setup.mjs';

/**
 * @typedef {object} Measured
 * @property {number} nodes
 * @property {'ring' | 'trie'} view
 * @property {boolean} moving
 * @property {number} frames
 * @property {number} framesPerSecond
 * @property {number} meanMs
 * @property {number} p95Ms
 * @property {number} maxMs
 */

const SIZES = [1000, 10_000, 100_000];
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** A frame at 60 Hz. */
const BEAT_MS = 1000 / 60;
/** Longer than this is seen as a stutter. */
const STUTTER_MS = 50;

/** @param {number} seconds for each scene @returns {Promise<Measured[]>} */
async function measure(seconds) {
  const server = await createServer({
    configFile: fileURLToPath(new URL('../web/vite.config.ts', import.meta.url)),
    server: { host: '127.0.0.1', port: 0 },
    logLevel: 'error',
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  try {
    const [address] = server.resolvedUrls?.local ?? [];
    /** @type {Measured[]} */
    const results = [];
    for (const nodes of SIZES) {
      const page = await browser.newPage({ viewport: { width: 1040, height: 860 } });
      page.on('pageerror', (error) => console.error(error.message));
      await page.goto(`${address}bench.html?nodes=${nodes}&seconds=${seconds}`);
      const done = page.locator('#results[data-done]');
      await done.waitFor({ state: 'attached', timeout: 120_000 });
      results.push(...JSON.parse((await done.textContent()) ?? '[]'));
      await page.close();
    }
    return results;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** @param {Measured[]} results */
function goalsOf(results) {
  const goals = [];
  for (const { nodes, view, moving, p95Ms, maxMs } of results) {
    const scene = `${whole(nodes)} nodes, ${view}${moving ? ', zooming' : ''}`;
    if (nodes <= 10_000) {
      goals.push(goal(`${scene}: p95 of a frame, ms`, BEAT_MS, p95Ms));
    } else {
      goals.push(goal(`${scene}: longest frame, ms`, STUTTER_MS, maxMs));
    }
  }
  return goals;
}

/** @param {string} what @param {number} limit @param {number} value */
function goal(what, limit, value) {
  const figure = decimals(1)(value);
  return { what, wanted: `≤ ${decimals(1)(limit)}`, figure, reached: value <= limit };
}

/** @param {Measured[]} results */
function rowsOf(results) {
  const head = ['nodes', 'view', 'camera', 'mean ms', 'p95 ms', 'max ms', 'frames/s', 'frames'];
  return [
    head,
    ...results.map((each) => [
      whole(each.nodes),
      each.view,
      each.moving ? 'zooming' : 'still',
      decimals(2)(each.meanMs),
      decimals(2)(each.p95Ms),
      decimals(2)(each.maxMs),
      decimals(1)(each.framesPerSecond),
      whole(each.frames),
    ]),
  ];
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const results = await measure(values.quick ? 1 : 5);
const text = [
  ...opening('The studio', values.quick, goalsOf(results)),
  '## Frames',
  '',
  'JavaScript time of a frame: the messages of the frame taken in by the model, and the whole picture drawn at 1,000 × 800 pixels, with 150 messages under way, a look-up, a selected node and key, and 1 % of all nodes changing state in each second. In the ring view the overlay is a ring, in the trie view Mainline. Zooming: the camera moves in each frame, so nothing that was drawn before can be used again. Chromium without a graphics card; frames per second are bounded by the browser at 60.',
  '',
  ...table(rowsOf(results)),
  '',
].join('\n');
console.log(text);
if (!values.quick) writeFileSync(new URL('studio-results.md', import.meta.url), text);
