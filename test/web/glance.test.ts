/** The page in plain data: what tests and the curious are told is what the model holds. */
import { signal } from '@preact/signals';
import { Simulation } from 'ringlight/scene';
import { expect, test } from 'vitest';
import { glance } from '../../web/src/glance.ts';
import { FIRST_CONFIG } from '../../web/src/lessons/lesson.ts';
import { lookup } from '../../web/src/lessons/lookup.ts';
import { SceneModel } from '../../web/src/model/scene-model.ts';
import { createViewState } from '../../web/src/model/view-state.ts';
import type { Studio } from '../../web/src/studio.ts';

/** As much of a page as is looked at. */
function studioOf(model: SceneModel): Studio {
  const view = createViewState();
  view.selectedNode.value = 5;
  const pane = { name: 'A', model, link: signal({ state: 'open' }) };
  return {
    source: signal({ kind: 'lab' }),
    lesson: signal({ lesson: lookup, index: 1 }),
    course: { phase: signal('told') },
    trouble: signal('something'),
    session: { view, panes: signal([pane]) },
  } as unknown as Studio;
}

test('a glance tells states, owners, living holders and lookups', () => {
  const model = new SceneModel();
  const simulation = new Simulation((message) => model.apply(message));
  const acts = [
    { atMs: 100, act: { kind: 'lookup' as const, name: 'apple', from: 3 } },
    { atMs: 900, act: { kind: 'crash' as const, nodes: [2] } },
  ];
  const config = { ...FIRST_CONFIG, seed: 7 };
  simulation.command({ do: 'begin', config, acts, atMs: 1000 });
  while (simulation.isWorking) simulation.work(() => false);
  simulation.show();
  const seen = glance(studioOf(model));
  expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  expect(seen).toMatchObject({
    ...{ source: 'lab', lesson: 'lookup/2', phase: 'told', trouble: 'something', selectedNode: 5 },
    ...{ selectedKey: null, selectedLookup: 0 },
  });
  const [pane] = seen.panes;
  expect(pane).toMatchObject({ link: 'open', overlay: 'ring', k: 2, atMs: 1000, acts: 2 });
  expect(pane!.nodes).toHaveLength(16);
  expect(pane!.nodes.filter((state) => state !== 'up')).toEqual(['crashed']);
  expect(pane!.nodes[2]).toBe('crashed');
  expect(pane!.keys['apple']).toEqual({ state: 'unsafe', owner: 7, holders: [0, 7] });
  const [found] = pane!.lookups;
  expect(found).toMatchObject({ id: 1, kind: 'owns', label: 'apple', state: 'succeeded' });
  expect(found!.steps.at(-1)).toEqual({ node: 2, verdict: 'answered' });
});
