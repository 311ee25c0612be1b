// @vitest-environment happy-dom
/** What is shown below the words: a name as it is hashed, two ids bit by bit, halving counted. */
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { Course } from '../../../web/src/lessons/course.ts';
import { HalvingExhibit, HashExhibit, XorExhibit } from '../../../web/src/lessons/exhibits.tsx';
import { hashYourself } from '../../../web/src/lessons/hash-yourself.ts';
import { hashText } from '../../../web/src/model/ids.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { Session } from '../../../web/src/model/session.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';
import { frame, hello } from '../model/messages.ts';

let root: HTMLElement;

beforeEach(() => {
  document.body.innerHTML = '';
  root = document.body.appendChild(document.createElement('div'));
});

afterEach(() => act(() => render(null, root)));

function world(nodes: number): SceneModel {
  const maker = new SceneMaker({ nodes, overlay: 'mainline', identities: 1, seed: 3, keys: [] });
  const model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  return model;
}

test('a typed name is a point for each of its letters', () => {
  const session = new Session(createViewState());
  session.show((listener) => {
    listener.onMessage(hello({}));
    listener.onMessage(frame({}));
    return { send: () => {}, close: () => {} };
  });
  const course = new Course(session, true);
  course.play({ lesson: hashYourself, index: 0 });
  act(() => render(<HashExhibit course={course} />, root));
  const field = root.querySelector('input')!;
  act(() => {
    field.value = 'né';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  expect(root.textContent).toContain(hashText('né').slice(0, 6));
  expect(course.notesOf(session.panes.value[0]!)).toEqual([
    { hash: hashText('n'), text: '', tone: 'key' },
    { hash: hashText('né'), text: '“né”', tone: 'key' },
  ]);
});

test('two ids stand bit by bit, and the first that differs is lit', () => {
  const model = world(20);
  act(() => render(<XorExhibit model={model} one={3} other={7} />, root));
  const rows = [...root.querySelectorAll('tr')].map((row) =>
    [...row.querySelectorAll('td')].map((cell) => cell.textContent),
  );
  const [a, b, xor] = rows as [string[], string[], string[]];
  expect(xor).toEqual(a.map((bit, i) => (bit === b[i] ? '0' : '1')));
  const lit = [...root.querySelectorAll('tr:first-child td')].findIndex((cell) =>
    cell.classList.contains('is-first'),
  );
  expect(lit).toBe(xor.indexOf('1'));
});

test('halving is counted from all nodes on', () => {
  act(() => render(<HalvingExhibit model={world(100)} name="apple" />, root));
  const counts = [...root.querySelectorAll('td:last-child')].map((cell) =>
    Number(cell.textContent),
  );
  expect(counts[0]).toBe(100);
  expect(counts.at(-1)).toBeLessThanOrEqual(1);
});
