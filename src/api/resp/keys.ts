/**
 * Commands about keys: whether they are there, for how long, and that they should go.
 */
import type { ExpiryCondition } from '../../ring/records/act.ts';
import type { Reply } from '../../ring/resp/replies.ts';
import { Simple } from '../../ring/resp/replies.ts';
import type { Part } from '../ring/answers.ts';
import {
  ALL_KEYS,
  type Commands,
  integer,
  moment,
  ONE_KEY,
  reading,
  SYNTAX,
  upper,
  writing,
} from './command.ts';
import type { Keys } from './keyspace.ts';
import { Refusal } from './refusal.ts';

type Words = readonly Uint8Array[];

/** What is known of a key, without its value. */
function head(keys: Keys, key: Uint8Array): Promise<Part | null> {
  return keys.read(key, 1, 0);
}

async function remove(keys: Keys, words: Words): Promise<Reply> {
  const acts = words.slice(1).map((key) => keys.act(key, { verb: 'remove' }));
  const done = await Promise.all(acts);
  return done.filter(({ verdict }) => verdict === 'done').length;
}

async function removeIfEqual(keys: Keys, [, key, value]: Words): Promise<Reply> {
  const act = { verb: 'remove', when: 'equal', expected: value! } as const;
  return (await keys.act(key!, act)).verdict === 'done' ? 1 : 0;
}

/** DELEX key [IFEQ value | IFNE value]: Redis 8.4. */
async function removeOn(keys: Keys, words: Words): Promise<Reply> {
  const [, key, option, value] = words;
  if (option === undefined) return remove(keys, words);
  const name = upper(option);
  if (value === undefined || words.length !== 4) throw new Refusal(SYNTAX);
  if (name === 'IFEQ') return removeIfEqual(keys, [option, key!, value]);
  if (name !== 'IFNE') throw new Refusal(SYNTAX);
  const act = { verb: 'remove', when: 'different', expected: value } as const;
  return (await keys.act(key!, act)).verdict === 'done' ? 1 : 0;
}

async function exist(keys: Keys, words: Words): Promise<Reply> {
  const found = await Promise.all(words.slice(1).map((key) => head(keys, key)));
  return found.filter((part) => part !== null).length;
}

function timeLeft(unitMs: number, isAbsolute: boolean) {
  return async (keys: Keys, [, key]: Words): Promise<Reply> => {
    const part = await head(keys, key!);
    if (part === null) return -2;
    if (part.untilMs === 0) return -1;
    if (isAbsolute) return Math.floor(part.untilMs / unitMs);
    // As Redis rounds: half a second is one.
    const leftMs = Math.max(0, part.untilMs - keys.now());
    return unitMs === 1 ? leftMs : Math.floor((leftMs + unitMs / 2) / unitMs);
  };
}

const EXPIRY_WHEN: Readonly<Record<string, ExpiryCondition>> = {
  NX: 'without',
  XX: 'with',
  GT: 'later',
  LT: 'sooner',
};

function expiryCondition(words: Words): ExpiryCondition {
  const names = words.slice(3).map(upper);
  for (const name of names) {
    if (!Object.hasOwn(EXPIRY_WHEN, name)) throw new Refusal(`ERR Unsupported option ${name}`);
  }
  if (names.includes('NX') && names.length > 1) {
    throw new Refusal('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (names.includes('GT') && names.includes('LT')) {
    throw new Refusal('ERR GT and LT options at the same time are not compatible');
  }
  // XX says nothing that GT does not; beside LT it leaves out what never expires.
  const name = names.find((option) => option !== 'XX') ?? names[0];
  if (name === 'LT' && names.includes('XX')) throw new Refusal(SYNTAX);
  return name === undefined ? 'always' : EXPIRY_WHEN[name]!;
}

function expire(option: string, command: string) {
  return async (keys: Keys, words: Words): Promise<Reply> => {
    const [, key, time] = words;
    const invalid = `ERR invalid expire time in '${command}' command`;
    const expiryWhen = expiryCondition(words);
    const untilMs = moment(option, integer(time!), keys.now(), invalid);
    const act = { verb: 'expire', expiry: 'at', untilMs, expiryWhen } as const;
    return (await keys.act(key!, act)).verdict === 'done' ? 1 : 0;
  };
}

async function persist(keys: Keys, [, key]: Words): Promise<Reply> {
  return (await keys.act(key!, { verb: 'expire', expiry: 'none' })).verdict === 'done' ? 1 : 0;
}

async function typeOf(keys: Keys, [, key]: Words): Promise<Reply> {
  return new Simple((await head(keys, key!)) === null ? 'none' : 'string');
}

export const KEY_COMMANDS: Commands = {
  del: writing(-2, ALL_KEYS, remove),
  unlink: writing(-2, ALL_KEYS, remove),
  delifeq: writing(3, ONE_KEY, removeIfEqual),
  delex: writing(-2, ONE_KEY, removeOn),
  exists: reading(-2, ALL_KEYS, exist),
  touch: reading(-2, ALL_KEYS, exist),
  type: reading(2, ONE_KEY, typeOf),
  ttl: reading(2, ONE_KEY, timeLeft(1000, false)),
  pttl: reading(2, ONE_KEY, timeLeft(1, false)),
  expiretime: reading(2, ONE_KEY, timeLeft(1000, true)),
  pexpiretime: reading(2, ONE_KEY, timeLeft(1, true)),
  expire: writing(-3, ONE_KEY, expire('EX', 'expire')),
  pexpire: writing(-3, ONE_KEY, expire('PX', 'pexpire')),
  expireat: writing(-3, ONE_KEY, expire('EXAT', 'expireat')),
  pexpireat: writing(-3, ONE_KEY, expire('PXAT', 'pexpireat')),
  persist: writing(2, ONE_KEY, persist),
};
