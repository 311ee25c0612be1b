/**
 * Commands that count. Whole numbers are added by the owner of the key in one step. A sum with a fraction is
 * made here, and takes the old one's place only if that is still there; else it is made again.
 */
import { decimalOf, decimalText } from '../../ring/resp/decimal.ts';
import type { Reply } from '../../ring/resp/replies.ts';
import { type Commands, integer, NOT_A_FLOAT, ONE_KEY, settled, writing } from './command.ts';
import type { Keys } from './keyspace.ts';
import { Refusal } from './refusal.ts';

type Words = readonly Uint8Array[];

/** So often somebody else may come first; then the caller has to try again. */
const ROUNDS_MAX = 64;
const INT64_MIN = -9_223_372_036_854_775_808n;

async function add(keys: Keys, key: Uint8Array, delta: bigint): Promise<Reply> {
  const { result } = settled(await keys.act(key, { verb: 'add', delta }));
  return BigInt(new TextDecoder().decode(result!));
}

async function subtract(keys: Keys, [, key, amount]: Words): Promise<Reply> {
  const delta = integer(amount!);
  if (delta === INT64_MIN) throw new Refusal('ERR decrement would overflow');
  return add(keys, key!, -delta);
}

async function addDecimal(keys: Keys, [, key, amount]: Words): Promise<Reply> {
  const delta = decimalOf(amount!);
  if (delta === null) throw new Refusal(NOT_A_FLOAT);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const there = await keys.read(key!);
    const before = there === null ? 0 : decimalOf(there.value);
    if (before === null) throw new Refusal(NOT_A_FLOAT);
    const sum = before + delta;
    if (!Number.isFinite(sum)) throw new Refusal('ERR increment would produce NaN or Infinity');
    const value = new TextEncoder().encode(decimalText(sum));
    const condition =
      there === null
        ? ({ when: 'absent' } as const)
        : ({ when: 'version', expected: there.version } as const);
    const { verdict } = settled(await keys.act(key!, { verb: 'set', value, ...condition }));
    if (verdict === 'done') return value;
  }
  throw new Refusal('BUSY others change this key all the time');
}

export const NUMBER_COMMANDS: Commands = {
  incr: writing(2, ONE_KEY, (keys, [, key]) => add(keys, key!, 1n)),
  decr: writing(2, ONE_KEY, (keys, [, key]) => add(keys, key!, -1n)),
  incrby: writing(3, ONE_KEY, (keys, [, key, amount]) => add(keys, key!, integer(amount!))),
  decrby: writing(3, ONE_KEY, subtract),
  incrbyfloat: writing(3, ONE_KEY, addDecimal),
};
