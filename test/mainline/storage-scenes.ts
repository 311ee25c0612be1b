import { keyPairOf } from '../../src/io/signatures.ts';
import { type ItemErrand, itemErrand } from '../../src/mainline/errand.ts';
import { type Encodable, encode } from '../../src/mainline/krpc/bencode.ts';
import { type Item, immutableItem, signedBytes, targetOf } from '../../src/mainline/krpc/item.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import { SEED } from '../vectors/bep44.ts';
import { type Resident, type SmallWorld, sha1 } from './small-world.ts';

export const PAIR = keyPairOf(SEED);
export const NO_SALT: Uint8Array = new Uint8Array(0);

export function signed(seq: bigint, value: Encodable, salt: Uint8Array = NO_SALT): Item {
  const bytes = encode(value);
  const signature = PAIR.sign(signedBytes(salt, seq, bytes));
  return { value: bytes, key: PAIR.publicKey, salt, seq, signature };
}

export function fixed(value: Encodable): Item {
  return immutableItem(encode(value));
}

/** Looks an item up and waits; what the errand brought back. */
export function getItem(
  world: SmallWorld,
  who: Resident,
  target: Uint8Array,
  errand: ItemErrand = itemErrand(NO_SALT),
): ItemErrand {
  who.lookup(LookupKind.get, target, errand);
  world.run(15_000);
  return errand;
}

/** Puts an item and waits; how many stored it, and what else became of it. */
export function putItem(
  world: SmallWorld,
  who: Resident,
  item: Item,
  more: Partial<ItemErrand> = {},
): { stored: number; refused: number; codes: number[]; errand: ItemErrand } {
  const errand = itemErrand(item.salt, () => item, more);
  let codes: number[] = [];
  const { onLookup } = who;
  who.onLookup = (call, lookup) => {
    codes = lookup.writes.outcomes.map(({ code }) => code);
    onLookup.call(who, call, lookup);
  };
  const call = who.lookup(LookupKind.put, targetOf(item, sha1), errand);
  world.run(15_000);
  who.onLookup = onLookup;
  const { stored, refused } = who.lookups.get(call)!;
  return { stored, refused, codes, errand };
}
