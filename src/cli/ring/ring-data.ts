/** `ringlight ring insert | get | exists | remove | owns`: one call to a ring, told in one line. */
import { readFileSync, statSync } from 'node:fs';
import { CommandError, type Console, counted } from '../console.ts';
import { type KeyOptions, keyOf, withRing } from './ring-options.ts';

export interface InsertOptions extends KeyOptions {
  file?: string;
}

export async function insert(
  key: string,
  value: string | undefined,
  options: InsertOptions,
  console: Console,
): Promise<void> {
  if (value !== undefined && options.file !== undefined) {
    throw new CommandError('a value is given twice: as an argument and by --file', 2, 'USAGE');
  }
  const bytes = await givenValue(value, options, console);
  console.progress(`inserting ${counted(bytes.length, 'byte')} …`);
  const result = await withRing(options, (ring) =>
    ring.insert(keyOf(key, options), bytes, { level: options.level, timeoutMs: options.timeout }),
  );
  console.emit(result.existed ? 'replaced' : 'inserted', { key, bytes: bytes.length, ...result });
  console.say(
    `${result.existed ? 'Replaced' : 'Inserted'} ${key} (${counted(bytes.length, 'byte')}) at ` +
      `${result.owner}: ${counted(result.copies, 'copy', 'copies')}.`,
  );
}

/** The bare value on stdout, byte for byte. */
export async function get(key: string, options: KeyOptions, console: Console): Promise<void> {
  const value = await withRing(options, (ring) =>
    ring.get(keyOf(key, options), { level: options.level, timeoutMs: options.timeout }),
  );
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
    ring.exists(keyOf(key, options), { level: options.level, timeoutMs: options.timeout }),
  );
  if (!isThere) throw noSuchKey(key);
  console.emit('exists', { key });
  console.say(`${key} is there.`);
}

export async function remove(key: string, options: KeyOptions, console: Console): Promise<void> {
  const result = await withRing(options, (ring) =>
    ring.remove(keyOf(key, options), { level: options.level, timeoutMs: options.timeout }),
  );
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

function noSuchKey(key: string): CommandError {
  return new CommandError(`no such key: ${key}`, 1, 'NO_SUCH_KEY');
}

async function givenValue(
  value: string | undefined,
  { file, valueLimit }: InsertOptions,
  console: Console,
): Promise<Uint8Array> {
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
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`, 2, 'READ');
  }
}

function tooLarge(what: string, limit: number): CommandError {
  const message = `${what} has more than ${counted(limit, 'byte')}, see --value-limit`;
  return new CommandError(message, 1, 'TOO_LARGE');
}

function textOf(value: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return null;
  }
}
