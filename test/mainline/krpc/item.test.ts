/** Items of BEP 44: targets, what is signed, and what a reader believes. */
import { describe, expect, test } from 'vitest';
import { verify } from '../../../src/io/signatures.ts';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import {
  equalBytes,
  type Item,
  immutableItem,
  isGenuine,
  isSeq,
  isSignedRightly,
  itemOfReply,
  mutableTarget,
  SEQ_MAX,
  signedBytes,
  targetOf,
} from '../../../src/mainline/krpc/item.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { BEP_KEY, BEP_SIGNATURES, IMMUTABLE, KEY, MESSAGES, MUTABLE } from '../../vectors/bep44.ts';
import { hex, sha1 } from '../small-world.ts';

const NO_SALT = new Uint8Array(0);

function read(text: string): Message {
  const message = new Message();
  message.read(ascii(text), 0, text.length);
  return message;
}

describe('mutable items', () => {
  test.each(MUTABLE)('$name', ({ salt, seq, value, signed, signature, target }) => {
    const item: Item = { value, key: KEY, salt, seq, signature };
    expect(signedBytes(salt, seq, value)).toEqual(signed);
    expect(hex(targetOf(item, sha1))).toBe(hex(target));
    expect(isSignedRightly(item, verify)).toBe(true);
    expect(isGenuine(item, target, sha1, verify)).toBe(true);
    expect(isGenuine({ ...item, seq: seq - 1n }, target, sha1, verify)).toBe(false);
    expect(isGenuine({ ...item, salt: ascii('other') }, target, sha1, verify)).toBe(false);
    expect(isGenuine(item, new Uint8Array(20), sha1, verify)).toBe(false);
  });

  test.each(BEP_SIGNATURES)('of the BEP, salt "%s"', (salt, signature, target) => {
    const value = ascii('12:Hello World!');
    const item: Item = { value, key: BEP_KEY, salt: ascii(salt), seq: 1n, signature };
    expect(isGenuine(item, target, sha1, verify)).toBe(true);
  });

  test('without a signature are worth nothing', () => {
    const { value, target } = MUTABLE[0];
    const item: Item = { value, key: KEY, salt: NO_SALT, seq: 0n, signature: null };
    expect(isGenuine(item, target, sha1, verify)).toBe(false);
  });

  test.each([
    [
      '8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e',
      '',
      'cc3f9d90b572172053626f9980ce261a850d050b',
    ],
    [
      '8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e',
      'n',
      '59ee7c2cb9b4f7eb1986ee2d18fd2fdb8a56554f',
    ],
  ])('of BEP 46: %s with salt "%s"', (key, salt, target) => {
    expect(hex(mutableTarget(Uint8Array.from(Buffer.from(key, 'hex')), ascii(salt), sha1))).toBe(
      target,
    );
  });
});

test.each(IMMUTABLE)('the immutable item %.20s has the target %s', (value, target) => {
  const item = immutableItem(ascii(value));
  const bytes = Uint8Array.from(Buffer.from(target, 'hex'));
  expect(hex(targetOf(item, sha1))).toBe(target);
  expect(isGenuine(item, bytes, sha1, verify)).toBe(true);
  expect(isGenuine(immutableItem(ascii('1:x')), bytes, sha1, verify)).toBe(false);
});

describe('an item of a reply', () => {
  test('is read whole', () => {
    const { value, signature, target } = MUTABLE[1];
    const item = itemOfReply(read(MESSAGES.mutable), NO_SALT)!;
    expect(item).toEqual({ value, key: KEY, salt: NO_SALT, seq: 1n, signature });
    expect(isGenuine(item, target, sha1, verify)).toBe(true);
    expect(itemOfReply(read(MESSAGES.immutable), NO_SALT)).toEqual(immutableItem(value));
  });

  test.each([
    ['nothing', MESSAGES.notNewer],
    ['a short key', MESSAGES.mutable.replace(/1:k32:.{32}/s, `1:k31:${'k'.repeat(31)}`)],
    ['a short signature', MESSAGES.mutable.replace(/3:sig64:.{64}/s, '3:sig1:s')],
    ['no seq', MESSAGES.mutable.replace('3:seqi1e', '')],
    ['a negative seq', MESSAGES.mutable.replace('3:seqi1e', '3:seqi-1e')],
    ['a seq beyond 64 bits', MESSAGES.mutable.replace('3:seqi1e', `3:seqi${SEQ_MAX + 1n}e`)],
    ['a seq of many digits', MESSAGES.mutable.replace('3:seqi1e', `3:seqi1${'0'.repeat(90)}e`)],
    [
      'a value of 1001 bytes',
      MESSAGES.immutable.replace('12:Hello World!', `997:${'x'.repeat(997)}`),
    ],
  ])('is none with %s', (_, text) => expect(itemOfReply(read(text), NO_SALT)).toBeNull());
});

test('a seq has 63 bits', () => {
  expect([0n, SEQ_MAX].map(isSeq)).toEqual([true, true]);
  expect([-1n, SEQ_MAX + 1n, null, undefined].map(isSeq)).toEqual([false, false, false, false]);
});

test('bytes are equal when all of them are', () => {
  expect(equalBytes(ascii('ab'), ascii('ab'))).toBe(true);
  expect(equalBytes(ascii('ab'), ascii('ac'))).toBe(false);
  expect(equalBytes(ascii('ab'), ascii('abc'))).toBe(false);
});
