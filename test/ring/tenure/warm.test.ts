import { expect, test } from 'vitest';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';
import { holdWarm } from '../../../src/ring/tenure/warm.ts';

const CALM = { seed: 3, network: { latency: { kind: 'constant', ms: 10 } }, sha1 } as const;
const watcher = { onOutcome: () => {}, onEvent: () => {} };

test('after a long calm every owner has the title that it would have come to', () => {
  const settings = ringSettings({ k: 2, titles: true });
  const ring = ringWorld({ ...CALM, nodes: 9, settings }, watcher);
  for (let node = 0; node < 9; node++) {
    const { title } = ring.node(node).identities[0].holding!;
    expect(title).toMatchObject({ wanted: 3, epoch: { number: 1 } });
    expect([title.copies.length, title.electors.length]).toEqual([3, 5]);
  }
});

test('in a ring without titles there is none', () => {
  const ring = ringWorld(
    { ...CALM, nodes: 3, settings: ringSettings({ k: 2, titles: false }) },
    watcher,
  );
  const node = ring.node(0);
  expect(holdWarm(node, 0, node.identities[0])).toBeNull();
});
