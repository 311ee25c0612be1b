/**
 * `ringlight ring insert | get | exists | remove | owns`: one call to a ring, told in one line. What more than
 * the plain call is asked for (a condition, an expiry, a part) is done by the owner in one step.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileReason } from '../../files.ts';
import type { RingCondition } from '../../ring.ts';
import { CommandError, type Console, counted } from '../console.ts';
import { callOf, type KeyOptions, keyOf, withRing } from './ring-options.ts';

/** When a change is to happen. */
export interface ConditionOptions {
  ifAbsent?: boolean;
  ifPresent?: boolean;
  ifVersion?: string;
}

export interface InsertOptions extends KeyOptions, ConditionOptions {
  file?: string;
  ttl?: number;
  listed: boolean;
}

export interface GetOptions extends KeyOptions {
  from?: number;
  to?: number;
}

export interface RemoveOptions extends KeyOptions, ConditionOptions {}

/** @throws CommandError for more than one. */
function conditionOf({ ifAbsent, ifPresent, ifVersion }: ConditionOptions): RingCondition {
  const given: RingCondition[] = [];
  if (ifAbsent) given.push({ absent: true });
  if (ifPresent) given.push({ present: true });
  if (ifVersion !== undefined) given.push({ version: ifVersion });
  if (given.length > 1) throw new CommandError('one condition at a time', 2, 'USAGE');
  return given[0] ?? {};
}

const unmatched = (key: string, version: string): CommandError => {
  const now = version === '' ? 'there is no such key' : `it is version ${version}`;
  return new CommandError(`not done: ${key}: ${now}`, 1, 'CONDITION_FAILED');
};

export async function insert(
  key: string,
  value: string | undefined,
  options: InsertOptions,
  console: Console,
): Promise<void> {
  const bytes = await givenValue(value, options, console);
  console.progress(`inserting ${counted(bytes.length, 'byte')} …`);
  const condition = conditionOf(options);
  const { ttl } = options;
  const isPlain = !options.listed && ttl === undefined && Object.keys(condition).length === 0;
  const how = callOf(options);
  const result = await withRing(options, async (ring) => {
    if (isPlain) return ring.insert(keyOf(key, options), bytes, how);
    const expiry = ttl === undefined ? {} : { ttlMs: ttl };
    const { isDone, ...done } = await ring.storeIf(keyOf(key, options), bytes, condition, {
      ...how,
      ...expiry,
    });
    if (!isDone) throw unmatched(key, done.version);
    return done;
  });
  console.emit(result.existed ? 'replaced' : 'inserted', { key, bytes: bytes.length, ...result });
  console.say(
    `${result.existed ? 'Replaced' : 'Inserted'} ${key} (${counted(bytes.length, 'byte')}) at ` +
      `${result.owner}: ${counted(result.copies, 'copy', 'copies')}.`,
  );
}

/** The bare value on stdout, byte for byte. */
export async function get(key: string, options: GetOptions, console: Console): Promise<void> {
  const { from, to } = options;
  const how = callOf(options);
  const value = await withRing(options, async (ring) => {
    if (from === undefined && to === undefined) return ring.get(keyOf(key, options), how);
    const part = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const entry = await ring.read(keyOf(key, options), { ...how, ...part });
    return entry?.value ?? null;
  });
  if (value === null) throw noSuchKey(key);
  if (console.json) {
    const text = textOf(value);
    const base64 = Buffer.from(value).toString('base64');
    console.emit('value', { key, bytes: value.length, ...(text !== null && { text }), base64 });
    return;
  }
  console.value(value);
}

export async function exists(key: string, options: KeyOptions, console: Console): Promise<void> {
  const isThere = await withRing(options, (ring) =>
    ring.exists(keyOf(key, options), callOf(options)),
  );
  if (!isThere) throw noSuchKey(key);
  console.emit('exists', { key });
  console.say(`${key} is there.`);
}

export async function remove(key: string, options: RemoveOptions, console: Console): Promise<void> {
  const condition = conditionOf(options);
  const how = callOf(options);
  const result = await withRing(options, async (ring) => {
    if (Object.keys(condition).length === 0) return ring.remove(keyOf(key, options), how);
    const { isDone, version, ...done } = await ring.removeIf(keyOf(key, options), condition, how);
    if (!isDone && done.existed) throw unmatched(key, version);
    return done;
  });
  if (!result.existed) throw noSuchKey(key);
  console.emit('removed', { key, ...result });
  console.say(
    `Removed ${key} at ${result.owner}: ${counted(result.copies, 'copy', 'copies')} know of it.`,
  );
}

export async function owns(key: string, options: KeyOptions, console: Console): Promise<void> {
  const result = await withRing(options, (ring) =>
    ring.owns(keyOf(key, options), { timeoutMs: options.timeout }),
  );
  console.emit('owner', { key, ...result });
  console.say(result.owner);
}

export function noSuchKey(key: string): CommandError {
  return new CommandError(`no such key: ${key}`, 1, 'NO_SUCH_KEY');
}

export async function givenValue(
  value: string | undefined,
  { file, valueLimit }: { file?: string; valueLimit: number },
  console: Console,
): Promise<Uint8Array> {
  if (value !== undefined && file !== undefined) {
    throw new CommandError('a value is given twice: as an argument and by --file', 2, 'USAGE');
  }
  if (value !== undefined) return new TextEncoder().encode(value);
  if (file !== undefined) return readFile(file, valueLimit);
  if (process.stdin.isTTY && !console.json) {
    console.aside.say('Type the value; Ctrl-D ends it.');
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    length += chunk.length;
    if (length > valueLimit) throw tooLarge('stdin', valueLimit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readFile(file: string, limit: number): Uint8Array {
  try {
    if (statSync(file).size > limit) throw tooLarge(file, limit);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'READ');
  }
}

function tooLarge(what: string, limit: number): CommandError {
  const message = `${what} has more than ${counted(limit, 'byte')}, see --value-limit`;
  return new CommandError(message, 1, 'TOO_LARGE');
}

export function textOf(value: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return null;
  }
}
