import { expect, it } from 'vitest';
import { expectReplies, withResp } from './resp-client.ts';

it('keys are there, for a while, and go', async () => {
  await withResp(async (client) => {
    await expectReplies(client, [
      ['EXISTS a', ':0'],
      ['TYPE a', '+none'],
      ['TTL a', ':-2'],
      ['EXPIRE a 10', ':0'],
      ['SET a 1', '+OK'],
      ['TYPE a', '+string'],
      ['EXISTS a a b', ':2'],
      ['TOUCH a b', ':1'],
      ['TTL a', ':-1'],
      ['PTTL a', ':-1'],
      ['EXPIRETIME a', ':-1'],
      ['EXPIRE a 100 XX', ':0'],
      ['EXPIRE a 100 NX', ':1'],
      ['EXPIRE a 100 NX', ':0'],
      ['EXPIRE a 50 GT', ':0'],
      ['EXPIRE a 50 LT', ':1'],
      ['TTL a', ':~50'],
      ['EXPIRE a 10 NX GT', '-ERR NX and XX, GT or LT options at the same time are not compatible'],
      ['EXPIRE a 10 GT LT', '-ERR GT and LT options at the same time are not compatible'],
      ['EXPIRE a 10 FOO', '-ERR Unsupported option FOO'],
      ['EXPIRE a x', '-ERR value is not an integer or out of range'],
      ['EXPIRE a 9223372036854775807', "-ERR invalid expire time in 'expire' command"],
      ['PERSIST a', ':1'],
      ['PERSIST a', ':0'],
      ['PEXPIREAT a 33177117420000', ':1'],
      ['EXPIRETIME a', ':33177117420'],
      ['PEXPIRETIME a', ':33177117420000'],
      ['EXPIREAT a 33177117421', ':1'],
      ['EXPIRE a -1', ':1'],
      ['EXISTS a', ':0'],
      ['MSET a 1 b 2 c 3', '+OK'],
      ['DEL a no b', ':2'],
      ['UNLINK c', ':1'],
      ['SET d x', '+OK'],
      ['DELIFEQ d y', ':0'],
      ['DELIFEQ d x', ':1'],
      ['SET d x', '+OK'],
      ['DELEX d IFEQ y', ':0'],
      ['DELEX d IFNE x', ':0'],
      ['DELEX d IFNE y', ':1'],
      ['DELEX d', ':0'],
      ['DELEX d IFFY y', '-ERR syntax error'],
    ]);
  });
});

it('a key goes when its time is over', async () => {
  await withResp(async (client) => {
    await client.say('SET a 1 PX 30');
    while ((await client.say('EXISTS a')) === ':1');
    expect(await client.say('GET a')).toBe('$-1');
    expect(await client.say('SET a 2 NX')).toBe('+OK');
    await client.say('SET b 1 PX 60000');
    const left = Number((await client.say('PTTL b')).slice(1));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
  });
});
