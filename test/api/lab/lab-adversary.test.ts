import { expect, test } from 'vitest';
import { createLab } from '../../../src/lab.ts';

const KEY = '4a'.repeat(20);

async function foundBy(seed: number, node: { secureIds: boolean }) {
  const lab = createLab({
    ...{ seed, nodes: 100, node },
    adversaries: [{ kind: 'sybils', at: { key: KEY }, count: 24, schedule: { from: '10 s' } }],
  });
  expect(lab.adversaries[0].isThere).toBe(false);
  lab.run('4 min');
  expect(lab.adversaries[0].isThere).toBe(true);
  await lab.nodes[3].announce(KEY, { port: 6881 });
  const { peers } = await lab.nodes[70].getPeers(KEY);
  return { peers, hash: lab.traceHash };
}

test('Sybils at a key hide what is announced there, BEP 42 brings it to light, and both can be replayed', async () => {
  for (const seed of [1, 2]) {
    const open = await foundBy(seed, { secureIds: false });
    const secure = await foundBy(seed, { secureIds: true });
    expect(open.peers).toEqual([]);
    expect(secure.peers).toHaveLength(1);
    expect((await foundBy(seed, { secureIds: true })).hash).toBe(secure.hash);
  }
});

test('an adversary says who it is and what it has spent; its nodes are not among the honest', () => {
  const lab = createLab({
    nodes: 100,
    adversaries: [
      { kind: 'phantoms', at: { node: 5 }, perSecond: 10, schedule: { to: '10 s' } },
      { kind: 'liars', about: 'values', share: 0.2 },
    ],
  });
  expect(lab.nodes).toHaveLength(100);
  expect(() => lab.crash(100)).toThrow('"node" expected a whole number in 0..99');
  lab.run('1 min');
  const [phantoms, liars] = lab.adversaries;
  expect(phantoms).toMatchObject({ kind: 'phantoms', isThere: false, forged: 100 });
  expect(phantoms.forgedBytes).toBeGreaterThan(100 * 60);
  expect(liars.nodes).toHaveLength(25);
  expect(liars.nodes[0].id).toMatch(/^[0-9a-f]{40}$/);
  const known = lab.nodes[50].table.entries().map(({ host }) => host);
  expect(known).not.toContain(phantoms.nodes[0].host);
});

test('what is wrong with an adversary is said before there is a world', () => {
  expect(() => createLab({ adversaries: [{ kind: 'sybils' } as never] })).toThrow(
    '"adversaries[0].at" expected { node } or { key }',
  );
  expect(() => createLab({ adversaries: 5 as never })).toThrow('"adversaries" expected an array');
});
