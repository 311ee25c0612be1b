/** Options of the commands about rings, and what people type for keys, levels and sizes. */
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { fileReason } from '../../files.ts';
import {
  connectRing,
  type Level,
  RING_DEFAULTS,
  type RingConnection,
  type RingKey,
  type TlsOptions,
  type Wire,
} from '../../ring.ts';
import { type Choice, duration, endpointList, oneOf } from '../arguments.ts';
import { CommandError } from '../console.ts';
import { settingsPlace } from '../settings-file.ts';

export const wire: Choice<Wire> = oneOf('seed', 'string', 'text');
export const level: Choice<Level> = oneOf('one', 'quorum', 'all');

const UNITS: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** "65536", "64k", "64M": bytes, units of 1024. */
export function size(text: string): number {
  const [, digits, unit] = /^(\d{1,15})([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  const value = Number(digits) * UNITS[(unit ?? '').toLowerCase()]!;
  if (digits !== undefined && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a number of bytes such as 65536, 64k or 64M.');
}

/** A ring takes no call that is over before it has begun. */
const SHORTEST_CALL_MS = 10;

/** How every command that asks a ring finds it. */
export interface AskOptions extends AdmissionChoice {
  at?: string[];
  wire?: Wire;
  timeout: number;
  json: boolean;
}

/** Commands about one key. */
export interface KeyOptions extends AskOptions {
  hash: boolean;
  level: Level;
  textSafe: boolean;
  valueLimit: number;
}

export function secretFile(): Option {
  return new Option(
    '--secret-file <file>',
    'the secret of the ring, or a key for clients made from it',
  ).env('RINGLIGHT_SECRET_FILE');
}

/** What stands in a file of secrets, without the end of its last line. */
export function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw new CommandError(`cannot read the secret in ${file}: ${fileReason(error)}`, 2, 'USAGE');
  }
}

/** As `connectRing` and `openRing` take it. */
export function secretOption(file: string | undefined): { secret?: string } {
  return file === undefined ? {} : { secret: readSecret(file) };
}

/** What lets somebody in. */
export interface AdmissionChoice {
  secretFile?: string;
  tlsCert?: string;
  tlsKey?: string;
  tlsCa?: string;
}

export function addAdmissionOptions(command: Command): Command {
  const file = (flags: string, text: string, name: string) =>
    command.addOption(new Option(flags, text).env(`RINGLIGHT_${name}`));
  command.addOption(secretFile());
  file(
    '--tls-cert <file>',
    'our certificate, PEM: all connections of the ring are sealed',
    'TLS_CERT',
  );
  file('--tls-key <file>', 'its private key', 'TLS_KEY');
  return file('--tls-ca <file>', 'the authority whose certificates are taken', 'TLS_CA');
}

/** As `connectRing` and `openRing` take it. @throws CommandError for files that are not there, or not all of them. */
export function admissionOf(options: AdmissionChoice): { secret?: string; tls?: TlsOptions } {
  const { tlsCert, tlsKey, tlsCa } = options;
  const secret = secretOption(options.secretFile);
  if (tlsCert === undefined && tlsKey === undefined && tlsCa === undefined) return secret;
  if (tlsCert === undefined || tlsKey === undefined || tlsCa === undefined) {
    throw new CommandError('TLS takes all three: --tls-cert, --tls-key and --tls-ca', 2, 'USAGE');
  }
  return { ...secret, tls: { cert: pemOf(tlsCert), key: pemOf(tlsKey), ca: pemOf(tlsCa) } };
}

function pemOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'USAGE');
  }
}

export function addAskOptions(command: Command): Command {
  command
    .addOption(
      new Option(
        '--at <host:port>',
        'a member of the ring; may be given again, for when it is not there',
      )
        .argParser(endpointList)
        .env('RINGLIGHT_AT'),
    )
    .option('--wire <dialect>', 'seed, string or text (default: found out)', wire);
  return addAdmissionOptions(command)
    .option('--timeout <duration>', 'give up after this long', duration, 20_000)
    .option('--json', 'one JSON object per line', false);
}

export function addKeyOptions(command: Command): Command {
  return addAskOptions(command).option('--hash', 'the key is a hash: 40 hexadecimal digits', false);
}

export function addDataOptions(command: Command, levelText: string): Command {
  return addKeyOptions(command)
    .option('--level <level>', `${levelText}: one, quorum or all`, level, 'quorum')
    .option('--text-safe', 'values as ASCII, for rings whose programs take them for text', false)
    .option(
      '--value-limit <bytes>',
      'largest value, such as 64M',
      size,
      RING_DEFAULTS.valueBytesMax,
    );
}

/** @throws CommandError when nobody said where the ring is. */
export function entriesOf({ at }: AskOptions): [string, ...string[]] {
  const [first, ...others] = at ?? [];
  if (first !== undefined) return [first, ...others];
  throw new CommandError(
    `which ring? Give --at HOST:PORT, set RINGLIGHT_AT, or write {"at": "HOST:PORT"} to ${settingsPlace()}`,
    2,
    'USAGE',
  );
}

/** A key is a name, and nobody means the empty one: a shell variable was not set. */
export function keyText(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('A key must not be empty.');
}

/** The key that was typed. */
export function keyOf(text: string, options: { hash: boolean }): RingKey {
  return options.hash ? { hash: text } : text;
}

/** How many copies a call is about, and how long it may take. */
export const callOf = ({ level, timeout }: KeyOptions): { level: Level; timeoutMs: number } => ({
  level,
  timeoutMs: timeout,
});

/** Is what was typed, or is bound, reached from this machine only? Other names may mean anything. */
export function isLoopbackHost(host: string): boolean {
  return (isIPv4(host) && host.startsWith('127.')) || host === '::1' || host === 'localhost';
}

/** Runs `ask` with a client of the ring, which is closed in any case. */
export async function withRing<T>(
  options: AskOptions & Partial<KeyOptions>,
  ask: (ring: RingConnection) => Promise<T>,
): Promise<T> {
  const ring = await connectRing(entriesOf(options), {
    ...(options.wire && { wire: options.wire }),
    ...admissionOf(options),
    ...(options.textSafe && { textSafe: true }),
    ...(options.valueLimit !== undefined && { valueBytesMax: options.valueLimit }),
    callTimeoutMs: Math.max(SHORTEST_CALL_MS, options.timeout),
  });
  try {
    return await ask(ring);
  } finally {
    await ring.close();
  }
}
