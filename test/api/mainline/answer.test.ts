/** Answers as results, and errors as errors. */
import { expect, test } from 'vitest';
import { pingResult } from '../../../src/api/mainline/answer.ts';
import { addressOf } from '../../../src/core/address.ts';
import { encode } from '../../../src/mainline/krpc/bencode.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';

const FROM = addressOf(0x7f000001, 6881);

function read(fields: object): Message {
  const message = new Message();
  // Behind other bytes, as in a socket's buffer: an offset of 0 means "absent".
  const bytes = encode(fields as never);
  const buffer = new Uint8Array(bytes.length + 1);
  buffer.set(bytes, 1);
  message.read(buffer, 1, buffer.length);
  return message;
}

test('a pong is who, where, how far and what', () => {
  const id = new Uint8Array(20).fill(0xab);
  expect(pingResult(read({ t: 'aa', y: 'r', r: { id }, v: 'XY12' }), 7, FROM)).toEqual({
    id: 'ab'.repeat(20),
    host: '127.0.0.1',
    port: 6881,
    rttMs: 7,
    version: 'XY12',
  });
});

test('an error has its number and its text', () => {
  const wrong = read({ t: 'aa', y: 'e', e: [203, 'go away'] });
  expect(() => pingResult(wrong, 7, FROM)).toThrow('the node answered with error 203: go away');
});
