/** Nodes of IPv6 on real sockets: an IPv6-only host has all that there is. */
import { afterAll, describe, expect, test } from 'vitest';
import { type Mainline, openMainline } from '../../../src/mainline.ts';
import { hasV6 } from './dual-stack.ts';

const HASH = '5c0ffee5'.padEnd(40, '0');

describe.skipIf(!hasV6)('on ::1 (skipped where the system has no IPv6)', () => {
  const nodes: Mainline[] = [];
  afterAll(() => Promise.all(nodes.map((node) => node.close())));

  test('nodes join, look up, announce and are found', async () => {
    const first = await openMainline({ host: '::1', bootstrap: false });
    nodes.push(first);
    expect(first.host).toBe('::1');
    for (let n = 0; n < 7; n++) {
      const node = await openMainline({ host: '::1', bootstrap: [`[::1]:${first.port}`] });
      nodes.push(node);
      expect(await node.ready()).toMatchObject({ answered: expect.any(Number) });
    }
    const [, one, two] = nodes as [Mainline, Mainline, Mainline];
    const pong = await one.ping({ host: '::1', port: two.port });
    expect(pong).toMatchObject({ id: two.id, host: '::1', port: two.port });
    const { stored } = await one.announce(HASH, { port: 4242 });
    expect(stored).toBeGreaterThan(0);
    const { peers } = await two.getPeers(HASH);
    expect(peers).toEqual([{ host: '::1', port: 4242 }]);
    const { nodes: closest } = await two.findNode(one.id);
    expect(closest[0]).toMatchObject({ id: one.id, host: '::1' });
  });

  test('an address of the other family is told to be none', async () => {
    const [node] = nodes as [Mainline];
    await expect(node.ping('127.0.0.1:6881')).rejects.toMatchObject({ code: 'UNKNOWN_HOST' });
    await expect(node.ping('[zz::1]:6881')).rejects.toThrow(TypeError);
  });
});
