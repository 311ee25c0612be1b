/** What labs of one network and of two have in common: who looks on, whose calls end with a node, and figures. */
import { describe, expect, test } from 'vitest';
import type { DualStackNetwork } from '../../../src/api/lab/dual-stack-lab.ts';
import { labStats } from '../../../src/api/lab/family-lab.ts';
import { summaryOf } from '../../../src/lab/results/grade.ts';
import { createLab } from '../../../src/lab.ts';

const seed = Math.floor(Math.random() * 2 ** 32);
const network: DualStackNetwork = { latency: { kind: 'constant', ms: 30 }, family: 'both' };
const LABS = {
  'of one network': () => createLab({ seed, nodes: 60, latency: { kind: 'constant', ms: 30 } }),
  'of two': () => createLab({ seed, nodes: 60, network }),
};

describe.each(Object.entries(LABS))('a lab %s', (_, open) => {
  test(`tells whoever looks on of each lookup, and counts it, seed ${seed}`, async () => {
    const lab = open();
    const heard: [number, boolean][] = [];
    const stop = lab.watch({ onLookup: (_trace, node, { exact }) => heard.push([node, exact]) });
    await lab.nodes[4]!.findNode('5'.repeat(40));
    const { count, exactRate } = lab.stats.lookups;
    expect(heard.length).toBe(count);
    expect(new Set(heard.map(([node]) => node))).toEqual(new Set([4]));
    expect(heard.filter(([, exact]) => exact).length / count).toBe(exactRate);
    stop();
    await lab.nodes[4]!.findNode('6'.repeat(40));
    expect(heard.length).toBe(count);
    expect(lab.stats.lookups.count).toBe(2 * count);
  });

  test(`fails what a node called for when its process ends, seed ${seed}`, async () => {
    const lab = open();
    const call = lab.nodes[4]!.findNode('5'.repeat(40));
    lab.crash(4);
    await expect(call).rejects.toMatchObject({ code: 'CLOSED', message: 'node 4 crashed' });
  });

  test(`goes on with a program when the millisecond is over, seed ${seed}`, async () => {
    // All begin at once and ways are equally long: whatever one hears, others hear at that moment, too.
    const soonest = async (more: (lab: ReturnType<typeof open>) => void): Promise<unknown> => {
      const lab = open();
      const calls = lab.nodes.map((node) => node.findNode('5'.repeat(40)));
      await Promise.race(calls);
      more(lab);
      const told = [lab.now, lab.traceHash];
      await Promise.all(calls);
      return told;
    };
    expect(await soonest((lab) => lab.run(0))).toEqual(await soonest(() => {}));
  });
});

test('stats are what the world carried, and the summary of all lookups', () => {
  const world = { virtualMs: 5, nodes: 2, delivered: 9, lost: 1, undeliverable: 3 };
  const { lookups: count, ...summary } = summaryOf([]);
  expect(labStats(world, [])).toEqual({ ...world, lookups: { count, ...summary } });
});
