import { describe, expect, test } from 'vitest';
import { createRingTestnet } from '../../../src/testnet.ts';

describe('a ring testnet', () => {
  const streams = () =>
    process.getActiveResourcesInfo().filter((name) => /^TCP(?:Server|Socket)?Wrap$/.test(name))
      .length;

  test('is a ring of real nodes with their backups in place', async () => {
    await using ring = await createRingTestnet({ nodes: 4, k: 2 });
    expect(ring.nodes.map((node) => node.info().effectiveK)).toEqual([2, 2, 2, 2]);
    expect(ring.nodes[0].info().k).toBe(2);
    const { copies } = await ring.nodes[1].insert('a', 'b', { level: 'all' });
    expect(copies).toBe(3);
    expect(new Set(ring.nodes.flatMap(({ addresses }) => addresses)).size).toBe(4);
  });

  test('tells what happens at any of its members, those that come later, too, and at which', async () => {
    const ring = await createRingTestnet({ nodes: 2, k: 1 });
    const events = ring.events();
    let told = 0;
    ring.watch({ onEvent: () => told++ });
    const { addresses } = await ring.add();
    for await (const { kind, node } of events) {
      if (kind === 'joined' && node === addresses[0]) break;
    }
    expect(told).toBeGreaterThan(0);
    const others = ring.events();
    await ring.close();
    for await (const { node } of others) expect(node).toMatch(/^127\.0\.0\.1:/);
    expect(() => ring.events()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  test('loses a node without notice, and is whole again', async () => {
    await using ring = await createRingTestnet({ nodes: 4, k: 1 });
    const gone = ring.nodes[2];
    await ring.crash(2);
    expect(ring.nodes).not.toContain(gone);
    await expect(gone.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
    await ring.settled({ timeoutMs: 50_000 });
    await expect(ring.settled({ timeoutMs: 0 })).rejects.toThrow('"timeoutMs" expected');
    const aborted = ring.settled({ signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    expect(ring.nodes.map((node) => node.info().effectiveK)).toEqual([1, 1, 1]);
    expect(ring.stats.map(({ effectiveK }) => effectiveK)).toEqual([1, 1, 1]);
    expect(ring.ref().unref()).toBe(ring);
    await expect(ring.crash(3)).rejects.toThrow('"index" expected a whole number in 0..2, got 3');
  }, 60_000);

  test('gains a node, and loses one in good order', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 1 });
    await ring.nodes[0].insert('hello', 'world', { level: 'all' });
    const more = await ring.add();
    expect(ring.nodes).toHaveLength(4);
    expect(more.info().identities[0].state).toBe('member');
    const gone = ring.nodes[1];
    await ring.leave(1);
    expect(ring.nodes).not.toContain(gone);
    await expect(gone.get('hello')).rejects.toMatchObject({ code: 'CLOSED' });
    expect(Buffer.from((await more.get('hello'))!).toString()).toBe('world');
    const back = await ring.add({ port: gone.port });
    expect(back.addresses).toEqual(gone.addresses);
    await expect(ring.leave(4)).rejects.toThrow('"index" expected a whole number in 0..3, got 4');
  });

  test('closes without a leak', async () => {
    await expect.poll(streams).toBe(0);
    const ring = await createRingTestnet({ nodes: 6 });
    // Only what keeps the process is listed.
    for (const node of ring.nodes) node.ref();
    expect(streams()).toBeGreaterThanOrEqual(6);
    const { port } = ring.nodes[0];
    await ring.close();
    await ring.close();
    await expect.poll(streams).toBe(0);
    await using again = await createRingTestnet({ nodes: 1, port });
    expect(again.nodes[0].port).toBe(port);
  });

  test('that cannot be opened closes what was', async () => {
    await expect.poll(streams).toBe(0);
    await using taken = await createRingTestnet({ nodes: 1 });
    const { port } = taken.nodes[0];
    await expect(createRingTestnet({ nodes: 3, port })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
    });
    await expect(createRingTestnet({ nodes: 0 })).rejects.toThrow(
      '"nodes" expected a whole number',
    );
    await expect(createRingTestnet({ k: 99 })).rejects.toThrow('"k" expected');
    await expect(
      createRingTestnet({ nodes: 3, timeoutMs: 0, repairMs: 60_000 }),
    ).rejects.toMatchObject({ code: 'TIMEOUT' });
    await taken.close();
    await expect.poll(streams).toBe(0);
  });
});
