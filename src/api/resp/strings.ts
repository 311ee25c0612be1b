/**
 * Commands about values: GET, SET and their kin. Each that changes something is one act at the owner of the
 * key, so what it says was there was there, and what it makes of it nobody has changed in between.
 */
import { onceThere } from '../../io/calls.ts';
import type { Act, Condition, Expiry } from '../../ring/records/act.ts';
import { OK, type Reply } from '../../ring/resp/replies.ts';
import {
  ALL_KEYS,
  type Commands,
  expiryOf,
  index,
  isExpiryOption,
  ONE_KEY,
  reading,
  SYNTAX,
  settled,
  upper,
  writing,
  wrongArity,
} from './command.ts';
import type { Keys } from './keyspace.ts';
import { Refusal } from './refusal.ts';

type Words = readonly Uint8Array[];

const NOTHING = new Uint8Array(0);
const OFFSET_MAX = 2 ** 31;

function get(keys: Keys, [, key]: Words): Promise<Reply> | Reply {
  return keys.value(key!);
}

/** Options of SET: each once, and none beside those that it excludes. */
interface SetOptions {
  when: Condition;
  expected: Uint8Array;
  expiry: Expiry | null;
  untilMs: number;
  wantsOld: boolean;
}

function setOptions(keys: Keys, words: Words): SetOptions {
  const options: SetOptions = {
    when: 'always',
    expected: NOTHING,
    expiry: null,
    untilMs: 0,
    wantsOld: false,
  };
  const condition = (when: Condition) => {
    if (options.when !== 'always') throw new Refusal(SYNTAX);
    options.when = when;
  };
  for (let i = 3; i < words.length; i++) {
    const option = upper(words[i]!);
    const next = words[i + 1];
    if (option === 'NX') condition('absent');
    else if (option === 'XX') condition('present');
    else if (option === 'GET') options.wantsOld = true;
    else if ((option === 'IFEQ' || option === 'IFNE') && next !== undefined) {
      condition(option === 'IFEQ' ? 'equal' : 'different');
      options.expected = next;
      i++;
    } else if (option === 'KEEPTTL' && options.expiry === null) options.expiry = 'kept';
    else if (isExpiryOption(option) && options.expiry === null && next !== undefined) {
      options.expiry = 'at';
      options.untilMs = expiryOf(option, next, keys.now(), 'set');
      i++;
    } else throw new Refusal(SYNTAX);
  }
  return options;
}

function set(keys: Keys, words: Words): Promise<Reply> | Reply {
  const { when, expected, expiry, untilMs, wantsOld } = setOptions(keys, words);
  const [, key, value] = words;
  const acted = keys.act(key!, {
    verb: 'set',
    value: value!,
    when,
    expected,
    expiry: expiry ?? 'none',
    untilMs,
    wantsOld,
  });
  return onceThere(acted, (made) => {
    const { result, verdict } = settled(made);
    if (wantsOld) return result;
    return verdict === 'done' ? OK : null;
  });
}

async function setNx(keys: Keys, [, key, value]: Words): Promise<Reply> {
  const act = { verb: 'set', when: 'absent', expiry: 'none', value: value! } as const;
  return settled(await keys.act(key!, act)).verdict === 'done' ? 1 : 0;
}

function setFor(option: 'EX' | 'PX', command: string) {
  return async (keys: Keys, [, key, time, value]: Words): Promise<Reply> => {
    const untilMs = expiryOf(option, time!, keys.now(), command);
    settled(await keys.act(key!, { verb: 'set', expiry: 'at', untilMs, value: value! }));
    return OK;
  };
}

async function getSet(keys: Keys, [, key, value]: Words): Promise<Reply> {
  const act = { verb: 'set', expiry: 'none', wantsOld: true, value: value! } as const;
  return settled(await keys.act(key!, act)).result;
}

async function getDel(keys: Keys, [, key]: Words): Promise<Reply> {
  return (await keys.act(key!, { verb: 'remove', wantsOld: true })).result;
}

async function getEx(keys: Keys, words: Words): Promise<Reply> {
  const [, key, option, time] = words;
  if (option === undefined) return get(keys, words);
  const name = upper(option);
  const isPersist = name === 'PERSIST' && words.length === 3;
  if (!isPersist && !(isExpiryOption(name) && words.length === 4)) throw new Refusal(SYNTAX);
  const untilMs = isPersist ? 0 : expiryOf(name, time!, keys.now(), 'getex');
  const expiry = isPersist ? 'none' : 'at';
  return (await keys.act(key!, { verb: 'expire', expiry, untilMs, wantsOld: true })).result;
}

