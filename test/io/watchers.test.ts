/** Watchers of anything: told until they stop, by their own names, whatever the others do. */
import { expect, test } from 'vitest';
import { Watchers } from '../../src/io/watchers.ts';

interface Watcher {
  onEvent?(what: string): void;
  onEnd?(): void;
}

function setup() {
  const told: string[] = [];
  let changes = 0;
  class Counting extends Watchers<Watcher> {
    protected override changed(): void {
      changes++;
    }
  }
  const watchers = new Counting(['onEvent', 'onEnd'], (error) => told.push(String(error)));
  const tell = (what: string) => {
    for (const hear of watchers.of('onEvent')) hear(what);
  };
  return { watchers, told, tell, changes: () => changes };
}

test('each hears what it asked for until it stops', () => {
  const { watchers, tell, changes } = setup();
  const heard: string[] = [];
  const stop = watchers.add({ onEvent: (what) => void heard.push(`1 ${what}`) });
  watchers.add({ onEvent: (what) => void heard.push(`2 ${what}`) });
  watchers.add({ onEnd: () => void heard.push('end') });
  tell('a');
  stop();
  tell('b');
  expect(heard).toEqual(['1 a', '2 a', '2 b']);
  expect(changes()).toBe(4);
});

test('who throws, now or later, is told and harms no other', async () => {
  const { watchers, told, tell } = setup();
  const heard: string[] = [];
  watchers.add({
    onEvent: () => {
      throw new Error('mine');
    },
  });
  watchers.add({ onEvent: () => Promise.reject(new Error('later')) as never });
  watchers.add({ onEvent: (what) => void heard.push(what) });
  tell('a');
  await new Promise(setImmediate);
  expect(heard).toEqual(['a']);
  expect(told).toEqual(['Error: mine', 'Error: later']);
});

test('the watcher is `this`, may have more to it, and a callback that there is not is refused', () => {
  const { watchers, tell } = setup();
  const watcher = {
    seen: 0,
    online: true,
    onEvent() {
      this.seen++;
    },
  };
  watchers.add(watcher);
  tell('a');
  expect(watcher.seen).toBe(1);
  expect(() => watchers.add({ onEvnt: () => {} } as never)).toThrow(
    '"onEvnt" is no option of watch, did you mean "onEvent"?',
  );
});
