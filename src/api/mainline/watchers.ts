/**
 * Those who look on at a node. A node that nobody watches does nothing for it; watching changes nothing
 * of what it does, whatever the watcher does.
 */
import { checkNames, shown, wholeNumber } from '../../core/argument.ts';
import type { DatagramTap } from '../../io/driver.ts';
import { Line, type LineStream, type Source, streamOf } from '../../io/feed.ts';
import type { Teller } from '../../io/guard.ts';
import { Watchers } from '../../io/watchers.ts';
import type { LookupTrace } from '../../mainline/trace.ts';
import type { MainlineEvent, MainlineHappening, MainlineWatcher } from './events.ts';
import { wasClosed } from './outcomes.ts';

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

export interface EventOptions {
  /** Events that wait to be read, at most. Default 10,000. */
  limit?: number;
  /** Ends it. */
  signal?: AbortSignal;
}

/** Events as they come. */
export type EventStream = LineStream<MainlineHappening>;

const EVENTS_WAITING = 10_000;

/**
 * What happens at one node, or at several, one event after the other.
 * @throws TypeError or RangeError for an option that means nothing; DhtError CLOSED.
 */
export function eventsOf(
  watchers: readonly MainlineWatchers[],
  options: EventOptions,
): EventStream {
  checkNames(options, 'options', 'events', ['limit', 'signal']);
  const { limit = EVENTS_WAITING, signal } = options;
  const line = new Line<MainlineHappening>({ items: wholeNumber(limit, 'limit', 1, 1_000_000) });
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`"signal" expected an AbortSignal, got ${shown(signal)}`);
  }
  const open = watchers.filter(({ isClosed }) => !isClosed);
  if (open.length === 0) throw wasClosed();
  const sources = open.map(
    (one): Source<MainlineHappening> =>
      (...on) =>
        one.fill(...on),
  );
  return streamOf(line, sources, signal);
}

export class MainlineWatchers {
  readonly #watchers: Watchers<MainlineWatcher>;
  readonly #onlookers = new Set<Onlooker>();
  readonly #driver: Tapped;
  readonly #ends = new Set<() => void>();
  #isClosed = false;

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

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Fills a line with events. @param ended is called when the node closes. */
  fill(line: Line<MainlineHappening>, ended: () => void): () => void {
    const stop = this.add({
      onEvent: (event) => line.push(event),
      onLookup: (trace) => line.push({ kind: 'lookup', trace }),
    });
    this.#ends.add(ended);
    return () => {
      this.#ends.delete(ended);
      stop();
    };
  }

  /** The node is closed: what was told until now is heard, and then the end. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#ends]) queueMicrotask(end);
  }

  /** Passes an event on, later: nothing calls back into a node that is at work. */
  tell(event: () => MainlineEvent): void {
    const hearers = this.#watchers.of('onEvent');
    if (hearers.length === 0) return;
    const told = event();
    for (const hear of hearers) queueMicrotask(() => hear(told));
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
