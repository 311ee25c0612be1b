import { expect, test } from 'vitest';
import { acquaintedParts } from '../../../src/lab/ring/acquaintances.ts';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

const ringOf = (nodes: number) =>
  ringWorld(
    {
      ...{ seed: 7, nodes, members: 4, sha1, settings: ringSettings({ k: 0 }) },
      network: { latency: { kind: 'constant', ms: 20 } },
    },
    { onOutcome() {}, onEvent() {} },
  );

test('a ring is one part, and who knows nobody alive is one of his own', () => {
  const overlay = ringOf(6);
  expect(acquaintedParts(overlay)).toBe(1);
  // Two who begin rings of their own have met nobody.
  overlay.join(4, []);
  overlay.join(5, []);
  overlay.world.run(overlay.world.now + 5000);
  expect(acquaintedParts(overlay)).toBe(3);
  overlay.crash(5);
  expect(acquaintedParts(overlay)).toBe(2);
});

test('one who remembers a single member of the other part joins the two', () => {
  const overlay = ringOf(5);
  overlay.join(4, []);
  const { memory } = overlay.node(4);
  expect(acquaintedParts(overlay)).toBe(2);
  memory.learn(overlay.identityAt(overlay.circle.placeOf(2, 0))!.member);
  expect(acquaintedParts(overlay)).toBe(1);
  overlay.crash(2);
  expect(acquaintedParts(overlay)).toBe(2);
});
