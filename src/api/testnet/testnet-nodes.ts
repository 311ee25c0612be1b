/** The nodes of a testnet as one: those that are there, who looks on at all of them, and whether a process waits for them. */
import type { Watched } from '../../io/events.ts';
import type { Opened } from '../opened.ts';

interface WatchedNode<Watcher> extends Opened {
  watch(watcher: Watcher): () => void;
}

/** Who looks on at a node; each may be given a watcher of its own, which knows whose it is. */
export type WatcherOf<Node, Watcher> = (node: Node) => Watcher;

export class TestnetNodes<Node extends WatchedNode<Watcher>, Watcher extends object>
  implements Watched<WatcherOf<Node, Watcher>>
{
  /** Those that are there. */
  readonly all: Node[] = [];
  readonly #watches = new Map<WatcherOf<Node, Watcher>, (() => void)[]>();
  readonly #ends = new Set<() => void>();
  #isHeld = false;
  isClosed = false;

  add(node: Node): Node {
    this.all.push(this.#isHeld ? node.ref() : node.unref());
    for (const [watcherOf, stops] of this.#watches) stops.push(node.watch(watcherOf(node)));
    return node;
  }

  /** Takes one out. @param index was checked. */
  take(index: number): Node {
    return this.all.splice(index, 1)[0]!;
  }

  /** Looks on at all that are there and that come later. @returns how to stop it. @throws as `watch` of a node. */
  watch(watcherOf: WatcherOf<Node, Watcher>): () => void {
    const stops = this.all.map((node) => node.watch(watcherOf(node)));
    this.#watches.set(watcherOf, stops);
    return () => {
      this.#watches.delete(watcherOf);
      for (const stop of stops) stop();
    };
  }

  /** The same of one who wants to know when all are closed. */
  addUntil(watcherOf: WatcherOf<Node, Watcher>, ended: () => void): () => void {
    const stop = this.watch(watcherOf);
    this.#ends.add(ended);
    return () => {
      this.#ends.delete(ended);
      stop();
    };
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
    this.isClosed = true;
    for (const ended of [...this.#ends]) ended();
  }
}
