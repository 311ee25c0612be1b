/** A lab whose nodes are in two networks: against brute force in each, and what a host says of both. */
import { describe, expect, test } from 'vitest';
import { DualStackLab } from '../../../src/api/lab/dual-stack-lab.ts';
import { compareDistance, parseId } from '../../../src/core/id.ts';
import { createLab, type DualStackNetwork, type LabNode } from '../../../src/lab.ts';

const BOTH: DualStackNetwork = { latency: { kind: 'king' }, family: 'both' };
const MIXED: DualStackNetwork = { ...BOTH, ipv4Only: 0.5, ipv6Only: 0.2 };
const HASH = 'c0ffee'.padEnd(40, '1');

const seeds = Array.from({ length: 4 }, () => Math.floor(Math.random() * 2 ** 32));

/** The k closest of all that live, but for the one that asks. */
function truth(nodes: readonly LabNode[], target: string, asker: string): string[] {
  const aim = parseId(target);
  const ids = nodes.map(({ id }) => id).filter((id) => id !== asker);
  ids.sort((a, b) => compareDistance(parseId(a), 0, parseId(b), 0, aim, 0));
  return ids.slice(0, 8);
}

const of = (lab: DualStackLab, family: 'ipv4' | 'ipv6', isUp = (_: number) => true) =>
  lab.nodes.flatMap((host) => (host[family] && isUp(host.number) ? [host[family]] : []));

describe('a lab of both families', () => {
  test.each(seeds)('finds in each what brute force finds, seed %i', async (seed) => {
    const lab = createLab({ seed, nodes: 200, network: MIXED });
    expect(lab).toBeInstanceOf(DualStackLab);
    for (const family of ['ipv4', 'ipv6'] as const) {
      const nodes = of(lab, family);
      const asker = nodes[Math.floor(nodes.length / 2)]!;
      for (let i = 0; i < 30; i++) {
        const target = (i * 2654435761 + seed).toString(16).padStart(10, '7').slice(-10).repeat(4);
        const { nodes: found, grade } = await asker.findNode(target);
        const ids = found.map((node) => node.id);
        const closest = truth(nodes, target, asker.id);
        // Lookups of any world miss one now and then, and the oracle then says so.
        expect(grade.exact).toBe(ids.join() === closest.join());
        expect(grade.found).toBe(closest.filter((id) => ids.includes(id)).length);
      }
    }
    expect(lab.gradesOf(4)).toHaveLength(30);
    for (const family of [4, 6] as const) expect(lab.metricsOf(family).recall).toBeGreaterThan(0.9);
    expect(() => lab.gradesOf(5 as never)).toThrow('"family" expected 4 or 6, got 5');
  });

  test('has nodes with an address of one family only, as many as were asked for', () => {
    const lab = createLab({ seed: seeds[0]!, nodes: 2000, network: MIXED });
    const count = (has4: boolean, has6: boolean) =>
      lab.nodes.filter(({ ipv4, ipv6 }) => (ipv4 !== null) === has4 && (ipv6 !== null) === has6)
        .length;
    expect(count(true, false) / 2000).toBeCloseTo(0.5, 1);
    expect(count(false, true) / 2000).toBeCloseTo(0.2, 1);
    expect(count(true, true) / 2000).toBeCloseTo(0.3, 1);
  });

  test('a host has two ids, two tables of their own family, and one answer of both', async () => {
    const lab = createLab({ seed: seeds[1]!, nodes: 300, network: BOTH });
    const host = lab.nodes[7]!;
    const [v4, v6] = host.nodes as [LabNode, LabNode];
    expect(v4.id).not.toBe(v6.id);
    expect([v4.host, v6.host]).toEqual(['16.0.0.7', '2001:db8:0:7::1']);
    for (const { host: ip } of v4.table) expect(ip).toMatch(/^16\.0\./);
    for (const { host: ip } of v6.table) expect(ip).toMatch(/^2001:db8:/);
    expect(await lab.nodes[200]!.announce(HASH, { port: 4242 })).toMatchObject({ stored: 16 });
    const { peers, grades, lookups, nodes } = await host.getPeers(HASH);
    expect(peers).toEqual([
      { host: '16.0.0.200', port: 4242 },
      { host: '2001:db8:0:c8::1', port: 4242 },
    ]);
    for (const { found } of grades) expect(found).toBeGreaterThan(5);
    expect([lookups.length, nodes.length]).toEqual([2, 16]);
    expect(await v6.ping(9)).toMatchObject({ node: 9, id: lab.nodes[9]!.ipv6!.id });
  });

  test('of independent ids: the order of one family says nothing of that of the other', () => {
    const lab = createLab({ seed: seeds[2]!, nodes: 500, network: BOTH });
    const halves = lab.nodes.filter(({ ipv4, ipv6 }) => ipv4!.id < '8' === ipv6!.id < '8').length;
    expect(halves).toBeGreaterThan(180);
    expect(halves).toBeLessThan(320);
  });

  test('the same seed is the same run', async () => {
    const run = async () => {
      const lab = createLab({
        ...{ seed: seeds[3]!, nodes: 80, network: { ...MIXED, loss: 0.05 } },
        ...{ start: 'protocol', churn: 'kad' },
      });
      lab.run('4 min');
      for (const host of lab.nodes.slice(0, 10)) {
        if (lab.isAlive(host.number)) await host.findNode(HASH).catch(() => null);
      }
      return lab.traceHash;
    };
    expect(await run()).toBe(await run());
  });

  test('a crash takes both nodes of a host, and both come back with it', async () => {
    const lab = createLab({ seed: seeds[0]!, nodes: 120, network: BOTH });
    lab.crash(3);
    for (const node of lab.nodes[3]!.nodes) {
      await expect(node.findNode(HASH)).rejects.toThrow('node 3 is down');
    }
    lab.run('1 min');
    lab.join(3);
    lab.run('2 min');
    for (const node of lab.nodes[3]!.nodes) {
      expect(node.table.size).toBeGreaterThan(10);
      expect((await node.findNode(HASH)).grade.failed).toBe(false);
    }
  });

  test('what is of one family is refused by name', () => {
    const create = (options: object) => () => createLab(options as never);
    const nat = { shares: { restricted: 0.5 } };
    expect(create({ network: { ...BOTH, nat } })).toThrow('"network.family" is both');
    expect(create({ network: { ...BOTH, family: 4, ipv4Only: 0.1 } })).toThrow(
      '"network.ipv4Only" is for worlds whose "network.family" is both',
    );
    expect(create({ network: { ...BOTH, ipv4Only: 0.6, ipv6Only: 0.6 } })).toThrow(RangeError);
    expect(create({ network: { ...BOTH, ipv6Only: 2 } })).toThrow('"network.ipv6Only"');
    expect(create({ network: BOTH, node: () => ({}) })).toThrow('"node" as a function');
    expect(create({ network: BOTH, adversaries: [{ kind: 'sybil', count: 5 }] })).toThrow(
      '"adversaries"',
    );
    expect(create({ overlay: 'ring', nodes: 4, network: BOTH })).toThrow('"network.family" both');
  });
});
