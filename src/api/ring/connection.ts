/**
 * A client in the world: no member, it owns nothing and keeps nothing, and reaches the ring through
 * one of the members that it was told of.
 */

import { type CallLimits, Calls, unlessAborted } from '../../io/calls.ts';
import { epochClock } from '../../io/clock.ts';
import type { Endpoint } from '../../io/endpoint.ts';
import { sha1, systemRandom } from '../../io/entropy.ts';
import { warn } from '../../io/errors.ts';
import { StreamDriver } from '../../io/stream-driver.ts';
import { listenTcp } from '../../io/tcp.ts';
import { RingClient } from '../../ring/client.ts';
import { RingCounters } from '../../ring/counters.ts';
import type { RingInfo } from '../../ring/view.ts';
import { OPENED, type RingWorld } from './access.ts';
import {
  entriesOf,
  type RingAccessOptions,
  secretOf,
  settingsOf,
  tlsOf,
  withWire,
} from './entrance.ts';
import { RingService } from './service.ts';

export interface RingClientOptions extends RingAccessOptions {}

/** What an entry of a ring says of itself: a node of ours its whole state, a class program a text. */
export type EntryInfo =
  | { readonly isPlain: false; readonly info: RingInfo }
  | { readonly isPlain: true; readonly text: string };

/** A client of a ring: it owns nothing and keeps nothing. Close it; a process may end without (`unref`). */
export class RingConnection extends RingService {
  readonly #client: RingClient;

  /** @internal */
  constructor(opened: symbol, world: RingWorld, client: RingClient) {
    super(opened, world, client);
    this.#client = client;
  }

  /** Asks the node that we connected to about itself. @throws DhtError UNREACHABLE, TIMEOUT, … */
  async info(limits: CallLimits = {}): Promise<EntryInfo> {
    const { value, found } = await this.command(limits, false, (now, call) =>
      this.#client.describe(now, call),
    );
    const text = new TextDecoder().decode(value ?? new Uint8Array(0));
    return found ? { isPlain: false, info: JSON.parse(text) as RingInfo } : { isPlain: true, text };
  }
}

/**
 * Opens a client of a ring, which reaches it through one of `entries`. Without `wire` they are asked
 * which dialect they speak.
 * @throws TypeError or RangeError for a wrong option; DhtError UNREACHABLE or UNKNOWN_HOST; ABORTED by its signal.
 */
export async function connectRing(
  entries: string | Endpoint | readonly (string | Endpoint)[],
  options: RingClientOptions = {},
): Promise<RingConnection> {
  const { textSafe = false, onError = warn, clock = epochClock, random = systemRandom } = options;
  const chosen = settingsOf(options);
  const secret = secretOf(options);
  const tls = tlsOf(options);
  const addresses = await unlessAborted(options.signal, entriesOf(entries, 'entries'));
  if (addresses.length === 0) throw new TypeError('"entries" expected HOST:PORT, got none');
  const settings = await withWire(options, chosen, addresses);
  const streams = await listenTcp(0, [], { connectTimeoutMs: settings.connectTimeoutMs, tls });
  const driver = new StreamDriver(clock, streams, onError);
  const calls = new Calls(clock);
  const counters = new RingCounters();
  const client = new RingClient({ host: streams, random, sha1, secret, counters }, settings, {
    onOutcome: (call, outcome) => calls.settle(call, outcome),
    onEvent: () => {},
  });
  const connection = new RingConnection(
    OPENED,
    { streams, driver, clock, calls, counters, textSafe },
    client,
  );
  connection.unref();
  driver.run(client);
  driver.perform((_machine, now) => client.start(now, addresses));
  return connection;
}
