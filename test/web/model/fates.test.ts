/** What became of a node: as it was seen to go, or as it was done to it. */
import { NodeState, type TimedAct } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { stateText } from '../../../web/src/model/words.ts';
import { addNodes, frame, hello } from './messages.ts';

function world(origin: 'lab' | 'live' = 'lab'): SceneModel {
  const model = new SceneModel();
  model.apply(hello({ origin }));
  addNodes(model, 4);
  model.apply(frame({ atMs: 900 }));
  return model;
}

const turn = (model: SceneModel, atMs: number, node: number, state: number, whole = false) =>
  model.apply(frame({ atMs, whole, nodes: Uint32Array.of(node), states: Uint8Array.of(state) }));

describe('the fate of a node', () => {
  test('is when and how it went, and gone when it is back', () => {
    const model = world();
    turn(model, 1000, 1, NodeState.crashed);
    turn(model, 1200, 2, NodeState.paused);
    turn(model, 1300, 3, NodeState.leaving);
    turn(model, 1400, 3, NodeState.absent);
    expect(model.fateOf(0)).toBeNull();
    expect(model.fateOf(1)).toEqual({ how: 'crashed', atMs: 1000 });
    expect(model.fateOf(2)).toEqual({ how: 'paused', atMs: 1200 });
    expect(model.fateOf(3)).toEqual({ how: 'left', atMs: 1400 });
    turn(model, 3000, 1, NodeState.joining);
    expect(model.fateOf(1)).toBeNull();
  });

  test('of a live node that does not answer is what can be known of it', () => {
    const model = world('live');
    const hear = (atMs: number, isMissed: boolean, whole = false) =>
      model.apply(
        frame({
          ...{ atMs, whole, nodes: Uint32Array.of(2), states: Uint8Array.of(NodeState.paused) },
          silences: [{ node: 2, how: 'silent', isMissed }],
        }),
      );
    hear(1000, false);
    expect(model.fateOf(2)).toEqual({ how: 'silent', atMs: 1000, isMissed: false });
    expect([model.isMember(2), stateText(model, 2)]).toEqual([true, 'silent']);
    hear(1200, true);
    expect(model.fateOf(2)).toEqual({ how: 'silent', atMs: 1000, isMissed: true });
    expect([model.isMember(2), stateText(model, 2)]).toEqual([false, 'silent, and missed']);
    expect(model.sortedPlaces).not.toContain(2);
    turn(model, 1300, 2, NodeState.up);
    expect([model.isMember(2), model.fateOf(2), stateText(model, 2)]).toEqual([true, null, 'up']);
    hear(1400, true, true);
    expect(model.fateOf(2)).toEqual({ how: 'silent', atMs: null, isMissed: true });
  });

  test('that happened between looks far apart has no time', () => {
    const model = world();
    turn(model, 9000, 1, NodeState.crashed);
    expect(model.fateOf(1)).toEqual({ how: 'crashed', atMs: null });
    const act = { kind: 'crash', nodes: [1] } as const;
    model.apply({ type: 'history', acts: [{ atMs: 5000, act }] });
    expect(model.fateOf(1)).toEqual({ how: 'crashed', atMs: 5000 });
  });

  test('of a live node that is gone is not said to be that it left', () => {
    const model = world('live');
    turn(model, 1000, 1, NodeState.absent);
    expect(model.fateOf(1)?.how).toBe('gone');
  });

  test('is read from what was done, after a leap', () => {
    const model = world();
    const acts: TimedAct[] = [
      { atMs: 500, act: { kind: 'crash', nodes: [1, 2] } },
      { atMs: 700, act: { kind: 'restart', nodes: [2], memory: true } },
      { atMs: 900, act: { kind: 'leave', nodes: [3] } },
    ];
    model.apply({ type: 'history', acts });
    turn(model, 1000, 1, NodeState.crashed, true);
    expect(model.fateOf(1)).toEqual({ how: 'crashed', atMs: 500 });
    expect(model.fateOf(3)).toEqual({ how: 'left', atMs: 900 });
    turn(model, 1100, 2, NodeState.up);
    expect(model.fateOf(2)).toBeNull();
    // What is still to come has not happened.
    turn(model, 800, 1, NodeState.crashed, true);
    expect(model.fateOf(3)).toBeNull();
  });
});
