/**
 * `npm run screenshots`: the pictures of the README, from fixed seeds, into docs/pictures.
 *
 *     npm run screenshots                      all of them
 *     npm run screenshots -- --out FOLDER      into another folder
 *     npm run screenshots -- studio-ring       only those that are named
 *
 * Each is a link of the studio, opened by somebody who prefers less motion: so the scene is made at once
 * and stands still at its moment. The live ring has fixed ports, for its places are hashes of addresses.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { LiveRing, openStudio } from '../dist/studio.js';
import { createRingTestnet } from '../dist/testnet.js';
import { flatPng } from './flat-png.mjs';

const CHROMIUM = process.env['RINGLIGHT_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...[
    '--disable-component-update',
    '--disable-sync',
    '--font-render-hinting=none',
    '--disable-partial-raster',
    '--disable-gpu',
    '--num-raster-threads=1',
    '--force-color-profile=srgb',
  ],
];
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** A README is read on telephones, too. */
const BYTES_MAX = 200_000;
/** A scene is there long before. */
const PATIENCE_MS = 30_000;
/** Ports of the live ring. */
const FIRST_PORT = 7400;
const LIVE_NODES = 12;
const LIVE_KEYS = ['apple', 'banana', 'cherry', 'damson', 'elder', 'fig', 'grape', 'hazel'];

/** @type {{ name: string, hash: string, theme: 'dark' | 'light', tab?: string, size?: typeof WIDE }[]} */
const PICTURES = [
  { name: 'studio-ring', hash: '', theme: 'dark' },
  { name: 'studio-ring-light', hash: '', theme: 'light' },
  { name: 'studio-phone', hash: '', theme: 'dark', size: PHONE },
  { name: 'studio-lookup', hash: '#lesson=fingers/2', theme: 'dark' },
  { name: 'studio-mainline-trie', hash: '#lesson=lookup/3', theme: 'dark' },
  { name: 'studio-compare', hash: '#lesson=ring-split/4', theme: 'dark' },
  { name: 'studio-live', hash: '#live=ring', theme: 'dark', tab: 'Keys' },
];

/** A ring of this process that a few keys were put into. */
async function openLive() {
  const ring = await createRingTestnet({ nodes: 1, k: 2, port: FIRST_PORT });
  for (let i = 1; i < LIVE_NODES; i++) await ring.add({ port: FIRST_PORT + i });
  await ring.settled();
  for (const key of LIVE_KEYS) await ring.nodes[0].insert(key, `a ${key}`, { level: 'all' });
  const scene = new LiveRing({
    name: 'ring',
    title: `a ring of ${LIVE_NODES}`,
    members: () => ring.nodes,
  });
  scene.learn(LIVE_KEYS);
  return { ring, scene };
}

/** The scene is there, and nothing is on its way to the page any more. */
async function isStill(page, isLive) {
  await page.waitForFunction(
    (keys) => {
      const { panes } = globalThis.ringlight.glance();
      const isThere = (pane) =>
        pane.nodes.length > 0 && !pane.busy && Object.keys(pane.keys).length >= keys;
      return panes.length > 0 && panes.every(isThere);
    },
    isLive ? LIVE_KEYS.length : 1,
    { timeout: PATIENCE_MS },
  );
  // Words and charts follow the model within a second.
  await page.waitForTimeout(1500);
}

/** A step that asks is shown as it ends. */
async function show(page) {
  const button = page.getByRole('button', { name: 'Just show me' });
  if ((await button.count()) === 0) return;
  await button.click();
  const isTold = () => globalThis.ringlight.glance().phase === 'told';
  await page.waitForFunction(isTold, undefined, { timeout: PATIENCE_MS });
  await page.waitForTimeout(1500);
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { out: { type: 'string' } },
    allowPositionals: true,
  });
  const out = values.out ?? fileURLToPath(new URL('../docs/pictures', import.meta.url));
  const wanted = PICTURES.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  if (wanted.length === 0) throw new Error(`no picture is named ${positionals.join(', ')}`);
  mkdirSync(out, { recursive: true });
  const live = wanted.some(({ hash }) => hash.startsWith('#live')) ? await openLive() : null;
  const studio = await openStudio({ scenes: live ? [live.scene] : [] });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    for (const { name, hash, theme, tab, size = WIDE } of wanted) {
      const page = await browser.newPage({
        ...{ viewport: size, colorScheme: theme, reducedMotion: 'reduce', locale: 'en-GB' },
      });
      await page.goto(`${studio.url}/${hash}`);
      await isStill(page, hash.startsWith('#live'));
      await show(page);
      if (tab) await page.getByRole('tab', { name: tab }).click();
      await page.mouse.move(0, 0);
      await page.waitForTimeout(500);
      const png = flatPng(await page.screenshot());
      console.log(`${name}.png  ${Math.round(png.length / 1000)} kB`);
      if (png.length > BYTES_MAX) throw new Error(`${name}.png is larger than ${BYTES_MAX} bytes`);
      writeFileSync(join(out, `${name}.png`), png);
      await page.close();
    }
  } finally {
    await browser.close();
    await studio.close();
    await live?.ring.close();
  }
}

await main();
