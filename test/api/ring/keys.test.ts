/** Keys and values in every form that a program may give them. */
import { expect, test } from 'vitest';
import { bytesOf, hashOf, levelOf } from '../../../src/api/ring/keys.ts';
import { alone } from './rings.ts';

const HELLO = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';

test('a name is its SHA-1, a hash is itself', () => {
  const hash = Uint8Array.from(Buffer.from(HELLO, 'hex'));
  expect(new Uint8Array(hashOf('hello'))).toEqual(hash);
  expect(hashOf({ hash: HELLO })).toEqual(hash);
  expect(hashOf(hash)).toEqual(hash);
});

test('a text is its UTF-8, bytes are copied', () => {
  expect(bytesOf('ä')).toEqual(new Uint8Array([0xc3, 0xa4]));
  const given = new Uint8Array([1, 2]);
  const bytes = bytesOf(given);
  given.fill(0);
  expect(bytes).toEqual(new Uint8Array([1, 2]));
});

test('the level is quorum unless told otherwise', () => {
  expect([levelOf({}), levelOf({ level: 'one' })]).toEqual(['quorum', 'one']);
});

test('what is wrong about a call is told by name', async () => {
  await using ring = await alone();
  const wrong: [unknown, string][] = [
    [5, '"key" expected a name, 20 bytes or { hash }, got 5'],
    [null, '"key" expected a name, 20 bytes or { hash }, got null'],
    [new Uint8Array(19), '"key" expected 20 bytes, got 19'],
    [{ hash: 'xyz' }, '"key.hash" expected 40 hexadecimal digits or 20 bytes, got "xyz"'],
  ];
  for (const [key, message] of wrong) {
    await expect(ring.get(key as string)).rejects.toThrow(new TypeError(message));
  }
  await expect(ring.insert('a', 7 as never)).rejects.toThrow(
    new TypeError('"value" expected bytes or a text, got 7'),
  );
  await expect(ring.get('a', { level: 'most' as never })).rejects.toThrow(
    new TypeError('"level" expected one | quorum | all, got "most"'),
  );
});
