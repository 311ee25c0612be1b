/** Keys as nobody in a ring can know them: against stores searched one by one. */
import { describe, expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import { compareVersions } from '../../../src/ring/records/clock.ts';
import { isTombstone } from '../../../src/ring/records/record.ts';
import { keyOf, RingScene } from '../ring-scene.ts';

/** Nodes whose store has a record of a key that is no tombstone, by asking all. */
const holdersOf = (scene: RingScene, name: string): number[] =>
  scene.ring.mortals.oracle
    .holdersOf(keyOf(name))
    .filter(({ record }) => !isTombstone(record))
    .map(({ node }) => node);

describe('a key', () => {
  test('that nobody put is not there', () => {
    const scene = new RingScene();
    expect(scene.view('nothing')).toMatchObject({ state: 'removed', holders: [], bytes: 0 });
    expect(scene.view('nothing').effectiveK).toBe(-1);
  });

  test('that was put is safe, and unsafe when a copy missed a write', () => {
    const scene = new RingScene({ k: 2 });
    scene.call('put', 'pear', 1, { value: 'first' });
    scene.pass(2000);
    expect(scene.view('pear')).toMatchObject({ state: 'safe', effectiveK: 2, bytes: 5 });
    expect(scene.view('pear').key).toBe(formatId(keyOf('pear')));
    const [missing] = scene.view('pear').holders.filter((node) => node !== scene.ownerOf('pear'));
    scene.ring.mortals.pause(missing);
    scene.call('put', 'pear', scene.ownerOf('pear'), { value: 'the second' });
    const view = scene.view('pear');
    expect(view.bytes).toBe(10);
    expect(view.holders).not.toContain(missing);
    expect(holdersOf(scene, 'pear')).toContain(missing);
  });

  test('that was removed is not there, and is again when it is put again', () => {
    const scene = new RingScene({ k: 1 }).furnish(['apple']);
    expect(scene.call('remove', 'apple', 2).ending.failed).toBe(false);
    expect(scene.view('apple')).toMatchObject({ state: 'removed', holders: [], effectiveK: -1 });
    scene.call('put', 'apple', 3);
    scene.pass(2000);
    expect(scene.view('apple')).toMatchObject({ state: 'safe', effectiveK: 1 });
  });

  test('is found in a ring too large to be searched each time', () => {
    const scene = new RingScene({ nodes: 600, k: 2 });
    const names = Array.from({ length: 20 }, (_, i) => `key ${i}`);
    scene.furnish(names);
    const owners = names.map((name) => scene.ownerOf(name));
    scene.crash(...new Set(owners.slice(0, 8)));
    for (let i = 0; i < 6; i++) {
      scene.pass(2500);
      for (const name of names) {
        const view = scene.view(name);
        expect([...view.holders], name).toEqual(holdersOf(scene, name));
      }
    }
    for (const name of names) expect(scene.view(name).state, name).toBe('safe');
  });

  test('with fewer nodes than copies asked for is safe with one on each', () => {
    const scene = new RingScene({ nodes: 2, k: 5 }).furnish(['apple']);
    expect(scene.view('apple')).toMatchObject({ state: 'safe', effectiveK: 1 });
    scene.crash(scene.ownerOf('apple'));
    expect(scene.view('apple')).toMatchObject({ state: 'safe', effectiveK: 0 });
  });

  test('keeps the name that was typed for it', () => {
    const scene = new RingScene().furnish(['apple']);
    expect(scene.ring.keyView(keyOf('apple'), null).name).toBe('apple');
    expect(scene.ring.keyView(keyOf('other'), null).name).toBeNull();
    expect(scene.ring.keyView(keyOf('apple'), 'Apfel').name).toBe('Apfel');
  });
});

test('versions decide, not order', () => {
  const scene = new RingScene({ k: 1 });
  scene.call('put', 'pear', 0);
  const record = scene.ring.mortals.oracle.holdersOf(keyOf('pear'))[0].record;
  expect(compareVersions(record, 0, record, 0)).toBe(0);
  scene.call('get', 'pear', 5);
  const { view, ending } = scene.call('get', 'pear', 7);
  expect(ending.exact).toBe(true);
  expect(view!.result).toContain('“value of pear” from node');
});

test('a key that is being removed is never unsafe or lost, wherever its tombstone has got to', () => {
  const scene = new RingScene({ k: 2 }).furnish(['apple']);
  const key = keyOf('apple');
  const states = new Set<string>();
  const { mortals } = scene.ring;
  mortals.node(0).remove(mortals.world.now, 999, key, 'all');
  mortals.world.arm(0);
  const endMs = mortals.world.now + 5000;
  while (mortals.world.now < endMs) {
    mortals.world.run(mortals.world.now + 1);
    states.add(scene.view('apple').state);
  }
  expect([...states]).toEqual(['safe', 'removed']);
});
