import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLab } from '../../../src/api/lab/create-lab.ts';
import type { LabNodeOwn } from '../../../src/api/lab/own-nodes.ts';

const QUIET = { upkeep: false, latency: { kind: 'constant', ms: 50 } } as const;

/** Ids that ascend, by chance. */
function someIds(nodes: number): string[] {
  const bytes = fc.uint8Array({ minLength: 20, maxLength: 20 });
  const ids = fc.uniqueArray(bytes, {
    ...{ minLength: nodes, maxLength: nodes },
    selector: (id) => Buffer.from(id.subarray(0, 6)).toString('hex'),
  });
  return (fc.sample(ids, 1)[0] as Uint8Array[]).map((id) => Buffer.from(id).toString('hex')).sort();
}

test('ids and addresses of choice: they are what the nodes have, and lookups end at the closest of them', async () => {
  const ids = someIds(60);
  const lab = createLab({
    ...QUIET,
    nodes: 60,
    node: (i) => ({ id: ids[i]!, ...(i % 2 === 0 && { host: `20.${i}.7.1`, port: 1000 + i }) }),
  });
  expect(lab.nodes.map(({ id }) => id)).toEqual(ids);
  expect([lab.nodes[6]!.host, lab.nodes[6]!.port]).toEqual(['20.6.7.1', 1006]);
  expect([lab.nodes[7]!.host, lab.nodes[7]!.port]).toEqual(['16.0.0.7', 6881]);
  for (const [i, id] of ids.entries()) {
    if (i === 3) continue;
    const { nodes, grade } = await lab.nodes[3]!.findNode(id);
    expect(nodes[0]).toMatchObject({ id, host: lab.nodes[i]!.host, port: lab.nodes[i]!.port });
    expect(grade.exact, ids.join(' ')).toBe(true);
  }
});

test('ids and addresses that cannot be are refused by name', () => {
  const ids = someIds(5);
  const own = (i: number, fields: LabNodeOwn) => (n: number) =>
    ({ id: ids[n]!, ...(n === i && fields) }) as LabNodeOwn;
  const made = (node: (i: number) => LabNodeOwn | undefined, more: object = {}) =>
    expect(() => createLab({ nodes: 5, node, ...more }));
  made((i) => (i === 2 ? { id: ids[2]! } : undefined)).toThrow(/"node\(2\)\.id" is one too many/);
  made((i) => (i === 2 ? undefined : { id: ids[i]! })).toThrow(/"node\(2\)\.id" is missing/);
  made(own(3, { id: ids[1]! })).toThrow(/"node\(3\)\.id" expected an id after that of node 2/);
  made(own(3, { id: 'x' })).toThrow(/"node\(3\)\.id" expected 40 hexadecimal digits/);
  made(own(3, { host: '16.0.0.1' })).toThrow(/"node\(3\)\.host".*16\.0\.0\.1:6881, that of node 1/);
  made(own(3, { host: 'here' })).toThrow(/"node\(3\)\.host" expected an IPv4 address, got "here"/);
  made(own(3, { port: 0 })).toThrow(/"node\(3\)\.port"/);
  made(() => ({ host: '1.2.3.4' })).toThrow(/"node\(0\)\.host" expected an "id" beside it/);
  made(own(0, {}), { adversaries: [{ kind: 'droppers', count: 1 }] }).toThrow(
    /without adversaries/,
  );
  made(own(0, {}), { network: { latency: { kind: 'king' }, family: 6 } }).toThrow(/of IPv4/);
});
