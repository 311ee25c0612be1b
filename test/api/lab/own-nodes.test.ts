import { expect, test } from 'vitest';
import { createLab } from '../../../src/api/lab/create-lab.ts';
import type { LabNodeOwn } from '../../../src/api/lab/own-nodes.ts';

const HASH = '0123456789abcdef0123456789abcdef01234567';
const QUIET = { nodes: 100, upkeep: false, latency: { kind: 'constant', ms: 50 } } as const;

test('nodes that differ: some are silent, some lie, some ask more at a time', async () => {
  const asked = new Set<number>();
  const lab = createLab({
    ...QUIET,
    node: (number) =>
      number % 4 === 0
        ? {
            onQuery: () => {
              asked.add(number);
              return null;
            },
          }
        : undefined,
  });
  await lab.nodes[1]!.getPeers(HASH);
  for (let other = 1; other < 12; other++) {
    if (other === 2) continue;
    const answer = lab.nodes[2]!.ping(other);
    if (other % 4 === 0) await expect(answer).rejects.toMatchObject({ code: 'TIMEOUT' });
    else expect(await answer).toMatchObject({ node: other, rttMs: 100 });
  }
  expect([4, 8].every((number) => asked.has(number))).toBe(true);
  expect([...asked].every((number) => number % 4 === 0)).toBe(true);
});

test('more requests at a time end sooner, of the same world', async () => {
  const latencyOf = async (alpha: number): Promise<number> => {
    const lab = createLab({
      ...QUIET,
      nodes: 1000,
      node: (n) => (n === 7 ? { alpha } : undefined),
    });
    const grades = [];
    for (let i = 0; i < 16; i++) {
      const target = HASH.slice(2) + i.toString(16).padStart(2, '0');
      grades.push((await lab.nodes[7]!.findNode(target)).grade.latencyMs);
    }
    return grades.reduce((sum, ms) => sum + ms, 0);
  };
  expect(await latencyOf(16)).toBeLessThan(await latencyOf(1));
});

test('who is read-only asks and does not answer', async () => {
  const lab = createLab({ ...QUIET, node: (n) => (n === 3 ? { readOnly: true } : undefined) });
  await expect(lab.nodes[4]!.ping(3)).rejects.toMatchObject({ code: 'TIMEOUT' });
  expect(await lab.nodes[3]!.ping(4)).toMatchObject({ node: 4, id: lab.nodes[4]!.id });
  lab.crash(4);
  await expect(lab.nodes[3]!.ping(4)).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect(lab.nodes[4]!.ping(3)).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(async () => lab.nodes[3]!.ping(100)).rejects.toThrow('"node" expected');
});

test('a function that says nothing makes the world that there is without it', async () => {
  const hashOf = async (node?: () => undefined): Promise<string> => {
    const lab = createLab({ ...QUIET, seed: 5, ...(node && { node }) });
    await lab.nodes[1]!.findNode(HASH);
    return lab.traceHash;
  };
  expect(await hashOf(() => undefined)).toBe(await hashOf());
});

test.each([
  [{ k: 20 }, /"node\(0\)\.k" is no option of one node of a lab/],
  [{ alpha: 0 }, /"alpha"/],
  [{ readOnly: 1 }, /"node\(0\)\.readOnly"/],
  [{ onQuery: 1 }, /"node\(0\)\.onQuery" expected a function, got 1/],
  [7, /"node\(0\)" expected an object of options or undefined, got 7/],
])('%j is refused by name', (own, complaint) => {
  expect(() => createLab({ nodes: 5, node: () => own as unknown as LabNodeOwn })).toThrow(
    complaint,
  );
});

test('a table of choice is the whole of what a node knows, and it learns from there', async () => {
  const lab = createLab({ ...QUIET, node: (i) => (i === 7 ? { knows: [3, 50, 99] } : undefined) });
  const known = (): string[] => lab.nodes[7]!.table.entries().map(({ id }) => id);
  const wanted = [3, 50, 99].map((other) => lab.nodes[other]!.id);
  expect(known().sort()).toEqual(wanted.sort());
  expect((await lab.nodes[7]!.findNode(lab.nodes[40]!.id)).nodes[0]!.id).toBe(lab.nodes[40]!.id);
  expect(known().length).toBeGreaterThan(3);
  const hermit = createLab({ ...QUIET, node: (i) => (i === 7 ? { knows: [] } : undefined) });
  await expect(hermit.nodes[7]!.findNode(HASH)).rejects.toMatchObject({ code: 'NO_NODES' });
});

test('an id of its own for whoever asks', async () => {
  const shown = new Uint8Array(20).fill(9);
  const node = (i: number) => (i === 5 ? { identity: () => shown } : undefined);
  const lab = createLab({ ...QUIET, node });
  expect((await lab.nodes[1]!.ping(5)).id).toBe('09'.repeat(20));
  expect((await lab.nodes[1]!.ping(6)).id).toBe(lab.nodes[6]!.id);
});

test('tables that cannot be are refused by name', () => {
  const made = (node: (i: number) => LabNodeOwn | undefined, more: object = {}) =>
    expect(() => createLab({ nodes: 5, node, ...more }));
  made(() => ({ knows: [0] })).toThrow(/"node\(0\)\.knows\[0\]" expected another node/);
  made(() => ({ knows: [5] })).toThrow(/"node\(0\)\.knows\[0\]" expected a whole number in 0\.\.4/);
  made(() => ({ knows: 'all' }) as never).toThrow(/"node\(0\)\.knows" expected numbers of nodes/);
  made((i) => ({ knows: [(i + 1) % 5] }), { start: 'protocol' }).toThrow(/is for a warm start/);
});
