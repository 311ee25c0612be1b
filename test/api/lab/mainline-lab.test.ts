import { describe, expect, test } from 'vitest';
import { createLab } from '../../../src/lab.ts';

const HASH = 'ab'.repeat(20);

describe('a lab of Mainline nodes', () => {
  test('what one node announces another finds, and awaiting moves virtual time', async () => {
    const lab = createLab({ seed: 7, nodes: 2000 });
    expect(lab.now).toBe(0);
    const { stored } = await lab.nodes[3].announce(HASH, { port: 6881 });
    expect(stored).toBe(8);
    const announcedAtMs = lab.now;
    expect(announcedAtMs).toBeGreaterThan(100);
    const { peers, lookup, grade } = await lab.nodes[1700].getPeers(HASH);
    expect(peers).toEqual([{ host: lab.nodes[3].host, port: 6881 }]);
    expect(lookup.durationMs).toBe(lab.now - announcedAtMs);
    expect(grade.found).toBeGreaterThanOrEqual(7);
  });

  test('calls made together run together; what follows one starts when it ended', async () => {
    const lab = createLab({ nodes: 500, latency: { kind: 'constant', ms: 50 } });
    const ends = await Promise.all(
      [1, 2, 3, 4].map(async (i) => {
        await lab.nodes[i].findNode(HASH);
        return lab.now;
      }),
    );
    expect(Math.max(...ends)).toBeLessThan(1000);
    const startedAtMs = lab.now;
    const { lookup } = await lab.nodes[5].findNode(HASH);
    expect(lab.now - startedAtMs).toBe(lookup.durationMs);
  });

  test('the same program and seed give the same run', async () => {
    const program = async (seed: number): Promise<string> => {
      const lab = createLab({ seed, nodes: 150, loss: 0.05 });
      for (const i of [5, 60, 120]) await lab.nodes[i].findNode(HASH);
      lab.run('10 min');
      return `${lab.now} ${lab.traceHash}`;
    };
    const first = await program(1);
    expect(await program(1)).toBe(first);
    expect(await program(2)).not.toBe(first);
  });

  test('time passes without calls, and upkeep keeps the network whole', async () => {
    const lab = createLab({ nodes: 80 });
    lab.run('1 h');
    expect(lab.now).toBe(3_600_000);
    const { grade } = await lab.nodes[9].findNode(HASH);
    expect(grade.found).toBeGreaterThanOrEqual(7);
    expect(lab.metrics).toMatchObject({ lookups: 1, lost: 0, undeliverable: 0 });
    expect(lab.grades).toEqual([grade]);
  });

  test('a crashed node is heard no more, and its own calls end', async () => {
    const lab = createLab({ nodes: 300, latency: { kind: 'constant', ms: 20 } });
    const closest = (await lab.nodes[0].findNode(HASH)).nodes[0];
    const number = lab.nodes.findIndex(({ id }) => id === closest.id);
    const pending = lab.nodes[number].findNode(HASH);
    lab.crash(number);
    await expect(pending).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(lab.nodes[number].findNode(HASH)).rejects.toMatchObject({ code: 'CLOSED' });
    const { nodes, grade } = await lab.nodes[0].findNode(HASH);
    expect(nodes.map(({ id }) => id)).not.toContain(closest.id);
    expect(grade.exact).toBe(true);
    expect(lab.isAlive(number)).toBe(false);
  });

  test('a node may be paused, restarted, and begun; its calls tell why they fail', async () => {
    const lab = createLab({ nodes: 200, latency: { kind: 'constant', ms: 20 } });
    const pending = lab.nodes[5].findNode(HASH);
    lab.pause(5);
    lab.run('1 min');
    await expect(lab.nodes[5].findNode(HASH)).rejects.toThrow(/node 5 is paused/);
    lab.resume(5);
    expect((await pending).lookup.durationMs).toBeGreaterThanOrEqual(60_000);
    const lost = lab.nodes[5].findNode(HASH);
    lab.restart(5);
    await expect(lost).rejects.toMatchObject({ code: 'CLOSED' });
    lab.run('1 min');
    expect((await lab.nodes[5].findNode(HASH)).grade.exact).toBe(true);
    lab.crash({ first: 0, last: 99 });
    await expect(lab.nodes[7].findNode(HASH)).rejects.toThrow(/node 7 is down/);
    lab.join({ first: 0, last: 99 });
    lab.run('20 min');
    expect((await lab.nodes[7].findNode(HASH)).grade.exact).toBe(true);
    expect(() => lab.crash(200)).toThrow(/"node" expected a whole number in 0\.\.199, got 200/);
    expect(() => lab.pause({ share: 2 })).toThrow(/"whom\.share" .*got 2/);
  });

  test('what is cut off is not found until the partition heals', async () => {
    const lab = createLab({ nodes: 200, latency: { kind: 'constant', ms: 20 } });
    lab.partition({ first: 0, last: 99 });
    expect((await lab.nodes[5].findNode('00'.repeat(20))).grade.exact).toBe(true);
    expect((await lab.nodes[5].findNode('ff'.repeat(20))).grade.found).toBe(0);
    lab.heal();
    lab.run('15 min');
    expect((await lab.nodes[5].findNode('ff'.repeat(20))).grade.exact).toBe(true);
  });

  test('a world may begin by joining, live under churn, and be befallen by a schedule', async () => {
    const start = { kind: 'protocol', joinsPerSecond: 20 } as const;
    const lab = createLab({
      ...{ nodes: 120, start, churn: 'oversim' as const },
      schedule: [{ at: '30 s', crash: { share: 0.5 } }],
    });
    const up = (): number => lab.nodes.filter(({ number }) => lab.isAlive(number)).length;
    expect(up()).toBe(0);
    lab.run('20 s');
    const joined = up();
    expect(Math.abs(joined - 60)).toBeLessThan(25);
    lab.run('11 s');
    expect(Math.abs(up() - joined / 2)).toBeLessThan(8);
    lab.run('5 h');
    expect(Math.abs(up() - 60)).toBeLessThan(25);
  });

  test('a node of a million is made only when it is looked at', () => {
    const lab = createLab({ nodes: 100 });
    expect(lab.nodes).toHaveLength(100);
    expect(lab.nodes[100]).toBeUndefined();
    expect(lab.nodes[3]).toBe(lab.nodes[3]);
    expect(3 in lab.nodes).toBe(true);
    expect(lab.nodes[0].id < lab.nodes[1].id).toBe(true);
  });

  test.each([
    [{ nodes: 0 }, /"nodes" .*got 0/],
    [{ nodes: 10_000_001 }, /"nodes" .*1\.\.10000000/],
    [{ seed: -1 }, /"seed"/],
    [{ loss: 1.5 }, /"loss" .*got 1.5/],
    [{ loss: Number.NaN }, /"loss"/],
    [{ latency: { kind: 'constant', ms: 0 } as const }, /"latency\.ms"/],
    [{ latency: { kind: 'uniform', lowMs: 5, highMs: 4 } as const }, /"latency\.highMs" .*5\.\./],
    [{ latency: { kind: 'warp' } as never }, /"latency\.kind" .*got "warp"/],
    [
      { network: { latency: { kind: 'king' } } as const, loss: 0.1 },
      /"loss" belongs into "network"/,
    ],
    [{ network: {} as never }, /"network\.latency"/],
    [{ start: 'cold' as never }, /"start\.kind" .*got "cold"/],
    [{ start: { up: 3 } }, /"start\.up" .*got 3/],
    [{ churn: 'wild' as never }, /"churn" expected .*kad.* got "wild"/],
    [{ churn: { trace: '0 1000 join' } }, /"trace" line 1 expected a node below 1000/],
    [{ schedule: [{ at: 'noon', heal: true }] as never }, /"schedule\[0\]\.at"/],
    [{ node: { k: 0 } }, /"k"/],
    [{ nodez: 5 } as never, /"nodez" is no option of createLab, did you mean "nodes"\?/],
    [{ alpha: 1 } as never, /"alpha" is no option of createLab; it belongs into "node"/],
    [{ jitter: {} } as never, /"jitter" is no option of createLab; it belongs into "network"/],
    [{ ids: ['aa'] } as never, /"ids" is no option of createLab/],
    [
      { node: { alfa: 1 } } as never,
      /"node\.alfa" is no option of a node of a lab, did you mean "node\.alpha"/,
    ],
    [{ node: { timeOutMs: 500 } } as never, /"node\.timeOutMs" is no option .*"node\.timeoutMs"/],
    [{ node: { table: 'flat' } } as never, /"node\.table" is no option of a node of a lab/],
    [{ node: () => ({ k: 20 }) } as never, /"node\(0\)\.k" is no option/],
    [{ upkeep: 'no' } as never, /"upkeep" expected true or false, got "no"/],
    [{ latency: { kind: 'king', ms: 3 } } as never, /"latency" expected kind, got the field "ms"/],
  ])('%j is refused by name', (options, message) => {
    expect(() => createLab(options)).toThrow(message);
  });

  test.each([['10'], ['-1 s'], ['1 day'], [-5], [Number.NaN]])(
    'a duration of %j is refused',
    (duration) => {
      expect(() => createLab({ nodes: 2 }).run(duration)).toThrow(/"duration"/);
    },
  );

  test('a node shows its table and what it keeps, and looking changes nothing', async () => {
    const run = async (isWatched: boolean): Promise<string> => {
      const lab = createLab({ nodes: 300, seed: 3 });
      const look = () => {
        if (isWatched) for (const node of lab.nodes) [node.table.entries(), node.stored()];
      };
      look();
      await lab.nodes[3].announce(HASH, { port: 6881 });
      look();
      const { nodes } = await lab.nodes[200].getPeers(HASH);
      const keeper = lab.nodes.find(({ id }) => id === nodes[0].id)!;
      const peers = [{ host: lab.nodes[3].host, port: 6881 }];
      expect(keeper.stored()).toEqual([{ infoHash: HASH, peers }]);
      expect(keeper.table.size).toBeGreaterThan(30);
      const [closest] = keeper.table.closest(keeper.id, 1);
      expect(lab.nodes.map(({ id }) => id)).toContain(closest.id);
      for (const { lastHeardMs } of keeper.table) expect(lastHeardMs).toBeLessThanOrEqual(lab.now);
      return lab.traceHash;
    };
    expect(await run(true)).toBe(await run(false));
  });

  test('wrong ids are refused like those of a real node', async () => {
    const lab = createLab({ nodes: 20 });
    await expect(lab.nodes[0].findNode('xyz')).rejects.toThrow(/"target"/);
  });
});
