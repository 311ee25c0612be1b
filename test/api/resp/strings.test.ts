import { expect, it } from 'vitest';
import { expectReplies, withResp } from './resp-client.ts';

it('values are set, read and changed as Redis does', async () => {
  await withResp(async (client) => {
    await expectReplies(client, [
      ['GET a', '$-1'],
      ['SET a 1', '+OK'],
      ['GET a', '$1|1'],
      ['SET a 2 NX', '$-1'],
      ['SET a 2 XX', '+OK'],
      ['SET b 2 XX', '$-1'],
      ['SET a 3 GET', '$1|2'],
      ['SET c 3 GET', '$-1'],
      ['SET c 4 NX GET', '$1|3'],
      ['SET a 4 IFEQ 2', '$-1'],
      ['SET a 4 IFEQ 2 GET', '$1|3'],
      ['SET a 4 IFEQ 3', '+OK'],
      ['SET x 4 IFEQ 3', '$-1'],
      ['SET x 4 IFNE 3', '+OK'],
      ['SET a 5 NX XX', '-ERR syntax error'],
      ['SET a 5 IFEQ 4 NX', '-ERR syntax error'],
      ['SET a 5 EX', '-ERR syntax error'],
      ['SET a 5 EX 1 PX 1', '-ERR syntax error'],
      ['SET a 5 EX 1 KEEPTTL', '-ERR syntax error'],
      ['SET a 5 EX 0', "-ERR invalid expire time in 'set' command"],
      ['SET a 5 EX x', '-ERR value is not an integer or out of range'],
      ['SET a 5 PX 9223372036854775807', "-ERR invalid expire time in 'set' command"],
      ['SETEX a -1 5', "-ERR invalid expire time in 'setex' command"],
      ['PSETEX a 100000 5', '+OK'],
      ['SET a 6 KEEPTTL', '+OK'],
      ['TTL a', ':~100'],
      ['SET a 6', '+OK'],
      ['TTL a', ':-1'],
      ['SETNX a 7', ':0'],
      ['SETNX d 7', ':1'],
      ['GETSET d 8', '$1|7'],
      ['GETDEL d', '$1|8'],
      ['GETDEL d', '$-1'],
      ['GETEX a', '$1|6'],
      ['GETEX a EX 50', '$1|6'],
      ['TTL a', ':~50'],
      ['GETEX a PERSIST', '$1|6'],
      ['TTL a', ':-1'],
      ['GETEX a PERSIST', '$1|6'],
      ['GETEX no EX 10', '$-1'],
      ['GETEX a EX 0', "-ERR invalid expire time in 'getex' command"],
      ['GETEX a EX', '-ERR syntax error'],
      ['MSET m 1 n 2 m 3', '+OK'],
      ['MSET m 1 n', "-ERR wrong number of arguments for 'mset' command"],
      ['MGET m no n', '*3|$1|3|$-1|$1|2'],
      ['MSETNX p 1 m 2', ':0'],
      ['EXISTS p', ':0'],
      ['MSETNX p 1 q 2', ':1'],
      ['APPEND p xyz', ':4'],
      ['APPEND fresh xyz', ':3'],
      ['STRLEN p', ':4'],
      ['STRLEN no', ':0'],
      ['GETRANGE p 1 2', '$2|xy'],
      ['GETRANGE p -3 -1', '$3|xyz'],
      ['GETRANGE p 3 1', '$0|'],
      ['GETRANGE p 9 99', '$0|'],
      ['GETRANGE p -1 -3', '$0|'],
      ['SUBSTR no 0 -1', '$0|'],
      ['SETRANGE p 2 ab', ':4'],
      ['GET p', '$4|1xab'],
      ['SETRANGE z 2 a', ':3'],
      ['GET z', '$3|\0\0a'],
      ['SETRANGE p -1 a', '-ERR offset is out of range'],
      ['SETRANGE p 2147483648 a', '-ERR string exceeds maximum allowed size (proto-max-bulk-len)'],
    ]);
    expect(await client.ask('SETRANGE', 'p', 9, '')).toBe(':4');
    expect(await client.ask('SETRANGE', 'no', 9, '')).toBe(':0');
  });
});

it('a value is any bytes, up to the limit of the ring', async () => {
  await withResp(
    async (client) => {
      const value = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
      expect(await client.ask('SET', value, value)).toBe('+OK');
      expect(await client.ask('STRLEN', value)).toBe(':256');
      expect(await client.ask('APPEND', value, 'x'.repeat(745))).toBe(
        '-ERR string exceeds maximum allowed size (proto-max-bulk-len)',
      );
      expect(await client.ask('APPEND', value, 'x'.repeat(744))).toBe(':1000');
      expect(await client.ask('SET', 'k'.repeat(2049), 'x')).toMatch(/^-ERR a key has 2048 bytes/);
      expect(await client.ask('SET', 'a', 'x'.repeat(1001))).toBe(
        '-ERR string exceeds maximum allowed size (proto-max-bulk-len)',
      );
      expect(await client.ask('SET', 'a', 'x'.repeat(65_537))).toBe(
        '-ERR Protocol error: invalid bulk length',
      );
    },
    { ring: { valueBytesMax: 1000 } },
  );
});
