/**
 * A testnet that is a ring: real members on loopback with their records in memory. It is handed out
 * when each has the backups that it asks for.
 */
import { wholeNumber } from '../../core/argument.ts';
import type { CallLimits } from '../../io/calls.ts';
import { DhtError } from '../../io/errors.ts';
import { type EventOptions, type EventStream, eventsOf } from '../../io/events.ts';
import type { Line } from '../../io/feed.ts';
import { checkLimits } from '../mainline/options.ts';
import { type Measurement, metricsText } from '../metrics.ts';
import type { RingStats } from '../ring/access.ts';
import type { RingNotice } from '../ring/notice.ts';
import { openRing, type Ring, type RingOptions } from '../ring/ring.ts';
import type { RingWatcher } from '../ring/watch.ts';
import { DOORS_OF_NEW, testnetClosed } from './mainline-testnet.ts';
import { TestnetNodes } from './testnet-nodes.ts';

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

/** What happens at one of its nodes: `node` is that one's address, as in `metricsText`. */
export type RingTestnetNotice = RingNotice & { node: string };

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
   * @throws DhtError TIMEOUT after `timeoutMs`, by default that of the testnet, or ABORTED.
   */
  settled(limits?: CallLimits): Promise<void>;
  /** Counters of each node since it was opened, in the order of `nodes`. */
  readonly stats: readonly RingStats[];
  /**
   * Tells `watcher` what happens at each node, those that are added later, too, until the returned function is called.
   * @throws TypeError.
   */
  watch(watcher: RingWatcher): () => void;
  /** What happens at any node from now on, those that are added later, too. @throws as a node's `events`. */
  events(options?: EventOptions): EventStream<RingTestnetNotice>;
  /** The counters of all nodes as Prometheus reads them, each with its address as label `node`. */
  metricsText(): string;
  /** Keeps the process from ending until this is closed: for a ring that others use. */
  ref(): RingTestnet;
  /** Lets the process end although this is open, as it is from the start. */
  unref(): RingTestnet;
  /** Closes all nodes. All ports are free when it resolves. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a ring of nodes in memory, K = 2 unless told otherwise, and waits until all are members and
 * have their backups. When one cannot be opened, all are closed again. @throws as `openRing`.
 */
export async function createRingTestnet(options: RingTestnetOptions = {}): Promise<RingTestnet> {
  const { nodes: wanted = 16, port = 0, timeoutMs = 60_000, signal, ...common } = options;
  const count = wholeNumber(wanted, 'nodes', 1, RING_TESTNET_LIMIT);
  const settings = { k: 2, ...common };
  const opened = new TestnetNodes<Ring, RingWatcher>();
  const nodes = opened.all;
  const close = (): Promise<void> => opened.close();
  const testnet: RingTestnet = {
    nodes,
    add: async (one = {}) => {
      const join = nodes.map((node) => node.addresses[0]!).slice(0, DOORS_OF_NEW);
      const node = opened.add(await openRing({ ...settings, ...one, join }));
      await node.ready();
      return node;
    },
    crash: async (index) => {
      wholeNumber(index, 'index', 0, nodes.length - 1);
      await opened.take(index).close();
    },
    leave: async (index) => {
      wholeNumber(index, 'index', 0, nodes.length - 1);
      const node = nodes[index]!;
      await node.leave().finally(() => nodes.splice(nodes.indexOf(node), 1));
    },
    settled: async (limits = {}) => {
      checkLimits(limits, 'settled');
      await settled(nodes, limits.timeoutMs ?? timeoutMs, limits.signal);
    },
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
    metricsText: () => metricsText('ring', nodes.map(measured)),
    close,
    [Symbol.asyncDispose]: close,
  };
  try {
    const limits = signal === undefined ? {} : { signal };
    await opened.add(await openRing({ ...settings, ...limits, port })).ready(limits);
    const join = nodes[0]!.addresses[0]!;
    for (let i = 1; i < count; i++) {
      await opened.add(await openRing({ ...settings, ...limits, join })).ready(limits);
    }
    await testnet.settled(limits);
    return testnet;
  } catch (error) {
    await close();
    throw error;
  }
}

function measured({ addresses, stats }: Ring): Measurement {
  return { stats, labels: { node: addresses[0]! } };
}

/** Fills a line with what each node tells, and says which one it is. */
function hearNodes(line: Line<RingTestnetNotice>): (node: Ring) => RingWatcher {
  return ({ addresses }) => ({
    onEvent: (notice) => line.push({ ...notice, node: addresses[0]! }),
  });
}

async function settled(
  nodes: readonly Ring[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const giveUpAtMs = performance.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted) throw new DhtError('ABORTED', 'the call was aborted');
    const infos = nodes.map((node) => node.info());
    if (infos.every(({ k, effectiveK }) => effectiveK >= Math.min(k, nodes.length - 1))) return;
    if (performance.now() > giveUpAtMs) {
      const short = infos.filter(({ k, effectiveK }) => effectiveK < k).length;
      throw new DhtError('TIMEOUT', `after ${timeoutMs} ms ${short} nodes lack backups`);
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_POLL_MS));
  }
}
