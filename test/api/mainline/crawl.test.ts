/** Crawls of a small network on loopback: whole, of a zone, stopped and gone on with. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CrawlOptions, CrawlProgress } from '../../../src/api/mainline/crawl.ts';
import { type Mainline, openMainline } from '../../../src/mainline.ts';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';

const NODES = 40;
const FAST = { rate: 10_000 };
let testnet: Testnet;
const opened: Mainline[] = [];

beforeAll(async () => {
  testnet = await createTestnet({ nodes: NODES });
  for (const [n, node] of testnet.nodes.entries()) {
    if (n < 10) await node.announce(n.toString(16).padStart(2, '0').repeat(20), { port: 1000 + n });
  }
});
afterAll(async () => {
  await Promise.all(opened.map((node) => node.close()));
  await testnet.close();
});

async function crawler(): Promise<Mainline> {
  const node = await openMainline({ host: '127.0.0.1', bootstrap: testnet.bootstrap });
  opened.push(node);
  await node.ready();
  return node;
}

const idsOf = (nodes: readonly { id: string }[]) => nodes.map(({ id }) => id).sort();
const mine = (ids: string[]) => ids.filter((id) => testnet.nodes.some((node) => node.id === id));

test('the whole network: nodes as they are visited, who named whom, what they keep', async () => {
  const node = await crawler();
  const progress: CrawlProgress[] = [];
  const search = node.crawl({ ...FAST, onProgress: (one) => void progress.push(one) });
  const seen: string[] = [];
  for await (const { id, visit } of search) if (visit === 'answered') seen.push(id);
  const result = await search;
  const all = idsOf(testnet.nodes);
  expect(mine(idsOf(result.nodes))).toEqual(all);
  expect(mine(seen.sort())).toEqual(all);
  expect(result).toMatchObject({ isComplete: true, bits: 0, zone: node.id, unlistedNodes: 0 });
  expect(result.nodes.map(({ id }) => id)).not.toContain(node.id);
  expect(result.infoHashes.length).toBe(10);
  expect(result.neighbors.from.length).toBeGreaterThan(NODES);
  const [one] = result.nodes.filter(({ stored }) => (stored ?? 0) > 0);
  expect(one).toMatchObject({ visit: 'answered', version: 'RL\0\x01', rttMs: expect.any(Number) });
  expect(one.restsUntilMs! - Date.now()).toBeGreaterThan(100_000);
  expect(progress.at(-1)).toMatchObject({ coverage: 1, nodes: result.nodes.length });
});

test('a program whose onProgress throws is told so, and the crawl goes on', async () => {
  const errors: unknown[] = [];
  const { bootstrap } = testnet;
  const onError = (error: unknown) => void errors.push(error);
  const node = await openMainline({ host: '127.0.0.1', bootstrap, onError });
  opened.push(node);
  await node.ready();
  const onProgress = (): void => {
    throw new Error('mine');
  };
  expect(await node.crawl({ ...FAST, onProgress })).toMatchObject({ isComplete: true });
  expect(errors[0]).toMatchObject({ message: 'mine' });
});

test('nobody is asked for samples again before its interval is over, whoever crawls', async () => {
  const node = await crawler();
  await node.crawl(FAST);
  const packets = node.packets({ direction: 'out', method: 'sample_infohashes' });
  const again = await node.crawl(FAST);
  packets.close();
  expect(again.isComplete).toBe(true);
  for await (const _ of packets) throw new Error('somebody was asked again');
});

test('a zone has those of its nodes that there are', async () => {
  const node = await crawler();
  const zone = testnet.nodes[3].id;
  const { nodes, isComplete } = await node.crawl({ ...FAST, zone, bits: 2 });
  const inZone = (id: string) =>
    Number.parseInt(id[0], 16) >> 2 === Number.parseInt(zone[0], 16) >> 2;
  expect(isComplete).toBe(true);
  expect(mine(idsOf(nodes))).toEqual(idsOf(testnet.nodes).filter(inZone));
});

test('stopped, it tells what it has, and goes on from there; complete, it begins anew from there', async () => {
  const node = await crawler();
  const left = node.crawl({ rate: 100 });
  for await (const _ of left) break;
  expect((await left).isComplete).toBe(false);
  const part = node.crawl({ rate: 40, signal: AbortSignal.timeout(300) });
  const first = await part;
  expect(first.isComplete).toBe(false);
  const visited = first.nodes.filter(({ visit }) => visit === 'answered').length;
  expect(visited).toBeLessThan(NODES);
  const json = JSON.parse(JSON.stringify({ ...first, neighbors: null }));
  const second = await node.crawl({ ...FAST, resume: { ...json, neighbors: first.neighbors } });
  expect(second).toMatchObject({ isComplete: true, startedAtMs: first.startedAtMs });
  expect(mine(idsOf(second.nodes))).toEqual(idsOf(testnet.nodes));
  expect(second.questions).toBeLessThan(2 * NODES + 20);
  const third = await node.crawl({ ...FAST, resume: second });
  expect(third.startedAtMs).toBeGreaterThan(second.startedAtMs);
  expect(third.infoHashes.length).toBeGreaterThanOrEqual(second.infoHashes.length);
});

test.each<[object, string]>([
  [{ bits: 65 }, '"bits"'],
  [{ rate: 0 }, '"rate"'],
  [{ questions: 17 }, '"questions"'],
  [{ zone: 'x' }, '"zone"'],
  [{ samples: 1 }, '"samples"'],
  [{ onProgress: 1 }, '"onProgress"'],
  [{ signal: 1 }, '"signal"'],
  [{ limit: 0 }, '"limit"'],
  [{ zome: 'x' }, 'did you mean "zone"'],
])('%o is refused by name', async (options, message) => {
  const node = await openMainline({ host: '127.0.0.1', bootstrap: false });
  opened.push(node);
  expect(() => node.crawl(options as CrawlOptions)).toThrow(message);
});

test('a node that knows nobody cannot crawl, and closing ends it', async () => {
  const alone = await openMainline({ host: '127.0.0.1', bootstrap: false });
  await expect(alone.crawl()).rejects.toMatchObject({ code: 'NO_NODES' });
  await alone.close();
  const node = await crawler();
  const crawl = node.crawl({ rate: 1 });
  const outcome = expect(crawl).rejects.toMatchObject({ code: 'CLOSED' });
  await node.close();
  await outcome;
});
