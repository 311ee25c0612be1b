/** The record that a message is read into, and the words that go by numbers. */
import { describe, expect, test } from 'vitest';
import { ascii, type Encodable, encode, latin1 } from '../../../src/mainline/krpc/bencode.ts';
import { ErrorCode, Malformed } from '../../../src/mainline/krpc/fields.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { BEP5 } from '../../vectors/bep5.ts';

function read(source: string | Uint8Array | Encodable): Message {
  const bytes =
    typeof source === 'string'
      ? ascii(source)
      : source instanceof Uint8Array
        ? source
        : encode(source);
  const message = new Message();
  expect(message.read(bytes, 0, bytes.length)).toBe(Malformed.fine);
  return message;
}

function at(message: Message, start: number, length: number): string {
  return latin1(message.bytes, start, start + length);
}

const ID = 'abcdefghij0123456789';
const OTHER = 'mnopqrstuvwxyz123456';

describe('a record', () => {
  test('leaves nothing behind for the next one', () => {
    const message = new Message();
    for (const source of Object.values(BEP5)) {
      message.read(ascii(source), 0, source.length);
      const first = JSON.stringify({ ...message, bytes: null });
      for (const other of [...Object.values(BEP5), 'd1:ad4:wantl2:n42:n6ee2:roi1e1:t1:a1:y1:qe']) {
        message.read(ascii(other), 0, other.length);
      }
      message.read(ascii(source), 0, source.length);
      expect(JSON.stringify({ ...message, bytes: null })).toBe(first);
    }
  });

  test('get_peers aims at its info-hash, also when there is a target beside it', () => {
    const a = { info_hash: ID, target: OTHER };
    const search = read({ t: 'aa', y: 'q', q: 'get_peers', a });
    expect(at(search, search.aimStart, 20)).toBe(ID);
    const lookup = read({ t: 'aa', y: 'q', q: 'find_node', a });
    expect(at(lookup, lookup.aimStart, 20)).toBe(OTHER);
  });
});

test('the codes are those of BEP 5 and 44', () => {
  expect(ErrorCode).toEqual({
    ...{ generic: 201, server: 202, protocol: 203, methodUnknown: 204, tooBig: 205 },
    ...{ signature: 206, saltTooBig: 207, casMismatch: 301, seqTooLow: 302 },
  });
});
