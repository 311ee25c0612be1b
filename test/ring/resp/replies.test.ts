import { describe, expect, it } from 'vitest';
import {
  NULL_ARRAY,
  OK,
  Push,
  type Reply,
  ReplyWriter,
  RespError,
  RespMap,
} from '../../../src/ring/resp/replies.ts';

function wire(reply: Reply, version: 2 | 3): string {
  const writer = new ReplyWriter();
  writer.version = version;
  writer.put(reply);
  return new TextDecoder('latin1').decode(writer.take());
}

describe('a reply on the wire', () => {
  it.each<[string, Reply, string, string]>([
    ['null', null, '$-1\r\n', '_\r\n'],
    ['a null array', NULL_ARRAY, '*-1\r\n', '_\r\n'],
    ['a number', -5, ':-5\r\n', ':-5\r\n'],
    [
      'a large number',
      9223372036854775807n,
      ':9223372036854775807\r\n',
      ':9223372036854775807\r\n',
    ],
    ['a text', 'hé', '$3\r\nh\xc3\xa9\r\n', '$3\r\nh\xc3\xa9\r\n'],
    ['bytes', Uint8Array.of(0, 255), '$2\r\n\0\xff\r\n', '$2\r\n\0\xff\r\n'],
    ['nothing', new Uint8Array(0), '$0\r\n\r\n', '$0\r\n\r\n'],
    ['OK', OK, '+OK\r\n', '+OK\r\n'],
    ['an error, in one line', new RespError('ERR a\r\nb'), '-ERR a  b\r\n', '-ERR a  b\r\n'],
    [
      'a list',
      [1, ['a'], null],
      '*3\r\n:1\r\n*1\r\n$1\r\na\r\n$-1\r\n',
      '*3\r\n:1\r\n*1\r\n$1\r\na\r\n_\r\n',
    ],
    ['a map', new RespMap([['a', 1]]), '*2\r\n$1\r\na\r\n:1\r\n', '%1\r\n$1\r\na\r\n:1\r\n'],
    ['a message', new Push(['m']), '*1\r\n$1\r\nm\r\n', '>1\r\n$1\r\nm\r\n'],
  ])('%s', (_what, reply, two, three) => {
    expect(wire(reply, 2)).toBe(two);
    expect(wire(reply, 3)).toBe(three);
  });

  it('may be long, and several are one behind the other', () => {
    const writer = new ReplyWriter();
    writer.put(new Uint8Array(100_000));
    writer.put(OK);
    expect(writer.take()).toHaveLength(100_000 + 9 + 2 + 5);
    expect(writer.length).toBe(0);
  });
});
