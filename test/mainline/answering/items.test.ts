/** Answers to get and put: what is stored, what is refused with which code, and how long replies are. */
import { describe, expect, test } from 'vitest';
import { keyPairOf } from '../../../src/io/signatures.ts';
import { get, put } from '../../../src/mainline/answering/items.ts';
import {
  ascii,
  type Bencoded,
  decode,
  type Encodable,
  encode,
  latin1,
} from '../../../src/mainline/krpc/bencode.ts';
import { MAX_MESSAGE_BYTES, MAX_VALUE_MESSAGE_BYTES } from '../../../src/mainline/krpc/fields.ts';
import { signedBytes } from '../../../src/mainline/krpc/item.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { ITEM_LIMITS } from '../../../src/mainline/stored/items.ts';
import { BEP_KEY, KEY, MALLEATED, MUTABLE, SEED } from '../../vectors/bep44.ts';
import { hex, idOf, inPublic, type Resident, SmallWorld, sha1 } from '../small-world.ts';

const ID = idOf('11');
const US = idOf('80');
const PAIR = keyPairOf(SEED);
const NO_SALT = new Uint8Array(0);

/** A value that is written as it is. */
class Raw {
  readonly bytes: Uint8Array;
  constructor(text: string) {
    this.bytes = ascii(text);
  }
}

type Fields = { [key: string]: Encodable | Raw | undefined };

/** A query of these arguments; what is raw goes in as it is. */
function queryOf(q: string, fields: Fields): Uint8Array {
  const marks = new Map<string, Uint8Array>();
  const a: { [key: string]: Encodable | undefined } = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!(value instanceof Raw)) a[name] = value;
    else {
      const mark = `raw-${name}`;
      marks.set(latin1(encode(mark), 0, encode(mark).length), value.bytes);
      a[name] = mark;
    }
  }
  let text = latin1Of(encode({ t: 'aa', y: 'q', q, a }));
  for (const [mark, bytes] of marks) text = text.replace(mark, () => latin1Of(bytes));
  return ascii(text);
}

const latin1Of = (bytes: Uint8Array) => latin1(bytes, 0, bytes.length);

class Store {
  readonly world: SmallWorld;
  readonly us: Resident;
  readonly out = new Writer();
  readonly query = new Message();

  constructor(settings = {}) {
    this.world = new SmallWorld({ address: inPublic, settings });
    this.us = this.world.open({}, US);
  }

  get(target: Uint8Array, more: Fields = {}, from = inPublic(50)) {
    return this.#answered(get, queryOf('get', { id: ID, target, ...more }), from);
  }

  /** With a token for where it belongs, unless one is given. */
  put(fields: Fields, from = inPublic(50)) {
    const bytes = queryOf('put', { id: ID, v: 'x', token: 'none', ...fields });
    this.query.read(bytes, 0, bytes.length);
    const { storage } = this.query;
    const value = bytes.slice(storage.valueStart, storage.valueEnd);
    const salt = fields['salt'] instanceof Uint8Array ? fields['salt'] : NO_SALT;
    const key = fields['k'] instanceof Uint8Array ? fields['k'] : null;
    const target = sha1(key ? Uint8Array.from([...key, ...salt]) : value);
    const { now, shared } = this.world;
    const token = shared.tokens.issue(now, this.us.node.tenant, from, target, 0);
    const whole = queryOf('put', { id: ID, v: 'x', token, ...fields });
    return { ...this.#answered(put, whole, from), target };
  }

  #answered(answer: typeof get, bytes: Uint8Array, from: number) {
    this.query.read(bytes, 0, bytes.length);
    this.query.verdict = 'answered';
    expect(answer(this.us.node, this.world.now, from, this.query, this.out)).toBe(true);
    const reply = decode(this.out.bytes.slice(0, this.out.length)) as { [key: string]: Bencoded };
    const error = reply['e'] as [number, Uint8Array] | undefined;
    return {
      r: (reply['r'] ?? {}) as { [key: string]: Bencoded },
      code: error?.[0] ?? 0,
      verdict: this.query.verdict,
      length: this.out.length,
    };
  }
}

function mutable(seq: bigint, value: Encodable, salt: Uint8Array = NO_SALT): Fields {
  const sig = PAIR.sign(signedBytes(salt, seq, encode(value)));
  return { k: KEY, seq, sig, v: value, ...(salt.length > 0 && { salt }) };
}

