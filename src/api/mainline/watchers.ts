/**
 * Those who look on at a node. A node that nobody watches does nothing for it; watching changes nothing
 * of what it does, whatever the watcher does.
 */
import type { DatagramTap } from '../../io/driver.ts';
import type { Teller } from '../../io/guard.ts';
import { Watchers } from '../../io/watchers.ts';
import type { LookupTrace } from '../../mainline/trace.ts';
import type { MainlineEvent, MainlineWatcher } from './results.ts';

/** Whose tap it is. */
interface Tapped {
  tap: DatagramTap | null;
  tapped: (() => void) | null;
}

/** One of our own who looks on: before a datagram is sent or taken in, and when one is done with. */
export interface Onlooker {
  before: DatagramTap;
  after: () => void;
}

export class MainlineWatchers {
  readonly #watchers: Watchers<MainlineWatcher>;
  readonly #onlookers = new Set<Onlooker>();
  readonly #driver: Tapped;

  /** @param tell hears what a watcher throws. */
  constructor(driver: Tapped, tell: Teller) {
    this.#driver = driver;
    const names = ['onEvent', 'onDatagram', 'onLookup'] as const;
    this.#watchers = new Watchers(names, tell, () => this.#listen());
  }

  /** @returns how to stop it. */
  add(watcher: MainlineWatcher): () => void {
    return this.#watchers.add(watcher);
  }

  /** Passes an event on, later: nothing calls back into a node that is at work. */
  tell(event: MainlineEvent): void {
    for (const hear of this.#watchers.of('onEvent')) queueMicrotask(() => hear(event));
  }

  lookupEnded(trace: LookupTrace): void {
    for (const hear of this.#watchers.of('onLookup')) hear(trace);
  }

  /** @returns how to stop it. */
  attach(onlooker: Onlooker): () => void {
    this.#onlookers.add(onlooker);
    this.#listen();
    return () => {
      this.#onlookers.delete(onlooker);
      this.#listen();
    };
  }

  /** The driver has a tap only while somebody wants the datagrams. */
  #listen(): void {
    const onlookers = [...this.#onlookers];
    const taps = [...this.#watchers.of('onDatagram'), ...onlookers.map(({ before }) => before)];
    this.#driver.tap =
      taps.length === 0
        ? null
        : (...datagram) => {
            for (const tap of taps) tap(...datagram);
          };
    this.#driver.tapped =
      onlookers.length === 0
        ? null
        : () => {
            for (const { after } of onlookers) after();
          };
  }
}
