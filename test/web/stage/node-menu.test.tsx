// @vitest-environment happy-dom
/** What can be done to a node or a key where it stands. */
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { type Act, NodeState } from 'ringlight/scene';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { type MenuAt, menuAt, NodeMenu } from '../../../web/src/stage/node-menu.tsx';
import type { Picture } from '../../../web/src/stage/picture.ts';
import { addNodes, frame, hello, key, setStates } from '../model/messages.ts';

let root: HTMLElement;
let model: SceneModel;
let acts: Act[];
let closed: number;

beforeEach(() => {
  document.body.innerHTML = '';
  root = document.body.appendChild(document.createElement('div'));
  model = new SceneModel();
  model.apply(hello({ abilities: ['time', 'act', 'nodes'] }));
  addNodes(model, 4);
  model.apply(frame({ keys: [key('apple')] }));
  acts = [];
  closed = 0;
});

afterEach(() => act(() => render(null, root)));

function open(at: Partial<MenuAt>): HTMLButtonElement[] {
  const whole: MenuAt = { x: 1, y: 2, node: -1, key: null, ...at };
  act(() =>
    render(
      <NodeMenu at={whole} model={model} act={(one) => acts.push(one)} close={() => closed++} />,
      root,
    ),
  );
  return [...root.querySelectorAll('button')];
}

const labels = (buttons: HTMLElement[]) => buttons.map((button) => button.textContent);

test('a node that is up may crash, leave, pause or be cut off; one that is not comes back', () => {
  expect(labels(open({ node: 2 }))).toEqual(['Crash it', 'Let it leave', 'Pause it', 'Cut it off']);
  act(() => open({ node: 2 })[0]!.click());
  expect([acts, closed]).toEqual([[{ kind: 'crash', nodes: [2] }], 1]);
  setStates(model, [2], NodeState.crashed);
  expect(labels(open({ node: 2 }))).toEqual(['Restart it', 'Restart it empty']);
  setStates(model, [2], NodeState.paused);
  expect(labels(open({ node: 2 }))).toEqual(['Let it go on']);
});

test('a key is looked up, got and removed by its name', () => {
  const buttons = open({ key: key('apple').key });
  expect(root.textContent).toContain('“apple”');
  act(() => buttons[1]!.click());
  expect(acts).toEqual([{ kind: 'get', name: 'apple' }]);
});

test('arrows go through it, Escape closes it', () => {
  const [first, second] = open({ node: 1 });
  expect(document.activeElement).toBe(first);
  const press = (name: string) =>
    act(() => {
      document.activeElement!.dispatchEvent(
        new KeyboardEvent('keydown', { key: name, bubbles: true }),
      );
    });
  press('ArrowDown');
  expect(document.activeElement).toBe(second);
  press('ArrowUp');
  press('ArrowUp');
  expect(document.activeElement!.textContent).toBe('Cut it off');
  press('Escape');
  expect(closed).toBe(1);
});

test('where nothing can be done, or nothing lies, there is none', () => {
  const picture = (node: number, found: string | null) =>
    ({ pick: () => node, pickKey: () => found }) as unknown as Picture;
  expect(menuAt(picture(1, null), model, 5, 6)).toEqual({ x: 5, y: 6, node: 1, key: null });
  expect(menuAt(picture(-1, null), model, 5, 6)).toBeNull();
  model.apply(hello({ abilities: ['inspect'] }));
  expect(menuAt(picture(1, null), model, 5, 6)).toBeNull();
  expect(menuAt(picture(1, key('apple').key), model, 5, 6)).toBeNull();
});
