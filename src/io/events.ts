/**
 * What happens, one after the other, for whoever would rather iterate than be called back:
 *
 *     what is watched ── watcher ──▶ a line with a bound ──▶ for await (const event of node.events()) …
 *
 * It begins when it is asked for, and ends when it is left, by its signal, or when all that it hears of have closed.
 */
import { checkNames, wholeNumber } from '../core/argument.ts';
import { checkSignal } from './calls.ts';
import { Line, type LineStream, type Source, streamOf } from './feed.ts';

export interface EventOptions {
  /** Events that wait to be read, at most. Default 10,000. */
  limit?: number;
  /** Ends it. */
  signal?: AbortSignal;
}

/** Events as they come; `missed` were dropped because nobody read them in time. */
export type EventStream<Event> = LineStream<Event>;

/** Where somebody may look on until it closes. */
export interface Watched<Watcher> {
  readonly isClosed: boolean;
  addUntil(watcher: Watcher, ended: () => void): () => void;
}

const EVENTS_WAITING = 10_000;

/**
 * What happens at one node, or at several.
 * @param hear makes the watcher that fills the line.
 * @param closed the error when all of them are closed already.
 * @throws TypeError or RangeError for an option that means nothing.
 */
export function eventsOf<Watcher extends object, Event>(
  watched: readonly Watched<Watcher>[],
  hear: (line: Line<Event>) => Watcher,
  options: EventOptions,
  closed: () => Error,
): EventStream<Event> {
  checkNames(options, 'options', 'events', ['limit', 'signal']);
  const { limit = EVENTS_WAITING, signal } = options;
  const line = new Line<Event>({ items: wholeNumber(limit, 'limit', 1, 1_000_000) });
  checkSignal(signal);
  const open = watched.filter(({ isClosed }) => !isClosed);
  if (open.length === 0) throw closed();
  const sources = open.map(
    (one): Source<Event> =>
      (line, ended) =>
        one.addUntil(hear(line), ended),
  );
  return streamOf(line, sources, signal);
}
