/** A live scene looks only while it is looked at, and tells each onlooker what he asked for. */
import { describe, expect, test } from 'vitest';
import { LOOKUPS_KEPT, Tally } from '../../../src/studio/live/live-scene.ts';
import { PLACES_LIMIT } from '../../../src/studio/live/picture.ts';
import { FakeScene, Listener } from '../fake-scene.ts';

const PATIENCE = { timeout: 10_000 };

describe('a live scene', () => {
  test('that nobody looks at does nothing', async () => {
    const scene = new FakeScene();
    const stop = scene.watch(new Listener());
    await expect.poll(() => scene.looks, PATIENCE).toBeGreaterThan(1);
    expect([scene.begins, scene.ends]).toEqual([1, 0]);
    const stopToo = scene.watch(new Listener());
    stop();
    stop();
    expect([scene.begins, scene.ends]).toEqual([1, 0]);
    stopToo();
    expect([scene.begins, scene.ends]).toEqual([1, 1]);
    const { looks } = scene;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(scene.looks).toBe(looks);
    scene.watch(new Listener());
    expect(scene.begins).toBe(2);
    scene.close();
    expect(scene.ends).toBe(2);
    expect(scene.watch(new Listener())()).toBeUndefined();
    expect(scene.begins).toBe(2);
  });

  test('opens with all there is', async () => {
    const scene = new FakeScene();
    scene.lookup();
    const [hello, places, update, lookup] = await scene.opening();
    expect(hello).toMatchObject({
      type: 'hello',
      origin: 'live',
      overlay: 'ring',
      abilities: ['inspect', 'explain'],
      config: null,
    });
    expect(places).toMatchObject({ type: 'places', first: 0 });
    expect(update).toMatchObject({ type: 'frame', whole: true });
    expect(lookup).toMatchObject({ type: 'lookup', label: 'apple' });
    scene.isControlled = true;
    expect(scene.hello().abilities).toContain('act');
  });

  test('tells what changes, as it comes', async () => {
    const scene = new FakeScene();
    const listener = new Listener();
    scene.watch(listener);
    scene.nodes = 5;
    await expect.poll(() => listener.of('places').at(-1)?.first, PATIENCE).toBe(3);
    scene.send(Uint8Array.of(1));
    await expect.poll(() => listener.of('flights').length, PATIENCE).toBe(1);
    scene.close();
  });

  test('looks into a node for whoever asked, again and again', async () => {
    const scene = new FakeScene();
    const [curious, other] = [new Listener(), new Listener()];
    scene.watch(curious);
    scene.watch(other);
    scene.ask(curious, { do: 'inspect', node: 1 });
    expect(curious.of('node')).toHaveLength(1);
    await expect.poll(() => curious.of('node').length, PATIENCE).toBeGreaterThan(1);
    expect(other.of('node')).toHaveLength(0);
    scene.ask(curious, { do: 'inspect', node: -1 });
    expect(() => scene.ask(curious, { do: 'inspect', node: 99 })).toThrow(/no node 99/);
    scene.close();
  });

  test('takes messages apart that it still has, and refuses what it cannot do', () => {
    const scene = new FakeScene();
    const listener = new Listener();
    scene.watch(listener);
    const flight = scene.send(Uint8Array.of(5, 6));
    scene.ask(listener, { do: 'explain', flight });
    expect(listener.of('explanation')[0]).toMatchObject({ flight, bytes: Uint8Array.of(5, 6) });
    expect(() => scene.ask(listener, { do: 'explain', flight: 99 })).toThrow(/not kept/);
    expect(() => scene.ask(listener, { do: 'pause' })).toThrow(/no "pause": time is real/);
    expect(() => scene.ask(listener, { do: 'act', act: { kind: 'heal' } })).toThrow(/token/);
    scene.ask(new Listener(), { do: 'pause' });
    scene.close();
  });

  test('follows the nodes of all onlookers together', () => {
    const scene = new FakeScene();
    const [one, two] = [new Listener(), new Listener()];
    const stop = scene.watch(one);
    scene.watch(two);
    scene.ask(one, { do: 'follow', nodes: [0] });
    scene.ask(two, { do: 'follow', nodes: [7] });
    const told = () => {
      scene.flights.flush();
      return Array.from({ length: 60 }, () => scene.send(Uint8Array.of(1))).filter(Boolean).length;
    };
    expect(told()).toBe(60);
    stop();
    expect(told()).toBe(40);
    scene.close();
  });

  test('does what it is told and says what came of it', async () => {
    const scene = new FakeScene();
    expect(await scene.perform({ kind: 'crash', nodes: [1] })).toBe('did crash');
    expect(scene.acts).toEqual([{ kind: 'crash', nodes: [1] }]);
    scene.refuse();
    await expect(scene.perform({ kind: 'heal' })).rejects.toThrow('it did not work out');
  });

  test('keeps the last lookups', () => {
    const scene = new FakeScene();
    for (let i = 0; i < LOOKUPS_KEPT + 5; i++) scene.lookup();
    expect(scene.lookups()).toHaveLength(LOOKUPS_KEPT);
    expect(scene.lookups()[0].id).toBe(6);
  });

  test('begins a new picture when the old one is full', async () => {
    const scene = new FakeScene();
    const listener = new Listener();
    scene.nodes = PLACES_LIMIT;
    scene.watch(listener);
    expect(scene.forgets).toBe(1);
    expect(listener.heard.map(({ type }) => type)).toEqual(['hello', 'places', 'frame']);
    expect(listener.of('places')[0].nodes).toHaveLength(2);
    scene.close();
  });

  test('has a name that fits into a path', () => {
    for (const name of ['', 'A', 'a b', '../../x', 'x'.repeat(41)]) {
      expect(() => new FakeScene(name)).toThrow(/"name" expected/);
    }
  });
});

test('a tally only grows, whoever begins anew', () => {
  const tally = new Tally();
  tally.count('a', 5);
  tally.count('a', 8);
  tally.count('b', 1);
  tally.count('a', 2);
  expect(tally.sum).toBe(11);
});