describe('a put is answered', () => {
  test.each(MUTABLE)('with our id: vector $name', ({ salt, seq, value, signature, target }) => {
    const store = new Store();
    const v = new Raw(latin1Of(value));
    const done = store.put({ k: KEY, seq, sig: signature, v, ...(salt.length > 0 && { salt }) });
    expect(done.code).toBe(0);
    const { r } = store.get(target);
    expect([hex(r['k']), hex(r['sig'])]).toEqual([hex(KEY), hex(signature)]);
    expect(BigInt(r['seq'] as number)).toBe(seq);
    expect(encode(r['v'] as Encodable)).toEqual(value);
    expect(r).not.toHaveProperty('salt');
  });

  test('with our id: an immutable one, whose mutable fields mean nothing', () => {
    const store = new Store();
    const { code, target } = store.put({ v: 'Hello World!', seq: -4, salt: 7, sig: 'x', cas: 'y' });
    expect(code).toBe(0);
    const { r } = store.get(target);
    expect(Object.keys(r).sort()).toEqual(['id', 'nodes', 'token', 'v']);
    expect(latin1Of(r['v'] as Uint8Array)).toBe('Hello World!');
  });

  test('with our id: one of exactly 1000 bytes, and of a salt of 64', () => {
    const salt = new Uint8Array(64);
    expect(new Store().put(mutable(1n, 'x'.repeat(996), salt)).code).toBe(0);
  });

  const big = 'x'.repeat(997);
  const fine = mutable(1n, 'x');
  test.each<[string, number, Fields]>([
    ['no value', 203, { ...fine, v: undefined }],
    ['keys out of order', 203, { v: new Raw('d1:bi1e1:ai2ee') }],
    ['keys out of order, signed', 203, { ...fine, v: new Raw('d1:bi1e1:ai2ee') }],
    ['a key of 31 bytes', 203, { ...fine, k: new Uint8Array(31) }],
    ['a signature of 63 bytes', 203, { ...fine, sig: new Uint8Array(63) }],
    ['no signature', 203, { ...fine, sig: undefined }],
    ['no seq', 203, { ...fine, seq: undefined }],
    ['a seq that is a string', 203, { ...fine, seq: '1' }],
    ['a salt that is a number', 203, { ...fine, salt: 4 }],
    ['a cas that is a string', 203, { ...fine, cas: '1' }],
    ['a negative cas', 203, { ...fine, cas: -1 }],
    ['1001 bytes', 205, { v: big }],
    ['1001 bytes, signed', 205, mutable(1n, big)],
    [
      '1001 bytes and a long salt: size first',
      205,
      { ...mutable(1n, big), salt: new Uint8Array(65) },
    ],
    ['a salt of 65', 207, mutable(1n, 'x', new Uint8Array(65))],
    [
      'a long salt and no token: salt first',
      207,
      { ...mutable(1n, 'x', new Uint8Array(65)), token: 'bad' },
    ],
    ['a bad token', 203, { ...fine, token: 'aoeusnth' }],
    ['no token', 203, { v: 'x', token: undefined }],
    [
      'a bad token and a bad signature: token first',
      203,
      { ...fine, sig: new Uint8Array(64), token: 'bad' },
    ],
    ['a negative seq', 203, { ...fine, seq: -1 }],
    ['a seq beyond 63 bits', 203, { ...fine, seq: 2n ** 63n }],
    ['a wrong signature', 206, { ...fine, sig: new Uint8Array(64) }],
    ['S + L', 206, { k: BEP_KEY, seq: 1, sig: MALLEATED, v: 'Hello World!' }],
    ['a signature of another seq', 206, { ...fine, seq: 2 }],
  ])('%s: %i', (_, code, fields) => {
    const store = new Store();
    const answer = store.put(fields);
    expect(answer.code).toBe(code);
    expect(answer.verdict).not.toBe('answered');
    expect(store.us.node.items).toBeNull();
  });

  test('by what is there: cas before seq, the same again renews, another value does not', () => {
    const store = new Store();
    const code = (fields: Fields) => store.put(fields).code;
    expect(code({ ...mutable(4n, 'a'), cas: 99 })).toBe(0); // nothing there: cas means nothing
    expect(code({ ...mutable(3n, 'b'), cas: 3 })).toBe(301);
    expect(code({ ...mutable(5n, 'b'), cas: 3 })).toBe(301);
    expect(code(mutable(3n, 'b'))).toBe(302);
    expect(code(mutable(4n, 'b'))).toBe(302);
    expect(code(mutable(4n, 'a'))).toBe(0);
    expect(code({ ...mutable(5n, 'b'), cas: 4 })).toBe(0);
    expect(code(mutable(2n ** 53n + 1n, 'c'))).toBe(0);
    expect(code(mutable(2n ** 53n, 'd'))).toBe(302);
  });

  test('by ordinary salts as by others, and an empty one is none', () => {
    const store = new Store();
    expect(store.put({ ...mutable(1n, 'a'), salt: NO_SALT }).code).toBe(0);
    expect(store.put(mutable(1n, 'b', ascii('s'))).code).toBe(0);
    expect(store.us.node.items!.count).toBe(2);
  });

  test('202 when the store has no room, as its get has said by giving no token', () => {
    const store = new Store({ items: { ...ITEM_LIMITS, perNetwork: 1 } });
    const from = inPublic(50);
    expect(store.put({ v: 'a' }, from).code).toBe(0);
    expect(store.get(sha1(encode('b')), {}, from).r).not.toHaveProperty('token');
    expect(store.get(sha1(encode('a')), {}, from).r).toHaveProperty('token');
    expect(store.get(sha1(encode('b')), {}, inPublic(51)).r).toHaveProperty('token');
    expect(store.put({ v: 'b' }, from)).toMatchObject({ code: 202, verdict: 'full' });
  });
});

