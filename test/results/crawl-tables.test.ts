import { expect, test } from 'vitest';
import type { CrawledNode, CrawlResult } from '../../src/mainline.ts';
import { crawlTables, stackedTables } from '../../src/results/crawl-tables.ts';

const node = (digit: string, visit: CrawledNode['visit']): CrawledNode => ({
  ...{ id: digit.repeat(40), host: '10.0.0.1', port: 6881, visit, version: 'LT', stored: 3 },
  ...{ startedAtMs: 5, endedAtMs: 6, rttMs: null, restsUntilMs: null },
});
const RESULT: CrawlResult = {
  ...{ zone: '0'.repeat(40), bits: 0, startedAtMs: 1, endedAtMs: 2, isComplete: true },
  nodes: [node('a', 'answered'), node('b', 'silent'), node('c', 'refused'), node('d', 'waiting')],
  neighbors: { from: Uint32Array.of(0), to: Uint32Array.of(2) },
  infoHashes: [
    { infoHash: '1'.repeat(40), node: 2, tellers: 4 },
    { infoHash: '2'.repeat(40), node: 0, tellers: 1 },
  ],
  ...{ questions: 9, answers: 7, unlistedNodes: 0, unlistedInfoHashes: 0 },
};

test('a crawl is four tables, in the names of Nebula', () => {
  const swarms = new Map([['1'.repeat(40), { seeds: 2, peers: 5, scrapedAtMs: 9 }]]);
  const tables = crawlTables('id', RESULT, swarms);
  const rows = tables.map(({ name, rows, columns }) => [
    name,
    Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(columns.map((column) => [column.name, column.values.at(row)])),
    ),
  ]);
  const { crawls, visits, neighbors, info_hashes } = Object.fromEntries(rows);
  expect(crawls).toMatchObject([
    {
      ...{ crawl_id: 'id', state: 'succeeded', crawled_peers: 3, dialable_peers: 2 },
      ...{ undialable_peers: 1, remaining_peers: 1, info_hashes: 2, questions: 9 },
    },
  ]);
  expect(visits[0]).toMatchObject({
    ...{ crawl_id: 'id', peer_id: 'a'.repeat(40), ip: '10.0.0.1', state: 'answered' },
    ...{ discovery_id_prefix: 0xaaaaaaaaaaaaaaaan, agent_version: 'LT', rtt_ms: null },
  });
  expect(neighbors).toEqual([
    {
      ...{ crawl_id: 'id', peer_discovery_id_prefix: 0xaaaaaaaaaaaaaaaan },
      neighbor_discovery_id_prefix: 0xccccccccccccccccn,
    },
  ]);
  expect(info_hashes).toMatchObject([
    { first_peer_id: 'c'.repeat(40), tellers: 4, seeds: 2, peers: 5, scraped_at_ms: 9 },
    { first_peer_id: 'a'.repeat(40), seeds: null, peers: null },
  ]);
  for (const { columns } of tables) {
    for (const { values, nullable } of columns) {
      const cells = Array.from({ length: values.length }, (_, row) => values.at(row));
      if (!nullable) expect(cells).not.toContain(null);
    }
  }
});

test('several crawls stand one below the other', () => {
  const one = crawlTables('one', RESULT, new Map());
  const two = crawlTables('two', { ...RESULT, nodes: RESULT.nodes.slice(0, 3) }, new Map());
  const [crawls, visits] = stackedTables([one, two]);
  const cells = (table = crawls!, name: string): unknown[] => {
    const { values } = table.columns.find((column) => column.name === name)!;
    return Array.from({ length: values.length }, (_, row) => values.at(row));
  };
  expect(cells(crawls, 'crawl_id')).toEqual(['one', 'two']);
  expect(visits).toMatchObject({ name: 'visits', rows: 7 });
  expect(
    cells(visits, 'peer_id')
      .map((id) => `${id}`[0])
      .join(''),
  ).toBe('abcdabc');
  expect(cells(visits, 'crawl_id').slice(3, 5)).toEqual(['one', 'two']);
  expect(stackedTables([one])).toEqual(one);
});
