// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import type { Command, SceneMessage } from 'ringlight/scene';
import { beforeEach, describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { Session } from '../../../web/src/model/session.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';
import { pressed } from '../../../web/src/shell/shortcuts.ts';
import { keyedMoment, niceEnd, paceText, Timeline } from '../../../web/src/shell/timeline.tsx';
import type { LinkState } from '../../../web/src/sources/source.ts';
import type { Studio } from '../../../web/src/studio.ts';
import { addNodes, frame, hello, lookup } from '../model/messages.ts';

let root: HTMLElement;
let session: Session;
let commands: Command[];
let link: (state: LinkState) => void;
let tell: (message: SceneMessage) => void;

beforeEach(() => {
  document.body.innerHTML = '';
  root = document.body.appendChild(document.createElement('div'));
  commands = [];
  session = new Session(createViewState());
  session.show((listener) => {
    tell = (message) => listener.onMessage(message);
    link = listener.onLink;
    return { send: (command) => commands.push(command), close: () => {} };
  });
  tell(hello({ config: FIRST_CONFIG }));
  addNodes(session.panes.value[0]!.model, 4);
  tell(frame({ atMs: 5000 }));
  tell({
    type: 'history',
    acts: [
      { atMs: 1000, act: { kind: 'crash', nodes: [1] } },
      { atMs: 8000, act: { kind: 'heal' } },
    ],
  });
  tell(lookup(1, { startedMs: 2000, endedMs: 3000 }));
  draw();
});

const draw = () => {
  act(() => render(null, root));
  act(() => render(<Timeline session={session} />, root));
};
const button = (name: string) => root.querySelector<HTMLElement>(`[aria-label="${name}"]`)!;

describe('the timeline', () => {
  test('plays, pauses and steps', () => {
    act(() => button('Play').click());
    expect(commands.at(-1)).toEqual({ do: 'play', pace: 100 });
    act(() => tell(frame({ atMs: 5000, playing: true })));
    act(() => button('Pause').click());
    expect(commands.at(-1)).toEqual({ do: 'pause' });
    act(() => button('To the next message').click());
    expect(commands.at(-1)).toEqual({ do: 'step', by: 'message', count: 1 });
    act(() => button('One second on').click());
    expect(commands.at(-1)).toEqual({ do: 'step', by: 'ms', count: 1000 });
    act(() => button('Back to the start').click());
    expect(commands.at(-1)).toEqual({ do: 'rewind', toMs: 0 });
  });

  test('another speed holds at once while it plays', () => {
    const select = root.querySelector('select')!;
    select.value = '1000';
    act(() => void select.dispatchEvent(new Event('change', { bubbles: true })));
    expect(commands.some((command) => command.do === 'play')).toBe(false);
    act(() => tell(frame({ atMs: 5000, playing: true })));
    select.value = '2000';
    act(() => void select.dispatchEvent(new Event('change', { bubbles: true })));
    expect(commands.at(-1)).toEqual({ do: 'play', pace: 2000 });
  });

  test('says when the speed is not reached', () => {
    session.paceAsked.value = 60_000;
    tell(frame({ atMs: 5000, playing: true, pace: 12_000 }));
    draw();
    expect(root.textContent).toContain('runs 12 ×');
  });

  test('marks acts, those that are still to come paler, and look-ups', () => {
    const marks = [...root.querySelectorAll('.scrub-mark')];
    expect(marks.map((mark) => mark.className.includes('is-later'))).toEqual([false, true]);
    expect(marks[0]!.className).toContain('is-danger');
    expect(marks[0]!.getAttribute('title')).toBe('1.00 s: crash node 1');
    expect(root.querySelectorAll('.scrub-lookup')).toHaveLength(1);
  });

  test('the bar is a slider with words', () => {
    const bar = root.querySelector('[role=slider]')!;
    expect(bar.getAttribute('aria-valuetext')).toBe('5.00 s');
    const event = new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true });
    act(() => void bar.dispatchEvent(event));
    expect(commands.at(-1)).toEqual({ do: 'rewind', toMs: 4900 });
  });

  test('live nodes have a clock and nothing else', () => {
    tell(hello({ origin: 'live', abilities: ['inspect'] }));
    draw();
    expect(root.querySelector('button')).toBeNull();
    expect(root.textContent).not.toContain('Live');
    act(() => link({ state: 'open' }));
    expect(root.textContent).toContain('Live');
    act(() => link({ state: 'waiting', message: 'gone', retryAtMs: 0 }));
    expect(root.textContent).toContain('As it was when last heard of');
  });
});