describe('a get is answered', () => {
  test('with nodes and a token where nothing is, and no store is made', () => {
    const store = new Store();
    expect(Object.keys(store.get(idOf('5c')).r).sort()).toEqual(['id', 'nodes', 'token']);
    expect(store.us.node.items).toBeNull();
  });

  test.each([
    ['no target', { target: undefined }],
    ['a short target', { target: 'x' }],
    ['a seq that is a string', { seq: 'x' }],
  ])('203 with %s', (_, fields) => expect(new Store().get(ID, fields).code).toBe(203));

  test('without the value when the asker has it or a newer one, but with our seq', () => {
    const store = new Store();
    const { target } = store.put(mutable(4n, 'a'));
    const fields = (seq: bigint) => Object.keys(store.get(target, { seq }).r).sort();
    expect(fields(3n)).toEqual(['id', 'k', 'nodes', 'seq', 'sig', 'token', 'v']);
    expect(fields(4n)).toEqual(['id', 'nodes', 'seq', 'token']);
    expect(fields(5n)).toEqual(['id', 'nodes', 'seq', 'token']);
    expect(store.get(target, { seq: 5 }).r['seq']).toBe(4);
  });

  test('with an immutable value whatever seq it names', () => {
    const store = new Store();
    const { target } = store.put({ v: 'a' });
    expect(store.get(target, { seq: 9 }).r).toHaveProperty('v');
  });

  test('not with what is two hours old', () => {
    const store = new Store();
    const { target } = store.put({ v: 'a' });
    store.world.run(ITEM_LIMITS.ttlMs - 1);
    expect(store.get(target).r).toHaveProperty('v');
    store.world.run(1);
    expect(store.get(target).r).not.toHaveProperty('v');
  });
});

describe('a reply', () => {
  /** With eight good contacts to hand out. */
  function full(): Store {
    const store = new Store();
    const doors = Array.from({ length: 8 }, (_, n) =>
      store.world.stranger(inPublic(60 + n)).polite(),
    );
    store.us.join(...doors.map(({ address }) => address));
    store.world.run(1000);
    return store;
  }

  test('with the largest value has all of it, and nodes while they fit into 1400 bytes', () => {
    const store = full();
    const { target } = store.put(mutable(2n ** 63n - 1n, 'x'.repeat(996)));
    const { r, length } = store.get(target);
    expect((r['v'] as Uint8Array).length).toBe(996);
    expect((r['nodes'] as Uint8Array).length / 26).toBe(6);
    expect(length).toBeLessThanOrEqual(MAX_VALUE_MESSAGE_BYTES);
    expect(length + 26).toBeGreaterThan(MAX_VALUE_MESSAGE_BYTES);
    const immutable = store.put({ v: 'y'.repeat(996) }).target;
    expect((store.get(immutable).r['nodes'] as Uint8Array).length / 26).toBe(8);
  });

  test('without a value stays within 1024 bytes, however long its transaction id', () => {
    const store = full();
    const { target } = store.put(mutable(2n ** 62n, 'x'.repeat(996)));
    const { length, r } = store.get(target, { seq: 2n ** 63n - 1n });
    expect((r['nodes'] as Uint8Array).length / 26).toBe(8);
    expect(length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});
