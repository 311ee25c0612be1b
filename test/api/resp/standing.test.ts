import { expect, it } from 'vitest';
import { expectReplies, withResp } from './resp-client.ts';

it('objects have an encoding, the clock a time', async () => {
  await withResp(async (client) => {
    await client.ask('MSET', 'n', 42, 's', 'short', 'l', 'x'.repeat(100));
    await expectReplies(client, [
      ['OBJECT ENCODING n', '$3|int'],
      ['OBJECT ENCODING s', '$6|embstr'],
      ['OBJECT ENCODING l', '$3|raw'],
      ['OBJECT ENCODING no', '$-1'],
      ['OBJECT FOO n', "-ERR unknown subcommand 'FOO'. Try OBJECT HELP."],
      ['FUNCTION FLUSH', '+OK'],
    ]);
    const [, , seconds] = (await client.say('TIME')).split('|');
    expect(Math.abs(Number(seconds) * 1000 - Date.now())).toBeLessThan(60_000);
  });
});

it('while something is heard only that can be changed, in the second version', async () => {
  await withResp(async (client) => {
    expect(await client.say('SUBSCRIBE __keyspace@0__:a')).toBe(
      '*3|$9|subscribe|$16|__keyspace@0__:a|:1',
    );
    expect(await client.say('GET a')).toMatch(/^-ERR Can't execute 'get'/);
    expect(await client.say('PING')).toBe('*2|$4|pong|$0|');
    expect(await client.say('UNSUBSCRIBE')).toBe('*3|$11|unsubscribe|$16|__keyspace@0__:a|:0');
    expect(await client.say('UNSUBSCRIBE')).toBe('*3|$11|unsubscribe|$-1|:0');
    expect(await client.say('GET a')).toBe('$-1');
  });
});
