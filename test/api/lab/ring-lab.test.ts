import { describe, expect, test } from 'vitest';
import { createLab, type RingLab } from '../../../src/lab.ts';

const text = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? undefined);

function small(seed = 1): RingLab {
  return createLab({ overlay: 'ring', seed, nodes: 24, k: 2 });
}

describe('a lab of ring nodes', () => {
  test('writes through one node and reads through another; awaiting moves virtual time', async () => {
    const lab = small();
    const written = await lab.nodes[3].insert('hello', 'world');
    expect(written).toMatchObject({ owner: lab.ownerOf('hello') });
    expect(written.copies).toBeGreaterThanOrEqual(2);
    expect(written.latencyMs).toBeGreaterThan(0);
    expect(lab.now).toBeGreaterThanOrEqual(written.latencyMs);
    const read = await lab.nodes[20].get('hello');
    expect(text(read.value)).toBe('world');
    expect((await lab.nodes[9].owns('hello')).owner).toBe(lab.ownerOf('hello'));
    expect(await lab.nodes[1].exists('hello')).toBe(true);
    expect((await lab.nodes[2].remove('hello')).found).toBe(true);
    expect(await lab.nodes[1].exists('hello')).toBe(false);
  });

  test('keeps what its owner held when that crashes, and K owners in a row', async () => {
    const lab = small();
    await lab.nodes[0].insert('key', 'kept', { level: 'all' });
    for (let crashes = 0; crashes < 2; crashes++) {
      const owner = lab.ownerOf('key');
      lab.crash(owner);
      expect(lab.isAlive(owner)).toBe(false);
      expect(lab.ownerOf('key')).not.toBe(owner);
      lab.run('30 s');
    }
    const asker = lab.nodes.find(({ number }) => lab.isAlive(number))!;
    const { value, owner } = await asker.get('key');
    expect(text(value)).toBe('kept');
    expect(owner).toBe(lab.ownerOf('key'));
  });

  test('fails the calls of a node that crashes, and refuses those of one that is down', async () => {
    const lab = small();
    const call = lab.nodes[5].insert('x', 'y');
    lab.crash(5);
    await expect(call).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(lab.nodes[5].get('x')).rejects.toMatchObject({ code: 'CLOSED' });
    lab.restart(5);
    lab.run('30 s');
    expect(await lab.nodes[5].exists('x')).toBe(false);
  });

  test('a watcher hears of nodes and of calls, with their grades, and changes nothing', async () => {
    const run = async (isWatched: boolean) => {
      const lab = small(3);
      const kinds = new Set<string>();
      const ended: [unknown, number][] = [];
      const stop = lab.watch({
        onEvent: ({ kind }, node) => void kinds.add(`${kind} ${node < 24}`),
        onLookup: (became, node, grade) => {
          ended.push([became, node]);
          expect(lab.grades.at(-1)).toBe(grade);
        },
      });
      if (!isWatched) stop();
      const result = await lab.nodes[3].insert('hello', 'world');
      lab.crash(lab.ownerOf('hello'));
      lab.run('30 s');
      return { lab, kinds, ended, result };
    };
    const [watched, alone] = [await run(true), await run(false)];
    expect(watched.ended).toEqual([[watched.result, 3]]);
    expect([...watched.kinds]).toContain('lost true');
    expect([alone.kinds.size, alone.ended.length]).toEqual([0, 0]);
    expect(watched.lab.traceHash).toBe(alone.lab.traceHash);
    expect(() => watched.lab.watch({ onEvnt: () => {} } as object)).toThrow('"onEvent"');
  });

  test('is the same run again with the same seed', async () => {
    const run = async (seed: number): Promise<string> => {
      const lab = small(seed);
      await Promise.all([lab.nodes[0].insert('a', '1'), lab.nodes[1].insert('b', '2')]);
      lab.partition(0, 1, 2);
      lab.run('20 s');
      lab.heal();
      lab.run('20 s');
      return lab.traceHash;
    };
    const first = await run(4);
    expect(await run(4)).toBe(first);
    expect(await run(5)).not.toBe(first);
  });

  test('has churn, a schedule and grades as a lab of Mainline nodes has them', async () => {
    const law = { kind: 'exponential', meanMs: 600_000 } as const;
    const hashes: string[] = [];
    for (const seed of [1, 2, 1]) {
      const lab = createLab({
        ...{ overlay: 'ring', nodes: 20, seed, k: 2, latency: { kind: 'constant', ms: 20 } },
        churn: { up: law, rejoin: 'memory' },
        schedule: [{ at: '1 min', pause: { share: 0.1, for: '20 s' } }],
      });
      for (let i = 0; i < 20; i++) {
        lab.run('20 s');
        const living = lab.nodes.filter(({ number }) => lab.isAlive(number));
        await living[i % living.length]!.owns(`key ${i}`).catch(() => undefined);
      }
      const { lookups, successRate, bytesSent, framesSent } = lab.metrics;
      expect(lookups).toBe(20);
      expect(successRate).toBeGreaterThan(0.5);
      expect(bytesSent).toBeGreaterThan(framesSent);
      hashes.push(lab.traceHash);
    }
    expect(hashes[0]).toBe(hashes[2]);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  test('a calm ring ends at the true owner each time; whom something befalls may be selected', async () => {
    const lab = createLab({
      overlay: 'ring',
      nodes: 20,
      k: 2,
      latency: { kind: 'constant', ms: 5 },
    });
    for (let i = 0; i < 10; i++) await lab.nodes[i]!.owns(`key ${i}`);
    expect(lab.metrics).toMatchObject({ lookups: 10, exactRate: 1, successRate: 1 });
    lab.crash({ count: 5 });
    const down = lab.nodes.filter(({ number }) => !lab.isAlive(number)).map(({ number }) => number);
    expect(down).toHaveLength(5);
    lab.run('1 min');
    lab.join(...down);
    lab.run('2 min');
    expect(lab.nodes.every(({ number }) => lab.isAlive(number))).toBe(true);
  });

  test('names what is wrong with an option', () => {
    expect(() => createLab({ overlay: 'ring', nodes: 0 })).toThrow(/"nodes"/);
    expect(() => createLab({ overlay: 'ring', k: 99 })).toThrow(/"k"/);
    expect(() => createLab({ overlay: 'chord' as 'ring' })).toThrow(/"overlay" expected/);
    expect(() => createLab({ overlay: 'ring', nodez: 9 } as never)).toThrow(
      /"nodez" is no option of a ring lab, did you mean "nodes"\?/,
    );
    expect(() => small().crash(24)).toThrow(/"node"/);
  });
});
