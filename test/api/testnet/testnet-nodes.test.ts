import { expect, test } from 'vitest';
import { Opened } from '../../../src/api/opened.ts';
import { TestnetNodes } from '../../../src/api/testnet/testnet-nodes.ts';

interface Watcher {
  onEvent(what: string): void;
}

class Node extends Opened {
  readonly watchers = new Set<Watcher>();
  keepsProcess = true;
  isOpen = true;
  readonly stats: { name: string };

  constructor(name: string) {
    super('mainline', {
      ref: () => {
        this.keepsProcess = true;
      },
      unref: () => {
        this.keepsProcess = false;
      },
    });
    this.stats = { name };
  }

  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }
}

test('a process waits for none of them, or for all, those that come later too', async () => {
  const nodes = new TestnetNodes<Node, Watcher>();
  const kept = () => nodes.all.map(({ keepsProcess }) => keepsProcess);
  nodes.add(new Node('a'));
  nodes.add(new Node('b'));
  expect(kept()).toEqual([false, false]);
  nodes.hold(true);
  const later = nodes.add(new Node('c'));
  expect(kept()).toEqual([true, true, true]);
  nodes.hold(false);
  expect(kept()).toEqual([false, false, false]);
  const taken = nodes.take(0);
  expect(nodes.stats).toEqual([{ name: 'b' }, { name: 'c' }]);
  await nodes.close();
  expect([taken.isOpen, later.isOpen]).toEqual([true, false]);
});

test('who looks on looks on at those that come later, too, until told otherwise or until all are closed', async () => {
  const nodes = new TestnetNodes<Node, Watcher>();
  const [first] = [nodes.add(new Node('a'))];
  const heard: string[] = [];
  const stop = nodes.watch(({ stats }) => ({
    onEvent: (what) => heard.push(`${stats.name} ${what}`),
  }));
  let ends = 0;
  nodes.addUntil(
    () => ({ onEvent: () => {} }),
    () => ends++,
  );
  const left = nodes.addUntil(
    () => ({ onEvent: () => {} }),
    () => ends++,
  );
  const second = nodes.add(new Node('b'));
  for (const { watchers } of [first, second]) {
    expect(watchers.size).toBe(3);
    for (const { onEvent } of watchers) onEvent('joined');
  }
  expect(heard).toEqual(['a joined', 'b joined']);
  stop();
  left();
  expect([first.watchers.size, second.watchers.size]).toEqual([1, 1]);
  expect(nodes.isClosed).toBe(false);
  await nodes.close();
  expect([nodes.isClosed, ends]).toEqual([true, 1]);
});
