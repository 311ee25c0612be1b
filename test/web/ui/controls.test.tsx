// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Tabs } from '../../../web/src/shell/tabs.tsx';
import { Menu } from '../../../web/src/ui/menu.tsx';
import { usePaced } from '../../../web/src/ui/paced.ts';
import { Slider, stopAt } from '../../../web/src/ui/slider.tsx';

let root: HTMLElement;

beforeEach(() => {
  document.body.innerHTML = '<button id="elsewhere"></button>';
  root = document.body.appendChild(document.createElement('div'));
});

afterEach(() => act(() => render(null, root)));

function press(target: Element, key: string): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  act(() => void target.dispatchEvent(event));
  return event;
}

describe('a slider', () => {
  test('shows while it is held, and tells when it is let go', () => {
    const picked: number[] = [];
    act(() =>
      render(
        <Slider
          label="Loss"
          stops={[0, 5, 50]}
          value={5}
          show={(value) => `${value} %`}
          onPick={(value) => picked.push(value)}
        />,
        root,
      ),
    );
    const input = root.querySelector('input')!;
    expect(input.value).toBe('1');
    expect(input.getAttribute('aria-valuetext')).toBe('5 %');
    input.value = '2';
    act(() => void input.dispatchEvent(new Event('input', { bubbles: true })));
    expect(root.querySelector('output')!.textContent).toBe('50 %');
    expect(picked).toEqual([]);
    act(() => void input.dispatchEvent(new Event('change', { bubbles: true })));
    expect(picked).toEqual([50]);
  });

  test('a value between two stops stands at the nearer one', () => {
    expect(stopAt([0, 10, 100], 12)).toBe(1);
    expect(stopAt([0, 10, 100], 1000)).toBe(2);
    expect(stopAt([null, 10, 100], null)).toBe(0);
    expect(stopAt([null, 10, 100], 90)).toBe(2);
  });
});

describe('a menu', () => {
  beforeEach(() => {
    act(() =>
      render(
        <Menu label="Lessons">
          {(close) => (
            <button type="button" id="entry" onClick={close}>
              one
            </button>
          )}
        </Menu>,
        root,
      ),
    );
    act(() => root.querySelector('button')!.click());
  });

  test('opens, and closes by Escape with the focus where it was', () => {
    const button = root.querySelector('button')!;
    expect(button.getAttribute('aria-expanded')).toBe('true');
    press(root.querySelector('#entry')!, 'Escape');
    expect(root.querySelector('#entry')).toBeNull();
    expect(document.activeElement).toBe(button);
  });

  test('closes by a click elsewhere and by its own entries', () => {
    act(() => void document.body.dispatchEvent(new Event('pointerdown', { bubbles: true })));
    expect(root.querySelector('#entry')).toBeNull();
    act(() => root.querySelector('button')!.click());
    act(() => root.querySelector<HTMLElement>('#entry')!.click());
    expect(root.querySelector('#entry')).toBeNull();
  });
});

test('tabs are one stop, with arrows between them', () => {
  const opened: string[] = [];
  act(() =>
    render(
      <Tabs
        label="Panels"
        tabs={[
          { id: 'a', label: 'A' },
          { id: 'b', label: 'B' },
          { id: 'c', label: 'C' },
        ]}
        open="a"
        onOpen={(id) => opened.push(id)}
      >
        contents
      </Tabs>,
      root,
    ),
  );
  const tabs = [...root.querySelectorAll('[role=tab]')];
  expect(tabs.map((tab) => tab.getAttribute('tabindex'))).toEqual(['0', '-1', '-1']);
  expect(press(tabs[0]!, 'ArrowRight').defaultPrevented).toBe(true);
  press(tabs[0]!, 'ArrowLeft');
  press(tabs[0]!, 'End');
  expect(press(tabs[0]!, 'x').defaultPrevented).toBe(false);
  expect(opened).toEqual(['b', 'c', 'c']);
  const panel = root.querySelector('[role=tabpanel]')!;
  expect(root.querySelector(`#${panel.getAttribute('aria-labelledby')}`)).toBe(tabs[0]);
});

test('a paced component draws once for many ticks', () => {
  vi.useFakeTimers();
  const tick = signal(0);
  let drawn = 0;
  const signals = [tick];
  const Words = () => {
    usePaced(signals, 200);
    drawn++;
    return <p>{tick.peek()}</p>;
  };
  act(() => render(<Words />, root));
  const before = drawn;
  for (let i = 0; i < 100; i++) tick.value++;
  expect(drawn).toBe(before);
  act(() => vi.advanceTimersByTime(250));
  expect(drawn).toBe(before + 1);
  expect(root.textContent).toBe('100');
  act(() => render(null, root));
  tick.value++;
  vi.advanceTimersByTime(1000);
  expect(drawn).toBe(before + 1);
  vi.useRealTimers();
});

test('what changes between drawing and looking on is drawn, too, though nothing follows', () => {
  vi.useFakeTimers();
  const tick = signal(0);
  const signals = [tick];
  const Words = () => {
    usePaced(signals, 200);
    // As a message that comes before the browser has run the effects of what it drew.
    useLayoutEffect(() => void (tick.value = 7), []);
    return <p>{tick.peek()}</p>;
  };
  act(() => render(<Words />, root));
  act(() => vi.advanceTimersByTime(250));
  expect(root.textContent).toBe('7');
  vi.useRealTimers();
});
