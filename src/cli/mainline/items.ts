/**
 * `ringlight mainline get` and `put`: items of BEP 44. A key lies in a file of 64 hexadecimal digits that
 * only its owner may read; the first put makes it.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileReason } from '../../files.ts';
import {
  type GetResult,
  type ItemName,
  type PutOptions,
  publicKeyOf,
  type StoredItem,
} from '../../mainline.ts';
import { CommandError, type Console, counted, dim } from '../console.ts';
import { type KeepChoice, keepUp } from './keep.ts';
import { type LookupOptions, withNode } from './lookup.ts';
import { lookupSummary, tellLookup } from './lookup-text.ts';

export interface GetItemOptions extends LookupOptions {
  salt?: string;
}

export interface PutItemOptions extends LookupOptions, KeepChoice {
  key?: string;
  salt?: string;
  seq?: bigint;
  cas?: bigint;
  file?: string;
  /** An info-hash: a mutable torrent (BEP 46). */
  torrent?: string;
}

/** The value on stdout: a string as it is, anything else as it is stored. */
export async function getItem(
  name: string,
  options: GetItemOptions,
  console: Console,
): Promise<void> {
  const { salt } = options;
  const isKey = name.length === 64;
  const place: ItemName = isKey ? { key: name, salt } : name;
  await withNode(options, console, async (node, limits) => {
    const named = salt === undefined || isKey ? {} : { salt };
    const result: GetResult = await node.get(place, { ...limits, ...named });
    const { item, copies } = result;
    conclude(result, options, console);
    if (item === null) throw new CommandError(`nobody has an item for ${name}`, 1, 'NO_ITEM');
    console.emit('item', { ...itemFields(item), copies });
    console.value(item.value instanceof Uint8Array ? item.value : item.raw);
    if (item.seq !== null) console.aside.say(dim(`version ${item.seq}, signed by ${item.key}`));
  });
}

export async function putItem(
  value: string | undefined,
  options: PutItemOptions,
  console: Console,
): Promise<void> {
  const bytes = givenValue(value, options);
  const { key, salt, seq, cas } = options;
  const mutable: PutOptions = {
    ...(key !== undefined && { secretKey: secretKeyIn(key, console) }),
    ...(salt !== undefined && { salt }),
    ...(seq !== undefined && { seq }),
    ...(cas !== undefined && { cas }),
  };
  if (options.keep) {
    return keepUp(options, console, (node) => {
      const kept = node.putEvery(bytes, mutable);
      console.emit('kept', { target: kept.target });
      console.say(kept.target);
      return kept;
    });
  }
  await withNode(options, console, async (node, limits) => {
    const result = await node.put(bytes, { ...limits, ...mutable });
    const { target, stored, failed, writes, lookup } = result;
    const version = result.seq;
    console.emit('put', {
      target,
      seq: version && String(version),
      stored,
      failed,
      writes,
      lookup,
    });
    console.say(target);
    const which = version === null ? '' : ` as version ${version}`;
    console.aside.say(dim(`stored by ${counted(stored, 'node')}${which}`));
    for (const { host, port, outcome, code, reason } of writes) {
      if (outcome === 'stored') continue;
      const why = outcome === 'silent' ? 'did not answer' : `refused: ${code} ${reason}`;
      console.aside.say(dim(`${host}:${port} ${why}`));
    }
    conclude(result, options, console);
  });
}

function givenValue(
  value: string | undefined,
  { file, torrent, key }: PutItemOptions,
): Uint8Array | { ih: Uint8Array } {
  if ([value, file, torrent].filter((given) => given !== undefined).length !== 1) {
    const what = 'give a value, a file that holds it with --file, or an info-hash with --torrent';
    throw new CommandError(what, 2, 'USAGE');
  }
  if (torrent !== undefined && key === undefined) {
    throw new CommandError('--torrent needs --key: only its owner changes it', 2, 'USAGE');
  }
  if (torrent !== undefined) return { ih: new Uint8Array(Buffer.from(torrent, 'hex')) };
  if (value !== undefined) return new TextEncoder().encode(value);
  return readFor(file!);
}

function readFor(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'FILE');
  }
}

const KEY_MODE = 0o600;

/** The secret key in a file, which is made where there is none. Nobody else may read it. */
function secretKeyIn(file: string, console: Console): string {
  const secret = randomBytes(32).toString('hex');
  try {
    writeFileSync(file, `${secret}\n`, { mode: KEY_MODE, flag: 'wx' });
    chmodSync(file, KEY_MODE); // whatever the umask
    console.aside.say(dim(`made a key in ${file}: its public half is ${publicKeyOf(secret)}`));
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new CommandError(`cannot write ${file}: ${fileReason(error)}`, 2, 'FILE');
    }
  }
  const text = Buffer.from(readFor(file)).toString('latin1').trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new CommandError(`${file} holds no key: 64 hexadecimal digits are expected`, 2, 'KEY');
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new CommandError(`${file} can be read by others: chmod 600 ${file}`, 2, 'KEY');
  }
  return text;
}

/** An item as JSON can say it: bytes in base64, and as text where they are some. */
export function itemFields(item: StoredItem): object {
  const { target, key, salt, seq, raw, value, signature } = item;
  const text = value instanceof Uint8Array ? textOf(value) : null;
  return {
    ...{ target, key, salt: base64(salt), seq: seq === null ? null : String(seq) },
    ...{ raw: base64(raw), ...(text !== null && { text }) },
    signature: signature && base64(signature),
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function conclude(
  { lookup }: { lookup: GetResult['lookup'] },
  options: LookupOptions,
  console: Console,
): void {
  console.progress('');
  console.aside.say(dim(lookupSummary(lookup)));
  if (options.trace) tellLookup(lookup, console.aside);
}
