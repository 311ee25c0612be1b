/** What a host says of both its nodes; one that finds nobody does not spoil the other's answer. */
import { expect, test } from 'vitest';
import { LabHost } from '../../../src/api/lab/lab-host.ts';
import type { LabNode } from '../../../src/api/lab/lab-node.ts';
import { DhtError } from '../../../src/io/errors.ts';

const node = (name: string, failure?: Error) => {
  const result = { nodes: [name], lookup: name, grade: name, peers: [name], stored: 8, failed: 1 };
  const answer = async () => {
    if (failure) throw failure;
    return result;
  };
  return { findNode: answer, getPeers: answer, announce: answer } as unknown as LabNode;
};

test('what is of IPv4 stands first', async () => {
  const host = new LabHost(3, node('4'), node('6'));
  expect(host.nodes).toHaveLength(2);
  expect(await host.findNode('x')).toEqual({
    ...{ nodes: ['4', '6'], lookups: ['4', '6'], grades: ['4', '6'] },
  });
  expect(await host.announce('x')).toMatchObject({ peers: ['4', '6'], stored: 16, failed: 2 });
});

test('a family without anybody is left out, and where both fail it is told why', async () => {
  const nobody = new DhtError('NO_NODES', 'nobody');
  const lonely = new LabHost(3, node('4', nobody), node('6'));
  expect((await lonely.getPeers('x')).peers).toEqual(['6']);
  const busy = new LabHost(3, node('4', nobody), node('6', new DhtError('BUSY', 'busy')));
  await expect(busy.findNode('x')).rejects.toThrow('busy');
  expect(new LabHost(3, null, node('6')).nodes).toHaveLength(1);
});
