import { expect, test } from 'vitest';
import { LabCrawl } from '../../../src/lab/mainline/lab-crawl.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CRAWL_DEFAULTS, Crawl } from '../../../src/mainline/crawl/crawl.ts';

function calm() {
  const crawler = new LabCrawl();
  const settings = settingsFrom({ onePerIp: false, inbound: false, outbound: false });
  const network = { latency: { kind: 'constant', ms: 20 } } as const;
  const overlay = mainlineWorld(
    { seed: 4, nodes: 300, sha1, network, settings, upkeep: false },
    crawler,
  );
  const crawl = new Crawl({ ...CRAWL_DEFAULTS, zone: new Uint8Array(20) }, 1);
  return { crawler, overlay, crawl };
}

test('it stays inside the budget for new endpoints, and finds all', () => {
  const { crawler, overlay, crawl } = calm();
  const beganAtMs = overlay.world.now;
  expect(crawler.run(overlay, 7, crawl, 50)).toBe(true);
  const tookS = (overlay.world.now - beganAtMs) / 1000;
  expect(crawl.count).toBeGreaterThanOrEqual(299);
  expect(crawl.visits[2]).toBeGreaterThanOrEqual(299);
  // 300 nodes at 50 a second, 5 of them at once.
  expect(tookS).toBeGreaterThanOrEqual((299 - 5) / 50);
});

test('it ends when the crawler goes, for nobody answers what is under way any more', () => {
  const { crawler, overlay, crawl } = calm();
  const leavesAtMs = overlay.world.now + 1000;
  const isThere = () => overlay.world.now < leavesAtMs;
  expect(crawler.run(overlay, 7, crawl, 50, isThere)).toBe(false);
  expect(crawl.isOver).toBe(false);
  expect(overlay.world.now).toBeLessThan(leavesAtMs + 100);
});
