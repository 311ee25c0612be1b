/** Real Mainline nodes on loopback as a scene. */
import { describe, expect, test } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { NodeState } from '../../../src/scene.ts';
import { hashOf } from '../../../src/studio/live/names.ts';
import { LiveMainline } from '../../../src/studio/mainline/live-mainline.ts';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';
import { Listener } from '../fake-scene.ts';

const PATIENCE = { timeout: 15_000 };

function sceneOf(testnet: Testnet, count = Infinity): LiveMainline {
  return new LiveMainline({
    name: 'mainline',
    title: 'nodes',
    nodes: () => testnet.nodes.slice(0, count),
    hands: {
      add: (one) => testnet.add(one),
      crash: (node) => testnet.crash(testnet.nodes.indexOf(node)),
    },
  });
}

async function watch(scene: LiveMainline): Promise<Listener> {
  const listener = new Listener();
  scene.watch(listener);
  for (const message of await scene.opening()) listener.tell(message);
  return listener;
}

function stateOf(listener: Listener, node: number): number | undefined {
  for (const update of listener.of('frame').toReversed()) {
    const at = update.nodes.indexOf(node);
    if (at >= 0) return update.states[at];
  }
  return undefined;
}

describe('nodes of this process', () => {
  test('stand at their ids, with what they store', async () => {
    await using testnet = await createTestnet({ nodes: 12 });
    const scene = sceneOf(testnet);
    scene.learn(['apple']);
    const [hello, places] = await scene.opening();
    expect(hello).toMatchObject({ overlay: 'mainline', k: 8, abilities: ['inspect', 'explain'] });
    scene.isControlled = true;
    expect(scene.abilities).toEqual(['inspect', 'explain', 'act', 'nodes']);
    if (places?.type !== 'places') throw new Error('no places');
    const ids = Buffer.from(places.ids).toString('hex').match(/.{40}/g)!;
    expect(ids).toEqual(testnet.nodes.map(({ id }) => id));
    const { stored } = await testnet.nodes[3].announce(hashOf('apple'), { port: 1234 });
    const listener = await watch(scene);
    const key = () =>
      listener
        .of('frame')
        .flatMap(({ keys }) => keys)
        .at(-1);
    await expect.poll(() => key()?.holders.length, PATIENCE).toBe(stored);
    expect(key()).toMatchObject({ key: hashOf('apple'), name: 'apple', state: 'safe', owner: -1 });
    const holder = await scene.node(key()!.holders[0]);
    expect(holder!.stored).toEqual([
      { key: hashOf('apple'), name: 'apple', what: 'peers: 1', role: 'peers' },
    ]);
    scene.close();
  });

  test('show their lookups and datagrams as they happen', async () => {
    await using testnet = await createTestnet({ nodes: 10 });
    const scene = sceneOf(testnet);
    const listener = await watch(scene);
    await testnet.nodes[4].findNode('ab'.repeat(20));
    const [lookup] = listener.of('lookup');
    expect(lookup).toMatchObject({
      kind: 'find_node',
      from: 4,
      target: 'ab'.repeat(20),
      state: 'succeeded',
    });
    expect(lookup.steps.length).toBeGreaterThan(3);
    expect(lookup.steps.every(({ node }) => node >= 0 && node < 10)).toBe(true);
    expect(listener.of('outcomes')).toHaveLength(1);
    const flights = () => listener.of('flights').flatMap((one) => one.flights);
    await expect.poll(() => flights().length, PATIENCE).toBeGreaterThan(0);
    const query = flights().find(({ from, kind }) => from === 4 && kind === 'find_node')!;
    expect(query).toMatchObject({ fate: 'delivered' });
    scene.ask(listener, { do: 'explain', flight: query.id });
    expect(listener.of('explanation')[0]).toMatchObject({ kind: 'find_node' });
    expect((await scene.node(4))!.log[0].text).toMatch(/^find_node/);
    scene.close();
  });

  test('show a lookup step by step, under one number from its beginning to its end', async () => {
    await using testnet = await createTestnet({ nodes: 20 });
    const scene = sceneOf(testnet);
    scene.learn(['apple']);
    const listener = await watch(scene);
    await testnet.nodes[7].getPeers(hashOf('apple'));
    const views = listener.of('lookup').filter(({ target }) => target === hashOf('apple'));
    expect(new Set(views.map(({ id }) => id)).size).toBe(1);
    const running = views.filter(({ state }) => state === 'running');
    expect(running.length).toBeGreaterThan(5);
    expect(running[0]!.steps).toHaveLength(1);
    const last = running.at(-1)!;
    expect(last).toMatchObject({ kind: 'get_peers', label: 'apple', from: 7 });
    expect(last.steps.some(({ verdict }) => verdict === 'answered')).toBe(true);
    expect(views.at(-1)).toMatchObject({ state: 'succeeded', label: 'apple' });
    await scene.perform({ kind: 'lookup', name: 'pear', from: 3 });
    const walked = listener.of('lookup').filter(({ target }) => target === hashOf('pear'));
    expect(walked[0]).toMatchObject({ kind: 'find_node', state: 'running', from: 3 });
    expect(walked.at(-1)).toMatchObject({ id: walked[0]!.id, state: 'succeeded' });
    scene.close();
  });

  test('are crashed, restarted and added', async () => {
    await using testnet = await createTestnet({ nodes: 6 });
    const scene = sceneOf(testnet);
    const listener = await watch(scene);
    const { id, port } = testnet.nodes[2];
    await scene.perform({ kind: 'crash', nodes: [2] });
    await expect.poll(() => stateOf(listener, 2), PATIENCE).toBe(NodeState.crashed);
    await scene.perform({ kind: 'restart', nodes: [2], memory: true });
    await expect.poll(() => stateOf(listener, 2), PATIENCE).toBe(NodeState.up);
    expect(testnet.nodes.at(-1)).toMatchObject({ id, port });
    await scene.perform({ kind: 'add', count: 2 });
    await expect.poll(() => stateOf(listener, 7), PATIENCE).toBe(NodeState.up);
    await expect(scene.perform({ kind: 'crash', nodes: [99] })).rejects.toThrow(/no node 99/);
    await expect(scene.perform({ kind: 'restart', nodes: [0], memory: true })).rejects.toThrow(
      /running/,
    );
    await expect(scene.perform({ kind: 'restart', nodes: [99], memory: true })).rejects.toThrow(
      /no node/,
    );
    scene.close();
  });

  test('announce, search and walk for who asks them to', async () => {
    await using testnet = await createTestnet({ nodes: 10 });
    const scene = sceneOf(testnet);
    const put = { kind: 'put', name: 'song', value: '', from: 3 } as const;
    expect(await scene.perform(put)).toMatch(/^announced, stored by 8 nodes$/);
    const { port } = testnet.nodes[3];
    expect(await scene.perform({ kind: 'get', name: 'song', from: 5 })).toBe(
      `1 peers: 127.0.0.1:${port}`,
    );
    expect(await scene.perform({ kind: 'lookup', name: 'song' })).toBe('the 8 closest answered');
    await expect(scene.perform({ kind: 'remove', name: 'song' })).rejects.toThrow(/nobody removes/);
    await expect(scene.perform({ kind: 'pause', nodes: [1] })).rejects.toThrow(/"pause"/);
    scene.close();
  });
});

