/**
 * Following a mutable torrent (BEP 46): a mutable item whose value is `{ ih: <info-hash> }` says what the
 * newest version of something is. It is asked for again and again, each newer version is told, and the
 * reader puts it again every hour, sooner when that failed (`turns.ts`), so that it lives even when its owner
 * sleeps. While the program is busy with a version it is not put.
 *
 *     magnet:?xs=urn:btpk:<public key, 64 hex>&s=<salt, hex>
 */
import { shown, wholeNumber } from '../../core/argument.ts';
import type { Random } from '../../core/random.ts';
import type { Clock } from '../../io/clock.ts';
import { DhtError } from '../../io/errors.ts';
import type { Bencoded } from '../../mainline/krpc/bencode.ts';
import { KEY_BYTES } from '../../mainline/krpc/storage-fields.ts';
import type { Desk } from './desk.ts';
import { bytesOf, hexOf, placeOf, type StoredItem, saltOf } from './item-results.ts';
import { getItem } from './items.ts';
import { type KeptItem, KeptItems } from './kept-items.ts';
import { checkLimits } from './options.ts';
import { wasClosed } from './outcomes.ts';

/** BEP 46 names no interval; BEP 50 calls frequent polling a load on the network. */
export const FOLLOW_EVERY_MS: number = 10 * 60_000;
/** And more often than that nobody may. */
const FOLLOW_EVERY_MS_MIN = 60_000;
const INFO_HASH_BYTES = 20;

export interface FollowOptions {
  /** How often to ask. Default: every 10 minutes; at least one. */
  everyMs?: number;
  /** Put what was found again, every hour, where it is needed. Default true. */
  republish?: boolean;
  /** Ends it: the iteration fails with ABORTED. */
  signal?: AbortSignal;
}

/** A version of what is followed. */
export interface Version {
  /** What it points to, 40 hexadecimal digits; null when the item is no mutable torrent. */
  infoHash: string | null;
  seq: bigint;
  item: StoredItem;
}

/** A link as BEP 46 has it, or a key and a salt. */
export type Pointer = string | { key: string | Uint8Array; salt?: string | Uint8Array | undefined };

/** Where a link leads. @throws TypeError for what is neither. */
export function pointerOf(link: Pointer): { key: Uint8Array; salt: Uint8Array } {
  if (typeof link !== 'string') {
    if (typeof link !== 'object' || link === null) {
      throw new TypeError(`"link" expected a link or { key, salt }, got ${shown(link)}`);
    }
    return { key: bytesOf(link.key, 'link.key', KEY_BYTES), salt: saltOf(link.salt) };
  }
  const { key, salt } = fieldsOf(link);
  if (key === undefined || salt === undefined) {
    throw new TypeError(
      `"link" expected urn:btpk:KEY or magnet:?xs=urn:btpk:KEY&s=SALT, got ${shown(link)}`,
    );
  }
  return {
    key: bytesOf(key, 'link', KEY_BYTES),
    salt: saltOf(bytesOf(salt, 'link', salt.length / 2)),
  };
}

/** As digits; undefined for what is none. What a magnet link says is percent-encoded, or not: most programs do. */
function fieldsOf(link: string): { key: string | undefined; salt: string | undefined } {
  const query = /^magnet:\?(.*)$/is.exec(link)?.[1] ?? `xs=${link}`;
  const fields = [...new URLSearchParams(query)];
  const keys = fields.flatMap(([name, text]) =>
    /^xs$/i.test(name) ? (/^urn:btpk:([0-9a-f]{64})$/i.exec(text)?.[1] ?? []) : [],
  );
  const salt = fields.find(([name]) => /^s$/i.test(name))?.[1] ?? '';
  return { key: keys[0], salt: /^(?:[0-9a-f]{2})*$/i.test(salt) ? salt : undefined };
}

export function follow(
  desk: Desk,
  clock: Clock,
  random: Random,
  link: Pointer,
  options: FollowOptions,
): AsyncGenerator<Version, void, undefined> {
  const { everyMs = FOLLOW_EVERY_MS, republish = true, signal, ...others } = options;
  checkLimits({ ...others, signal }, 'follow');
  wholeNumber(everyMs, 'everyMs', FOLLOW_EVERY_MS_MIN, 0x7fffffff);
  const pointer = pointerOf(link);
  placeOf(pointer, undefined);
  const keeper = republish ? new KeptItems(desk, clock, random) : null;
  return versions(desk, clock, pointer, everyMs, keeper, signal);
}

async function* versions(
  desk: Desk,
  clock: Clock,
  pointer: { key: Uint8Array; salt: Uint8Array },
  everyMs: number,
  keeper: KeptItems | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<Version, void, undefined> {
  let item: StoredItem | null = null;
  let kept: KeptItem | undefined;
  try {
    for (;;) {
      const news = await newer(desk, pointer, item, signal);
      if (news) {
        item = news;
        // Whoever comes back for no more without a word leaves nothing running.
        kept?.stop();
        yield { infoHash: infoHashOf(news.value), seq: news.seq!, item: news };
        kept = keeper?.keep(news);
      }
      await pause(desk, clock, everyMs, signal);
    }
  } finally {
    kept?.stop();
  }
}

async function newer(
  desk: Desk,
  pointer: { key: Uint8Array; salt: Uint8Array },
  item: StoredItem | null,
  signal: AbortSignal | undefined,
): Promise<StoredItem | null> {
  const after = item?.seq === undefined || item.seq === null ? {} : { newerThan: item.seq };
  const found = await unlessOver(getItem(desk, pointer, { ...after, signal }));
  return found?.item ?? null;
}

/** Nobody answered, or the link is down: next time. @throws DhtError when it is over for good. */
async function unlessOver<T>(call: PromiseLike<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof DhtError) || ['ABORTED', 'CLOSED'].includes(error.code)) throw error;
    return null;
  }
}

/** @throws DhtError ABORTED or CLOSED when it ends before its time. */
function pause(desk: Desk, clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const { closing } = desk;
    const over = (): void => {
      disarm();
      signal?.removeEventListener('abort', over);
      closing.removeEventListener('abort', over);
      if (closing.aborted) reject(wasClosed());
      else if (signal?.aborted)
        reject(new DhtError('ABORTED', 'the call was aborted', { cause: signal.reason }));
      else resolve();
    };
    const disarm = clock.after(ms, over, true);
    signal?.addEventListener('abort', over);
    closing.addEventListener('abort', over);
    if (closing.aborted || signal?.aborted) over();
  });
}

/** Other keys of the value are kept, and mean nothing here. */
function infoHashOf(value: Bencoded): string | null {
  if (typeof value !== 'object' || value instanceof Uint8Array || Array.isArray(value)) return null;
  const hash = value['ih'];
  return hash instanceof Uint8Array && hash.length === INFO_HASH_BYTES ? hexOf(hash) : null;
}