test('keys of the bar', () => {
  expect(keyedMoment('ArrowLeft', 50, 0, 1000)).toBe(0);
  expect(keyedMoment('PageUp', 50, 0, 5000)).toBe(1050);
  expect(keyedMoment('Home', 500, 100, 5000)).toBe(100);
  expect(keyedMoment('End', 500, 100, 5000)).toBe(5000);
  expect(keyedMoment('x', 500, 100, 5000)).toBeNull();
});

test('the bar ends behind what was seen, at a round moment, and does not crawl', () => {
  const ends = new Set<number>();
  for (let ms = 10_000; ms < 100_000; ms += 100) {
    const end = niceEnd(ms);
    expect(end).toBeGreaterThan(ms);
    expect(end).toBeLessThan(ms * 1.6);
    ends.add(end);
  }
  expect(ends.size).toBeLessThan(40);
});

test('speeds are read beside the viewer’s own time', () => {
  expect([10, 100, 1000, 2500, 60_000].map(paceText)).toEqual([
    '1/100 ×',
    '1/10 ×',
    '1 ×',
    '2.5 ×',
    '60 ×',
  ]);
});

describe('shortcuts', () => {
  const studio = () => ({ session, helpOpen: { value: false } }) as unknown as Studio;

  function key(name: string, target: Element = document.body): boolean {
    const event = new KeyboardEvent('keydown', { key: name, bubbles: true });
    Object.defineProperty(event, 'target', { value: target });
    return pressed(studio(), event);
  }

  test('reach time and view', () => {
    expect(key(' ')).toBe(true);
    expect(commands.at(-1)).toMatchObject({ do: 'play' });
    key('ArrowLeft');
    expect(commands.at(-1)).toEqual({ do: 'rewind', toMs: 4000 });
    key('.');
    expect(commands.at(-1)).toMatchObject({ do: 'step', by: 'message' });
    key('Home');
    expect(commands.at(-1)).toEqual({ do: 'rewind', toMs: 0 });
    key('v');
    expect(session.view.viewKind.value).toBe('trie');
    key('3');
    expect(session.view.tab.value).toBe('node');
    expect(key('7')).toBe(false);
  });

  test('crash what is selected, and only that', () => {
    expect(key('c')).toBe(false);
    session.view.selectedNode.value = 2;
    expect(key('c')).toBe(true);
    expect(commands.at(-1)).toEqual({ do: 'act', act: { kind: 'crash', nodes: [2] } });
    key('Escape');
    expect(session.view.selectedNode.value).toBe(-1);
    tell(hello({ origin: 'live', abilities: ['inspect', 'act'] }));
    session.view.selectedNode.value = 2;
    expect(key('c')).toBe(false);
  });

  test('leave fields, buttons and sliders their own keys', () => {
    const make = (html: string) => {
      const box = document.createElement('div');
      box.innerHTML = html;
      return document.body.appendChild(box).firstElementChild!;
    };
    const input = make('<input>');
    for (const name of [' ', 'c', '.', 'ArrowLeft', '1'])
      expect(key(name, input), name).toBe(false);
    const plain = make('<button></button>');
    expect(key(' ', plain)).toBe(false);
    expect(key('.', plain)).toBe(true);
    const slider = make('<div role="slider"></div>');
    expect(key('ArrowLeft', slider)).toBe(false);
    expect(key(' ', slider)).toBe(true);
  });
});
