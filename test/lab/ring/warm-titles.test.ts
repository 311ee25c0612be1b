import { expect, test } from 'vitest';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

test('all whom a title names have accepted it, and the dead are passed over', () => {
  const settings = ringSettings({ k: 1, titles: true });
  const network = { latency: { kind: 'constant', ms: 10 } } as const;
  const world = { seed: 5, nodes: 8, network, sha1 };
  const options = { ...world, identities: 2, settings, warm: { dead: [3] } };
  const ring = ringWorld(options, { onOutcome: () => {}, onEvent: () => {} });
  for (let node = 0; node < 8; node++) {
    if (node === 3) continue;
    for (const { holding, hash } of ring.node(node).identities) {
      const { copies, electors } = holding!.title;
      for (const { home } of [...copies, ...electors]) {
        const other = ring.nodeAt(home);
        if (other === 3) continue;
        const stretch = ring.node(other).seat!.elector.at(hash)!;
        expect(stretch).toMatchObject({ isInForce: true, promised: { number: 2 } });
      }
    }
  }
});
