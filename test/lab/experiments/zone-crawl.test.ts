import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { nodesOfZone, ZoneCrawl } from '../../../src/lab/experiments/zone-crawl.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CHOICES } from '../graded.ts';

function crawled(loss: number, bits: number): { answered: number[]; inside: number[] } {
  const crawl = new ZoneCrawl();
  const overlay = mainlineWorld(
    {
      ...{ seed: 9, nodes: 2000, upkeep: false, settings: settingsFrom({ ...CHOICES, k: 20 }) },
      network: { latency: { kind: 'constant', ms: 50 }, loss },
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
    },
    crawl,
  );
  const zone = new Uint8Array(20).fill(0x5a);
  crawl.run(overlay, 1999, zone, bits);
  const ascending = (a: number, b: number): number => a - b;
  return {
    answered: [...crawl.answered].sort(ascending),
    inside: nodesOfZone(overlay, zone, bits).sort(ascending),
  };
}

describe('a crawl of a zone', () => {
  test.each([3, 4, 5])('without loss sees all of it and nobody else, %i bits', (bits) => {
    const { answered, inside } = crawled(0, bits);
    expect(inside.length).toBeGreaterThan(2000 / 2 ** bits / 2);
    expect(answered).toEqual(inside);
  });

  test('misses those whose one query or reply is lost', () => {
    const { answered, inside } = crawled(0.2, 3);
    const share = answered.length / inside.length;
    expect(answered.every((node) => inside.includes(node))).toBe(true);
    // 0.8 × 0.8, give or take four deviations of 250 nodes.
    expect(share).toBeGreaterThan(0.64 - 0.12);
    expect(share).toBeLessThan(0.64 + 0.12);
  });
});
