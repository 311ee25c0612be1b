import { describe, expect, it } from 'vitest';
import { expectReplies, withResp } from './resp-client.ts';

describe('a transaction', () => {
  it('is queued, done at once, or discarded', async () => {
    await withResp(async (client) => {
      await expectReplies(client, [
        ['EXEC', '-ERR EXEC without MULTI'],
        ['DISCARD', '-ERR DISCARD without MULTI'],
        ['MULTI', '+OK'],
        ['MULTI', '-ERR MULTI calls can not be nested'],
        ['SET a 1', '+QUEUED'],
        ['INCR a', '+QUEUED'],
        ['PING', '+QUEUED'],
        ['APPEND a x', '+QUEUED'],
        ['INCR a', '+QUEUED'],
        ['GETRANGE a -2 -1', '+QUEUED'],
        ['WATCH a', '-ERR WATCH inside MULTI is not allowed'],
      ]);
      await client.say('DISCARD');
      await expectReplies(client, [
        ['MULTI', '+OK'],
        ['SET a 1', '+QUEUED'],
        ['INCR a', '+QUEUED'],
        ['PING', '+QUEUED'],
        ['APPEND a x', '+QUEUED'],
        ['INCR a', '+QUEUED'],
        ['GETRANGE a -2 -1', '+QUEUED'],
        ['EXPIRE a 100', '+QUEUED'],
        ['TTL a', '+QUEUED'],
        ['EXEC', '*8|+OK|:2|+PONG|:2|-ERR value is not an integer or out of range|$2|2x|:1|:~100'],
        ['GET a', '$2|2x'],
        ['TTL a', ':~100'],
        ['MULTI', '+OK'],
        ['DEL a', '+QUEUED'],
        ['DISCARD', '+OK'],
        ['EXISTS a', ':1'],
        ['MULTI', '+OK'],
        ['FOO', "-ERR unknown command 'FOO', with args beginning with: "],
        ['EXEC', '-EXECABORT Transaction discarded because of previous errors.'],
        ['MULTI', '+OK'],
        ['EXEC', '*0'],
        ['MULTI', '+OK'],
        ['SET a 1', '+QUEUED'],
        ['SET b 2', '+QUEUED'],
        ['MGET a b', '+QUEUED'],
        ['EXEC', '*3|+OK|+OK|*2|$1|1|$1|2'],
        ['MULTI', '+OK'],
        ['DEL a', '+QUEUED'],
        ['SET a 3 NX', '+QUEUED'],
        ['DEL a', '+QUEUED'],
        ['EXEC', '*3|:1|+OK|:1'],
        ['EXISTS a', ':0'],
      ]);
    });
  });

  it('is not done when a watched key has changed', async () => {
    await withResp(async (client, { open }) => {
      const other = open();
      const begin = async (...watched: string[]) => {
        expect(await client.ask('WATCH', ...watched)).toBe('+OK');
      };
      const end = async (...lines: string[]) => {
        await client.say('MULTI');
        for (const line of lines) await client.say(line);
        return client.say('EXEC');
      };
      await begin('a');
      await other.say('SET a 1');
      expect(await end('SET a 2')).toBe('*-1');
      expect(await client.say('GET a')).toBe('$1|1');
      // EXEC has forgotten what was watched.
      expect(await end('INCR a')).toBe('*1|:2');
      await begin('a', 'b');
      await other.say('SET b 1');
      expect(await end('INCR a')).toBe('*-1');
      await begin('a');
      expect(await end('INCR a')).toBe('*1|:3');
      await begin('a');
      await client.say('SET a 9');
      await client.say('UNWATCH');
      expect(await end('INCR a')).toBe('*1|:10');
      await begin('b');
      expect(await end('PING')).toBe('*1|+PONG');
      await begin('a');
      expect(await end('SET a 1', 'SET b 2')).toMatch(/^-CROSSSLOT/);
      await client.say('HELLO 3');
      await begin('a');
      await other.say('DEL a');
      expect(await end('SET a 1')).toBe('_');
    });
  });

  it('of one key is one step, whoever else is at it', async () => {
    await withResp(async (_client, { open }) => {
      const clients = Array.from({ length: 6 }, open);
      const replies = await Promise.all(
        clients.map(async (client) => {
          await client.say('MULTI');
          await client.say('INCR n');
          await client.say('INCR n');
          return client.say('EXEC');
        }),
      );
      const firsts = replies.map((reply) => Number(reply.split('|')[1].slice(1)));
      expect(firsts.sort((a, b) => a - b)).toEqual([1, 3, 5, 7, 9, 11]);
    });
  });
});
