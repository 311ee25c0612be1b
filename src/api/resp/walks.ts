/**
 * Commands about all keys of the ring, which is walked owner by owner. A key that is there from the first
 * step of a SCAN to its last is told at least once, whoever joins or leaves meanwhile; one that comes or goes
 * may be told or not.
 */
import { cursorAt, isSamePlace, markOf, placeOf } from '../../ring/resp/cursor.ts';
import { literalPrefix, matches } from '../../ring/resp/pattern.ts';
import { OK, type Reply } from '../../ring/resp/replies.ts';
import { index, SYNTAX, textOf, upper } from './command.ts';
import { isEnd, type RingKeys } from './keyspace.ts';
import { Refusal } from './refusal.ts';

type Words = readonly Uint8Array[];

/** Of SCAN without COUNT. */
const COUNT_DEFAULT = 10;
/** Keys of one answer at most, whatever COUNT says. */
const COUNT_MAX = 4096;
/** Answers of owners for one SCAN: a step ends even where nothing matches. */
const PAGES_PER_STEP = 16;
/** Keys removed at the same time. */
const REMOVED_AT_ONCE = 128;

interface Scan {
  place: Uint8Array;
  pattern: Uint8Array | null;
  count: number;
  hasStrings: boolean;
}

function scanOf(keys: RingKeys, words: Words): Scan {
  const place = placeOf(textOf(words[1]!), markOf(keys.ring.ringId));
  if (place === null) throw new Refusal('ERR invalid cursor');
  const scan: Scan = { place, pattern: null, count: COUNT_DEFAULT, hasStrings: true };
  for (let i = 2; i < words.length; i += 2) {
    const option = upper(words[i]!);
    const value = words[i + 1];
    if (value === undefined) throw new Refusal(SYNTAX);
    if (option === 'MATCH') scan.pattern = value;
    else if (option === 'TYPE') scan.hasStrings = upper(value) === 'STRING';
    else if (option === 'COUNT') {
      scan.count = Math.min(index(value), COUNT_MAX);
      if (scan.count < 1) throw new Refusal(SYNTAX);
    } else throw new Refusal(SYNTAX);
  }
  return scan;
}

export async function scan(keys: RingKeys, words: Words): Promise<Reply> {
  const { place, pattern, count, hasStrings } = scanOf(keys, words);
  const prefix = pattern === null ? new Uint8Array(0) : literalPrefix(pattern);
  const names: Uint8Array[] = [];
  let next = place;
  for (let pages = 0; ; pages++) {
    const page = await keys.page(next, Math.max(1, count - names.length), prefix);
    for (const { name } of page.entries) {
      if (hasStrings && (pattern === null || matches(pattern, name!))) names.push(name!);
    }
    next = page.next;
    if (isEnd(next)) break;
    // A cursor is not as fine as a place: never end where we began.
    const isOn = !isSamePlace(place, next);
    if (isOn && (names.length >= count || pages >= PAGES_PER_STEP)) break;
  }
  return [String(cursorAt(next, markOf(keys.ring.ringId))), names];
}

export async function allKeys(keys: RingKeys, [, pattern]: Words): Promise<Reply> {
  const names: Uint8Array[] = [];
  for await (const { name } of keys.names(literalPrefix(pattern!))) {
    if (matches(pattern!, name!)) names.push(name!);
  }
  return names;
}

/** Removes every key that has a name, one by one. */
export async function flushAll(keys: RingKeys, words: Words): Promise<Reply> {
  const option = words[1] === undefined ? 'SYNC' : upper(words[1]);
  if (words.length > 2 || (option !== 'SYNC' && option !== 'ASYNC')) throw new Refusal(SYNTAX);
  let batch: unknown[] = [];
  for await (const { name } of keys.names()) {
    batch.push(keys.act(name!, { verb: 'remove' }));
    if (batch.length < REMOVED_AT_ONCE) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return OK;
}
