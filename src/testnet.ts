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
import { wholeNumber } from './core/argument.ts';
import { type Mainline, type MainlineOptions, openMainline } from './mainline.ts';
import { DhtError, openRing, type Ring, type RingOptions } from './ring.ts';

/** Nodes of one testnet at most: each has a socket, so the limit on open files comes first. */
export const TESTNET_LIMIT = 10_000;

/** Nodes that one added later asks first: more than one, for the first may have been crashed. */
const DOORS_OF_NEW = 8;

export interface TestnetOptions extends Omit<MainlineOptions, 'bootstrap' | 'shareWith' | 'id'> {
  /** How many nodes. Default 20. */
  nodes?: number;
  /** Address of all sockets. Default `127.0.0.1`. */
  host?: string;
  /** Port of the first node, which the others join through. Default 0: any free one. */
  port?: number;
}

export interface Testnet {
  readonly nodes: readonly Mainline[];
  /** Bootstrap list for other nodes: the first node, as `host:port`. */
  readonly bootstrap: readonly string[];
  /**
   * Opens one more node, joined through one that is there. With `port` and `id` of one that was
   * crashed it is that one again. @throws as `openMainline`.
   */
  add(options?: { port?: number; id?: string }): Promise<Mainline>;
  /** Ends a node without a word and takes it out of `nodes`. Resolves when its port is free. */
  crash(index: number): Promise<void>;
  /** Closes all nodes; all ports are free when it resolves. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the nodes and waits until each has joined through the first. When one cannot be opened, all
 * are closed again. @throws as `openMainline`.
 */
export async function createTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  const { nodes: wanted = 20, port = 0, ...common } = options;
  const count = wholeNumber(wanted, 'nodes', 1, TESTNET_LIMIT);
  const host = options.host ?? '127.0.0.1';
  if (host === '0.0.0.0') {
    throw new TypeError('"host" expected an address to bootstrap from, got 0.0.0.0');
  }
  const nodes: Mainline[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.close()));
  };
  try {
    const first = await openMainline({ ...common, host, port, bootstrap: false });
    nodes.push(first);
    const bootstrap = [`${first.host}:${first.port}`];
    for (let i = 1; i < count; i++) {
      nodes.push(await openMainline({ ...common, host, bootstrap, shareWith: first }));
    }
    await Promise.all(nodes.map((node) => node.ready()));
    await introduce(nodes);
    for (const node of nodes) node.lookups.length = 0;
    const add = async (one: { port?: number; id?: string } = {}): Promise<Mainline> => {
      const there = nodes.map((other) => `${other.host}:${other.port}`).slice(0, DOORS_OF_NEW);
      const node = await openMainline({ ...common, host, ...one, bootstrap: there });
      nodes.push(node);
      await node.ready();
      return node;
    };
    const crash = async (index: number): Promise<void> => {
      wholeNumber(index, 'index', 0, nodes.length - 1);
      await nodes.splice(index, 1)[0]!.close();
    };
    return { nodes, bootstrap, add, crash, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** They joined all at once, each seeing only a part of the others. Now each finds its neighbours. */
async function introduce([first, ...others]: Mainline[]): Promise<void> {
  await Promise.all(others.map((node) => node.findNode(node.id)));
  if (!first || !others[0]) return;
  // The first had nobody to join through; whom it has met since then may not have answered yet.
  if (first.table.size === 0) await first.ping(others[0]).catch(() => {});
  if (first.table.size > 0) await first.findNode(first.id);
}

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
  /** Closes all nodes; all ports are free when it resolves. */
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
      nodes.push(node);
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
    close,
    [Symbol.asyncDispose]: close,
  };
  try {
    nodes.push(await openRing({ ...settings, port }));
    await nodes[0]!.ready();
    const join = nodes[0]!.addresses[0]!;
    for (let i = 1; i < count; i++) {
      const node = await openRing({ ...settings, join });
      nodes.push(node);
      await node.ready();
    }
    await testnet.settled();
    return testnet;
  } catch (error) {
    await close();
    throw error;
  }
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
