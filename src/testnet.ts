/**
 * `ringlight/testnet`: a small DHT of real nodes on loopback, for other people's test suites; one of
 * Mainline nodes, or a ring.
 *
 *     import { createRingTestnet, createTestnet } from 'ringlight/testnet';
 *     const testnet = await createTestnet({ nodes: 50 });
 *     const client = new YourClient({ bootstrap: testnet.bootstrap });
 *     …
 *     await testnet.close();
 *
 *     const ring = await createRingTestnet({ nodes: 7, k: 2 });
 *     await ring.nodes[3].insert('hello', 'world');
 *     await ring.crash(3);
 */
export {
  createTestnet,
  TESTNET_LIMIT,
  type Testnet,
  type TestnetHappening,
  type TestnetOptions,
} from './api/testnet/mainline-testnet.ts';
export {
  createRingTestnet,
  RING_TESTNET_LIMIT,
  type RingTestnet,
  type RingTestnetNotice,
  type RingTestnetOptions,
} from './api/testnet/ring-testnet.ts';
