/** The size of a network, from how near the nearest nodes of each lookup are. */
import { expect, test } from 'vitest';
import { NetworkSizer, networkSizeOf } from '../../../src/api/mainline/network-size.ts';
import type { LookupTrace } from '../../../src/mainline.ts';
import { createTestnet } from '../../../src/testnet.ts';

test('the size follows from how near the nearest are', () => {
  // The i-th of 1024 that stand at equal distances.
  const trace = (target: string) => {
    const closest = [1, 2, 3, 4].map((i) => {
      const distance = BigInt(i) << 150n;
      return { id: (BigInt(`0x${target}`) ^ distance).toString(16).padStart(40, '0') };
    });
    return { target, closest } as LookupTrace;
  };
  const traces = ['ab', 'cd', '12'].map((byte) => trace(byte.repeat(20)));
  const { nodes, error } = networkSizeOf(traces)!;
  expect(nodes).toBeCloseTo(1024, 3);
  expect(error).toBeCloseTo(0, 3);
  expect(networkSizeOf(traces.slice(0, 1))).toBeNull();
});

test('of the latest lookups, and none that found hardly anybody', () => {
  const sizer = new NetworkSizer();
  const trace = (count: number, bits: bigint) => {
    const closest = Array.from({ length: count }, (_, i) => {
      return { id: (BigInt(i + 1) << bits).toString(16).padStart(40, '0') };
    });
    return { target: '0'.repeat(40), closest } as LookupTrace;
  };
  for (let n = 0; n < 5; n++) sizer.add(trace(3, 150n));
  expect(sizer.size).toBeNull();
  for (let n = 0; n < 5; n++) sizer.add(trace(8, 150n));
  for (let n = 0; n < 32; n++) sizer.add(trace(8, 151n));
  expect(sizer.size).toMatchObject({ lookups: 32, error: 0 });
  expect(sizer.size!.nodes).toBeCloseTo(512, 3);
});

test('a node that only serves knows it, too', async () => {
  await using testnet = await createTestnet({ nodes: 30 });
  const { network } = testnet.nodes[7].stats;
  expect(network!.lookups).toBeGreaterThanOrEqual(2);
  expect(network!.nodes).toBeGreaterThan(8);
  expect(network!.nodes).toBeLessThan(120);
});
