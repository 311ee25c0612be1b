// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { view } from '../../../web/src/model/view-state.ts';
import { MessageDiagram } from '../../../web/src/panels/message-diagram.tsx';
import { drawSpaceTime } from '../../../web/src/panels/space-time.ts';
import { spaceTimeSvg } from '../../../web/src/panels/space-time-svg.ts';
import { flight, frame, hello } from '../model/messages.ts';

const FLIGHTS = [
  flight(1, { from: 3, to: 4, exchange: 1, kind: 'a<b' }),
  flight(2, { from: 4, to: 5, sentMs: 20, arrivesMs: 90, fate: 'lost' }),
  flight(3, { from: 4, to: 3, sentMs: 61, arrivesMs: 121, exchange: 1, kind: 'reply' }),
  flight(4, { from: 6, to: 7, sentMs: 62, arrivesMs: 122 }),
];

let root: HTMLElement;
let model: SceneModel;

beforeEach(() => {
  root = document.body.appendChild(document.createElement('div'));
  model = new SceneModel();
  model.apply(hello());
  model.apply(frame({ atMs: 1000 }));
  model.apply({ type: 'flights', flights: FLIGHTS, omitted: 0 });
  view.selectedFlight.value = 0;
});

afterEach(() => {
  act(() => render(null, root));
  root.remove();
  vi.unstubAllGlobals();
});

const show = () => act(() => render(<MessageDiagram model={model} />, root));
const all = (selector: string) => [...root.querySelectorAll<HTMLElement>(selector)];
const press = (key: string) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  act(() => void root.querySelector('[role=listbox]')!.dispatchEvent(event));
  show();
  return view.selectedFlight.value;
};

describe('the diagram on the page', () => {
  test('has an arrow for each message, named in words, and a line for each node', () => {
    show();
    const names = all('[role=option]').map((option) => option.getAttribute('aria-label'));
    expect(names).toHaveLength(4);
    expect(names[0]).toBe(
      'a<b from node 3 to node 4, sent at 0.001 s, on its way for 60 ms; answered by reply',
    );
    expect(names[1]).toContain('lost on the way');
    expect(all('.space-time-lane')).toHaveLength(5);
  });

  test('is gone through by keys: from message to message, from a request to its reply and back', () => {
    show();
    expect(press('ArrowDown')).toBe(1);
    expect(press('ArrowRight')).toBe(3);
    expect(press('ArrowLeft')).toBe(1);
    expect(press('End')).toBe(4);
    expect(press('ArrowDown')).toBe(4);
    expect(press('ArrowRight')).toBe(4);
    expect(press('Home')).toBe(1);
    const list = root.querySelector('[role=listbox]')!;
    expect(list.getAttribute('aria-activedescendant')).toBe('message-1');
  });

  test('of the chosen one it shows what is beside it', () => {
    view.selectedFlight.value = 1;
    show();
    expect(all('g.is-beside').map(({ id }) => id)).toEqual(['message-2', 'message-4']);
    expect(all('text.is-beside').map((word) => word.textContent)).toEqual(['get', 'get']);
    expect(all('g.is-pair').map(({ id }) => id)).toEqual(['message-3']);
    expect(root.querySelector('figcaption')!.textContent).toContain(
      '0 happened before it, 1 after it, and 2 beside it',
    );
  });

  test('stays as it is while one of it is looked at, and then goes on', () => {
    view.selectedFlight.value = 1;
    show();
    model.apply({ type: 'flights', flights: [flight(5, { sentMs: 70 })], omitted: 0 });
    show();
    expect(all('[role=option]')).toHaveLength(4);
    view.selectedFlight.value = 0;
    show();
    expect(all('[role=option]')).toHaveLength(5);
  });

  test('is there large, as a dialog, and closes', () => {
    show();
    const button = all('button').find(({ textContent }) => textContent === 'Large')!;
    act(() => button.click());
    show();
    expect(all('dialog [role=option]')).toHaveLength(4);
    act(() => root.querySelector<HTMLElement>('[aria-label=Close]')!.click());
    show();
    expect(all('dialog')).toHaveLength(0);
  });

  test('says so when there is nothing', () => {
    model = new SceneModel();
    show();
    expect(root.textContent).toBe('No messages yet.');
  });
});

describe('the file', () => {
  test('is one SVG with the same lines, arrows and words, and no word of it is markup', () => {
    const messages = FLIGHTS.map((one) => ({ flight: one, other: null }));
    const svg = spaceTimeSvg(drawSpaceTime(messages, 1000), 'Look-up: <get>');
    const file = new DOMParser().parseFromString(svg, 'image/svg+xml');
    expect(file.querySelector('parsererror')).toBeNull();
    const words = [...file.querySelectorAll('text')].map(({ textContent }) => textContent);
    expect(words).toContain('Look-up: <get>');
    for (const word of ['node 3', 'node 7', 'a<b', 'reply', '0.001 s'])
      expect(words).toContain(word);
    expect(file.querySelectorAll('circle')).toHaveLength(4);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  });
});
