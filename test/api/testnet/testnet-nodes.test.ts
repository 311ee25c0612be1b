import { expect, test } from 'vitest';
import { Opened } from '../../../src/api/opened.ts';
import { TestnetNodes } from '../../../src/api/testnet/testnet-nodes.ts';

class Node extends Opened {
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

  async close(): Promise<void> {
    this.isOpen = false;
  }
}

test('a process waits for none of them, or for all, those that come later too', async () => {
  const nodes = new TestnetNodes<Node>();
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
