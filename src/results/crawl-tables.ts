/**
 * A crawl as tables, in the shape of the crawler Nebula: what reads its crawls of other networks reads ours of
 * Mainline, and so do the queries for worlds of the lab. All times are ms since 1970.
 *
 *     crawls ──┬── visits ──────── every node that was heard of, and how its visit went
 *              ├── neighbors ───── who named whom, by the first 64 bits of their ids
 *              └── info_hashes ─── what is stored, who told of it first, its swarm when it was scraped
 */
import type { Cell, Column, ColumnType, Table } from '../lab.ts';
import type { CrawlResult } from '../mainline.ts';

/** Raised when a column changes its name, type or meaning. */
const CRAWL_SCHEMA_VERSION = 1;

/** A swarm as a scrape tells it (BEP 33). */
export interface Swarm {
  seeds: number;
  peers: number;
  scrapedAtMs: number;
}

type Definition = readonly [type: ColumnType, read: (row: number) => Cell, nullable?: 'nullable'];

/** @param swarms by info-hash. */
export function crawlTables(
  crawlId: string,
  result: CrawlResult,
  swarms: ReadonlyMap<string, Swarm>,
): Table[] {
  return [
    crawlsTable(crawlId, result),
    visitsTable(crawlId, result),
    neighborsTable(crawlId, result),
    infoHashesTable(crawlId, result, swarms),
  ];
}

/** The same tables of several crawls, one below the other: `crawl_id` tells which row is whose. */
export function stackedTables(crawls: readonly (readonly Table[])[]): Table[] {
  const [first = [], ...others] = crawls;
  return first.map((table, i) => others.map((tables) => tables[i]!).reduce(stacked, table));
}

function stacked(above: Table, below: Table): Table {
  const rows = above.rows + below.rows;
  const columns = above.columns.map((column, i): Column => {
    const [over, under] = [column.values, below.columns[i]!.values];
    const at = (row: number): Cell =>
      (row < above.rows ? over.at(row) : under.at(row - above.rows))!;
    return { ...column, values: { length: rows, at } };
  });
  return { ...above, rows, columns };
}

function crawlsTable(crawlId: string, result: CrawlResult): Table {
  const count = (visit: string): number =>
    result.nodes.filter((node) => node.visit === visit).length;
  const answered = count('answered') + count('refused');
  return tableOf('crawls', crawlId, 1, {
    state: ['string', () => (result.isComplete ? 'succeeded' : 'cancelled')],
    zone: ['string', () => result.zone],
    zone_bits: ['int32', () => result.bits],
    started_at_ms: ['float64', () => result.startedAtMs],
    finished_at_ms: ['float64', () => result.endedAtMs],
    crawled_peers: ['int32', () => answered + count('silent')],
    dialable_peers: ['int32', () => answered],
    undialable_peers: ['int32', () => count('silent')],
    remaining_peers: ['int32', () => count('waiting')],
    info_hashes: ['int32', () => result.infoHashes.length],
    questions: ['int64', () => result.questions],
    answers: ['int64', () => result.answers],
    schema_version: ['int32', () => CRAWL_SCHEMA_VERSION],
  });
}

function visitsTable(crawlId: string, { nodes }: CrawlResult): Table {
  return tableOf('visits', crawlId, nodes.length, {
    peer_id: ['string', (row) => nodes[row]!.id],
    discovery_id_prefix: ['uint64', (row) => prefixOf(nodes[row]!.id)],
    ip: ['string', (row) => nodes[row]!.host],
    port: ['int32', (row) => nodes[row]!.port],
    state: ['string', (row) => nodes[row]!.visit],
    agent_version: ['string', (row) => nodes[row]!.version],
    visit_started_at_ms: ['float64', (row) => nodes[row]!.startedAtMs, 'nullable'],
    visit_ended_at_ms: ['float64', (row) => nodes[row]!.endedAtMs, 'nullable'],
    rtt_ms: ['float64', (row) => nodes[row]!.rttMs, 'nullable'],
    stored_info_hashes: ['float64', (row) => nodes[row]!.stored, 'nullable'],
    rests_until_ms: ['float64', (row) => nodes[row]!.restsUntilMs, 'nullable'],
  });
}

function neighborsTable(crawlId: string, { nodes, neighbors }: CrawlResult): Table {
  const prefix = (node: number): bigint => prefixOf(nodes[node]!.id);
  return tableOf('neighbors', crawlId, neighbors.from.length, {
    peer_discovery_id_prefix: ['uint64', (row) => prefix(neighbors.from[row]!)],
    neighbor_discovery_id_prefix: ['uint64', (row) => prefix(neighbors.to[row]!)],
  });
}

function infoHashesTable(
  crawlId: string,
  { nodes, infoHashes }: CrawlResult,
  swarms: ReadonlyMap<string, Swarm>,
): Table {
  const swarm = (row: number): Swarm | undefined => swarms.get(infoHashes[row]!.infoHash);
  return tableOf('info_hashes', crawlId, infoHashes.length, {
    info_hash: ['string', (row) => infoHashes[row]!.infoHash],
    first_peer_id: ['string', (row) => nodes[infoHashes[row]!.node]!.id],
    tellers: ['int32', (row) => infoHashes[row]!.tellers],
    seeds: ['float64', (row) => swarm(row)?.seeds ?? null, 'nullable'],
    peers: ['float64', (row) => swarm(row)?.peers ?? null, 'nullable'],
    scraped_at_ms: ['float64', (row) => swarm(row)?.scrapedAtMs ?? null, 'nullable'],
  });
}

const prefixOf = (id: string): bigint => BigInt(`0x${id.slice(0, 16)}`);

function tableOf(
  name: string,
  crawlId: string,
  rows: number,
  definitions: Readonly<Record<string, Definition>>,
): Table {
  const all: Record<string, Definition> = { crawl_id: ['string', () => crawlId], ...definitions };
  const columns = Object.entries(all).map(([column, [type, at, nullable]]): Column => {
    const values = { length: rows, at };
    return { name: column, type, nullable: nullable !== undefined, values };
  });
  return { name, rows, columns };
}
