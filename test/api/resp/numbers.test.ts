import { expect, it } from 'vitest';
import { expectReplies, withResp } from './resp-client.ts';

it('numbers are added in their texts and bounds', async () => {
  await withResp(async (client) => {
    await expectReplies(client, [
      ['INCR n', ':1'],
      ['INCRBY n 41', ':42'],
      ['DECR n', ':41'],
      ['DECRBY n 40', ':1'],
      ['DECRBY n -9223372036854775808', '-ERR decrement would overflow'],
      ['SET n 9223372036854775807', '+OK'],
      ['INCR n', '-ERR increment or decrement would overflow'],
      ['GET n', '$19|9223372036854775807'],
      ['INCRBY n 1.5', '-ERR value is not an integer or out of range'],
      ['SET n abc', '+OK'],
      ['INCR n', '-ERR value is not an integer or out of range'],
      ['INCRBYFLOAT n 1', '-ERR value is not a valid float'],
      ['INCRBYFLOAT f 10.50', '$4|10.5'],
      ['INCRBYFLOAT f 0.1', '$4|10.6'],
      ['INCRBYFLOAT f -5', '$3|5.6'],
      ['SET f 5.0e3', '+OK'],
      ['INCRBYFLOAT f 2.0e2', '$4|5200'],
      ['INCRBYFLOAT f inf', '-ERR increment would produce NaN or Infinity'],
      ['INCRBYFLOAT f x', '-ERR value is not a valid float'],
    ]);
    await client.say('SET f 1 EX 100');
    await client.say('INCR f');
    await expectReplies(client, [['TTL f', ':~100']]);
  });
});

it('many connections count together', async () => {
  await withResp(async (_client, { open }) => {
    const clients = Array.from({ length: 8 }, open);
    await Promise.all(
      clients.map(async (client) => {
        await client.say('INCR n');
        await client.say('INCRBYFLOAT f 0.5');
      }),
    );
    expect(await clients[0].say('GET n')).toBe('$1|8');
    expect(await clients[0].say('GET f')).toBe('$1|4');
  });
});
