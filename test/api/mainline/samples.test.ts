/** Walks for samples: where they go, what they bring from real nodes, and when they end. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pointOf } from '../../../src/api/mainline/samples.ts';
import { createTestnet } from '../../../src/testnet.ts';

test('points lie evenly around the keyspace, each once', () => {
  const bytes = fc.uint8Array({ minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 500 }), (first, walks) => {
      const words = Array.from({ length: walks }, (_, walk) =>
        Buffer.from(pointOf(first, walk, walks)).readUIntBE(0, 6),
      );
      expect(words[0]).toBe(Buffer.from(first).readUIntBE(0, 6));
      const sorted = words.toSorted((a, b) => a - b);
      for (const [i, word] of sorted.entries()) {
        const next = i + 1 < walks ? sorted[i + 1] : sorted[0] + 2 ** 48;
        expect(Math.abs(next - word - 2 ** 48 / walks)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('what a network stores is found, each once, and nobody is asked twice', async () => {
  await using testnet = await createTestnet({ nodes: 20 });
  const [one, two] = testnet.nodes;
  const hashes = Array.from({ length: 12 }, (_, n) => n.toString(16).repeat(40));
  for (const hash of hashes) await one.announce(hash, { port: 1000 });
  const told: string[] = [];
  const search = two.sample({ walks: 4 });
  for await (const { infoHash, node } of search) {
    told.push(infoHash);
    expect(testnet.nodes.map(({ id }) => id)).toContain(node.id);
  }
  const result = await search;
  expect(told.toSorted()).toEqual(hashes.toSorted());
  expect(result.infoHashes).toEqual(told);
  expect(new Set(result.nodes.map(({ port }) => port)).size).toBe(result.nodes.length);
  expect(result.lookups.map(({ kind }) => kind)).toContain('sample_infohashes');
  const again = await two.sample({ walks: 4 });
  const first = new Set(result.nodes.map(({ port }) => port));
  expect(again.nodes.filter(({ port }) => first.has(port))).toEqual([]);
});

test('it ends when there is enough, when it is left, and refuses what means nothing', async () => {
  await using testnet = await createTestnet({ nodes: 12 });
  const [one, two, three] = testnet.nodes;
  for (let n = 0; n < 6; n++) await one.announce(`${n}`.repeat(40), { port: 1000 });
  expect((await two.sample({ limit: 2, walks: 8 })).infoHashes).toHaveLength(2);
  for await (const one of three.sample()) {
    expect(one.infoHash).toHaveLength(40);
    break;
  }
  expect((await three.findNode('ab'.repeat(20))).nodes).toHaveLength(8);
  await expect(two.sample({ walks: 0 })).rejects.toThrow(RangeError);
  await expect(two.sample({ limit: 1.5 })).rejects.toThrow(RangeError);
  await expect(two.sample({ target: 'x' })).rejects.toThrow(TypeError);
  await expect(two.sample({ wlaks: 3 } as never)).rejects.toThrow(/did you mean "walks"/);
});
