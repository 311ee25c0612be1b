/**
 * A testnet that is a ring: real members on loopback with their records in memory. It is handed out
 * when each has the backups that it asks for.
 */
import { wholeNumber } from '../../core/argument.ts';
import { DhtError } from '../../io/errors.ts';
import { type Measurement, metricsText } from '../metrics.ts';
import { openRing, type Ring, type RingOptions } from '../ring/ring.ts';
import { DOORS_OF_NEW } from './mainline-testnet.ts';

/** Nodes of one ring testnet at most: each keeps connections to its neighbours. */
export const RING_TESTNET_LIMIT = 1000;
/** How often the testnet looks whether all backups are in place. */
const SETTLE_POLL_MS = 20;

export interface RingTestnetOptions extends Omit<RingOptions, 'join' | 'data'> {
  /** How many nodes. Default 16. */
  nodes?: number;
  /** Gives up when the ring is not whole after this long. Default 60,000. */
  timeoutMs?: number;
}

export interface RingTestnet {
  /** Those that are there: `crash` takes one out. */
  readonly nodes: readonly Ring[];
  /**
   * Opens one more node, joined through those that are there; with the `port` of one that was
   * crashed it stands where that one stood. Resolves when it is a member. @throws as `openRing`.
   */
  add(options?: { port?: number }): Promise<Ring>;
  /** Ends a node without leave or notice, as if its process were gone. Resolves when its port is free. */
  crash(index: number): Promise<void>;
  /** A node hands its records over and leaves in good order, and is taken out. @throws as `Ring.leave`. */
  leave(index: number): Promise<void>;
  /**
   * Resolves when each node has the backups that it asks for, or as many as there can be.
   * @throws DhtError TIMEOUT.
   */
  settled(timeoutMs?: number): Promise<void>;
  /** The counters of all nodes as Prometheus reads them, each with its address as label `node`. */
  metricsText(): string;
  /** Closes all nodes; a process may end without (`unref` of each). All ports are free when it resolves. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a ring of nodes in memory, K = 2 unless told otherwise, and waits until all are members and
 * have their backups. When one cannot be opened, all are closed again. @throws as `openRing`.
 */
export async function createRingTestnet(options: RingTestnetOptions = {}): Promise<RingTestnet> {
  const { nodes: wanted = 16, port = 0, timeoutMs = 60_000, ...common } = options;
  const count = wholeNumber(wanted, 'nodes', 1, RING_TESTNET_LIMIT);
  const settings = { k: 2, ...common };
  const nodes: Ring[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.close()));
  };
  const testnet: RingTestnet = {
    nodes,
    add: async (one = {}) => {
      const join = nodes.map((node) => node.addresses[0]!).slice(0, DOORS_OF_NEW);
      const node = await openRing({ ...settings, ...one, join });
      nodes.push(node.unref());
      await node.ready();
      return node;
    },
    crash: async (index) => {
      wholeNumber(index, 'index', 0, nodes.length - 1);
      await nodes.splice(index, 1)[0]!.close();
    },
    leave: async (index) => {
      wholeNumber(index, 'index', 0, nodes.length - 1);
      const node = nodes[index]!;
      await node.leave().finally(() => nodes.splice(nodes.indexOf(node), 1));
    },
    settled: (limitMs = timeoutMs) => settled(nodes, limitMs),
    metricsText: () => metricsText('ring', nodes.map(measured)),
    close,
    [Symbol.asyncDispose]: close,
  };
  try {
    nodes.push((await openRing({ ...settings, port })).unref());
    await nodes[0]!.ready();
    const join = nodes[0]!.addresses[0]!;
    for (let i = 1; i < count; i++) {
      const node = await openRing({ ...settings, join });
      nodes.push(node.unref());
      await node.ready();
    }
    await testnet.settled();
    return testnet;
  } catch (error) {
    await close();
    throw error;
  }
}

function measured({ addresses, stats }: Ring): Measurement {
  return { stats, labels: { node: addresses[0]! } };
}

async function settled(nodes: readonly Ring[], timeoutMs: number): Promise<void> {
  const giveUpAtMs = performance.now() + timeoutMs;
  for (;;) {
    const infos = nodes.map((node) => node.info());
    if (infos.every(({ k, effectiveK }) => effectiveK >= Math.min(k, nodes.length - 1))) return;
    if (performance.now() > giveUpAtMs) {
      const short = infos.filter(({ k, effectiveK }) => effectiveK < k).length;
      throw new DhtError('TIMEOUT', `after ${timeoutMs} ms ${short} nodes lack backups`);
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}