describe('nodes outside', () => {
  test('are drawn as the table of the one that is looked into has them', async () => {
    await using testnet = await createTestnet({ nodes: 8 });
    const scene = sceneOf(testnet, 1);
    await scene.opening();
    expect(scene.nodeCount).toBe(1 + testnet.nodes[0].table.size);
    expect(await scene.node(1)).toMatchObject({ state: NodeState.up, rows: [] });
    const view = await scene.node(0);
    const contacts = view!.rows.flatMap((row) => row.contacts);
    expect(contacts.map(({ node }) => node).sort()).toEqual(contacts.map((_, i) => i + 1));
    await expect(scene.perform({ kind: 'crash', nodes: [1] })).rejects.toThrow(/no node 1 here/);
    scene.close();
  });

  test('that ask are seen as flights from outside', async () => {
    await using testnet = await createTestnet({ nodes: 2 });
    const scene = sceneOf(testnet);
    const listener = await watch(scene);
    await using stranger = await openMainline({
      host: '127.0.0.1',
      bootstrap: false,
      readOnly: true,
    });
    await stranger.ping(`127.0.0.1:${testnet.nodes[1].port}`);
    const flights = () => listener.of('flights').flatMap((one) => one.flights);
    await expect
      .poll(() => flights().find(({ from, kind }) => from === -1 && kind === 'ping'), PATIENCE)
      .toMatchObject({ to: 1, fate: 'delivered' });
    scene.close();
  });
});
