import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandOf, withResp } from './resp-client.ts';

describe('a session', () => {
  it('answers in the order of the commands, each of which sees those before it', async () => {
    await withResp(async (client) => {
      const lines: (string | number)[][] = [];
      const expected: string[] = [];
      for (let i = 0; i < 300; i++) {
        lines.push(['SET', `k${i % 7}`, i], ['GET', `k${i % 7}`], ['PING', i], ['INCR', 'n']);
        expected.push('+OK', `$${String(i).length}|${i}`, `$${String(i).length}|${i}`, `:${i + 1}`);
      }
      client.raw(lines.map(commandOf).join(''));
      const got: string[] = [];
      for (const _ of expected) got.push(await client.next());
      expect(got).toEqual(expected);
    });
  });

  it('answers SETs and GETs in their order on a disk, too, where the former take their time', async () => {
    const data = mkdtempSync(join(tmpdir(), 'ringlight-session-'));
    try {
      await withResp(
        async (client) => {
          const lines: (string | number)[][] = [];
          const expected: string[] = [];
          for (let i = 0; i < 400; i++) {
            lines.push(['SET', `k${i % 5}`, i], ['GET', `k${i % 5}`], ['GET', `k${(i + 1) % 5}`]);
            const other = i < 4 ? null : String(i - 4);
            const there = other === null ? '$-1' : `$${other.length}|${other}`;
            expected.push('+OK', `$${String(i).length}|${i}`, there);
          }
          client.raw(lines.map(commandOf).join(''));
          const got: string[] = [];
          for (const _ of expected) got.push(await client.next());
          expect(got).toEqual(expected);
        },
        { ring: { data } },
      );
    } finally {
      rmSync(data, { recursive: true });
    }
  });

  it('reads on after replies of more than it lets wait, whether they go by the kernel at once or not', async () => {
    await withResp(async (client) => {
      const value = 'x'.repeat(10_000);
      expect(await client.ask('SET', 'a', value)).toBe('+OK');
      for (let round = 0; round < 3; round++) {
        client.raw(commandOf(['GET', 'a']).repeat(150));
        for (let i = 0; i < 150; i++) expect(await client.next()).toBe(`$10000|${value}`);
      }
      expect(await client.say('PING')).toBe('+PONG');
    });
  });

  it('does what was said before the other side said no more', async () => {
    await withResp(async (client) => {
      client.raw('SET a 1\r\nGET a\r\n');
      client.end();
      expect([await client.next(), await client.next()]).toEqual(['+OK', '$1|1']);
      await client.over();
    });
  });

  it('says what is wrong with the stream, after all answers, and closes', async () => {
    await withResp(async (client) => {
      client.raw(`${commandOf(['SET', 'a', 1])}*1\r\nx\r\n${commandOf(['SET', 'a', 2])}`);
      expect(await client.next()).toBe('+OK');
      expect(await client.next()).toBe("-ERR Protocol error: expected '$', got 'x'");
      await client.over();
    });
  });

  it.each(['POST / HTTP/1.1\r\nHost: x\r\n\r\nSET a 1\r\n', 'GET\r\nHost: x\r\nSET a 1\r\n'])(
    'is closed to browsers without a word: %j',
    async (text) => {
      await withResp(async (client, { ring }) => {
        client.raw(text);
        await client.over();
        expect(await ring.exists('a')).toBe(false);
      });
    },
  );

  it('survives any noise, and so do those beside it', async () => {
    await withResp(async (client, { open }) => {
      const part = fc.constantFrom(
        '*',
        '$',
        '1',
        '2',
        '-',
        '\r\n',
        'GET',
        'MULTI',
        'EXEC',
        'SCAN',
        ' ',
        '"',
        'a',
        '\0',
      );
      await fc.assert(
        fc.asyncProperty(fc.array(part, { maxLength: 40 }), async (parts) => {
          const noisy = open();
          noisy.raw(`${parts.join('')}\r\n`);
          noisy.end();
          await noisy.over();
        }),
        { numRuns: 40 },
      );
      expect(await client.say('PING')).toBe('+PONG');
    });
  });

  it('reads no further than it is read', async () => {
    await withResp(async (client, { open }) => {
      await client.ask('SET', 'large', 'x'.repeat(1 << 20));
      const lazy = open();
      lazy.raw(commandOf(['GET', 'large']).repeat(30));
      // Whoever reads in the end gets it all, in order.
      for (let i = 0; i < 30; i++) expect((await lazy.next()).length).toBe((1 << 20) + 9);
      expect(await client.say('PING')).toBe('+PONG');
    });
  });
});
