/**
 * Keyspace channels: who subscribes to `__keyspace@0__:KEY` hears what happens to that key, and who subscribes
 * to a pattern of them what happens to all keys that match.
 *
 *     SUBSCRIBE  __keyspace@0__:hello        message   …:hello   set | del | expired
 *     PSUBSCRIBE __keyspace@0__:room:*       pmessage  …:room:*  …:room:1  set
 *     SUBSCRIBE  __keyevent@0__:expired      message   …:expired KEY
 *
 * It is the ring's history that is told (ring/following.ts), so nothing is missed while the subscription
 * stands. When the history was outrun the message is `resync`.
 */
import type { Clock } from '../../io/clock.ts';
import { sha1 } from '../../io/entropy.ts';
import { literalPrefix, matches } from '../../ring/resp/pattern.ts';
import { Push, type Reply } from '../../ring/resp/replies.ts';
import type { RingAccess } from '../ring/access.ts';
import { Following, type RingChange, type Subject } from '../ring/follow.ts';
import { textOf } from './command.ts';
import { Refusal } from './refusal.ts';

/** Channels and patterns of one connection. */
const CHANNELS_MAX = 256;
const KEYSPACE = '__keyspace@0__:';
const KEYEVENT = '__keyevent@0__:';
/** What Redis calls it, by what happened. */
const EVENTS: Readonly<Record<RingChange['kind'], string | null>> = {
  following: null,
  set: 'set',
  removed: 'del',
  expired: 'expired',
  resync: 'resync',
};

const encoder = new TextEncoder();

export class Channels {
  readonly #ring: RingAccess;
  readonly #clock: Clock;
  readonly #tell: (push: Push) => void;
  readonly #heard = new Map<string, AbortController>();

  constructor(ring: RingAccess, clock: Clock, tell: (push: Push) => void) {
    this.#ring = ring;
    this.#clock = clock;
    this.#tell = tell;
  }

  get count(): number {
    return this.#heard.size;
  }

  /** Resolves when nothing is missed from here on. @throws Refusal for a channel that there is not. */
  async subscribe(channel: Uint8Array, isPattern: boolean): Promise<void> {
    const mark = markOf(channel, isPattern);
    if (this.#heard.has(mark)) return;
    if (this.#heard.size >= CHANNELS_MAX)
      throw new Refusal(`ERR more than ${CHANNELS_MAX} channels`);
    const subject = subjectOf(channel, isPattern);
    const stop = new AbortController();
    this.#heard.set(mark, stop);
    const changes = new Following(this.#ring, this.#clock, subject).changes(stop.signal);
    try {
      await changes.next();
    } catch (error) {
      this.#heard.delete(mark);
      throw error;
    }
    void this.#run(changes, channel, isPattern, mark);
  }

  unsubscribe(channel: Uint8Array, isPattern: boolean): void {
    const mark = markOf(channel, isPattern);
    this.#heard.get(mark)?.abort();
    this.#heard.delete(mark);
  }

  /** The channels, or the patterns, that are heard. */
  all(isPattern: boolean): Uint8Array[] {
    const kind = isPattern ? 'p' : 'c';
    return [...this.#heard.keys()]
      .filter((mark) => mark.startsWith(kind))
      .map((mark) => Uint8Array.from(mark.slice(1), (char) => char.charCodeAt(0)));
  }

  end(): void {
    for (const stop of this.#heard.values()) stop.abort();
    this.#heard.clear();
  }

  async #run(
    changes: AsyncGenerator<RingChange>,
    channel: Uint8Array,
    isPattern: boolean,
    mark: string,
  ): Promise<void> {
    try {
      for await (const change of changes) this.#pass(change, channel, isPattern);
    } catch {
      // What can be waited for is waited for below: this ring cannot be followed any more.
      this.#heard.delete(mark);
    }
  }

  #pass(change: RingChange, channel: Uint8Array, isPattern: boolean): void {
    const event = EVENTS[change.kind];
    if (event === null) return;
    const text = textOf(channel);
    const name = change.name ?? '';
    const isEvents = text.startsWith(KEYEVENT);
    const source = isEvents ? KEYEVENT + event : KEYSPACE + name;
    const message: Reply = isEvents ? name : event;
    if (!isPattern) {
      if (isEvents && text !== source) return;
      return this.#tell(new Push(['message', channel, message]));
    }
    const told = encoder.encode(source);
    if (change.kind !== 'resync' && !matches(channel, told)) return;
    this.#tell(new Push(['pmessage', channel, told, message]));
  }
}

function markOf(channel: Uint8Array, isPattern: boolean): string {
  return (isPattern ? 'p' : 'c') + textOf(channel);
}

function subjectOf(channel: Uint8Array, isPattern: boolean): Subject {
  const text = textOf(channel);
  if (text.startsWith(KEYEVENT)) return { prefix: new Uint8Array(0) };
  if (!text.startsWith(KEYSPACE)) {
    throw new Refusal(`ERR only the channels ${KEYSPACE}KEY and ${KEYEVENT}EVENT are told`);
  }
  const rest = channel.subarray(KEYSPACE.length);
  return isPattern ? { prefix: literalPrefix(rest) } : { hash: sha1(rest) };
}
