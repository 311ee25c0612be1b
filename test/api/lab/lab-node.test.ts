/** The calls of a node of a lab, as its family is told of them. */
import { expect, test } from 'vitest';
import type { LabFamily } from '../../../src/api/lab/lab-family.ts';
import { LabNode } from '../../../src/api/lab/lab-node.ts';
import { addressOf } from '../../../src/core/address.ts';

test('an announce without a port is at the port of the DHT, and refusals are an error', async () => {
  const asked: unknown[] = [];
  const family = {
    addressOf: () => addressOf(0x10000001, 6881),
    lookup: async (...call: unknown[]) => {
      asked.push(call.at(-1));
      return { stored: asked.length === 3 ? 0 : 8 };
    },
  } as unknown as LabFamily;
  const node = new LabNode(family, 1);
  expect([node.host, node.port]).toEqual(['16.0.0.1', 6881]);
  await node.announce('x');
  await node.announce('x', { port: 7, seed: true });
  expect(asked).toEqual([
    { port: 6881, impliedPort: true, seed: false },
    { port: 7, impliedPort: false, seed: true },
  ]);
  await expect(node.announce('x')).rejects.toMatchObject({ code: 'NOT_STORED' });
  await expect(node.announce('x', { port: 0 })).rejects.toThrow('"port"');
});
