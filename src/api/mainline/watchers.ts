/**
 * Those who look on at a node. A node that nobody watches does nothing for it; watching changes nothing
 * of what it does, whatever the watcher does.
 */
import type { DatagramTap } from '../../io/driver.ts';
import type { Line } from '../../io/feed.ts';
import type { Teller } from '../../io/guard.ts';
import { Watchers } from '../../io/watchers.ts';
import type { LookupTrace } from '../../mainline/trace.ts';
import type { MainlineEvent, MainlineHappening, MainlineWatcher } from './events.ts';

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

/** Fills a line with events, and with lookups that were called for. */
export const hearAll = (line: Pick<Line<MainlineHappening>, 'push'>): MainlineWatcher => ({
  onEvent: (event) => line.push(event),
  onLookup: (trace) => line.push({ kind: 'lookup', trace }),
});

export class MainlineWatchers extends Watchers<MainlineWatcher> {
  readonly #onlookers = new Set<Onlooker>();
  readonly #driver: Tapped;

  /** @param tell hears what a watcher throws. */
  constructor(driver: Tapped, tell: Teller) {
    super(['onEvent', 'onDatagram', 'onLookup'], tell);
    this.#driver = driver;
  }

  /** Passes an event on, later: nothing calls back into a node that is at work. */
  tell(event: () => MainlineEvent): void {
    const hearers = this.of('onEvent');
    if (hearers.length === 0) return;
    const told = event();
    for (const hear of hearers) queueMicrotask(() => hear(told));
  }

  lookupEnded(trace: LookupTrace): void {
    for (const hear of this.of('onLookup')) hear(trace);
  }

  /** @returns how to stop it. */
  attach(onlooker: Onlooker): () => void {
    this.#onlookers.add(onlooker);
    this.changed();
    return () => {
      this.#onlookers.delete(onlooker);
      this.changed();
    };
  }

  /** The driver has a tap only while somebody wants the datagrams. */
  protected override changed(): void {
    const onlookers = [...this.#onlookers];
    const taps = [...this.of('onDatagram'), ...onlookers.map(({ before }) => before)];
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
