/** Fields about what is stored: read where they lie, cleared when they are used again. */
import { describe, expect, test } from 'vitest';
import { ascii, type Encodable, encode, latin1 } from '../../../src/mainline/krpc/bencode.ts';
import { Malformed, Method, WRONG_TYPE } from '../../../src/mainline/krpc/fields.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { integerAt, StorageFields } from '../../../src/mainline/krpc/storage-fields.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { KEY, MESSAGES, MUTABLE } from '../../vectors/bep44.ts';

function read(text: string | Uint8Array): Message {
  const message = new Message();
  const bytes = typeof text === 'string' ? ascii(text) : text;
  expect(message.read(bytes, 0, bytes.length)).toBe(Malformed.fine);
  return message;
}

const reply = (r: Encodable) => read(encode({ t: 'aa', y: 'r', r }));

function seqOf({ bytes, storage }: Message): bigint | null | undefined {
  return integerAt(bytes, storage.seqStart, storage.seqLength);
}

describe('fields of BEP 44', () => {
  test('of a put with everything', () => {
    const message = read(MESSAGES.putCas);
    const { bytes, storage } = message;
    expect(message.method).toBe(Method.put);
    expect(bytes.slice(storage.keyStart, storage.keyStart + 32)).toEqual(KEY);
    expect(bytes.slice(storage.signatureStart, storage.signatureStart + 64)).toEqual(
      MUTABLE[2].signature,
    );
    expect(latin1(bytes, storage.valueStart, storage.valueEnd)).toBe('12:Hello World!');
    expect(latin1(bytes, storage.saltStart, storage.saltStart + storage.saltLength)).toBe('foobar');
    expect(seqOf(message)).toBe(4n);
    expect(integerAt(bytes, storage.casStart, storage.casLength)).toBe(3n);
  });

  test('of a get', () => {
    expect(read(MESSAGES.get).method).toBe(Method.get);
    expect(seqOf(read(MESSAGES.get))).toBeNull();
    expect(seqOf(read(MESSAGES.getNewer))).toBe(1n);
  });

  test('a value is any bencode, as it is', () => {
    for (const v of ['x', 7, ['a', ['b']], { v: { k: 1 } }] as Encodable[]) {
      const { bytes, storage } = reply({ v });
      expect(bytes.slice(storage.valueStart, storage.valueEnd)).toEqual(encode(v));
    }
  });

  test('every value of 1000 bytes that is not nested deeper than 8 can be read', () => {
    const empty = ascii(`l${'0:'.repeat(499)}e`);
    const deep = ascii(`${'l'.repeat(8)}${'e'.repeat(8)}`);
    for (const value of [empty, deep]) {
      const out = new Writer();
      out.put(KEY, 0, { value, key: null, salt: KEY, seq: 0n, signature: null }, null, KEY);
      const tail = ascii('1:t2:aa1:y1:qe');
      const { storage } = read(Uint8Array.from([...out.bytes.slice(0, out.length), ...tail]));
      expect(storage.valueEnd - storage.valueStart).toBe(value.length);
    }
  });

  test('what is of another type or length says so', () => {
    const { storage } = reply({ k: 'short', sig: 7, seq: 'x', cas: [], salt: 3 });
    const { keyStart, signatureStart, seqStart, casStart, saltStart } = storage;
    expect([keyStart, signatureStart, seqStart, casStart, saltStart]).toEqual(
      Array(5).fill(WRONG_TYPE),
    );
  });
});

test('fields of BEP 33 and 51 are read too', () => {
  const filter = new Uint8Array(256);
  const { storage } = reply({ BFpe: filter, BFsd: filter, interval: 7, num: 3, samples: '' });
  expect(storage.peersFilterStart).toBeGreaterThan(0);
  expect(storage.seedsFilterStart).toBeGreaterThan(storage.peersFilterStart);
  expect([storage.interval, storage.num, storage.samplesLength]).toEqual([7, 3, 0]);
  expect(storage.samplesStart).toBeGreaterThan(0);
  const odd = reply({ BFpe: 'x', BFsd: 1, interval: 'x', num: -1, samples: 1 }).storage;
  expect([odd.peersFilterStart, odd.seedsFilterStart, odd.samplesStart]).toEqual(
    Array(3).fill(WRONG_TYPE),
  );
  expect([odd.interval, odd.num]).toEqual([Number.NaN, Number.NaN]);
});

test('neighbours of known names are passed over', () => {
  const { storage } = reply({ w: 1, sag: 1, nim: 1, sald: 1, BFpf: 1, samplet: 1, intervam: 1 });
  storage.reset();
  expect(storage).toEqual(new StorageFields());
});

test('nothing of one message is seen in the next', () => {
  const message = new Message();
  for (const text of [MESSAGES.putCas, MESSAGES.mutable]) {
    message.read(ascii(text), 0, text.length);
    message.read(ascii(MESSAGES.get), 0, MESSAGES.get.length);
    expect(message.storage).toEqual(new StorageFields());
  }
});

test('integers of 64 bits are exact, and longer ones are none', () => {
  const at = (digits: string) => integerAt(ascii(`x${digits}`), 1, digits.length);
  for (const value of [0n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    expect(at(`${value}`)).toBe(value);
  }
  expect(at('1'.repeat(20))).toBe(BigInt('1'.repeat(20)));
  expect(at('1'.repeat(21))).toBeUndefined();
  expect(integerAt(ascii('x'), 0, 0)).toBeNull();
  expect(integerAt(ascii('x'), WRONG_TYPE, 0)).toBeUndefined();
});
