/** What messages are made of: the words are the text, filled up with zeros. */
import { expect, test } from 'vitest';
import { latin1 } from '../../../src/mainline/krpc/bencode.ts';
import { piece } from '../../../src/mainline/krpc/pieces.ts';

function bytesOf({ words }: { words: Uint32Array }): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => {
    view.setUint32(i * 4, word);
  });
  return new Uint8Array(view.buffer);
}

test.each(Object.entries(piece))('%s is ASCII of its length, zeros behind it', (_, one) => {
  const bytes = bytesOf(one);
  expect(bytes.length - one.length).toBeLessThan(4);
  expect(bytes.subarray(one.length).every((byte) => byte === 0)).toBe(true);
  const text = latin1(bytes, 0, one.length);
  expect([...text].every((sign) => sign.charCodeAt(0) < 0x80)).toBe(true);
});

test('strings in them have the lengths that stand before them', () => {
  const methods = Object.values(piece)
    .map((one) => latin1(bytesOf(one), 0, one.length))
    .filter((one) => one.startsWith('e1:q'));
  expect(methods.length).toBeGreaterThanOrEqual(9);
  for (const method of methods) {
    const [, length, name] = /^e1:q(\d+):(.*)$/.exec(method) ?? [];
    expect(name).toHaveLength(Number(length));
  }
});
