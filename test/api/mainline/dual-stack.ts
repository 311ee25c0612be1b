/** A host of both families on loopback, with a network of each. */
import { networkInterfaces } from 'node:os';
import { type Multihomed, openMultihomed } from '../../../src/mainline.ts';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';

export const hasV6: boolean = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);

export interface DualStack {
  readonly four: Testnet;
  readonly six: Testnet;
  /** One node in each. */
  readonly us: Multihomed;
  close(): Promise<unknown>;
}

/** Two networks of so many nodes, and a node of ours in both. */
export async function openDualStack(nodes: number): Promise<DualStack> {
  const [four, six] = await Promise.all([
    createTestnet({ nodes }),
    createTestnet({ nodes, host: '::1' }),
  ]);
  const bootstrap = [...four.bootstrap, ...six.bootstrap];
  const us = await openMultihomed({ hosts: ['127.0.0.1', '::1'], bootstrap });
  await us.ready();
  return { four, six, us, close: () => Promise.all([us.close(), four.close(), six.close()]) };
}
