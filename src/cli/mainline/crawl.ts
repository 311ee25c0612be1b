/**
 * `ringlight mainline crawl`: goes through the network, or a zone of it, and leaves tables in a folder. Ctrl-C
 * stops it in good order; the same command goes on there, and after a crawl that was complete begins a new one
 * that knows the nodes of the old one and when they may be asked for samples again.
 *
 *     folder/crawls.parquet, visits.parquet, neighbors.parquet, info_hashes.parquet    for who reads results
 *     folder/state.json                                                                for the next run
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CrawlOptions,
  type CrawlProgress,
  type CrawlResult,
  DhtError,
  type Mainline,
} from '../../mainline.ts';
import { crawlTables, type Swarm } from '../../results/crawl-tables.ts';
import { writeParquet } from '../../results/parquet.ts';
import { bold, CommandError, type Console, counted, dim } from '../console.ts';
import { untilStopped } from '../stopping.ts';
import { type NodeOptions, openNode, requireBootstrap } from './node-options.ts';

export interface CrawlCommandOptions extends NodeOptions {
  out: string;
  zone?: string;
  bits: number;
  rate: number;
  questions: number;
  samples: boolean;
  limit?: number;
  scrape: number;
  for?: number;
}

const STATE_FORMAT = 'ringlight-crawl';
const STATE_VERSION = 1;
/** BEP 33: few scrapes of torrents that one does not have, and patience. */
const SCRAPES_AT_A_TIME = 3;
const SCRAPE_TIMEOUT_MS = 10_000;
const READY_MS = 30_000;

export async function crawl(options: CrawlCommandOptions, console: Console): Promise<void> {
  requireBootstrap(options);
  const before = stateIn(options.out);
  const over = new AbortController();
  void untilStopped(options.for).then(() => over.abort());
  // It serves while it asks.
  const { rate } = options;
  const outbound = { newEndpoints: 2 * rate, newEndpointsBurst: 2 * rate };
  const node = await openNode(options, { readOnly: false, outbound });
  try {
    await node.ready({ timeoutMs: READY_MS, signal: over.signal }).catch((error: DhtError) => {
      if (error.code !== 'ABORTED') throw error;
    });
    const result = await crawled(node, options, before, over.signal, console);
    const swarms = await scraped(node, result, options.scrape, over.signal, console);
    leave(options.out, result, swarms);
    tell(options.out, result, swarms, console);
  } finally {
    await node.close();
  }
}

async function crawled(
  node: Mainline,
  options: CrawlCommandOptions,
  before: CrawlResult | null,
  signal: AbortSignal,
  console: Console,
): Promise<CrawlResult> {
  const { zone, bits, rate, questions, samples, limit } = options;
  const wanted: CrawlOptions = {
    ...{ bits, rate, questions, samples, signal },
    ...(zone !== undefined && { zone }),
    ...(limit !== undefined && { limit }),
    ...(before !== null && { resume: before }),
    onProgress: (progress) => {
      console.progress(lineOf(progress));
      console.emit('progress', progress);
    },
  };
  if (before) console.aside.say(dim(resumed(before)));
  const result = await node.crawl(wanted);
  console.progress('');
  return result;
}

function resumed({ isComplete, nodes }: CrawlResult): string {
  const known = counted(nodes.length, 'node');
  return isComplete ? `A new crawl, from the ${known} of the last one.` : `Going on with ${known}.`;
}

function lineOf({ nodes, visited, answered, infoHashes, coverage, visitsPerS }: CrawlProgress) {
  return [
    `${Math.floor(coverage * 100)} %: ${visited} of ${counted(nodes, 'node')} visited`,
    `${answered} answered, ${visitsPerS.toFixed(0)} a second`,
    counted(infoHashes, 'info-hash', 'info-hashes'),
  ].join(', ');
}

/** Swarms of the info-hashes that most told of. */
async function scraped(
  node: Mainline,
  { infoHashes }: CrawlResult,
  count: number,
  signal: AbortSignal,
  console: Console,
): Promise<Map<string, Swarm>> {
  const wanted = [...infoHashes].sort((a, b) => b.tellers - a.tellers).slice(0, count);
  const swarms = new Map<string, Swarm>();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < wanted.length && !signal.aborted) {
      const { infoHash } = wanted[next++]!;
      try {
        const { seeds, peers } = await node.scrape(infoHash, {
          timeoutMs: SCRAPE_TIMEOUT_MS,
          signal,
        });
        swarms.set(infoHash, { seeds, peers, scrapedAtMs: Date.now() });
      } catch (error) {
        if (!(error instanceof DhtError) || error.code === 'CLOSED') throw error;
      }
      console.progress(`${swarms.size} of ${counted(wanted.length, 'swarm')} scraped`);
    }
  };
  await Promise.all(Array.from({ length: SCRAPES_AT_A_TIME }, work));
  console.progress('');
  return swarms;
}

function leave(folder: string, result: CrawlResult, swarms: Map<string, Swarm>): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const table of crawlTables(randomUUID(), result, swarms)) {
      const file = join(folder, `${table.name}.parquet`);
      writeParquet(`${file}.new`, table, { zone: result.zone, bits: `${result.bits}` });
      renameSync(`${file}.new`, file);
    }
    writeFileSync(join(folder, 'state.json.new'), textOf(result));
    renameSync(join(folder, 'state.json.new'), join(folder, 'state.json'));
  } catch (error) {
    throw new CommandError(`cannot write ${folder}: ${(error as Error).message}`, 1, 'WRITE');
  }
}

function textOf(result: CrawlResult): string {
  const neighbors = {
    from: Array.from(result.neighbors.from),
    to: Array.from(result.neighbors.to),
  };
  const state = { format: STATE_FORMAT, version: STATE_VERSION, ...result, neighbors };
  return JSON.stringify(state);
}

function stateIn(folder: string): CrawlResult | null {
  const file = join(folder, 'state.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`, 2, 'READ');
  }
  try {
    const { format, version, neighbors, ...state } = JSON.parse(text);
    if (format !== STATE_FORMAT || version !== STATE_VERSION) throw new Error('another format');
    const edges = { from: Uint32Array.from(neighbors.from), to: Uint32Array.from(neighbors.to) };
    return { ...state, neighbors: edges };
  } catch {
    throw new CommandError(`${file} is no state of a crawl; move it away to begin anew`, 2, 'READ');
  }
}

function tell(
  folder: string,
  result: CrawlResult,
  swarms: Map<string, Swarm>,
  console: Console,
): void {
  const { nodes, infoHashes, isComplete, questions, answers, neighbors } = result;
  const answered = nodes.filter(({ visit }) => visit === 'answered').length;
  const seconds = (result.endedAtMs - result.startedAtMs) / 1000;
  console.emit('crawled', {
    ...{ folder, isComplete, nodes: nodes.length, answered, infoHashes: infoHashes.length },
    ...{ neighbors: neighbors.from.length, swarms: swarms.size, questions, answers, seconds },
  });
  const whole = isComplete ? 'Everybody was visited' : 'Stopped; the same command goes on';
  console.say(
    `${whole}: ${counted(nodes.length, 'node')}, ${answered} answered, ` +
      `${counted(infoHashes.length, 'info-hash', 'info-hashes')}, ${seconds.toFixed(0)} s.`,
  );
  console.say(`Tables: ${bold(folder)}`);
}
