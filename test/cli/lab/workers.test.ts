/** One world on several threads, as it is built: the same run as on one, and one that dies is told. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab.ts';
import { objects, Running, ringlight } from '../command.ts';

// Threads run the built file beside the one that makes them.
const built = new URL('../../../dist/lab.js', import.meta.url).href;
const { createLab } = (await import(built)) as typeof import('../../../src/lab.ts');

const run = promisify(execFile);
const RUN = ['lab', 'run', 'scenario', '--json', '--nodes', '150', '--faults-ms', '60s', '--seed'];
const seedOf = (): string => String(Math.floor(Math.random() * 2 ** 32));

describe('ringlight lab run scenario --workers', () => {
  test('is the run without them', async () => {
    const seed = seedOf();
    const resultOf = async (more: string[]) =>
      objects(await ringlight([...RUN, seed, '--churn', 'kad', ...more])).at(-1)!;
    const whole = await resultOf(['--no-safety']);
    for (const workers of ['1', '2', '3']) {
      const result = await resultOf(['--workers', workers]);
      for (const field of ['traceHash', 'messages', 'metrics', 'figures', 'virtualMs', 'pass']) {
        expect(result[field], `seed ${seed}: ${field}`).toEqual(whole[field]);
      }
    }
  });

  test('refuses what does not go with them, with status 2', async () => {
    const cases: [string[], RegExp][] = [
      [['kad-hops', '--workers', '2'], /--workers is for scenario/],
      [['scenario', '--workers', '2', '--out', 'nowhere'], /--out does not go with --workers/],
      [['scenario', '--workers', '2', '--seeds', '3'], /--seeds does not go with --workers/],
      [['scenario', '--workers', '2', '--safety'], /"safety" does not go with workers/],
      [['scenario', '--workers', '0'], /'0' is invalid/],
    ];
    for (const [args, line] of cases) {
      const { status, stderr } = await ringlight(['lab', 'run', ...args]);
      expect(stderr).toMatch(line);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(status).toBe(2);
    }
  });

  test('ends at once when it is interrupted', async () => {
    const long = ['--nodes', '3000', '--faults-ms', '5h'];
    const running = new Running([...RUN, '1', ...long, '--workers', '2']);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    running.process.kill('SIGINT');
    const { stdout } = await running.ended;
    expect(stdout).not.toContain('"result"');
  });
});

test('a lab on workers is the lab on none, whatever a program does with it', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const up = { kind: 'exponential', meanMs: 60_000 } as const;
  const options = {
    ...{ seed, nodes: 120, churn: { up } },
    network: { latency: { kind: 'uniform', lowMs: 15, highMs: 80 }, loss: 0.05 },
  } as const;
  type Called = Pick<Lab, 'nodes' | 'crash' | 'now'>;
  const program = async (lab: Called, run: (time: string) => unknown) => {
    const told: unknown[] = [];
    const keep = async (call: Promise<unknown>): Promise<void> => {
      told.push(await call.catch(({ code }) => code), lab.now);
    };
    for (let i = 0; i < 4; i++) await keep(lab.nodes[i * 20].findNode(String(i).repeat(40)));
    lab.crash({ share: 0.2 });
    await run('20 s');
    await keep(lab.nodes[7].ping(77));
    await keep(lab.nodes[9].announce('ab'.repeat(20), { port: 7000 }));
    await keep(lab.nodes[90].getPeers('ab'.repeat(20)));
    await run('5 s');
    return told;
  };
  const whole = createLab(options);
  const expected = await program(whole, (time) => whole.run(time as '5 s'));
  for (const workers of [1, 2, 3]) {
    const lab = createLab({ ...options, workers });
    expect(await program(lab as never, (time) => lab.run(time as '5 s')), `seed ${seed}`).toEqual(
      expected,
    );
    expect(await lab.traceHash()).toBe(whole.traceHash);
    const { delivered, lookups } = await lab.stats();
    expect([delivered, lookups]).toEqual([whole.stats.delivered, whole.stats.lookups]);
    await lab.close();
    await expect(lab.run(5)).rejects.toThrow('the lab was closed');
  }
});

test('mail that is larger than the room for it comes in several rounds', async () => {
  // First queries of 1,500 lookups at once: half of them cross in one window, some 300 KB.
  const options = { nodes: 2000, latency: { kind: 'constant', ms: 1000 } } as const;
  const lookAll = (lab: Pick<Lab, 'nodes'>): Promise<unknown> =>
    Promise.all(lab.nodes.slice(0, 1500).map((node, i) => node.findNode(idOf(i))));
  const idOf = (i: number): string =>
    ((i * 40_503) % 65_536).toString(16).padStart(4, '0').repeat(10);
  const whole = createLab(options);
  await lookAll(whole);
  const lab = createLab({ ...options, workers: 2 });
  await lookAll(lab as never);
  expect(await lab.traceHash()).toBe(whole.traceHash);
  expect((await lab.stats()).lookups).toEqual(whole.stats.lookups);
  await lab.close();
});

test('who waits for a lab keeps the process alive, unless it is told not to', async () => {
  const program = (more: string) => `
    const { createLab } = await import(${JSON.stringify(built)});
    const lab = createLab({ nodes: 200, latency: { kind: 'constant', ms: 50 }, workers: 2 });
    await lab.run('1 s');
    ${more}
    lab.run('10 s').then(() => console.log('has run'));`;
  const said = async (more: string): Promise<string> =>
    (await run(process.execPath, ['--input-type=module', '-e', program(more)])).stdout;
  expect(await said('')).toBe('has run\n');
  expect(await said('lab.unref(); lab.ref();')).toBe('has run\n');
  expect(await said('lab.unref();')).toBe('');
});
