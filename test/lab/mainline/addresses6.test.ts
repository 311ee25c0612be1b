/** Worlds of IPv6: where nodes live, and that they find, keep and tell what those of IPv4 do. */
import { describe, expect, test } from 'vitest';
import { addressOf, formatIp, ipOf, networkOf, parseIp6 } from '../../../src/core/address.ts';
import { Addresses6, NODES6_LIMIT } from '../../../src/lab/mainline/addresses6.ts';
import { createLab, type NetworkModel } from '../../../src/lab.ts';

const PORT = 6881;
const SIX: NetworkModel = { latency: { kind: 'king' }, family: 6 };
const HASH = 'c0ffee'.padEnd(40, '1');

test('each node has an address in a /64 of its own, and it leads back to the node', () => {
  const addresses = new Addresses6(70_000, PORT);
  expect(formatIp(ipOf(addresses.addressOf(258)))).toBe('2001:db8:0:102::1');
  expect(formatIp(ipOf(addresses.addressOf(65_536)))).toBe('2001:db8:1::1');
  for (const node of [0, 1, 258, 65_536, 69_999]) {
    expect(addresses.nodeAt(addresses.addressOf(node))).toBe(node);
  }
  const networks = new Set(
    Array.from({ length: 1000 }, (_, n) => networkOf(addresses.addressOf(n))),
  );
  expect(networks.size).toBe(1000);
});

test('nobody lives at another port, at an address of another world or of IPv4', () => {
  const addresses = new Addresses6(10, PORT);
  const larger = new Addresses6(20, PORT);
  expect(addresses.nodeAt(addresses.addressOf(3) + 1)).toBe(-1);
  expect(addresses.nodeAt(larger.addressOf(15))).toBe(-1);
  expect(addresses.nodeAt(addressOf(parseIp6('2a02::7'), PORT))).toBe(-1);
  expect(addresses.nodeAt(addressOf(0x10000003, PORT))).toBe(-1);
  expect(() => new Addresses6(NODES6_LIMIT + 1, PORT)).toThrow(RangeError);
});

describe('a lab of IPv6', () => {
  test('finds what was announced, exactly, over many seeds', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const lab = createLab({ seed, nodes: 200, network: SIX });
      const [announcer, seeker] = [lab.nodes[20]!, lab.nodes[150]!];
      expect(await announcer.announce(HASH, { port: 4242 })).toMatchObject({ stored: 8 });
      const { peers, grade, nodes } = await seeker.getPeers(HASH);
      expect(peers).toEqual([{ host: '2001:db8:0:14::1', port: 4242 }]);
      expect(grade).toMatchObject({ exact: true });
      expect(nodes.every(({ host }) => host.startsWith('2001:db8:'))).toBe(true);
    }
  });

  test('the same seed is the same run, whatever was run before', async () => {
    const run = async (nodes: number) => {
      const lab = createLab({ seed: 7, nodes, network: { ...SIX, loss: 0.05 }, start: 'protocol' });
      await lab.run('2 min');
      for (let i = 0; i < 5; i++) await lab.nodes[i]!.findNode(HASH);
      return lab.traceHash;
    };
    const first = await run(60);
    await run(90);
    expect(await run(60)).toBe(first);
  });

  test('nodes that join by protocol know each other, and nobody of IPv4', async () => {
    const lab = createLab({ seed: 3, nodes: 80, network: SIX, start: 'protocol' });
    await lab.run('10 min');
    const sizes = lab.nodes.map(({ table }) => table.size);
    expect(Math.min(...sizes)).toBeGreaterThan(20);
    for (const { host } of lab.nodes[5]!.table) expect(host).toMatch(/^2001:db8:/);
  });

  test('what has no meaning there is refused by name', () => {
    const nat = { shares: { restricted: 0.5 } };
    expect(() => createLab({ network: { ...SIX, nat } as never })).toThrow('"network.nat"');
    expect(() => createLab({ network: { ...SIX, family: 5 } as never })).toThrow(
      '"network.family" expected 4, 6 or both, got 5',
    );
    expect(() => createLab({ overlay: 'ring', nodes: 4, network: SIX })).toThrow(
      '"network.family"',
    );
  });
});
