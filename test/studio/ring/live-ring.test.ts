/** A real ring on loopback as a scene: puts of others arrive, crashes show, hands work. */
import { describe, expect, test } from 'vitest';
import { connectRing, type Ring } from '../../../src/ring.ts';
import type { Act, KeyView, LookupView } from '../../../src/scene.ts';
import { NodeState } from '../../../src/scene.ts';
import { hashOf } from '../../../src/studio/live/names.ts';
import { LiveRing, type LiveRingOptions } from '../../../src/studio/ring/live-ring.ts';
import { createRingTestnet, type RingTestnet } from '../../../src/testnet.ts';
import { Listener } from '../fake-scene.ts';

const PATIENCE = { timeout: 15_000 };

class View extends Listener {
  key(name: string): KeyView | undefined {
    const all = this.of('frame').flatMap(({ keys }) => keys);
    return all.findLast(({ key }) => key === hashOf(name));
  }
  state(node: number): number | undefined {
    for (const frame of this.of('frame').toReversed()) {
      const at = frame.nodes.indexOf(node);
      if (at >= 0) return frame.states[at];
    }
    return undefined;
  }
  lookup(isWanted: (view: LookupView) => boolean): LookupView | undefined {
    return this.of('lookup').findLast(isWanted);
  }
}

function sceneOf(ring: RingTestnet, over: Partial<LiveRingOptions> = {}): LiveRing {
  const index = (member: Ring) => ring.nodes.indexOf(member);
  return new LiveRing({
    name: 'ring',
    title: 'a ring',
    members: () => ring.nodes,
    hands: {
      add: (one) => ring.add(one),
      crash: (member) => ring.crash(index(member)),
      leave: (member) => ring.leave(index(member)),
    },
    ...over,
  });
}

async function watch(scene: LiveRing): Promise<View> {
  const view = new View();
  scene.watch(view);
  for (const message of await scene.opening()) view.tell(message);
  return view;
}

