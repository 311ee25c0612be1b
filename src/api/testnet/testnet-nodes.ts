/** The nodes of a testnet as one: those that are there, and whether a process waits for them. */
import type { Opened } from '../opened.ts';

export class TestnetNodes<Node extends Opened> {
  /** Those that are there. */
  readonly all: Node[] = [];
  #isHeld = false;

  add(node: Node): Node {
    this.all.push(this.#isHeld ? node.ref() : node.unref());
    return node;
  }

  /** Takes one out. @param index was checked. */
  take(index: number): Node {
    return this.all.splice(index, 1)[0]!;
  }

  /** Whether the process may not end while they are open, those that come later, too. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const node of this.all) isHeld ? node.ref() : node.unref();
  }

  get stats(): Node['stats'][] {
    return this.all.map(({ stats }) => stats);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((node) => node.close()));
  }
}
