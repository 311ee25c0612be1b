import { expect, test } from 'vitest';
import { Arrivals } from '../../../web/src/model/arrivals.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';
import { frame, hello, key, lookup } from './messages.ts';

function arrivals() {
  const said: string[] = [];
  const view = createViewState();
  const model = new SceneModel();
  model.apply(hello());
  const expected = new Arrivals(view, (text) => said.push(text));
  const stop = expected.watch(model);
  return { said, view, model, expected, stop };
}

const TARGET = 'ab'.repeat(20);

test('the look-up of an act is selected with its key, and its answer is said once', () => {
  const { said, view, model, expected } = arrivals();
  expected.expectOf({ kind: 'get', name: 'apple' });
  model.apply(lookup(7, { kind: 'get', label: 'apple', target: TARGET, state: 'running' }));
  expect(view.selectedLookup.value).toBe(7);
  expect(view.selectedKey.value).toBe(TARGET);
  expect(said).toEqual([]);
  const ended = { state: 'succeeded', result: '“red” from node 4' } as const;
  model.apply(lookup(7, { kind: 'get', label: 'apple', target: TARGET, ...ended }));
  model.apply(lookup(7, { kind: 'get', label: 'apple', target: TARGET, ...ended }));
  expect(said).toEqual(['Get “apple”: “red” from node 4.']);
});

test('a look-up that nobody asked for is shown only while none is, and leaves the key alone', () => {
  const { said, view, model } = arrivals();
  view.selectedKey.value = 'mine';
  model.apply(lookup(1, { state: 'succeeded', result: 'done' }));
  expect(view.selectedLookup.value).toBe(1);
  model.apply(lookup(2, { state: 'succeeded', result: 'done' }));
  expect(view.selectedLookup.value).toBe(1);
  expect(view.selectedKey.value).toBe('mine');
  expect(said).toEqual([]);
});

test('a key that was named is selected when it is there; what was forgotten is not', () => {
  const { view, model, expected } = arrivals();
  expected.expectKey('fig', model);
  expect(view.selectedKey.value).toBeNull();
  model.apply(frame({ keys: [key('fig', { key: TARGET })] }));
  expect(view.selectedKey.value).toBe(TARGET);
  view.selectedKey.value = null;
  expected.expectOf({ kind: 'get', name: 'apple' });
  expected.forget();
  view.selectedLookup.value = 5;
  model.apply(lookup(9, { state: 'running' }));
  expect(view.selectedLookup.value).toBe(5);
});

test('where any key will do, the first by its name is looked at, unless one is already', () => {
  const { view, model, expected } = arrivals();
  expected.expectSomeKey();
  model.apply(frame({ keys: [{ ...key('nameless'), name: null }] }));
  expect(view.selectedKey.value).toBeNull();
  model.apply(frame({ keys: [key('fig'), key('apple')] }));
  expect(view.selectedKey.value).toBe(key('apple').key);
  view.selectedKey.value = 'mine';
  expected.expectSomeKey();
  model.apply(frame({ keys: [key('banana')] }));
  expect(view.selectedKey.value).toBe('mine');
});