describe('members of this process', () => {
  test('stand where they stand, with whom they take for their successors', async () => {
    await using ring = await createRingTestnet({ nodes: 5, k: 2 });
    const scene = sceneOf(ring);
    const [hello, places, frame] = await scene.opening();
    expect(hello).toMatchObject({ overlay: 'ring', origin: 'live', k: 2 });
    if (places?.type !== 'places' || frame?.type !== 'frame') throw new Error('no picture');
    const ids = Buffer.from(places.ids).toString('hex').match(/.{40}/g)!;
    expect(ids).toEqual(ring.nodes.map((node) => node.info().identities[0].hash));
    const order = [...ids].sort();
    for (const [i, successor] of frame.successors.entries()) {
      const next = order[(order.indexOf(ids[i]) + 1) % order.length];
      expect(ids[successor]).toBe(next);
    }
    expect([...frame.states]).toEqual(new Array(5).fill(NodeState.up));
    expect([...frame.safeties]).toEqual(new Array(5).fill(2));
    expect(frame.figures.nodesNow).toBe(5);
    scene.close();
  });

  test('show what somebody else puts, and the way that it took', async () => {
    await using ring = await createRingTestnet({ nodes: 6, k: 2 });
    const scene = sceneOf(ring);
    const view = await watch(scene);
    await using client = await connectRing(ring.nodes[0].addresses[0]);
    const { owner } = await client.insert('apple', 'red', { level: 'all' });
    await expect.poll(() => view.key('apple')?.state, PATIENCE).toBe('safe');
    const key = view.key('apple')!;
    expect(key).toMatchObject({ effectiveK: 2, bytes: 3, name: null });
    const owning = ring.nodes.findIndex((node) => node.addresses[0] === owner);
    expect(key.owner).toBe(owning);
    expect(key.holders).toHaveLength(3);
    expect(key.holders).toContain(owning);
    const ended = (one: LookupView) => one.kind === 'insert' && one.state === 'succeeded';
    await expect.poll(() => view.lookup(ended), PATIENCE).toBeDefined();
    const lookup = view.lookup(ended)!;
    expect(lookup).toMatchObject({ target: hashOf('apple'), from: -1 });
    expect(lookup.steps.at(-1)).toMatchObject({ node: owning, verdict: 'answered' });
    await expect.poll(() => view.of('flights').length, PATIENCE).toBeGreaterThan(0);
    const flights = view.of('flights').flatMap((one) => one.flights);
    const put = flights.find(({ kind, lookup: of }) => kind === 'put' && of === lookup.id);
    expect(put).toMatchObject({ from: -1, fate: 'delivered' });
    await client.remove('apple');
    await expect.poll(() => view.key('apple')?.state, PATIENCE).toBe('removed');
    scene.ask(view, { do: 'explain', flight: put!.id });
    expect(view.of('explanation')[0]).toMatchObject({ flight: put!.id, kind: 'put' });
    scene.close();
  });

  test('are crashed, and what they owned has another owner; then restarted', async () => {
    await using ring = await createRingTestnet({ nodes: 6, k: 2, repairMs: 300 });
    await ring.nodes[0].insert('apple', 'red', { level: 'all' });
    const scene = sceneOf(ring);
    scene.learn(['apple']);
    const view = await watch(scene);
    expect(view.key('apple')).toMatchObject({ name: 'apple', state: 'safe' });
    const before = view.key('apple')!.owner;
    const act = (one: Act) => scene.perform(one);
    expect(await act({ kind: 'crash', nodes: [before] })).toBe(`crash: node ${before}`);
    await expect.poll(() => view.state(before), PATIENCE).toBe(NodeState.crashed);
    await expect.poll(() => view.key('apple')!.owner, PATIENCE).not.toBe(before);
    await expect.poll(() => view.key('apple')!.state, PATIENCE).toBe('safe');
    expect(await act({ kind: 'get', name: 'apple' })).toBe('"red"');
    await expect(act({ kind: 'crash', nodes: [before] })).rejects.toThrow(/no member/);
    await act({ kind: 'restart', nodes: [before], memory: false });
    await expect.poll(() => view.state(before), PATIENCE).toBe(NodeState.up);
    await expect(act({ kind: 'restart', nodes: [before], memory: true })).rejects.toThrow(/memory/);
    await expect(act({ kind: 'restart', nodes: [before], memory: false })).rejects.toThrow(
      /running/,
    );
    scene.close();
  });

  test('join and leave', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 1 });
    const scene = sceneOf(ring);
    const view = await watch(scene);
    await scene.perform({ kind: 'add', count: 1 });
    await expect.poll(() => view.state(3), PATIENCE).toBe(NodeState.up);
    await scene.perform({ kind: 'leave', nodes: [1] });
    await expect.poll(() => view.state(1), PATIENCE).toBe(NodeState.absent);
    expect(ring.nodes).toHaveLength(3);
    scene.close();
  });

  test('put, get, remove and look up for who asks them to', async () => {
    await using ring = await createRingTestnet({ nodes: 4, k: 1 });
    const scene = sceneOf(ring);
    const view = await watch(scene);
    const put: Act = { kind: 'put', name: 'pear', value: 'green', from: 2, level: 'all' };
    expect(await scene.perform(put)).toMatch(/^kept by 127\.0\.0\.1:\d+, 2 copies$/);
    expect(view.lookup(({ label }) => label === 'pear')).toMatchObject({
      from: 2,
      kind: 'insert',
      state: 'succeeded',
    });
    expect(view.key('pear')).toMatchObject({ name: 'pear', state: 'safe' });
    expect(await scene.perform({ kind: 'get', name: hashOf('pear') })).toBe('"green"');
    expect(await scene.perform({ kind: 'lookup', name: 'pear' })).toMatch(/^owned by 127/);
    expect(await scene.perform({ kind: 'remove', name: 'pear' })).toMatch(/^removed at/);
    expect(await scene.perform({ kind: 'remove', name: 'pear' })).toBe('there was no such key');
    expect(await scene.perform({ kind: 'get', name: 'pear' })).toBe('there is no such key');
    await expect(scene.perform({ kind: 'heal' })).rejects.toThrow(/cannot be told to "heal"/);
    scene.close();
  });

  test('are looked into', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 1 });
    await ring.nodes[1].insert('apple', 'red', { level: 'all' });
    const scene = sceneOf(ring);
    const nodes = await Promise.all([0, 1, 2].map((node) => scene.node(node)));
    const stored = nodes.flatMap((node) => node!.stored);
    expect(stored.map(({ role, key }) => [role, key]).sort()).toEqual([
      ['backup', hashOf('apple')],
      ['owner', hashOf('apple')],
    ]);
    const successors = nodes[0]!.rows.find(({ label }) => label === 'successors')!;
    expect(successors.contacts.map(({ node }) => node).sort()).toEqual([1, 2]);
    expect(await scene.node(3)).toBeNull();
    scene.close();
  });

  test('show the way to a key to whoever begins to look on', async () => {
    await using ring = await createRingTestnet({ nodes: 5, k: 1 });
    await ring.nodes[1].insert('plum', 'blue', { level: 'all' });
    const view = await watch(sceneOf(ring, { shown: 'plum' }));
    const isDone = ({ label, state }: LookupView) => label === 'plum' && state === 'succeeded';
    await expect.poll(() => view.lookup(isDone), PATIENCE).toMatchObject({ result: '"blue"' });
    expect(view.lookup(isDone)!.steps.length).toBeGreaterThan(0);
    expect(view.lookup(isDone)!.from).not.toBe(view.key('plum')!.owner);
  });

  test('have no taps when nobody looks', async () => {
    await using ring = await createRingTestnet({ nodes: 2, k: 1 });
    let taps = 0;
    for (const node of ring.nodes) {
      const real = node.watch.bind(node);
      node.watch = (watcher) => {
        taps++;
        const stop = real(watcher);
        return () => {
          taps--;
          stop();
        };
      };
    }
    const scene = sceneOf(ring);
    await scene.opening();
    expect(taps).toBe(0);
    const stop = scene.watch(new Listener());
    await expect.poll(() => taps, PATIENCE).toBe(2);
    stop();
    expect(taps).toBe(0);
    scene.close();
  });
});

