// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LESSONS, LISTED } from '../../../web/src/lessons/index.ts';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { LessonPanel } from '../../../web/src/lessons/lesson-panel.tsx';
import { rememberTheme, shownTheme } from '../../../web/src/model/theme.ts';
import { createViewState } from '../../../web/src/model/view-state.ts';
import { Help } from '../../../web/src/shell/help.tsx';
import { SHORTCUTS } from '../../../web/src/shell/shortcuts.ts';
import { StatusLine } from '../../../web/src/shell/status-line.tsx';
import { TopBar } from '../../../web/src/shell/top-bar.tsx';
import { TroubleLines } from '../../../web/src/shell/trouble-lines.tsx';
import type { LinkState, SourceListener } from '../../../web/src/sources/source.ts';
import { Studio } from '../../../web/src/studio.ts';
import { addNodes, figures, frame, hello, setStates } from '../model/messages.ts';

let root: HTMLElement;
let studio: Studio;
let listener: SourceListener;
let unlocked: (string | null)[];

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = '';
  root = document.body.appendChild(document.createElement('div'));
  unlocked = [];
  studio = new Studio(createViewState(), true, (heard) => {
    listener = heard;
    return { send: () => {}, close: () => {}, unlock: (token) => unlocked.push(token) };
  });
  studio.openWorld('ring');
  listener.onMessage(hello({ config: FIRST_CONFIG }));
  addNodes(studio.session.panes.value[0]!.model, 4);
});

afterEach(() => {
  act(() => render(null, root));
  vi.useRealTimers();
});

const link = (state: LinkState) => act(() => listener.onLink(state));
const button = (name: string) =>
  [...root.querySelectorAll('button')].find(
    (found) => found.textContent!.trim() === name || found.getAttribute('aria-label') === name,
  )!;

