/** Acts on keys of a real ring on loopback, and the line that says what came of each. */
import { expect, test } from 'vitest';
import { hashOf } from '../../../src/studio/live/names.ts';
import { type KeyAct, runCommand } from '../../../src/studio/ring/commands.ts';
import { createRingTestnet } from '../../../src/testnet.ts';

test('each act says what came of it', async () => {
  await using ring = await createRingTestnet({ nodes: 3, k: 1 });
  const run = (act: KeyAct) => runCommand(ring.nodes[0], act, hashOf(act.name));
  const name = 'apple';
  expect(await run({ kind: 'get', name })).toBe('there is no such key');
  expect(await run({ kind: 'put', name, value: 'red', level: 'all' })).toMatch(
    /^kept by 127\.0\.0\.1:\d+, 2 copies$/,
  );
  expect(await run({ kind: 'get', name })).toBe('"red"');
  expect(await run({ kind: 'lookup', name })).toMatch(/^owned by 127\.0\.0\.1:\d+, \d hops$/);
  await run({ kind: 'put', name: 'long', value: 'x'.repeat(500) });
  expect(await run({ kind: 'get', name: 'long' })).toMatch(/x{50,60}… \(500 bytes\)$/);
  expect(await run({ kind: 'remove', name })).toMatch(/^removed at /);
  expect(await run({ kind: 'remove', name })).toBe('there was no such key');
});
