/** The scorecard, held by our own node, and by nodes that break a rule on purpose. */
import { expect, test } from 'vitest';
import { checkConformance } from '../../../src/api/conformance/conformance.ts';
import { RULES } from '../../../src/api/conformance/rules.ts';
import {
  type ConformanceOptions,
  decode,
  type Encodable,
  type MainlineOptions,
  openMainline,
} from '../../../src/mainline.ts';

async function scorecardOf(options: MainlineOptions = {}) {
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false, ...options });
  return await checkConformance({ host: node.host, port: node.port });
}

const violated = async (options: MainlineOptions) =>
  (await scorecardOf(options)).rules.flatMap(({ number, verdict }) =>
    verdict === 'violates' ? [number] : [],
  );

test('our own node keeps every rule that can be tested from outside', async () => {
  const { rules, holds, violates, untested } = await scorecardOf();
  expect(rules.filter(({ verdict }) => verdict === 'violates')).toEqual([]);
  expect(rules.map(({ number }) => number)).toEqual(RULES.map(({ number }) => number));
  expect(violates).toBe(0);
  expect(holds).toBeGreaterThan(50);
  expect(holds + untested).toBe(RULES.length);
  for (const { verdict, why, sent } of rules) {
    if (verdict === 'not tested') expect(why).not.toBe('');
    else expect(sent).not.toBe('');
  }
});

test('our own node keeps them on IPv6, too', async () => {
  const { rules, holds } = await scorecardOf({ host: '::1' });
  expect(rules.filter(({ verdict }) => verdict === 'violates')).toEqual([]);
  expect(rules[36]).toMatchObject({ number: 37, verdict: 'holds' });
  expect(holds).toBeGreaterThan(50);
});

test('a node that is silent about one method violates the rules about it', async () => {
  const onQuery: MainlineOptions['onQuery'] = (query, next) =>
    query.method === 'find_node' ? null : next();
  const numbers = await violated({ onQuery });
  expect(numbers).toEqual(expect.arrayContaining([10, 11, 17, 18, 20, 35, 36, 43, 49]));
  expect(numbers).not.toContain(19);
});

test('a node that gives any token for a right one, or no port, is found out', async () => {
  const accepts: MainlineOptions['onQuery'] = (query, next) =>
    query.method === 'announce_peer' ? { reply: {} } : next();
  expect(await violated({ onQuery: accepts })).toEqual(
    expect.arrayContaining([22, 23, 28, 30, 31, 32]),
  );
});

test.each([
  ['127.0.0.3', ['127.0.0.2', '127.0.0.3']],
  ['0.0.0.0', ['127.0.0.1', '127.0.0.2']],
])('it asks from %s where that is wanted', async (host, expected) => {
  const askers = new Set<string>();
  const onQuery: MainlineOptions['onQuery'] = (query, next) => {
    askers.add(query.from.host);
    return next();
  };
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false, onQuery });
  const { violates } = await checkConformance({ host: node.host, port: node.port }, { host });
  expect(violates).toBe(0);
  expect([...askers].sort()).toEqual(expected);
});

test('a node that knows nobody is not blamed for naming nobody beside peers', async () => {
  const onQuery: MainlineOptions['onQuery'] = (query, next) => {
    const answer = next();
    const { r } = decode(answer.bytes) as unknown as { r?: Record<string, Encodable> };
    if (!r || !['find_node', 'get_peers'].includes(query.method)) return answer;
    const { nodes, ...rest } = r;
    return { reply: rest };
  };
  const { rules } = await scorecardOf({ onQuery });
  const about = rules.find(({ number }) => number === 22);
  expect(about!.verdict).toBe('not tested');
  expect(about!.why).toContain('nobody');
});

test('a node without items is not blamed for them', async () => {
  const onQuery: MainlineOptions['onQuery'] = (query, next) =>
    query.method === 'get' || query.method === 'put' ? { error: [204, 'unknown'] } : next();
  const { rules, violates } = await scorecardOf({ onQuery });
  expect(violates).toBe(0);
  const about = rules.filter(({ number }) => number >= 51 && number <= 58);
  expect(about.map(({ verdict }) => verdict)).toEqual(about.map(() => 'not tested'));
});

test('whoever does not answer has no scorecard', async () => {
  await expect(checkConformance('127.0.0.1:9', { timeoutMs: 100 })).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
  await expect(checkConformance('nowhere')).rejects.toThrow('HOST:PORT');
  await expect(checkConformance('127.0.0.1:9', { timeout: 1 } as object)).rejects.toThrow(
    'did you mean "timeoutMs"',
  );
  await expect(checkConformance('127.0.0.1:9', { timeoutMs: 0 })).rejects.toThrow('timeoutMs');
});

test('a signal gives it up, between two rules or while a node is silent, and its sockets are closed', async () => {
  const [afterOne, unheard] = [new AbortController(), new AbortController()];
  const onQuery = () => {
    unheard.abort();
    return null;
  };
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false });
  await using silent = await openMainline({ host: '127.0.0.1', bootstrap: false, onQuery });
  const sockets = () =>
    process.getActiveResourcesInfo().filter((name) => name === 'UDPWRAP').length;
  const before = sockets();
  const heard: number[] = [];
  const onRule = ({ number }: { number: number }) => {
    heard.push(number);
    afterOne.abort();
  };
  const test = (port: number, options: ConformanceOptions) =>
    checkConformance({ host: '127.0.0.1', port }, options);
  const aborted = { code: 'ABORTED' };
  await expect(test(node.port, { onRule, signal: afterOne.signal })).rejects.toMatchObject(aborted);
  expect(heard.length).toBeLessThan(RULES.length);
  const patient = { timeoutMs: 60_000, signal: unheard.signal };
  await expect(test(silent.port, patient)).rejects.toMatchObject(aborted);
  await expect.poll(sockets, { timeout: 10_000 }).toBe(before);
  await expect(test(1, { signal: 1 as never })).rejects.toThrow('"signal"');
});