describe('trouble', () => {
  beforeEach(() => act(() => render(<TroubleLines studio={studio} />, root)));

  test('of a command can be put away', () => {
    act(() => listener.onMessage({ type: 'trouble', message: 'nobody is there' }));
    expect(root.querySelector('[role=alert]')!.textContent).toContain('nobody is there');
    act(() => button('Understood').click());
    expect(root.textContent).toBe('');
  });

  test('of a server that is gone counts down to the next try', () => {
    link({ state: 'waiting', message: 'gone', retryAtMs: performance.now() + 3000 });
    expect(root.textContent).toContain('Trying again in 3 s');
    act(() => vi.advanceTimersByTime(2000));
    expect(root.textContent).toContain('Trying again in 1 s');
    link({ state: 'open' });
    expect(root.textContent).toBe('');
  });

  test('of a missing token asks for it', () => {
    link({ state: 'locked', message: 'a token, please' });
    const input = root.querySelector<HTMLInputElement>('input[type=password]')!;
    expect(button('Use it').disabled).toBe(true);
    act(() => {
      input.value = ' secret ';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    act(() => void root.querySelector('form')!.dispatchEvent(new Event('submit')));
    act(() => button('Only watch').click());
    expect(unlocked).toEqual(['secret', null]);
  });

  test('for good is said', () => {
    link({ state: 'broken', message: 'the lab has stopped' });
    expect(root.textContent).toContain('the lab has stopped');
  });
});

describe('the status line', () => {
  test('says the scene, and aloud what happens in it', () => {
    listener.onMessage(frame({ figures: { ...figures, nodesNow: 4 } }));
    act(() => render(<StatusLine session={studio.session} />, root));
    expect(root.querySelector('p')!.textContent).toBe('4 nodes.');
    act(() => vi.advanceTimersByTime(2000));
    act(() => setStates(studio.session.panes.value[0]!.model, [2], 2));
    act(() => vi.advanceTimersByTime(2000));
    expect(root.querySelector('[role=status]')!.textContent).toContain('Node 2 crashed.');
  });

  test('says what was done, and takes it back', () => {
    act(() => render(<StatusLine session={studio.session} />, root));
    const undone: string[] = [];
    const offer = { label: 'Undo', take: () => undone.push('') };
    act(() => (studio.session.notice.value = { text: 'A new branch.', offer }));
    act(() => button('Undo').click());
    expect(undone).toHaveLength(1);
  });

  test('of two scenes says whose is what, and once what both have', () => {
    const { session } = studio;
    act(() => session.stand(2));
    const models = session.panes.value.map(({ model }) => model);
    for (const [i, model] of models.entries()) {
      model.apply(hello({ config: FIRST_CONFIG }));
      addNodes(model, 4);
      model.apply(frame({ figures: { ...figures, nodesNow: 4 + i } }));
    }
    act(() => render(<StatusLine session={session} />, root));
    const lines = [...root.querySelectorAll('.caption > p')].map((line) => line.textContent);
    expect(lines).toEqual(['A: 4 nodes.', 'B: 5 nodes.']);
    const said = () => root.querySelector('[role=status] p:last-child')!.textContent;
    act(() => vi.advanceTimersByTime(2000));
    act(() => setStates(models[1]!, [2], 2));
    act(() => vi.advanceTimersByTime(2000));
    expect(said()).toBe('B: Node 2 crashed.');
    for (const model of models) act(() => setStates(model, [3], 2));
    act(() => vi.advanceTimersByTime(2000));
    expect(said()).toBe('A and B: Node 3 crashed.');
  });
});

describe('the top bar', () => {
  beforeEach(() => act(() => render(<TopBar studio={studio} />, root)));

  test('switches the view and the DHT', () => {
    act(() => button('Tree').click());
    expect(studio.session.view.viewKind.value).toBe('trie');
    expect(button('Tree').getAttribute('aria-pressed')).toBe('true');
    expect(button('Ring').getAttribute('aria-pressed')).toBe('true');
  });

  test('has all lessons', () => {
    act(() => button('Lessons').click());
    expect(root.querySelectorAll('.lesson-list li')).toHaveLength(LISTED.length);
    act(() => root.querySelector<HTMLElement>('.lesson-list button')!.click());
    expect(studio.lesson.value!.lesson).toBe(LESSONS[0]);
    expect(root.querySelector('.lesson-list')).toBeNull();
  });

  test('lists live scenes, also one that cannot be reached', () => {
    const options = () => [...root.querySelectorAll('option')].map((option) => option.textContent);
    expect(options()).toHaveLength(2);
    act(() => {
      studio.source.value = { kind: 'live', liveName: 'ring', title: 'ring' };
    });
    expect(options()).toContain('Live: ring');
    expect(root.querySelector('select')!.value).toBe('live:ring');
    act(() => {
      const scene = { name: 'ring', overlay: 'ring', title: 'A ring', nodes: 3 } as const;
      studio.liveScenes.value = [{ ...scene, control: false }];
    });
    expect(options().filter((text) => text!.startsWith('Live'))).toEqual(['Live: A ring']);
  });

  test('changes the theme round and round', () => {
    const { theme } = studio.session.view;
    const seen: string[] = [];
    for (let i = 0; i < 3; i++) {
      const next = root.querySelector<HTMLElement>('[aria-label^=Theme]')!;
      act(() => next.click());
      seen.push(theme.value);
    }
    expect(seen).toEqual(['dark', 'light', 'system']);
  });
});

test('a theme that was chosen is remembered; as the system has it, it is not', () => {
  rememberTheme('dark');
  expect(document.documentElement.dataset['theme']).toBe('dark');
  expect(shownTheme()).toBe('dark');
  rememberTheme('system');
  expect(document.documentElement.dataset['theme']).toBeUndefined();
  expect(shownTheme()).toBe('system');
  localStorage.setItem('ringlight-theme', 'purple');
  expect(shownTheme()).toBe('system');
});

test('the help sheet has every shortcut', () => {
  act(() => render(<Help open={studio.helpOpen} />, root));
  for (const { what } of SHORTCUTS) expect(root.textContent).toContain(what);
  act(() => (studio.helpOpen.value = true));
  expect(root.querySelector('dialog')!.open).toBe(true);
  act(() => button('Close').click());
  expect(studio.helpOpen.value).toBe(false);
});

test('a lesson leads on and back, and its heading takes the focus', () => {
  act(() => render(<LessonPanel studio={studio} />, root));
  expect(root.textContent).toBe('');
  act(() => studio.openLesson(LESSONS[0]!.id, 0));
  expect(root.textContent).toContain(LESSONS[0]!.steps[0]!.text);
  expect(root.textContent).not.toContain(LESSONS[0]!.steps[0]!.notice);
  act(() => listener.onMessage(hello({ config: FIRST_CONFIG })));
  act(() => listener.onMessage(frame({ atMs: LESSONS[0]!.steps[0]!.toMs })));
  expect(root.textContent).toContain(LESSONS[0]!.steps[0]!.notice);
  expect(button('Back').disabled).toBe(true);
  act(() => button('Next').click());
  expect(studio.lesson.value!.index).toBe(1);
  expect(document.activeElement).toBe(root.querySelector('h2'));
  act(() => button('Back').click());
  expect(studio.lesson.value!.index).toBe(0);
  act(() => button('Leave the lesson').click());
  expect(root.textContent).toBe('');
});
