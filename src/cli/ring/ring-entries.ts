/**
 * `ringlight ring stat | increment | append | expire | insert-many | get-many | list | watch`: what a ring can do
 * with an entry beyond putting and getting it whole. Names are kept beside their values, so that they are listed
 * and followed.
 */
import type { Command } from 'commander';
import type { RingChange, RingConnection } from '../../ring.ts';
import { duration, lifetime, wholeNumberIn } from '../arguments.ts';
import { CommandError, type Console, counted, milliseconds, openConsole } from '../console.ts';
import { untilStopped } from '../stopping.ts';
import { givenValue, noSuchKey, textOf } from './ring-data.ts';
import {
  type AskOptions,
  addAskOptions,
  addDataOptions,
  callOf,
  type KeyOptions,
  keyOf,
  keyText,
  withRing,
} from './ring-options.ts';

interface ValueOptions extends KeyOptions {
  file?: string;
}

interface ManyOptions extends KeyOptions {
  ttl?: number;
}

interface ListOptions extends AskOptions {
  limit?: number;
  after?: string;
}

interface WatchOptions extends AskOptions {
  prefix?: string;
  after?: string;
  count?: number;
  for?: number;
}

const KEY = 'a name, or with --hash 40 hexadecimal digits';
const NAME = 'its name';

export function entryCommands(group: Command): void {
  addDataOptions(
    group
      .command('stat')
      .description('how long a value is, its version, and until when it is stored'),
    'copies to compare',
  )
    .argument('<key>', KEY, keyText)
    .action((key: string, options: KeyOptions) => stat(key, options, openConsole(options.json)));

  addDataOptions(
    group.command('increment').description('add to a whole number of 64 bits; none is 0'),
    'copies to wait for',
  )
    .argument('<name>', NAME, keyText)
    .argument('[by]', 'how much; below 0 after --', '1')
    .action((name: string, by: string, options: KeyOptions) =>
      increment(name, by, options, openConsole(options.json)),
    );

  addDataOptions(
    group.command('append').description('add bytes at the end of a value; only they are sent'),
    'copies to wait for',
  )
    .argument('<name>', NAME, keyText)
    .argument('[value]', 'the bytes; without it and without --file they are read from stdin')
    .option('--file <file>', 'take them from a file')
    .action((name: string, value: string | undefined, options: ValueOptions) =>
      append(name, value, options, openConsole(options.json)),
    );

  addDataOptions(
    group.command('expire').description('let a value expire; exit status 1 when there is none'),
    'copies to wait for',
  )
    .argument('<key>', KEY, keyText)
    .argument('<duration>', 'after how long, such as 10s or 2h; never', lifetimeOrNever)
    .action((key: string, after: number | null, options: KeyOptions) =>
      expire(key, after, options, openConsole(options.json)),
    );

  manyCommands(group);
  namesCommands(group);
}

function manyCommands(group: Command): void {
  addDataOptions(
    group.command('insert-many').description('add or replace several values, each by itself'),
    'copies to wait for',
  )
    .argument('<pairs...>', 'name, value, name, value …')
    .option('--ttl <duration>', 'they expire after this long', lifetime)
    .action((pairs: string[], options: ManyOptions) =>
      insertMany(pairs, options, openConsole(options.json)),
    );

  addDataOptions(
    group
      .command('get-many')
      .description('print several values, a line each; exit status 1 when one is not there'),
    'copies to compare',
  )
    .argument('<keys...>', KEY, (key, before: string[] = []) => [...before, keyText(key)])
    .action((keys: string[], options: KeyOptions) =>
      getMany(keys, options, openConsole(options.json)),
    );
}

function namesCommands(group: Command): void {
  addAskOptions(
    group.command('list').description('names that are kept, in the order of their keys'),
  )
    .argument('[prefix]', 'those that begin so', '')
    .option('--limit <count>', 'so many at most', wholeNumberIn(1, 1_000_000_000))
    .option('--after <key>', 'those behind this key, 40 hexadecimal digits')
    .action((prefix: string, options: ListOptions) =>
      list(prefix, options, openConsole(options.json)),
    );

  addAskOptions(
    group
      .command('watch')
      .description('tell what happens to a key, or to names that begin alike, until Ctrl-C'),
  )
    .argument('[key]', 'its name')
    .option('--prefix <text>', 'all whose names begin so')
    .option('--after <token>', 'go on behind a change: its "resume", which --json tells')
    .option('--count <count>', 'end after so many changes', wholeNumberIn(1, 1_000_000_000))
    .option('--for <duration>', 'end after this long', duration)
    .action((key: string | undefined, options: WatchOptions) =>
      watch(key, options, openConsole(options.json)),
    );
}

function lifetimeOrNever(text: string): number | null {
  return text === 'never' ? null : lifetime(text);
}

async function stat(key: string, options: KeyOptions, console: Console): Promise<void> {
  const entry = await withRing(options, (ring) =>
    ring.read(keyOf(key, options), { ...callOf(options), to: 0 }),
  );
  if (entry === null) throw noSuchKey(key);
  const { bytes, version, storedUntilMs } = entry;
  console.emit('entry', { key, bytes, version, storedUntilMs });
  console.say(
    `${key}: ${counted(bytes, 'byte')}, version ${version}, ${storedText(storedUntilMs)}`,
  );
}

function storedText(storedUntilMs: number | null): string {
  if (storedUntilMs === null) return 'stored until it is removed';
  return `stored until ${new Date(storedUntilMs).toISOString()}`;
}

