/** Real processes: one that is stopped is silent, missed when others own its arc, and back when it goes on. */
import { expect, test } from 'vitest';
import type { Silence } from '../../../src/scene.ts';
import { NodeState } from '../../../src/scene.ts';
import { LiveRing } from '../../../src/studio/ring/live-ring.ts';
import { endAll, startRing } from '../../cli/ring.ts';
import { Listener } from '../fake-scene.ts';

const PATIENCE = { timeout: 40_000, interval: 100 };

test('a stopped member is silent, then missed, then back; a killed one crashed', async () => {
  const members = await startRing(4, 2);
  const [entry, , stopped, killed] = members;
  const scene = new LiveRing({ name: 'ring', title: 't', entries: [entry!.address] });
  const view = new Listener();
  try {
    scene.watch(view);
    for (const message of await scene.opening()) view.tell(message);
    const frames = () => view.of('frame');
    await expect.poll(() => frames().at(-1)!.figures.nodesNow, PATIENCE).toBe(4);
    const numberOf = async ({ address }: { address: string }) => {
      const all = await Promise.all(members.map((_, node) => scene.node(node)));
      return all.findIndex((node) => node!.addresses.includes(address));
    };
    const node = await numberOf(stopped!);
    const other = await numberOf(killed!);
    const stateOf = (one: number) => {
      const frame = frames().findLast(({ nodes }) => nodes.includes(one))!;
      return frame.states[frame.nodes.indexOf(one)];
    };
    const silenceOf = (one: number): Silence | undefined =>
      frames()
        .flatMap(({ silences = [] }) => silences)
        .findLast((silence) => silence.node === one);

    stopped!.running.process.kill('SIGSTOP');
    await expect.poll(() => stateOf(node), PATIENCE).toBe(NodeState.paused);
    expect(silenceOf(node)).toMatchObject({ how: 'silent' });
    await expect.poll(() => silenceOf(node)!.isMissed, PATIENCE).toBe(true);
    expect(stateOf(node)).toBe(NodeState.paused);
    const { facts } = (await scene.node(node))!;
    expect(facts[0]!.value).toMatch(/^not since \S+; its port takes connections/);
    expect(facts[1]!.value).toMatch(/^with 127\.0\.0\.1:\d+ now, epoch \d+$/);

    stopped!.running.process.kill('SIGCONT');
    await expect.poll(() => stateOf(node), PATIENCE).toBe(NodeState.up);
    expect((await scene.node(node))!.facts[0]!.name).toBe('seen');

    killed!.running.process.kill('SIGKILL');
    await expect.poll(() => stateOf(other), PATIENCE).toBe(NodeState.crashed);
    expect(silenceOf(other)).toBeUndefined();
  } finally {
    scene.close();
    await endAll(members);
  }
}, 150_000);
