/** Who holds a key in a Mainline world: asked, and truly storing it. */
import { expect, test } from 'vitest';
import { portOf } from '../../../src/core/address.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { Holdings } from '../../../src/scene/mainline/holdings.ts';
import { keyOf } from '../../../src/scene/protocol/names.ts';

const observer = { onPeer() {}, onLookup() {}, onAnswer() {}, onSilence() {}, onJoin() {} };

test('holds who was asked to store it and did, living or not', () => {
  const settings = settingsFrom({ k: 8, onePerIp: false });
  const network = { latency: { kind: 'constant', ms: 20 } } as const;
  const overlay = mainlineWorld(
    { seed: 5, nodes: 50, network, settings, upkeep: false, sha1 },
    observer,
  );
  const { world } = overlay;
  const holdings = new Holdings([overlay]);
  const key = keyOf('apple');
  const from = overlay.addressOf(9);
  expect(holdings.view(key, 'apple', 2)).toMatchObject({ holders: [], state: 'lost', bytes: 0 });
  for (const node of [3, 4]) {
    overlay.node(node).peerStore().announce(world.now, key, 0, from, portOf(from), false);
    holdings.mayHold(key, node);
  }
  holdings.mayHold(key, 5); // was asked, and stored nothing
  expect(holdings.holders(key)).toEqual([3, 4]);
  expect(holdings.view(key, null, 2)).toMatchObject({ effectiveK: 1, state: 'safe', name: null });
  expect(holdings.view(key, null, 3).state).toBe('unsafe');
  overlay.crash(3);
  expect(holdings.view(key, null, 2)).toMatchObject({ holders: [3, 4], state: 'unsafe' });
});
