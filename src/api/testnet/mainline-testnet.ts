/**
 * A testnet of Mainline nodes: real ones on loopback, which have all joined through the first and
 * found their neighbours when the program gets them.
 */
import { formatEndpoint } from '../../core/address.ts';
import { checkNames, wholeNumber } from '../../core/argument.ts';
import { DhtError } from '../../io/errors.ts';
import { type EventOptions, type EventStream, eventsOf } from '../../io/events.ts';
import type { Line } from '../../io/feed.ts';
import type { MainlineStats } from '../../mainline/views.ts';
import type { MainlineHappening, MainlineWatcher } from '../mainline/events.ts';
import type { Mainline } from '../mainline/mainline.ts';
import { type MainlineOptions, openMainline } from '../mainline/open.ts';
import { OPTION_NAMES } from '../mainline/options.ts';
import { hearAll } from '../mainline/watchers.ts';
import { type Measurement, metricsText } from '../metrics.ts';
import { TestnetNodes } from './testnet-nodes.ts';

/** Nodes of one testnet at most: each has a socket, so the limit on open files comes first. */
export const TESTNET_LIMIT = 10_000;

/** Nodes that one added later asks first: more than one, for the first may have been crashed. */
export const DOORS_OF_NEW = 8;

export interface TestnetOptions extends Omit<MainlineOptions, 'bootstrap' | 'shareWith' | 'id'> {
  /** How many nodes. Default 20. */
  nodes?: number;
  /** Address of all sockets. Default `127.0.0.1`. */
  host?: string;
  /** Port of the first node, which the others join through. Default 0: any free one. */
  port?: number;
}

/** What happens at one of its nodes: `node` is that one's address, as in `metricsText`. */
export type TestnetHappening = MainlineHappening & { node: string };

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
  /** Counters of each node since it was opened, in the order of `nodes`. */
  readonly stats: readonly MainlineStats[];
  /**
   * Tells `watcher` what happens at each node, those that are added later, too, until the returned function is called.
   * @throws TypeError.
   */
  watch(watcher: MainlineWatcher): () => void;
  /** What happens at any node from now on, those that are added later, too. @throws as a node's `events`. */
  events(options?: EventOptions): EventStream<TestnetHappening>;
  /** The counters of all nodes as Prometheus reads them, each with its address as label `node`. */
  metricsText(): string;
  /** Keeps the process from ending until this is closed: for a testnet that others use. */
  ref(): Testnet;
  /** Lets the process end although this is open, as it is from the start. */
  unref(): Testnet;
  /** Closes all nodes. All ports are free when it resolves. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const OF_EACH_NODE = ['bootstrap', 'shareWith', 'id', 'state'];
const TESTNET_OPTIONS = [...OPTION_NAMES.filter((name) => !OF_EACH_NODE.includes(name)), 'nodes'];

/**
 * Opens the nodes and waits until each has joined through the first. When one cannot be opened, all
 * are closed again. @throws as `openMainline`.
 */
export async function createTestnet(options: TestnetOptions = {}): Promise<Testnet> {
  checkNames(options, 'options', 'createTestnet', TESTNET_OPTIONS);
  const { nodes: wanted = 20, port = 0, ...common } = options;
  const count = wholeNumber(wanted, 'nodes', 1, TESTNET_LIMIT);
  const host = options.host ?? '127.0.0.1';
  if (host === '0.0.0.0') {
    throw new TypeError('"host" expected an address to bootstrap from, got 0.0.0.0');
  }
  const opened = new TestnetNodes<Mainline, MainlineWatcher>();
  const nodes = opened.all;
  const close = (): Promise<void> => opened.close();
  try {
    const first = opened.add(await openMainline({ ...common, host, port, bootstrap: false }));
    const bootstrap = [formatEndpoint(first.host, first.port)];
    for (let i = 1; i < count; i++) {
      opened.add(await openMainline({ ...common, host, bootstrap, shareWith: first }));
    }
    await Promise.all(nodes.map((node) => node.ready()));
    await introduce(nodes);
    for (const node of nodes) node.lookups.length = 0;
    const add = async (one: { port?: number; id?: string } = {}): Promise<Mainline> => {
      checkNames(one, 'options', 'add', ['port', 'id']);
      const there = nodes
        .map((other) => formatEndpoint(other.host, other.port))
        .slice(0, DOORS_OF_NEW);
      const node = opened.add(await openMainline({ ...common, host, ...one, bootstrap: there }));
      await node.ready();
      return node;
    };
    const crash = async (index: number): Promise<void> => {
      wholeNumber(index, 'index', 0, nodes.length - 1);
      await opened.take(index).close();
    };
    const testnet: Testnet = {
      ...{ nodes, bootstrap, add, crash, close },
      get stats() {
        return opened.stats;
      },
      ref() {
        opened.hold(true);
        return testnet;
      },
      unref() {
        opened.hold(false);
        return testnet;
      },
      watch: (watcher) => opened.watch(() => watcher),
      events: (options = {}) => eventsOf([opened], hearNodes, options, testnetClosed),
      metricsText: () => metricsText('mainline', nodes.map(measured)),
      [Symbol.asyncDispose]: close,
    };
    return testnet;
  } catch (error) {
    await close();
    throw error;
  }
}

const addressOf = ({ host, port }: Mainline): string => formatEndpoint(host, port);

function measured(node: Mainline): Measurement {
  return { stats: node.stats, labels: { node: addressOf(node) } };
}

/** Fills a line with what each node tells, and says which one it is. */
function hearNodes(line: Line<TestnetHappening>): (node: Mainline) => MainlineWatcher {
  return (node) => hearAll({ push: (event) => line.push({ ...event, node: addressOf(node) }) });
}

export const testnetClosed = (): DhtError => new DhtError('CLOSED', 'the testnet was closed');

/** They joined all at once, each seeing only a part of the others. Now each finds its neighbours. */
async function introduce([first, ...others]: Mainline[]): Promise<void> {
  await Promise.all(others.map((node) => node.findNode(node.id)));
  if (!first || !others[0]) return;
  // The first had nobody to join through; whom it has met since then may not have answered yet.
  if (first.table.size === 0) await first.ping(others[0]).catch(() => {});
  if (first.table.size > 0) await first.findNode(first.id);
}
