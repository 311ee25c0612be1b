import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  checkPut,
  keyOf,
  plain,
  signerOf,
  Values,
  valueFrom,
  valueOfPut,
} from '../../../src/api/compat/values.ts';
import { encode } from '../../../src/mainline.ts';

const sha1 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest();
const K = Buffer.alloc(32, 1);
const SIG = Buffer.alloc(64, 2);

test('a key is the hash of the bencoded value, or of key and salt', () => {
  expect(Buffer.from(keyOf({ v: 'Hello World!' }))).toEqual(sha1('12:Hello World!'));
  expect(Buffer.from(keyOf({ v: 1, k: K, salt: 'foobar' }))).toEqual(sha1(K, 'foobar'));
});

test('1000 bytes bencoded can be put, 1001 not', () => {
  expect(() => checkPut({ v: Buffer.alloc(996) })).not.toThrow();
  expect(() => checkPut({ v: Buffer.alloc(997) })).toThrow('at most 1000 bytes');
});

test('text in it is Buffers, however deep', () => {
  const bytes = new Uint8Array([97]);
  expect(plain({ a: [bytes, 1] })).toEqual({ a: [Buffer.from('a'), 1] });
});

test('a number that fits is one, another stays whole', () => {
  const item = {
    ...{ target: '', value: new Uint8Array(), raw: new Uint8Array(), key: K.toString('hex') },
    ...{ salt: new Uint8Array(), signature: SIG },
  };
  expect(valueFrom({ ...item, seq: 7n }).seq).toBe(7);
  expect(valueFrom({ ...item, seq: 2n ** 53n }).seq).toBe(2n ** 53n);
  expect(valueFrom({ ...item, seq: 7n })).not.toHaveProperty('salt');
});

test('a program is asked to sign once', () => {
  const asked: string[] = [];
  const sign = (message: Uint8Array) => {
    asked.push(message.toString());
    return SIG;
  };
  const once = signerOf({ v: 'x', k: K, sign });
  expect([once(Buffer.from('message')), once(Buffer.from('message'))]).toEqual([SIG, SIG]);
  expect(asked).toEqual(['message']);
  expect(signerOf({ v: 'x', k: K, sig: SIG })(K)).toBe(SIG);
});

test('a put is read as it was sent', () => {
  const id = Buffer.alloc(20, 3);
  const a = { id, k: K, salt: 'x', seq: 2, sig: SIG, token: 't', v: 'value' };
  const { key, value } = valueOfPut(encode({ a, q: 'put', t: 'a', y: 'q' }));
  expect(Buffer.from(key)).toEqual(sha1(K, 'x'));
  expect(value).toEqual({
    ...{ v: Buffer.from('value'), id, k: K, sig: SIG, seq: 2, salt: Buffer.from('x') },
  });
  const plainly = valueOfPut(
    encode({ a: { id, token: 't', v: 'value' }, q: 'put', t: 'a', y: 'q' }),
  );
  expect(plainly.value).toEqual({ v: Buffer.from('value'), id });
});

test('the latest so many are kept', () => {
  const values = new Values(2);
  const keys = [1, 2, 3].map((byte) => Buffer.alloc(20, byte));
  for (const key of keys) values.set(key, { v: key, id: Buffer.alloc(20) as never });
  expect(keys.map((key) => values.get(key) !== null)).toEqual([false, true, true]);
  expect(Object.keys(values.toJSON())).toEqual(keys.slice(1).map((key) => key.toString('hex')));
});
