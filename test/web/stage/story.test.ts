import { NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { describeNode, tellStory } from '../../../web/src/stage/story.ts';
import { frame } from '../model/messages.ts';

function world(overlay: 'ring' | 'mainline' = 'ring', nodes = 8) {
  const maker = new SceneMaker({ nodes, overlay, identities: 1, seed: 5, keys: ['apple'] });
  const model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  return { model, view: maker.keyView('apple') };
}

describe('the story under the picture', () => {
  test('says who owns a key, why, and where the backups are', () => {
    const { model, view } = world();
    const [owner, ...backups] = view.holders;
    expect(tellStory(model, view.key, -1)).toBe(
      `“apple” is owned by node ${owner}: it is the last node at or before the key. ` +
        `Backups on the nodes before it, 2 of 2: ${backups.join(', ')}.`,
    );
  });

  test('a cut is told with both its sides, and who takes a key for its own, too', () => {
    const { model, view } = world();
    const sides = new Uint8Array(8);
    const owner = view.holders[0]!;
    const other = (owner + 1) % 8;
    sides[other] = 1;
    const place = model.placesOf(other)[0]!;
    const alone = { places: Uint32Array.of(place), successors: Int32Array.of(place) };
    model.apply(frame({ sides, ...alone, safeties: Uint8Array.of(0) }));
    expect(tellStory(model, null, -1)).toBe(
      'The network is cut (the larger side: 7 nodes, cut off: 1 node). ' +
        'Each circle has the arcs that its nodes take for theirs.',
    );
    expect(tellStory(model, view.key, -1)).toContain(`Node ${other} takes it for its own, too.`);
  });

  test('of a live node that is silent it says what follows for its arc', () => {
    const { model } = world();
    const hear = (how: 'silent' | 'cut off', isMissed: boolean) => {
      const paused = { nodes: Uint32Array.of(3), states: Uint8Array.of(NodeState.paused) };
      model.apply(frame({ ...paused, silences: [{ node: 3, how, isMissed }] }));
      return tellStory(model, null, 3);
    };
    expect(hear('silent', false)).toMatch(
      /^Node 3 is silent: it takes connections.* has to wait\.$/,
    );
    expect(hear('cut off', true)).toMatch(/^Node 3 is cut off from here\..* owns its arc\.$/);
    expect(describeNode(model, 3)).toContain('cut off, and missed');
  });

  test('who crashed holds nothing; what is lost is said to be lost', () => {
    const { model, view } = world();
    const [owner, ...backups] = view.holders;
    const crashed = Uint32Array.from(backups);
    const states = new Uint8Array(backups.length).fill(NodeState.crashed);
    model.apply(frame({ nodes: crashed, states }));
    expect(tellStory(model, view.key, -1)).toContain('There is no backup.');
    model.apply(frame({ keys: [{ ...view, state: 'lost', effectiveK: -1 }] }));
    expect(tellStory(model, view.key, -1)).toContain(`owned by node ${owner}`);
    expect(tellStory(model, view.key, -1)).toContain('it is lost');
  });

  test('a key that was removed, is owned by nobody, or is not there', () => {
    const { model, view } = world();
    model.apply(frame({ keys: [{ ...view, owner: -1 }] }));
    expect(tellStory(model, view.key, -1)).toContain('owned by nobody');
    model.apply(frame({ keys: [{ ...view, state: 'removed' }] }));
    expect(tellStory(model, view.key, -1)).toContain('was removed');
    expect(tellStory(model, 'f'.repeat(40), -1)).toContain('ffffffff is not in this world');
  });

  test('the arcs of all nodes together are the whole ring', () => {
    const { model } = world();
    let sum = 0;
    for (let node = 0; node < 8; node++) {
      sum += Number(/([\d.]+) %/.exec(tellStory(model, null, node))![1]);
    }
    expect(sum).toBeCloseTo(100, 0);
  });

  test('a node alone owns all, one that crashed nothing', () => {
    const { model } = world('ring', 1);
    expect(tellStory(model, null, 0)).toContain('100.0 %');
    model.apply(frame({ nodes: Uint32Array.of(0), states: Uint8Array.of(NodeState.crashed) }));
    expect(tellStory(model, null, 0)).toContain('not on the ring');
  });

  test('in Mainline the closest by XOR keep a key', () => {
    const { model, view } = world('mainline');
    expect(tellStory(model, view.key, -1)).toContain('closest to it by XOR');
    expect(tellStory(model, null, 3)).toContain('one bucket for each');
    model.apply(frame({ keys: [{ ...view, holders: [] }] }));
    expect(tellStory(model, view.key, -1)).toContain('no node knows of peers');
  });

  test('with nothing selected it teaches the rule; before a hello it is silent', () => {
    expect(tellStory(world().model, null, -1)).toContain('owns the arc');
    expect(tellStory(world('mainline').model, null, -1)).toContain('by XOR');
    expect(tellStory(new SceneModel(), null, -1)).toBe('');
  });

  test('a node in a few lines', () => {
    const { model } = world();
    model.apply(frame({ loads: Uint32Array.of(0, 1234), sybils: Uint32Array.of(1) }));
    const lines = describeNode(model, 1);
    expect(lines.slice(0, 2)).toEqual(['Node 1', 'up, an attacker’s']);
    expect(lines[2]).toBe(`${model.idText(1).slice(0, 10)}…`);
    expect(lines[3]).toBe('1,234 messages taken in');
  });
});
