// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { type Command, NodeState } from 'ringlight/scene';
import { beforeEach, describe, expect, test } from 'vitest';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { Session } from '../../../web/src/model/session.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';
import { csvOf } from '../../../web/src/panels/csv.ts';
import { keyRows, keysCsv } from '../../../web/src/panels/key-rows.ts';
import { KeysPanel, ROWS_SHOWN } from '../../../web/src/panels/keys-panel.tsx';
import { addNodes, frame, hello, key, setStates } from '../model/messages.ts';

const NAMES = ['apple', 'banana', 'fig 2', 'fig 10'];

function modelWithKeys(): SceneModel {
  const model = new SceneModel();
  model.apply(hello({ k: 2 }));
  addNodes(model, 8);
  model.apply(
    frame({
      keys: [
        key(NAMES[3]!, { owner: 3, holders: [3, 2, 1], effectiveK: 2 }),
        key(NAMES[0]!, { owner: 5, holders: [5, 4], effectiveK: 1, state: 'unsafe' }),
        key(NAMES[2]!, { owner: 1, holders: [1, 0, 7], effectiveK: 2 }),
        key(NAMES[1]!, { owner: 7, holders: [6], effectiveK: -1, state: 'lost' }),
      ],
    }),
  );
  setStates(model, [6], NodeState.crashed);
  return model;
}

describe('the list of keys', () => {
  const names = (...order: Parameters<typeof keyRows>) => keyRows(...order).map(({ name }) => name);

  test('is sorted by each column, both ways, numbers as numbers', () => {
    const model = modelWithKeys();
    expect(names(model, '', 'name', false)).toEqual(['apple', 'banana', 'fig 2', 'fig 10']);
    expect(names(model, '', 'name', true)).toEqual(['fig 10', 'fig 2', 'banana', 'apple']);
    expect(names(model, '', 'owner', false)).toEqual(['fig 2', 'fig 10', 'apple', 'banana']);
    expect(names(model, '', 'copies', false)).toEqual(['banana', 'apple', 'fig 2', 'fig 10']);
    expect(names(model, '', 'state', false)).toEqual(['banana', 'apple', 'fig 2', 'fig 10']);
  });

  test('is filtered by name and by the beginning of the hash', () => {
    const model = modelWithKeys();
    expect(names(model, ' FIG', 'name', false)).toEqual(['fig 2', 'fig 10']);
    expect(names(model, key('apple').key.slice(0, 8), 'name', false)).toEqual(['apple']);
    expect(names(model, 'zebra', 'name', false)).toEqual([]);
  });

  test('counts copies on living nodes only', () => {
    const rows = keyRows(modelWithKeys(), 'banana', 'name', false);
    expect(rows[0]).toMatchObject({ owner: 7, copies: 0, state: 'lost' });
  });

  test('as CSV can be read back, whatever was typed for a name', () => {
    const rows = keyRows(modelWithKeys(), 'apple', 'name', false);
    expect(keysCsv(rows)).toBe(
      `key,name,owner,copies,state,bytes\r\n${key('apple').key},apple,5,2,unsafe,5\r\n`,
    );
    expect(csvOf([['a,b', 'say "x"', '=1+1', '-5', 'two\nlines']])).toBe(
      `"a,b","say ""x""",'=1+1,-5,"two\nlines"\r\n`,
    );
  });
});

describe('the panel', () => {
  let root: HTMLElement;
  let model: SceneModel;
  let session: Session;
  let commands: Command[];

  beforeEach(() => {
    document.body.innerHTML = '';
    root = document.body.appendChild(document.createElement('div'));
    commands = [];
    session = new Session(createViewState());
    session.show(() => ({ send: (command) => commands.push(command), close: () => {} }));
    commands.length = 0;
    model = modelWithKeys();
    act(() => render(<KeysPanel session={session} model={model} />, root));
  });

  const button = (name: string) =>
    [...root.querySelectorAll('button')].find((found) => found.textContent!.trim() === name)!;

  function type(selector: string, text: string): void {
    const input = root.querySelector<HTMLInputElement>(selector)!;
    act(() => {
      input.value = text;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }

  test('a typed name is put, got, looked up and removed', () => {
    expect(button('Put').disabled).toBe(true);
    type('.keys-fields input', ' plum ');
    type('.keys-fields div:nth-child(2) input', 'sweet');
    act(() => button('Put').click());
    act(() => button('Get').click());
    act(() => button('Remove').click());
    act(() => {
      root.querySelector('form')!.dispatchEvent(new Event('submit', { cancelable: true }));
    });
    expect(commands).toEqual([
      { do: 'act', act: { kind: 'put', name: 'plum', value: 'sweet', level: 'quorum' } },
      { do: 'act', act: { kind: 'get', name: 'plum' } },
      { do: 'act', act: { kind: 'remove', name: 'plum' } },
      { do: 'act', act: { kind: 'lookup', name: 'plum' } },
    ]);
  });

  test('the selected node asks, unless it is down', () => {
    type('.keys-fields input', 'plum');
    session.view.selectedNode.value = 3;
    act(() => button('Get').click());
    session.view.selectedNode.value = 6;
    act(() => button('Get').click());
    const acts = commands.filter((command) => command.do === 'act');
    expect(acts[0]).toMatchObject({ act: { kind: 'get', from: 3 } });
    expect(acts[1]!.act).not.toHaveProperty('from');
  });

  test('a row selects its key, and again nothing', () => {
    act(() => button('apple').click());
    expect(session.view.selectedKey.value).toBe(key('apple').key);
    expect(root.querySelector('tr.selected')!.textContent).toContain('node 5');
    act(() => button('apple').click());
    expect(session.view.selectedKey.value).toBeNull();
  });

  test('an owner selects its node', () => {
    act(() => button('node 5').click());
    expect(session.view.selectedNode.value).toBe(5);
  });

  test('columns say how they are sorted', () => {
    const heads = () =>
      [...root.querySelectorAll('thead th')].map((th) => th.getAttribute('aria-sort'));
    expect(heads()).toEqual(['ascending', 'none', 'none', 'none']);
    act(() => root.querySelectorAll<HTMLElement>('thead button')[0]!.click());
    expect(heads()[0]).toBe('descending');
    act(() => root.querySelectorAll<HTMLElement>('thead button')[3]!.click());
    expect(heads()).toEqual(['none', 'none', 'none', 'ascending']);
  });

  test('thousands of keys do not become thousands of rows', () => {
    const keys = Array.from({ length: 1000 }, (_, i) =>
      key(`k${i}`, { key: i.toString(16).padStart(40, '0') }),
    );
    model = new SceneModel();
    model.apply(hello());
    model.apply(frame({ keys }));
    act(() => render(<KeysPanel session={session} model={model} />, root));
    expect(root.querySelectorAll('tbody tr')).toHaveLength(ROWS_SHOWN);
    expect(root.textContent).toContain('1,000');
  });

  test('who may not act has no form, and Mainline has no values', () => {
    model.apply(hello({ abilities: ['inspect'] }));
    act(() => render(<KeysPanel session={session} model={model} />, root));
    expect(root.querySelector('form')).toBeNull();
    model.apply(hello({ overlay: 'mainline' }));
    act(() => render(<KeysPanel session={session} model={model} />, root));
    expect(button('Announce')).toBeDefined();
    expect(root.querySelectorAll('.keys-fields input')).toHaveLength(1);
  });
});
