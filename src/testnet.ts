/**
 * `ringlight/testnet`: a small DHT of real nodes on loopback, for other people's test suites.
 *
 *     import { createTestnet } from 'ringlight/testnet';
 *     const testnet = await createTestnet({ nodes: 50 });
 *     const client = new YourClient({ bootstrap: testnet.bootstrap });
 *     …
 *     await testnet.close();
 */
import { wholeNumber } from './core/argument.ts';
import { type Mainline, type MainlineOptions, openMainline } from './mainline.ts';

/** Nodes of one testnet at most: each has a socket, so the limit on open files comes first. */
export const TESTNET_LIMIT = 10_000;

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
    return { nodes, bootstrap, close, [Symbol.asyncDispose]: close };
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
