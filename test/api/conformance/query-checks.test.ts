/** Each of these rules is shown to bite on a node that breaks it. */
import { expect, test } from 'vitest';
import { checkConformance } from '../../../src/api/conformance/conformance.ts';
import {
  decode,
  type Encodable,
  type MainlineOptions,
  openMainline,
} from '../../../src/mainline.ts';

type Values = Record<string, Encodable>;

/** Rules that a node violates whose replies to one method are changed so. */
async function violatedBy(method: string, change: (values: Values) => Values): Promise<number[]> {
  const onQuery: MainlineOptions['onQuery'] = (query, next) => {
    const answer = next();
    const { r } = decode(answer.bytes) as unknown as { r?: Values };
    return query.method === method && r ? { reply: change({ ...r }) } : answer;
  };
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false, onQuery });
  const { rules } = await checkConformance({ host: node.host, port: node.port });
  return rules.flatMap(({ number, verdict }) => (verdict === 'violates' ? [number] : []));
}

const without = (name: string) => (values: Values) => {
  delete values[name];
  return values;
};

test.each<[string, (values: Values) => Values, number[]]>([
  ['find_node', without('nodes'), [20, 35, 36]],
  ['find_node', (r) => ({ ...r, nodes: new Uint8Array(25) }), [17, 20]],
  ['find_node', (r) => ({ ...r, nodes: new Uint8Array(26) }), [18, 20]],
  ['find_node', (r) => ({ ...r, nodes: new Uint8Array(0), nodes6: new Uint8Array(0) }), [35, 67]],
  ['get_peers', without('token'), [21, 22, 23, 28, 30, 31, 32, 66]],
  ['get_peers', (r) => (r['values'] ? without('nodes')(r) : r), [22]],
  [
    'get_peers',
    (r) => (r['values'] ? { ...r, values: [new Uint8Array(18)] } : r),
    [23, 30, 32, 66],
  ],
])('%s changed, %#', async (method, change, numbers) => {
  expect(await violatedBy(method, change)).toEqual(expect.arrayContaining(numbers));
});
