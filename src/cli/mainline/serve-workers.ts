/**
 * `ringlight mainline serve --workers N`: one node per core on one port, each in a thread of its own
 * (`serve-worker.ts`). They share nothing but the key of their write tokens; this thread listens to
 * nobody, it starts and stops them and says what they do together.
 */
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { MainlineStats } from '../../mainline.ts';
import { bold, CommandError, type Console, counted } from '../console.ts';
import { every, untilStopped } from '../stopping.ts';
import { common, endpointText } from './node-options.ts';
import type { ServeOptions } from './serve.ts';
import type { FromWorker, WorkerOrders } from './serve-worker.ts';

const STATUS_EVERY_MS = 1000;

/** Options that are about one node, not about several. */
const OF_ONE_NODE = ['state', 'register', 'studio', 'metrics', 'also'] as const;

export async function serveWithWorkers(options: ServeOptions, console: Console): Promise<void> {
  const count = options.workers!;
  for (const name of OF_ONE_NODE) {
    if (options[name] === undefined || options[name] === false) continue;
    throw new CommandError(`--${name} is for one node: not with --workers`, 2, 'USAGE');
  }
  const stopped = untilStopped(options.for);
  const id = options.id ?? randomBytes(20).toString('hex');
  const orders: Omit<WorkerOrders, 'port'> = {
    node: { ...common(options), host: options.host, id, readOnly: options.readOnly ?? false },
    key: randomBytes(16),
    channel: `ringlight-${randomBytes(8).toString('hex')}`,
  };
  const team: ServeWorker[] = [];
  let failed: (error: Error) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  failure.catch(() => {});
  try {
    // The first one finds a port, if it is any free one.
    let port = options.port;
    for (let i = 0; i < count; i++) {
      const worker = new ServeWorker({ ...orders, port }, failed);
      team.push(worker);
      port = (await Promise.race([worker.listening, failure])).port;
    }
    const address = await team[0]!.listening;
    const where = bold(endpointText(address.host, address.port));
    console.say(`Listening on ${where} as ${id}, with ${counted(count, 'worker')}.`);
    console.emit('listening', { ...address, id, workers: count });
    const endStatus = every(STATUS_EVERY_MS, () => void report(team, console));
    await Promise.race([stopped, failure]).finally(endStatus);
    console.progress('');
  } finally {
    await Promise.all(team.map((worker) => worker.stop()));
  }
  console.say('Closed.');
  console.emit('stopped');
}

/** A thread with a node, seen from here. */
class ServeWorker {
  readonly listening: Promise<{ host: string; port: number }>;
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  #isStopping = false;
  #onStats: (stats: MainlineStats | null) => void = () => {};

  constructor(orders: WorkerOrders, failed: (error: Error) => void) {
    this.#thread = new Worker(new URL('./serve-worker.js', import.meta.url), {
      workerData: orders,
    });
    this.#ended = new Promise((resolve) => {
      this.#thread.once('exit', () => {
        this.#onStats(null);
        resolve();
        if (!this.#isStopping) failed(new CommandError('a worker ended by itself', 1, 'WORKER'));
      });
    });
    this.#thread.on('error', failed);
    this.listening = new Promise((resolve) => {
      this.#thread.on('message', (message: FromWorker) => {
        if (message.kind === 'listening') resolve(message);
        else if (message.kind === 'stats') this.#onStats(message.stats);
        else failed(new CommandError(message.message, 2, message.code));
      });
    });
  }

  /** Null when it has ended. */
  stats(): Promise<MainlineStats | null> {
    return new Promise((resolve) => {
      this.#onStats = resolve;
      this.#thread.postMessage('stats');
    });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#thread.postMessage('stop');
    await this.#ended;
  }
}

async function report(team: readonly ServeWorker[], console: Console): Promise<void> {
  const all = await Promise.all(team.map((worker) => worker.stats()));
  const workers = all.filter((stats) => stats !== null);
  if (workers.length < team.length) return;
  console.emit('status', { workers });
  const sum = (of: (stats: MainlineStats) => number): number =>
    workers.reduce((total, stats) => total + of(stats), 0);
  console.progress(
    `tables ${workers.map(({ table }) => table.size).join(' + ')}  ` +
      `in ${counted(
        sum((stats) => stats.in.datagrams),
        'message',
      )}  ` +
      `out ${counted(
        sum((stats) => stats.out.datagrams),
        'message',
      )}`,
  );
}