async function getMany(keys: Keys, words: Words): Promise<Reply> {
  return Promise.all(words.slice(1).map((key) => keys.value(key)));
}

/** Keys and values, the last one of each key. */
function pairsOf(words: Words): (readonly [key: Uint8Array, value: Uint8Array])[] {
  const last = new Map<string, readonly [Uint8Array, Uint8Array]>();
  for (let i = 1; i < words.length; i += 2) {
    last.set(words[i]!.join(), [words[i]!, words[i + 1]!]);
  }
  return [...last.values()];
}

/** Each key by itself: others may see some of it done and some not. */
async function setMany(keys: Keys, words: Words): Promise<Reply> {
  if (words.length % 2 === 0) return wrongArity('mset');
  const acts = pairsOf(words).map(async ([key, value]) =>
    settled(await keys.act(key, { verb: 'set', expiry: 'none', value })),
  );
  await Promise.all(acts);
  return OK;
}

/** One key after the other; if one of them is there, what was set before it is taken back. */
async function setManyNx(keys: Keys, words: Words): Promise<Reply> {
  if (words.length % 2 === 0) return wrongArity('msetnx');
  const done: (readonly [key: Uint8Array, version: Uint8Array])[] = [];
  for (const [key, value] of pairsOf(words)) {
    const act = { verb: 'set', when: 'absent', expiry: 'none', value } as const;
    const { verdict, version } = settled(await keys.act(key, act));
    if (verdict !== 'done') {
      const undo = done.map(([other, expected]) =>
        keys.act(other, { verb: 'remove', when: 'version', expected }),
      );
      await Promise.all(undo);
      return 0;
    }
    done.push([key, version]);
  }
  return 1;
}

async function append(keys: Keys, [, key, value]: Words): Promise<Reply> {
  const act: Partial<Act> & Pick<Act, 'verb'> = { verb: 'append', value: value! };
  return lengthOf(settled(await keys.act(key!, act)).result);
}

async function setRange(keys: Keys, [, key, offset, value]: Words): Promise<Reply> {
  const at = index(offset!);
  if (at < 0) throw new Refusal('ERR offset is out of range');
  if (value!.length === 0) return (await keys.read(key!, 1, 0))?.length ?? 0;
  const act = { verb: 'overwrite', offset: Math.min(at, OFFSET_MAX), value: value! } as const;
  return lengthOf(settled(await keys.act(key!, act)).result);
}

function lengthOf(digits: Uint8Array | null): number {
  return Number(new TextDecoder().decode(digits ?? NOTHING));
}

async function getRange(keys: Keys, [, key, first, last]: Words): Promise<Reply> {
  const [from, to] = [index(first!), index(last!)];
  // As Redis has it: two places before the beginning, in the wrong order, are nothing.
  if (from < 0 && to < 0 && from > to) return NOTHING;
  return (await keys.read(key!, from, to))?.value ?? NOTHING;
}

async function length(keys: Keys, [, key]: Words): Promise<Reply> {
  return (await keys.read(key!, 1, 0))?.length ?? 0;
}

export const STRING_COMMANDS: Commands = {
  get: reading(2, ONE_KEY, get),
  mget: reading(-2, ALL_KEYS, getMany),
  strlen: reading(2, ONE_KEY, length),
  getrange: reading(4, ONE_KEY, getRange),
  substr: reading(4, ONE_KEY, getRange),
  set: writing(-3, ONE_KEY, set),
  setnx: writing(3, ONE_KEY, setNx),
  setex: writing(4, ONE_KEY, setFor('EX', 'setex')),
  psetex: writing(4, ONE_KEY, setFor('PX', 'psetex')),
  getset: writing(3, ONE_KEY, getSet),
  getdel: writing(2, ONE_KEY, getDel),
  getex: writing(-2, ONE_KEY, getEx),
  mset: writing(-3, [1, -1, 2], setMany),
  msetnx: writing(-3, [1, -1, 2], setManyNx),
  append: writing(3, ONE_KEY, append),
  setrange: writing(4, ONE_KEY, setRange),
};
