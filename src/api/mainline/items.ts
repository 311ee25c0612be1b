/**
 * The calls about items (BEP 44): a get finds the newest version, a put makes the next and says what each
 * node did with it.
 *
 *     put with a secret key     one lookup: find the newest, number and sign the next, write it
 *     put with a signer         two: a key that is elsewhere may take its time
 */

import { formatId, parseId } from '../../core/id.ts';
import type { CallLimits } from '../../io/calls.ts';
import { sha1 } from '../../io/entropy.ts';
import { DhtError } from '../../io/errors.ts';
import type { Search } from '../../io/search.ts';
import { keyPairOf, SEED_BYTES, verify } from '../../io/signatures.ts';
import { type ItemErrand, itemErrand } from '../../mainline/errand.ts';
import type { Encodable } from '../../mainline/krpc/bencode.ts';
import { ErrorCode } from '../../mainline/krpc/fields.ts';
import {
  equalBytes,
  type Item,
  immutableItem,
  isGenuine,
  isSignedRightly,
  mutableTarget,
  SEQ_MAX,
  signedBytes,
  targetOf,
} from '../../mainline/krpc/item.ts';
import { KEY_BYTES } from '../../mainline/krpc/storage-fields.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { LookupTrace, NodeWrite } from '../../mainline/trace.ts';
import { budgetOf, type Desk } from './desk.ts';
import {
  bytesOf,
  encodedValue,
  type GetOptions,
  type GetResult,
  type ItemName,
  itemOf,
  type PutOptions,
  type PutResult,
  placeOf,
  type StoredItem,
  saltOf,
  seqOf,
  storedItem,
} from './item-results.ts';
import { checkLimits } from './options.ts';
import { notStored } from './outcomes.ts';

export function getItem(
  desk: Desk,
  name: ItemName,
  options: GetOptions,
): Search<StoredItem, GetResult> {
  return desk.search(async (found, opened) => {
    checkLimits(options, 'get', ['newerThan', 'salt']);
    const { target, salt } = placeOf(name, options.salt);
    const seq = seqOf(options.newerThan, 'newerThan');
    const isNews = (item: Item): boolean => seq === null || item.key === null || item.seq > seq;
    const errand = itemErrand(salt, null, {
      seq,
      found: (item) => {
        if (isNews(item)) found(storedItem(item));
      },
    });
    const { trace } = await desk.lookup(options, LookupKind.get, target, errand, opened);
    const { newest } = errand;
    const item = newest && isNews(newest) ? storedItem(newest) : null;
    return { item, copies: copiesOf(errand), nodes: trace.closest, lookup: trace };
  });
}

function copiesOf({ newest, holders, seq }: ItemErrand): number {
  const wanted = newest?.seq ?? seq ?? 0n;
  let copies = 0;
  for (const held of holders.values()) if (held >= wanted) copies++;
  return copies;
}

/** What a put is made of, once it is known to be one. */
interface Draft {
  raw: Uint8Array;
  salt: Uint8Array;
  seq: bigint | null;
  cas: bigint | null;
  /** Null for an immutable item. */
  key: Uint8Array | null;
  /** With the program's secret key; null for a signer that is elsewhere. */
  sign: ((message: Uint8Array) => Uint8Array) | null;
}

/** @throws TypeError or RangeError for what cannot be put. */
function draftOf(value: Encodable, options: PutOptions, call: string): Draft {
  checkLimits(options, call, ['secretKey', 'signer', 'salt', 'seq', 'cas']);
  const raw = encodedValue(value);
  const salt = saltOf(options.salt);
  const seq = seqOf(options.seq, 'seq');
  const cas = seqOf(options.cas, 'cas');
  const { secretKey, signer } = options;
  if (secretKey !== undefined && signer !== undefined) {
    throw new TypeError('"signer" stands for a "secretKey": give one of them');
  }
  const draft = { raw, salt, seq, cas };
  if (secretKey !== undefined) {
    const pair = keyPairOf(bytesOf(secretKey, 'secretKey', SEED_BYTES));
    return { ...draft, key: pair.publicKey, sign: (message) => pair.sign(message) };
  }
  if (signer !== undefined) {
    const key = bytesOf(signer.publicKey, 'signer.publicKey', KEY_BYTES);
    return { ...draft, key, sign: null };
  }
  for (const name of ['salt', 'seq', 'cas'] as const) {
    if (options[name] === undefined) continue;
    throw new TypeError(
      `"${name}" belongs to a mutable item, which needs a "secretKey" or "signer"`,
    );
  }
  return { ...draft, key: null, sign: null };
}

/** The target of a put that is yet to be made. @throws TypeError or RangeError for what cannot be put. */
export function checkPut(value: Encodable, options: PutOptions, call: string): string {
  const { key, salt, raw } = draftOf(value, options, call);
  return formatId(key ? mutableTarget(key, salt, sha1) : targetOf(immutableItem(raw), sha1));
}

export async function putItem(
  desk: Desk,
  value: Encodable,
  options: PutOptions,
): Promise<PutResult> {
  const { raw, salt, seq, cas, key, sign } = draftOf(value, options, 'put');
  if (key === null) {
    const item = immutableItem(raw);
    const errand = itemErrand(salt, () => item);
    return write(desk, options, targetOf(item, sha1), errand);
  }
  const target = mutableTarget(key, salt, sha1);
  if (sign) {
    const compose = (newest: Item | null): Item | null => {
      const next = versionAfter(newest, key, salt, raw, seq);
      return next && (next.signature ? next : { ...next, signature: sign(messageOf(next)) });
    };
    return write(desk, options, target, itemErrand(salt, compose, { cas }));
  }
  const budget = budgetOf(desk, options);
  const before = itemErrand(salt);
  if (seq === null) await desk.lookup(budget(), LookupKind.get, target, before);
  const signing = signedBy(options.signer!, versionAfter(before.newest, key, salt, raw, seq));
  // A key that is elsewhere may never answer.
  const item = await desk.within(budget(), signing);
  const errand = itemErrand(salt, () => item, { cas });
  return write(desk, budget(), target, errand);
}

