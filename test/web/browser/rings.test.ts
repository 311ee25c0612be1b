/** A ring that has split, and a network that is cut: each side is a thing of its own, with its name and its arcs. */
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { writeSceneLink } from '../../../web/src/link/link.ts';
import { isSkipped, PATIENCE, type Visit, type WordGlance } from './browser.ts';
import { Hosted } from './opened.ts';

const HALF = [0, 1, 2, 3, 4, 5, 6, 7];
const CUT_MS = 1000;
/** By then each half has closed its own ring. */
const HEALED_MS = 60_000;

/** A world that is cut in half and heals, at a moment. */
function linkTo(atMs: number, policy: 'correct' | 'class-2019'): string {
  const config = { ...FIRST_CONFIG, policy };
  const acts = [
    { atMs: CUT_MS, act: { kind: 'partition', nodes: HALF, oneWay: false } },
    { atMs: HEALED_MS, act: { kind: 'heal' } },
  ] as const;
  const view = { view: 'ring', tab: 'keys', node: -1, key: null, lookup: 0 } as const;
  return writeSceneLink({ moment: { config, acts, atMs }, ...view });
}

describe.skipIf(isSkipped)('where nodes do not hold together', () => {
  const page = new Hosted();

  test('a ring that has split is two circles, each with its name, long after the network is whole', async () => {
    const one = await page.visit(page.url + linkTo(2 * HEALED_MS, 'class-2019'));
    await one.untilScene(({ atMs, busy }) => [atMs, busy]).toEqual([2 * HEALED_MS, false]);
    await one.untilText().toContain('they are 2 rings');
    await one.untilText().toContain('The ring has split (ring 1: 8 nodes, ring 2: 8 nodes).');
    await expect.poll(() => textsOf(one), PATIENCE).toContain('ring 1: 8 nodes');
    expect(await textsOf(one)).toContain('ring 2: 8 nodes');
    // Those of one side stand on a circle, those of the other on another around it.
    const circles = await circlesOf(one);
    expect(circles.map(([, nodes]) => nodes)).toEqual([HALF, [8, 9, 10, 11, 12, 13, 14, 15]]);
    expect(circles[1]![0]).toBeGreaterThan(circles[0]![0] + 15);
    expect((await one.ink('--danger')).coloured).toBeGreaterThan(30);
    expect(lyingOn(await one.words())).toEqual([]);
    // A key has an owner on each side, and that is said.
    await one.click('button', 'apple');
    await one.untilText().toMatch(/takes? it for (its|their) own, too/);
    await expect.poll(() => textsOf(one), PATIENCE).toContain('takes it for its own');
    expect(lyingOn(await one.words())).toEqual([]);
    await one.leave();
  });

  test('the halves of a cut are named, and are one ring again when it has healed', async () => {
    const one = await page.visit(page.url + linkTo(HEALED_MS - 10_000, 'correct'));
    await one.untilText().toContain('the network is cut');
    await expect.poll(() => textsOf(one), PATIENCE).toContain('one half: 8 nodes');
    expect(await textsOf(one)).toContain('the other half: 8 nodes, since 1.00 s');
    expect(await circlesOf(one)).toHaveLength(2);
    await one.page.evaluate((to) => (location.hash = to), linkTo(2 * HEALED_MS, 'correct'));
    await one.untilScene(({ atMs, busy }) => [atMs, busy]).toEqual([2 * HEALED_MS, false]);
    await one.untilText().toContain('16 nodes; 12 keys, all safe.');
    await expect.poll(() => circlesOf(one), PATIENCE).toHaveLength(1);
    await one.leave();
  });
});

const textsOf = async (one: Visit): Promise<string[]> =>
  (await one.words()).map(({ text }) => text);

/** Radii, the smallest first, and who stands there. */
async function circlesOf(one: Visit): Promise<[number, number[]][]> {
  const { x, y, width, height } = (await one.page.locator('.stage-surface').boundingBox())!;
  const circles: [number, number[]][] = [];
  const { nodes } = await one.scene();
  for (const node of nodes.keys()) {
    const at = await one.spot(node);
    const radius = Math.hypot(at.x - x - width / 2, at.y - y - height / 2);
    const known = circles.find(([one]) => Math.abs(one - radius) < 3);
    if (known) known[1].push(node);
    else circles.push([radius, [node]]);
  }
  return circles.sort(([a], [b]) => a - b);
}

/** Words that lie on each other. */
function lyingOn(words: readonly WordGlance[]): string[] {
  return words.flatMap((a, i) =>
    words.slice(0, i).flatMap((b) => {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      return across > 1 && down > 1 ? [`“${a.text}” lies on “${b.text}”`] : [];
    }),
  );
}
