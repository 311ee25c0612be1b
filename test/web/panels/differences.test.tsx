// @vitest-environment happy-dom
/** Two worlds in figures: only what differs. */
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { Simulation } from 'ringlight/scene';
import { expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { Differences, differencesOf } from '../../../web/src/panels/differences.tsx';

function world(k: number, toMs: number): SceneModel {
  const model = new SceneModel();
  const simulation = new Simulation((message) => model.apply(message));
  const acts = [
    { atMs: 500, act: { kind: 'crash' as const, nodes: [6] } },
    { atMs: 4000, act: { kind: 'get' as const, name: 'apple', from: 1 } },
  ];
  simulation.command({ do: 'begin', config: { ...FIRST_CONFIG, k }, acts, atMs: toMs });
  while (simulation.isWorking) simulation.work(() => false);
  simulation.show();
  return model;
}

test('alike worlds differ in nothing, others in what is so', () => {
  expect(differencesOf(world(2, 5000), world(2, 5000))).toEqual([]);
  expect(differencesOf(new SceneModel(), world(2, 100))).toEqual([]);
  const rows = new Map(differencesOf(world(0, 5000), world(2, 5000)).map((row) => [row.what, row]));
  expect(Number(rows.get('lost keys')!.a)).toBeGreaterThan(0);
  expect(rows.get('lost keys')!.b).toBe('0');
  expect(rows.get('last look-up')!.a).toContain('no such key');
  expect(rows.get('last look-up')!.b).toContain('the value of apple');
  expect(rows.has('nodes')).toBe(false);
});

test('they are a table', () => {
  const root = document.body.appendChild(document.createElement('div'));
  act(() => render(<Differences a={world(0, 5000)} b={world(2, 5000)} />, root));
  expect(root.querySelectorAll('tbody tr').length).toBeGreaterThan(1);
  act(() => render(<Differences a={world(2, 50)} b={world(2, 50)} />, root));
  expect(root.textContent).toContain('alike');
});
