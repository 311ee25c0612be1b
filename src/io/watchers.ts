/**
 * Those who look on at something, the same way at every door: objects with callbacks, as many as like,
 * until each stops.
 *
 *     const stop = node.watch({ onEvent: ({ kind }) => console.log(kind) });
 *
 * What a watcher throws, or promises and fails, is told and harms nobody. A callback that there is not is
 * refused by name: it would never be called.
 */
import { checkNames } from '../core/argument.ts';
import { guarded, type Teller } from './guard.ts';

type Callback = (...given: never[]) => void;

/** The callbacks of a watcher, whichever it has. */
type Callbacks<Watcher> = { [name in keyof Watcher]?: Watcher[name] };

export class Watchers<Watcher extends object> {
  readonly #watchers = new Set<Callbacks<Watcher>>();
  readonly #names: readonly (keyof Watcher & string)[];
  readonly #tell: Teller;
  readonly #ends = new Set<() => void>();
  #isClosed = false;

  /**
   * @param names of the callbacks.
   * @param tell hears what a watcher throws.
   */
  constructor(names: readonly (keyof Watcher & string)[], tell: Teller) {
    this.#names = names;
    this.#tell = tell;
  }

  /** @returns how to stop it. @throws TypeError. */
  add(watcher: Watcher): () => void {
    // A watcher may be anybody's object, with more to it; what looks like a callback has to be one.
    const callbacks = Object.entries(watcher).filter(([name]) => /^on[A-Z]/.test(name));
    checkNames(Object.fromEntries(callbacks), 'watcher', 'watch', this.#names);
    const one: Callbacks<Watcher> = {};
    for (const name of this.#names) {
      const own = watcher[name] as Callback | undefined;
      if (own !== undefined) one[name] = guarded(own.bind(watcher), this.#tell) as Watcher[never];
    }
    this.#watchers.add(one);
    this.changed();
    return () => {
      this.#watchers.delete(one);
      this.changed();
    };
  }

  /** Somebody came or went. */
  protected changed(): void {}

  /** The same of one who wants to know the end. @param ended is called when what is watched closes. */
  addUntil(watcher: Watcher, ended: () => void): () => void {
    const stop = this.add(watcher);
    this.#ends.add(ended);
    return () => {
      this.#ends.delete(ended);
      stop();
    };
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What is watched has closed: what was told until now is heard, and then the end. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#ends]) queueMicrotask(end);
  }

  /** The callbacks of this name of all who look on now. */
  of<Name extends keyof Watcher>(name: Name): NonNullable<Watcher[Name]>[] {
    return [...this.#watchers].flatMap((one) => one[name] ?? []) as NonNullable<Watcher[Name]>[];
  }
}
