import { expect, test } from 'vitest';
import { NatProbe } from '../../../src/lab/experiments/nat-probe.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import type { NatModel } from '../../../src/lab/network/nats.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CHOICES } from '../graded.ts';

/** Shares of 300 nodes that answer: A at once, B at once, B after five minutes. */
function answering(shares: NatModel['shares']): number[] {
  const probe = new NatProbe();
  const overlay = mainlineWorld(
    {
      ...{ seed: 4, nodes: 300, sha1, upkeep: false },
      network: { latency: { kind: 'constant', ms: 40 }, nat: { shares } },
      settings: { ...settingsFrom(CHOICES), handler: probe },
    },
    probe,
  );
  const { classOf } = overlay.world.network.nats!;
  // The observers stand in the open, whatever the others do.
  classOf[0] = 0;
  classOf[1] = 0;
  probe.run(overlay, 0, 1);
  expect(probe.asked).toBe(298);
  return probe.answered.map((count) => count / probe.asked);
}

test.each([
  ['open', {}, [1, 1, 1]],
  ['fullCone', { fullCone: 1 }, [1, 1, 0]],
  ['restricted', { restricted: 1 }, [1, 0, 0]],
  ['portRestricted', { portRestricted: 1 }, [1, 0, 0]],
  ['symmetric', { symmetric: 1 }, [1, 0, 0]],
  ['firewalled', { firewalled: 1 }, [0, 0, 0]],
] as const)('%s: reciprocity, transitivity, persistence', (_name, shares, expected) => {
  expect(answering(shares)).toEqual(expected);
});
