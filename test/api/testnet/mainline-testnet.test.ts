import { afterEach, describe, expect, test, vi } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { createTestnet, TESTNET_LIMIT, type Testnet } from '../../../src/testnet.ts';

const HASH = 'fedcba9876543210fedcba9876543210fedcba98';
const opened: Testnet[] = [];

async function create(options: Parameters<typeof createTestnet>[0]): Promise<Testnet> {
  const testnet = await createTestnet(options);
  opened.push(testnet);
  return testnet;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((testnet) => testnet.close()));
});

/** Sockets of this process, once those that were closed have left the event loop. */
async function sockets(): Promise<number> {
  for (let rounds = 0; rounds < 2; rounds++) await new Promise(setImmediate);
  return process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
}

describe('a testnet', () => {
  test('of 50 nodes is up in well under 3 s, and everybody finds everything', async () => {
    const begun = performance.now();
    const testnet = await create({ nodes: 50 });
    // One second is the promise on an idle machine; this one may be busy.
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(testnet.nodes).toHaveLength(50);
    expect(testnet.bootstrap).toEqual([`127.0.0.1:${testnet.nodes[0].port}`]);
    expect(new Set(testnet.nodes.map(({ port }) => port)).size).toBe(50);
    await testnet.nodes[17].announce(HASH, { port: 1717 });
    for (const node of testnet.nodes) {
      expect(node.table.size).toBeGreaterThanOrEqual(8);
      expect((await node.getPeers(HASH)).peers).toEqual([{ host: '127.0.0.1', port: 1717 }]);
    }
  });

  test('tells what happens at any of its nodes, those that come later, too, and at which', async () => {
    const testnet = await create({ nodes: 3 });
    const events = testnet.events();
    let lookups = 0;
    const stop = testnet.watch({ onLookup: () => lookups++ });
    const { port } = await testnet.add();
    await testnet.nodes[0].announce(HASH, { port: 1 });
    const where = new Set<string>();
    for await (const event of events) {
      if (event.kind !== 'announced') continue;
      if (where.add(event.node).size === 3) break;
    }
    expect(where).toContain(`127.0.0.1:${port}`);
    expect(lookups).toBeGreaterThan(0);
    stop();
    const before = lookups;
    await testnet.nodes[1].findNode(HASH);
    expect(lookups).toBe(before);
    const others = testnet.events();
    await testnet.close();
    for await (const { node } of others) expect(node).toMatch(/^127\.0\.0\.1:/);
    expect(() => testnet.events()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  test('has 20 nodes unless told otherwise, and each has found its neighbours', async () => {
    const { nodes } = await create({});
    expect(nodes).toHaveLength(20);
    for (const node of nodes) {
      expect(node.lookups).toEqual([]);
      const { nodes: closest } = await nodes[0].findNode(node.id);
      if (node !== nodes[0]) expect(closest[0].id).toBe(node.id);
    }
  });

  test('may be of one node', async () => {
    const { nodes, bootstrap } = await create({ nodes: 1 });
    expect(nodes).toHaveLength(1);
    const guest = await openMainline({ host: '127.0.0.1', bootstrap });
    expect(await guest.ready()).toEqual({ answered: 1 });
    await guest.close();
  });

  test('gives its first node the port asked for, and all of them the options', async () => {
    const { nodes } = await create({ nodes: 1 });
    const { port } = nodes[0];
    await opened.pop()!.close();
    const testnet = await create({ nodes: 3, port, table: 'flat', host: '127.0.0.3' });
    expect(testnet.nodes[0]).toMatchObject({ host: '127.0.0.3', port });
    expect(testnet.bootstrap).toEqual([`127.0.0.3:${port}`]);
    expect(testnet.nodes.map(({ table }) => table.kind)).toEqual(['flat', 'flat', 'flat']);
  });

  test('closes without a leak', async () => {
    const before = await sockets();
    const testnet = await createTestnet({ nodes: 10 });
    // Only what keeps the process is listed.
    for (const node of testnet.nodes) node.ref();
    expect(await sockets()).toBe(before + 10);
    const { port } = testnet.nodes[0];
    testnet.nodes[3].findNode(HASH).catch(() => {});
    await testnet.close();
    await testnet.close();
    expect(await sockets()).toBe(before);
    // The very ports are free again.
    const again = await create({ nodes: 1, port });
    expect(again.nodes[0].port).toBe(port);
  });

  test('closes at the end of an `await using`', async () => {
    const before = await sockets();
    {
      await using testnet = await createTestnet({ nodes: 3 });
      expect(testnet.nodes).toHaveLength(3);
    }
    expect(await sockets()).toBe(before);
  });
});

describe('a testnet that changes', () => {
  test('loses a node, and has it again where it was', async () => {
    const testnet = await create({ nodes: 5 });
    const { id, port } = testnet.nodes[0];
    await testnet.crash(0);
    expect(testnet.nodes.some((node) => node.id === id)).toBe(false);
    await expect(testnet.crash(4)).rejects.toThrow(
      '"index" expected a whole number in 0..3, got 4',
    );
    const back = await testnet.add({ id, port });
    expect(testnet.nodes.at(-1)).toBe(back);
    expect([back.id, back.port]).toEqual([id, port]);
    expect(back.table.size).toBeGreaterThan(0);
    await expect(testnet.add({ port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    expect(testnet.nodes).toHaveLength(5);
  });

  test('has more nodes, which find what others announced', async () => {
    const testnet = await create({ nodes: 8 });
    await testnet.nodes[2].announce(HASH, { port: 999 });
    const more = await testnet.add();
    expect((await more.getPeers(HASH)).peers).toEqual([{ host: '127.0.0.1', port: 999 }]);
    await testnet.close();
    await expect(more.findNode(HASH)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a testnet that cannot be opened', () => {
  test('because the port is taken says so', async () => {
    const { nodes } = await create({ nodes: 1 });
    const { port } = nodes[0];
    await expect(createTestnet({ nodes: 3, port })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
    });
  });

  test('because one of its nodes cannot closes the others', async () => {
    const before = await sockets();
    let made = 0;
    const onQuery = () => undefined;
    const { flatTable } = await import('../../../src/mainline.ts');
    const factory = flatTable();
    const table = vi.fn((place: Parameters<typeof factory>[0]) => {
      if (++made === 4) throw new Error('the fourth fails');
      return factory(place);
    });
    await expect(createTestnet({ nodes: 6, table, onQuery })).rejects.toThrow('the fourth fails');
    expect(table).toHaveBeenCalledTimes(4);
    expect(await sockets()).toBe(before);
  });

  test.each([
    [{ nodes: 0 }, '"nodes" expected a whole number in 1..10000, got 0'],
    [{ nodes: TESTNET_LIMIT + 1 }, '"nodes"'],
    [{ nodes: '5' as unknown as number }, '"nodes" expected a whole number, got "5"'],
    [{ host: '0.0.0.0' }, '"host" expected an address to bootstrap from, got 0.0.0.0'],
    [{ k: 0 }, '"k"'],
  ])('because of a wrong option %o names it', async (options, message) => {
    await expect(createTestnet(options)).rejects.toThrow(message);
  });
});
