/**
 * `ringlight mainline crawl`: goes through the network, or a zone of it, and leaves tables in a folder. Ctrl-C
 * stops it in good order; the same command goes on there, and after a crawl that was complete begins a new one
 * that knows the nodes of the old one and when they may be asked for samples again.
 *
 *     folder/crawls.parquet, visits.parquet, neighbors.parquet, info_hashes.parquet    for who reads results
 *     folder/state.json                                                                for the next run
 *
 * With an address of each family both networks are crawled at the same time; the tables have both crawls, and
 * each has a state of its own, `state.ipv4.json` and `state.ipv6.json`.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileReason } from '../../files.ts';
import {
  type CrawlOptions,
  type CrawlProgress,
  type CrawlResult,
  DhtError,
  type Mainline,
} from '../../mainline.ts';
import { crawlTables, type Swarm, stackedTables } from '../../results/crawl-tables.ts';
import { writeParquet } from '../../results/parquet.ts';
import { bold, CommandError, type Console, counted, dim } from '../console.ts';
import { untilStopped } from '../stopping.ts';
import { type NodeOptions, openHomes, openNode, requireBootstrap } from './node-options.ts';

export interface CrawlCommandOptions extends NodeOptions {
  out: string;
  /** An address of the other family: its network is crawled, too. */
  also?: string;
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

/** One network, and what is known of it. */
interface Zone {
  node: Mainline;
  /** Where its state is. */
  file: string;
  before: CrawlResult | null;
  progress: CrawlProgress | null;
}

export async function crawl(options: CrawlCommandOptions, console: Console): Promise<void> {
  requireBootstrap(options);
  const files = statesOf(options);
  const states = files.map((file) => stateIn(join(options.out, file)));
  const over = new AbortController();
  void untilStopped(options.for).then(() => over.abort());
  const { nodes, close } = await openCrawlers(options);
  try {
    const zones = nodes.map(
      (node, i): Zone => ({ node, file: files[i]!, before: states[i]!, progress: null }),
    );
    await Promise.all(nodes.map((node) => joined(node, over.signal)));
    if (over.signal.aborted) {
      console.say('Stopped before anybody was visited.');
      return;
    }
    const results = await Promise.all(
      zones.map((zone) => crawled(zone, zones, options, over.signal, console)),
    );
    console.progress('');
    const swarms: Map<string, Swarm>[] = [];
    for (const [i, { node }] of zones.entries()) {
      swarms.push(await scraped(node, results[i]!, options.scrape, over.signal, console));
    }
    leave(options.out, files, results, swarms);
    for (const [i, result] of results.entries()) {
      tell(options.out, zones[i]!.node, result, swarms[i]!, console);
    }
    console.say(`Tables: ${bold(options.out)}`);
  } finally {
    await close();
  }
}

async function joined(node: Mainline, signal: AbortSignal): Promise<void> {
  await node.ready({ timeoutMs: READY_MS, signal }).catch((error: DhtError) => {
    if (error.code !== 'ABORTED') throw error;
  });
}

const familyOf = (host: string): string => (host.includes(':') ? 'ipv6' : 'ipv4');

/** In the order of the nodes. @throws CommandError when both are of one family: one network. */
function statesOf({ host, also }: CrawlCommandOptions): string[] {
  if (also === undefined) return ['state.json'];
  const families = [host, also].map(familyOf);
  if (families[0] !== families[1]) return families.map((family) => `state.${family}.json`);
  const other = families[0] === 'ipv4' ? 'an IPv6' : 'an IPv4';
  throw new CommandError(`--also: expected ${other} address, got ${also}`, 2, 'USAGE');
}

/** It serves while it asks. */
async function openCrawlers(
  options: CrawlCommandOptions,
): Promise<{ nodes: readonly Mainline[]; close: () => Promise<void> }> {
  const { rate, also, newEndpoints } = options;
  // Who is visited is not all that a node asks.
  const outbound = { newEndpoints: 2 * rate, newEndpointsBurst: 2 * rate };
  const more = { readOnly: false, ...(newEndpoints === undefined && { outbound }) };
  if (also === undefined) {
    const node = await openNode(options, more);
    return { nodes: [node], close: () => node.close() };
  }
  const homes = await openHomes(options, [also], more);
  return { nodes: homes.nodes, close: () => homes.close() };
}

async function crawled(
  own: Zone,
  all: readonly Zone[],
  options: CrawlCommandOptions,
  signal: AbortSignal,
  console: Console,
): Promise<CrawlResult> {
  const { node, before } = own;
  const { zone, bits, rate, questions, samples, limit } = options;
  const wanted: CrawlOptions = {
    ...{ bits, rate, questions, samples, signal },
    ...(zone !== undefined && { zone }),
    ...(limit !== undefined && { limit }),
    ...(before !== null && { resume: before }),
    onProgress: (progress) => {
      own.progress = progress;
      console.progress(
        all
          .flatMap(({ progress }) => progress ?? [])
          .map(lineOf)
          .join('; '),
      );
      console.emit('progress', { host: node.host, ...progress });
    },
  };
  if (before) console.aside.say(dim(resumed(before)));
  return await node.crawl(wanted);
}

function resumed({ isComplete, nodes }: CrawlResult): string {
  const known = counted(nodes.length, 'node');
  return isComplete ? `A new crawl, from the ${known} of the last one.` : `Going on with ${known}.`;
}

function lineOf({
  nodes,
  visited,
  answered,
  infoHashes,
  coverage,
  visitsPerSecond,
}: CrawlProgress) {
  return [
    `${Math.floor(coverage * 100)} %: ${visited} of ${counted(nodes, 'node')} visited`,
    `${answered} answered, ${visitsPerSecond.toFixed(0)} a second`,
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

function leave(
  folder: string,
  files: readonly string[],
  results: readonly CrawlResult[],
  swarms: readonly Map<string, Swarm>[],
): void {
  try {
    mkdirSync(folder, { recursive: true });
    const crawls = results.map((one, i) => crawlTables(randomUUID(), one, swarms[i]!));
    const [{ zone, bits }] = results as [CrawlResult];
    for (const table of stackedTables(crawls)) {
      const file = join(folder, `${table.name}.parquet`);
      writeParquet(`${file}.new`, table, { zone, bits: `${bits}` });
      renameSync(`${file}.new`, file);
    }
    for (const [i, result] of results.entries()) {
      const file = join(folder, files[i]!);
      writeFileSync(`${file}.new`, textOf(result));
      renameSync(`${file}.new`, file);
    }
  } catch (error) {
    throw new CommandError(`cannot write ${folder}: ${fileReason(error)}`, 1, 'WRITE');
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

function stateIn(file: string): CrawlResult | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'READ');
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
  { host }: Mainline,
  result: CrawlResult,
  swarms: Map<string, Swarm>,
  console: Console,
): void {
  const { nodes, infoHashes, isComplete, questions, answers, neighbors } = result;
  const answered = nodes.filter(({ visit }) => visit === 'answered').length;
  const seconds = (result.endedAtMs - result.startedAtMs) / 1000;
  console.emit('crawled', {
    ...{ host, folder, isComplete, nodes: nodes.length, answered, infoHashes: infoHashes.length },
    ...{ neighbors: neighbors.from.length, swarms: swarms.size, questions, answers, seconds },
  });
  const whole = isComplete ? 'Everybody was visited' : 'Stopped; the same command goes on';
  console.say(
    `${whole}: ${counted(nodes.length, 'node')}, ${answered} answered, ` +
      `${counted(infoHashes.length, 'info-hash', 'info-hashes')}, ${seconds.toFixed(0)} s.`,
  );
}