describe('members elsewhere', () => {
  test('are asked about themselves by one who is a member', async () => {
    await using ring = await createRingTestnet({ nodes: 5, k: 2 });
    const scene = sceneOf(ring, { members: () => ring.nodes.slice(0, 1) });
    const view = await watch(scene);
    await expect.poll(() => view.of('frame').at(-1)!.figures.nodesNow, PATIENCE).toBe(5);
    await ring.nodes[3].insert('plum', 'blue', { level: 'all' });
    const gone = ring.nodes[4].addresses[0];
    const { nodes, addresses } = { nodes: ring.nodes, addresses: [gone] };
    expect(nodes[4].addresses).toEqual(addresses);
    await ring.crash(4);
    await expect.poll(() => view.of('frame').at(-1)!.figures.nodesNow, PATIENCE).toBe(4);
    await expect(scene.perform({ kind: 'crash', nodes: [2] })).rejects.toThrow(/no member 2 here/);
    scene.close();
  });

  test('are all there is to a ring that is attached to, which can be used all the same', async () => {
    await using ring = await createRingTestnet({ nodes: 4, k: 1 });
    const scene = new LiveRing({
      name: 'ring',
      title: 't',
      entries: [ring.nodes[2].addresses[0]],
    });
    const view = await watch(scene);
    const [hello] = view.of('hello');
    expect(hello).toMatchObject({ k: 1 });
    await expect.poll(() => view.of('frame').at(-1)!.figures.nodesNow, PATIENCE).toBe(4);
    expect(await scene.perform({ kind: 'put', name: 'fig', value: 'ripe' })).toMatch(/^kept by/);
    expect(Buffer.from((await ring.nodes[0].get('fig'))!).toString()).toBe('ripe');
    const { facts } = (await scene.node(0))!;
    expect(facts[0]).toEqual({ name: 'seen', value: 'as it says of itself' });
    expect(facts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['copies missing', 'epoch', 'incarnation', 'clocks of others']),
    );
    await expect(scene.perform({ kind: 'add', count: 1 })).rejects.toThrow(
      /only members of "ringlight up"/,
    );
    scene.close();
  });

  test('tell their keys; of those that go, one that left is told from one that was killed', async () => {
    await using ring = await createRingTestnet({ nodes: 6, k: 1 });
    await ring.nodes[1].insert('plum', 'blue', { level: 'all' });
    await ring.nodes[1].store('pear', 'green', { level: 'all' });
    const scene = new LiveRing({
      ...{ name: 'ring', title: 't', entries: [ring.nodes[0].addresses[0]] },
    });
    const view = await watch(scene);
    await expect.poll(() => view.key('pear'), PATIENCE).toMatchObject({ name: 'pear', bytes: 5 });
    expect(view.key('plum')).toMatchObject({ name: null, state: 'safe', bytes: 4 });
    expect(view.key('plum')!.holders.length).toBeGreaterThan(1);
    await scene.perform({ kind: 'put', name: 'fig', value: 'ripe' });
    await expect
      .poll(() => view.key('fig'), PATIENCE)
      .toMatchObject({ name: 'fig', state: 'safe' });
    await scene.perform({ kind: 'remove', name: 'fig' });
    await expect.poll(() => view.key('fig')?.state, PATIENCE).toBe('removed');
    const numberOf = async (address: string) => {
      const nodes = Array.from({ length: 6 }, (_, node) => scene.node(node));
      return (await Promise.all(nodes)).findIndex((node) => node?.addresses.includes(address));
    };
    const killed = await numberOf(ring.nodes[5].addresses[0]);
    const left = await numberOf(ring.nodes[4].addresses[0]);
    await ring.leave(4);
    await expect.poll(() => view.state(left), PATIENCE).toBe(NodeState.absent);
    await ring.crash(4);
    await expect.poll(() => view.state(killed), PATIENCE).toBe(NodeState.crashed);
    expect(view.state(left)).toBe(NodeState.absent);
    scene.close();
  });

  test('that are not there leave an empty picture and a clear word', async () => {
    const scene = new LiveRing({ name: 'ring', title: 't', entries: ['127.0.0.1:1'] });
    expect((await scene.opening())[2]).toMatchObject({ figures: { nodesNow: 0 } });
    await expect(scene.perform({ kind: 'get', name: 'x' })).rejects.toThrow(/no member .* to ask/);
    scene.close();
  });
});
