/** Each of these rules is shown to bite on a node that breaks it. */
import { expect, test } from 'vitest';
import { checkConformance } from '../../../src/api/conformance/conformance.ts';
import {
  decode,
  type Encodable,
  type MainlineOptions,
  openMainline,
} from '../../../src/mainline.ts';

async function violated(onQuery: NonNullable<MainlineOptions['onQuery']>): Promise<number[]> {
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false, onQuery });
  const { rules } = await checkConformance({ host: node.host, port: node.port });
  return rules.flatMap(({ number, verdict }) => (verdict === 'violates' ? [number] : []));
}

test('a node that takes every put', async () => {
  const numbers = await violated((query, next) => {
    const answer = next();
    return query.method === 'put' ? { reply: {} } : answer;
  });
  expect(numbers).toEqual(expect.arrayContaining([54, 55, 56, 57, 58, 83, 85, 87]));
});

test('a node that takes none, or says 201 to all', async () => {
  const numbers = await violated((query, next) =>
    query.method === 'put' ? { error: [201, 'no'] } : next(),
  );
  expect(numbers).toEqual(
    expect.arrayContaining([51, 52, 53, 54, 55, 56, 57, 58, 84, 86, 88, 89, 92]),
  );
});

test('a node that gives neither nodes nor seq with a value', async () => {
  const numbers = await violated((query, next) => {
    const answer = next();
    if (query.method !== 'get') return answer;
    const { r } = decode(answer.bytes) as unknown as { r?: Record<string, Encodable> };
    if (!r) return answer;
    const { nodes: _, seq: __, ...rest } = r;
    return { reply: rest };
  });
  expect(numbers).toEqual(expect.arrayContaining([51, 88]));
});
