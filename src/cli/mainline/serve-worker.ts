/**
 * One of several nodes on one port: what a thread of `serve --workers` runs. Answers to queries of
 * another come in here now and then, for the kernel deals out datagrams by their sender; they are
 * passed on to all others, and whoever asked takes them.
 */
import { parentPort, workerData } from 'node:worker_threads';
import {
  type Mainline,
  type MainlineOptions,
  type MainlineStats,
  openMainline,
  SamePort,
} from '../../mainline.ts';

/** What a worker is told when it starts. */
export interface WorkerOrders {
  node: MainlineOptions;
  port: number;
  key: Uint8Array;
  /** Where strays are called out. */
  channel: string;
}

export type FromWorker =
  | { kind: 'listening'; host: string; port: number }
  | { kind: 'stats'; stats: MainlineStats }
  | { kind: 'failed'; code: string; message: string };

interface Stray {
  from: string;
  bytes: Uint8Array;
}

/**
 * Strays passed on per second. Answers of its own make a node some hundred; whoever sends more sends
 * what nobody asked for, and would have each of them read by all workers.
 */
const STRAYS_PER_SECOND = 1000;

async function run({ node: choices, port, key, channel }: WorkerOrders): Promise<void> {
  const strays = new BroadcastChannel(channel);
  let second = 0;
  let passed = 0;
  const onStray = (from: string, bytes: Uint8Array): void => {
    const now = Math.floor(performance.now() / 1000);
    if (now !== second) [second, passed] = [now, 0];
    if (++passed <= STRAYS_PER_SECOND) strays.postMessage({ from, bytes } satisfies Stray);
  };
  const samePort = new SamePort({ key, onStray });
  const opening = openMainline({ ...choices, port, samePort });
  // An open channel would keep the thread from ending.
  opening.catch(() => strays.close());
  const node = await opening;
  strays.onmessage = ({ data }: { data: Stray }) => samePort.receive(data.from, data.bytes);
  listen(node, () => strays.close());
  tell({ kind: 'listening', host: node.host, port: node.port });
}

function listen(node: Mainline, closed: () => void): void {
  parentPort!.on('message', (order: 'stats' | 'stop') => {
    if (order === 'stats') return tell({ kind: 'stats', stats: node.stats });
    void node.close().then(() => {
      closed();
      parentPort!.close();
    });
  });
}

function tell(message: FromWorker): void {
  parentPort!.postMessage(message);
}

if (parentPort !== null) {
  run(workerData as WorkerOrders).catch((error: Error & { code?: string }) => {
    tell({ kind: 'failed', code: error.code ?? 'WORKER', message: error.message });
    parentPort!.close();
  });
}
