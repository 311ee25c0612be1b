/**
 * The way into a ring: what members and clients may choose alike, whom they ask first, and, unless
 * that was chosen, which dialect those speak.
 */
import { type Address, formatAddress } from '../../core/address.ts';
import { checkNames, shown } from '../../core/argument.ts';
import type { Random } from '../../core/random.ts';
import { checkSignal, unlessAborted } from '../../io/calls.ts';
import { type Clock, epochClock } from '../../io/clock.ts';
import { type Endpoint, parseEndpoint, resolveEndpoint } from '../../io/endpoint.ts';
import { hmacSha256, sha1 } from '../../io/entropy.ts';
import { DhtError, warn } from '../../io/errors.ts';
import { StreamDriver } from '../../io/stream-driver.ts';
import { listenTcp } from '../../io/tcp.ts';
import { Tls, type TlsOptions } from '../../io/tls.ts';
import type { Wire } from '../../ring/dialects/wire.ts';
import { WireProbe } from '../../ring/dialects/wire-probe.ts';
import { Rights } from '../../ring/greeting/rights.ts';
import { type ClientRights, RingSecret, SECRET_BYTES_LEAST } from '../../ring/greeting/secret.ts';
import { type RingSettings, ringSettings } from '../../ring/settings.ts';

/** What members and clients have in common. */
export interface RingAccessOptions extends Partial<RingSettings> {
  /** Write values as ASCII, and read them so: for rings of programs that take values for text. */
  textSafe?: boolean;
  /**
   * The secret of the ring, 16 bytes of text at least, or a key that was made from it for clients
   * (`clientKey`). Members and clients without it get no word out of a ring that has one.
   */
  secret?: string;
  /**
   * Certificates for all connections of the ring, under the secret: each end shows one, and takes those of `ca`
   * only. Members and clients have to have them alike.
   */
  tls?: TlsOptions;
  /** Gives the opening up when it fires, with ABORTED; what is open does not hear of it. */
  signal?: AbortSignal;
  /** Hears of broken invariants. Default: a process warning. */
  onError?: (error: unknown) => void;
  clock?: Clock;
  random?: Random;
}

/** The settings among the options: what is no setting is refused by name. @throws TypeError, RangeError. */
export function settingsOf(options: RingAccessOptions): RingSettings {
  const {
    textSafe: _textSafe,
    secret: _secret,
    tls: _tls,
    signal,
    onError: _onError,
    clock: _clock,
    random: _random,
    ...chosen
  } = options;
  checkSignal(signal);
  return ringSettings(chosen);
}

/** @throws TypeError or RangeError for what is no secret. */
export function secretOf({ secret }: RingAccessOptions): RingSecret | null {
  if (secret === undefined) return null;
  if (typeof secret !== 'string') {
    throw new TypeError(`"secret" expected a text, got ${shown(secret)}`);
  }
  return new RingSecret(hmacSha256, secret);
}

/** @throws TypeError or RangeError for what are no certificates. */
export function tlsOf({ tls, wire }: RingAccessOptions): Tls | null {
  if (tls === undefined) return null;
  checkNames(tls, 'tls', 'tls', ['cert', 'key', 'ca'], 'tls.');
  if (wire !== undefined) {
    throw new RangeError('"wire" expected none beside "tls": class programs know no certificates');
  }
  return new Tls(tls);
}

/**
 * What a client can prove its rights with, made from the secret of a ring: it tells nothing of the secret
 * itself. @throws RangeError when `secret` is a key for clients that gives less.
 */
export function clientKey(secret: string, rights: ClientRights): string {
  if (rights !== 'read' && rights !== 'write') {
    throw new TypeError(`"rights" expected read | write, got ${shown(rights)}`);
  }
  const key = secretOf({ secret })!.keyFor(rights);
  if (key === null) throw new RangeError('"secret" expected one that gives the right to write');
  return key;
}

/** What a password is compared by; any text does. */
const TRANSCRIPT = new TextEncoder().encode('ringlight password');

/**
 * What somebody may do who shows `password`: it is the secret of the ring, or a key for clients made from it;
 * null: it is neither. It takes as long for every wrong one. @throws RangeError when `secret` is none.
 */
export function passwordRights(secret: string, password: string): ClientRights | null {
  const own = secretOf({ secret })!;
  if (new TextEncoder().encode(password).length < SECRET_BYTES_LEAST) return null;
  const shown = new RingSecret(hmacSha256, password);
  const proof = shown.prove(shown.rights, TRANSCRIPT);
  if (proof === null || !own.isProof(shown.rights, TRANSCRIPT, proof)) return null;
  return shown.rights === Rights.read ? 'read' : 'write';
}

/**
 * The dialect that was chosen, or that of the ring that is joined; of a ring that is not there yet the one
 * that is `remembered`, if it is.
 */
export async function withWire(
  options: RingAccessOptions,
  settings: RingSettings,
  entries: readonly Address[],
  remembered: Wire | null = null,
): Promise<RingSettings> {
  // Class programs know no secrets and no certificates, so where there is one it does not matter how to knock.
  if (options.wire !== undefined || options.secret !== undefined) return settings;
  if (options.tls !== undefined) return settings;
  const likely = remembered === null ? settings : { ...settings, wire: remembered };
  if (entries.length === 0) return likely;
  const { clock = epochClock, onError = warn, signal } = options;
  const streams = await listenTcp(0, [], { connectTimeoutMs: settings.connectTimeoutMs });
  const driver = new StreamDriver(clock, streams, onError);
  try {
    const answer = new Promise<Wire | null>((resolve) => {
      const probe = new WireProbe(streams, 0, entries, sha1(new Uint8Array(0)), resolve);
      driver.run(probe);
      driver.perform((_machine, now) => probe.start(now));
    });
    const wire = await unlessAborted(signal, answer);
    if (wire !== null) return { ...settings, wire };
  } finally {
    await driver.stop();
  }
  if (remembered !== null) return likely;
  const names = entries.map(formatAddress).join(', ');
  throw new DhtError('UNREACHABLE', `no member of a ring answers at ${names}`);
}

export async function entriesOf(
  value: string | Endpoint | readonly (string | Endpoint)[],
  name: string,
): Promise<Address[]> {
  const list = Array.isArray(value) ? value : [value];
  for (const [i, entry] of list.entries()) parseEndpoint(entry, `${name}[${i}]`);
  return Promise.all(list.map((entry, i) => resolveEndpoint(entry, `${name}[${i}]`)));
}
