import { expect, test } from 'vitest';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { QUIET } from '../../../src/lab/ring/ring-settings.ts';
import { sha1 } from '../../../src/lab/sha1.ts';

test('a quiet ring says nothing for an hour', () => {
  const overlay = ringWorld(
    {
      seed: 1,
      nodes: 10,
      sha1,
      settings: QUIET,
      network: { latency: { kind: 'constant', ms: 10 } },
    },
    { onOutcome() {}, onEvent() {} },
  );
  overlay.world.run(overlay.world.now + 3_600_000);
  expect(overlay.world.streams.traffic).toMatchObject({ connects: 0, pieces: 0 });
});
