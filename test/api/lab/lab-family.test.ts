/** Calls of a network's nodes: only of those that are up, and only so many grades are remembered. */
import { expect, test } from 'vitest';
import { createLab } from '../../../src/lab.ts';

test('a node that is down is asked for nothing, and peers of one call are not those of another', async () => {
  const lab = createLab({ seed: 4, nodes: 60 });
  const hash = 'c0ffee'.padEnd(40, '1');
  await lab.nodes[3]!.announce(hash, { port: 5 });
  const [found, none] = await Promise.all([
    lab.nodes[40]!.getPeers(hash),
    lab.nodes[41]!.getPeers('d'.repeat(40)),
  ]);
  expect([found.peers.length, none.peers.length]).toEqual([1, 0]);
  lab.crash(7);
  await expect(lab.nodes[7]!.ping(3)).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(lab.nodes[3]!.ping(7)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(() => lab.nodes[3]!.ping(60)).toThrow('"node"');
  expect(lab.grades).toHaveLength(3);
});