async function increment(
  name: string,
  by: string,
  options: KeyOptions,
  console: Console,
): Promise<void> {
  if (!/^-?\d{1,19}$/.test(by)) {
    throw new CommandError(`a whole number expected, got "${by}"`, 2, 'USAGE');
  }
  const sum = await withRing(options, (ring) => ring.increment(name, BigInt(by), callOf(options)));
  // JSON has no numbers of 64 bits.
  console.emit('sum', { key: name, sum: String(sum) });
  console.say(String(sum));
}

async function append(
  name: string,
  value: string | undefined,
  options: ValueOptions,
  console: Console,
): Promise<void> {
  const added = await givenValue(value, options, console);
  const bytes = await withRing(options, (ring) => ring.append(name, added, callOf(options)));
  console.emit('appended', { key: name, added: added.length, bytes });
  console.say(`${name} has ${counted(bytes, 'byte')} by now.`);
}

async function expire(
  key: string,
  ttlMs: number | null,
  options: KeyOptions,
  console: Console,
): Promise<void> {
  const isThere = await withRing(options, (ring) =>
    ring.expire(keyOf(key, options), ttlMs, callOf(options)),
  );
  if (!isThere) throw noSuchKey(key);
  console.emit('expires', { key, ttlMs });
  console.say(ttlMs === null ? `${key} stays.` : `${key} expires in ${milliseconds(ttlMs)}.`);
}

async function insertMany(
  words: readonly string[],
  options: ManyOptions,
  console: Console,
): Promise<void> {
  if (words.length % 2 !== 0) {
    throw new CommandError(`"${words.at(-1)}" has no value: name, value, name, value`, 2, 'USAGE');
  }
  const pairs: [string, string][] = [];
  for (let i = 0; i < words.length; i += 2) pairs.push([words[i]!, words[i + 1]!]);
  if (pairs.some(([name]) => name === '')) throw new CommandError('a name is empty', 2, 'USAGE');
  const { ttl } = options;
  const results = await withRing(options, (ring) =>
    ring.storeMany(pairs, { ...callOf(options), ...(ttl !== undefined && { ttlMs: ttl }) }),
  );
  for (const [i, [key, value]] of pairs.entries()) {
    const { isDone: _, existed, ...result } = results[i]!;
    const bytes = Buffer.byteLength(value);
    console.emit(existed ? 'replaced' : 'inserted', { key, bytes, existed, ...result });
  }
  console.say(`Inserted ${counted(pairs.length, 'value')}.`);
}

async function getMany(
  keys: readonly string[],
  options: KeyOptions,
  console: Console,
): Promise<void> {
  const values = await withRing(options, (ring) =>
    ring.getMany(
      keys.map((key) => keyOf(key, options)),
      callOf(options),
    ),
  );
  for (const [i, value] of values.entries()) {
    const key = keys[i]!;
    if (value === null) {
      console.emit('missing', { key });
      console.say(`${key}: there is none`);
      continue;
    }
    const text = textOf(value);
    const base64 = Buffer.from(value).toString('base64');
    console.emit('value', { key, bytes: value.length, ...(text !== null && { text }), base64 });
    console.say(`${key}: ${text ?? `${counted(value.length, 'byte')} that are no text`}`);
  }
  const missing = values.filter((value) => value === null).length;
  if (missing > 0) process.exitCode = 1;
}

async function list(prefix: string, options: ListOptions, console: Console): Promise<void> {
  const { after, limit = Infinity } = options;
  await withRing(options, async (ring) => {
    let told = 0;
    for await (const name of ring.names({ prefix, ...(after !== undefined && { after }) })) {
      console.emit('name', name);
      console.say(name.name);
      if (++told >= limit) return;
    }
  });
}

async function watch(
  key: string | undefined,
  options: WatchOptions,
  console: Console,
): Promise<void> {
  const { prefix, after } = options;
  if ((key === undefined) === (prefix === undefined)) {
    throw new CommandError('a key, or --prefix, and not both', 2, 'USAGE');
  }
  const over = new AbortController();
  void untilStopped(options.for).then(() => over.abort());
  await withRing(options, (ring) =>
    tell(
      ring,
      {
        ...(key === undefined ? { prefix: prefix! } : { key }),
        ...(after !== undefined && { after }),
        signal: over.signal,
      },
      options.count ?? Infinity,
      console,
    ),
  );
}

async function tell(
  ring: RingConnection,
  subject: Parameters<RingConnection['follow']>[0],
  count: number,
  console: Console,
): Promise<void> {
  let told = 0;
  try {
    for await (const change of ring.follow(subject)) {
      tellOne(change, console);
      if (change.kind !== 'following' && ++told >= count) return;
    }
  } catch (error) {
    if (!subject.signal?.aborted) throw error;
  }
}

function tellOne(change: RingChange, console: Console): void {
  const { kind, name, key, value, version, storedUntilMs, resume } = change;
  const text = value === null ? null : textOf(value);
  const base64 = value === null ? null : Buffer.from(value).toString('base64');
  console.emit(kind, { name, key, version, storedUntilMs, text, base64, resume });
  if (kind === 'following') return console.aside.say('Watching; Ctrl-C ends it.');
  if (kind === 'resync') {
    return console.say('resync: what happened before is not known; look at what is there');
  }
  const shown = kind === 'set' ? ` ${text ?? 'a value that is long, or no text'}` : '';
  console.say(`${kind} ${name ?? key}${shown}`);
}