/** Puts an item again as it is, unless enough nodes have it (BEP 44). Anyone may. */
export async function republishItem(
  desk: Desk,
  stored: StoredItem,
  limits: CallLimits,
): Promise<PutResult> {
  checkLimits(limits, 'republish');
  const { item, target } = genuine(itemOf(stored));
  const errand = itemErrand(item.salt, () => item, { seq: item.key && item.seq, isSparing: true });
  const outcome = await desk.lookup(limits, LookupKind.put, parseId(target), errand);
  const { trace, failed, writes } = outcome;
  const found = { nodes: trace.closest, lookup: trace };
  const seq = item.key && item.seq;
  return { ...found, target, seq, stored: outcome.stored, failed, writes, item: storedItem(item) };
}

/** The same for an item that is kept: a newer version that is found takes its place. @throws DhtError. */
export async function renewItem(
  desk: Desk,
  kept: StoredItem,
): Promise<{ item: StoredItem; stored: number; failed: number; copies: number }> {
  const { item, target } = genuine(itemOf(kept));
  const latest = (newest: Item | null): Item =>
    newest?.key && newest.seq > item.seq ? newest : item;
  const errand = itemErrand(item.salt, latest, { seq: item.key && item.seq, isSparing: true });
  const { trace, stored, failed, writes } = await desk.lookup(
    {},
    LookupKind.put,
    parseId(target),
    errand,
  );
  const copies = copiesOf(errand);
  if (stored === 0 && copies === 0) throw refusal(trace, writes);
  return { item: storedItem(latest(errand.newest)), stored, failed, copies };
}

/** @throws TypeError for an item whose hash or signature does not hold. */
export function genuine(item: Item): { item: Item; target: string } {
  const target = targetOf(item, sha1);
  if (isGenuine(item, target, sha1, verify)) return { item, target: formatId(target) };
  throw new TypeError('"item" expected an item whose signature holds, got one whose does not');
}

/** Unsigned, unless it is what is there already: to put that again needs no new number. */
function versionAfter(
  newest: Item | null,
  key: Uint8Array,
  salt: Uint8Array,
  value: Uint8Array,
  seq: bigint | null,
): Item | null {
  if (newest?.signature && equalBytes(newest.value, value) && (seq ?? newest.seq) === newest.seq) {
    return newest;
  }
  const next = seq ?? (newest ? newest.seq + 1n : 1n);
  return next > SEQ_MAX ? null : { value, key, salt, seq: next, signature: null };
}

const messageOf = ({ salt, seq, value }: Item): Uint8Array => signedBytes(salt, seq, value);

/** @throws TypeError when what a signer gave is no signature of its key. */
async function signedBy(
  signer: NonNullable<PutOptions['signer']>,
  item: Item | null,
): Promise<Item | null> {
  if (item === null || item.signature) return item;
  const signature = await signer.sign(messageOf(item));
  const isRight =
    signature instanceof Uint8Array && isSignedRightly({ ...item, signature }, verify);
  if (isRight) return { ...item, signature: signature.slice() };
  throw new TypeError('"signer" expected to sign for its public key, got something else');
}

async function write(
  desk: Desk,
  limits: CallLimits,
  target: Uint8Array,
  errand: ItemErrand,
): Promise<PutResult> {
  let item: Item | null = null;
  const { compose } = errand;
  errand.compose = (newest) => {
    // Nodes that have no version would take any, and so two would be about.
    const isExpected = errand.cas === null || newest === null || newest.seq === errand.cas;
    item = isExpected ? compose!(newest) : null;
    return item;
  };
  const { trace, stored, failed, writes } = await desk.lookup(
    limits,
    LookupKind.put,
    target,
    errand,
  );
  if (stored === 0) throw item === null ? outdated(errand) : refusal(trace, writes);
  const put = item as unknown as Item;
  const seq = put.key ? put.seq : null;
  const found = { nodes: trace.closest, lookup: trace };
  const what = { target: formatId(target), seq, item: storedItem(put) };
  return { ...found, ...what, stored, failed, writes };
}

/** What is there is not what the caller expected, or nothing can follow it. */
function outdated({ newest, cas }: ItemErrand): DhtError {
  if (cas === null)
    return new DhtError('OUTDATED', 'the version that is there has the last number');
  const what = `the version that is there has number ${newest?.seq}, not ${cas}`;
  return new DhtError('OUTDATED', what, { krpcCode: ErrorCode.casMismatch });
}

/** Why nobody took it: a newer version is there, or whatever they said. */
function refusal(trace: LookupTrace, writes: readonly NodeWrite[]): DhtError {
  const conflict = writes.find(
    ({ code }) => code === ErrorCode.casMismatch || code === ErrorCode.seqTooLow,
  );
  if (conflict) {
    const { code, reason } = conflict;
    const what = `another version is there: error ${code}${reason && `: ${reason}`}`;
    return new DhtError('OUTDATED', what, { krpcCode: code });
  }
  return notStored('item', trace, writes);
}
