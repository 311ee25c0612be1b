/**
 * Those who look on at a node. A node that nobody watches does nothing for it; watching changes nothing
 * of what it does, whatever the watcher does.
 */
import { checkNames } from '../../core/argument.ts';
import type { DatagramTap } from '../../io/driver.ts';
import { guarded, type Teller } from '../../io/guard.ts';
import type { LookupTrace } from '../../mainline/trace.ts';
import type { MainlineWatcher } from './results.ts';

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

interface Guarded {
  onDatagram: DatagramTap | null;
  onLookup: ((trace: LookupTrace) => void) | null;
}

export class MainlineWatchers {
  readonly #watchers = new Set<Guarded>();
  readonly #onlookers = new Set<Onlooker>();
  readonly #driver: Tapped;
  readonly #tell: Teller;

  /** @param tell hears what a watcher throws. */
  constructor(driver: Tapped, tell: Teller) {
    this.#driver = driver;
    this.#tell = tell;
  }

  /** @returns how to stop it. */
  add(watcher: MainlineWatcher): () => void {
    // A watcher may be anybody's object, with more to it; what looks like a callback has to be one.
    const callbacks = Object.entries(watcher).filter(([name]) => /^on[A-Z]/.test(name));
    checkNames(Object.fromEntries(callbacks), 'watcher', 'watch', ['onDatagram', 'onLookup']);
    const one: Guarded = {
      onDatagram: watcher.onDatagram
        ? guarded((...datagram) => watcher.onDatagram?.(...datagram), this.#tell)
        : null,
      onLookup: watcher.onLookup ? guarded((trace) => watcher.onLookup?.(trace), this.#tell) : null,
    };
    this.#watchers.add(one);
    this.#listen();
    return () => {
      this.#watchers.delete(one);
      this.#listen();
    };
  }

  lookupEnded(trace: LookupTrace): void {
    for (const { onLookup } of this.#watchers) onLookup?.(trace);
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
    const taps = [
      ...[...this.#watchers].flatMap(({ onDatagram }) => onDatagram ?? []),
      ...onlookers.map(({ before }) => before),
    ];
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
