import { expect, it } from 'vitest';
import { openRing } from '../../../src/api/ring/ring.ts';
import { type RespClient, withResp } from './resp-client.ts';

/** One step of a scan: the cursor and the names. */
function stepOf(reply: string): [string, string[]] {
  const [, , cursor, , ...rest] = reply.split('|');
  return [cursor, rest.filter((_, i) => i % 2 === 1)];
}

async function scanAll(
  client: RespClient,
  options: string,
  each: () => Promise<void> = async () => {},
) {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, names] = stepOf(await client.say(`SCAN ${cursor}${options}`));
    found.push(...names);
    cursor = next;
    await each();
  } while (cursor !== '0');
  return [...new Set(found)].sort();
}

const NAMES = Array.from({ length: 60 }, (_, i) => `${i % 3 === 0 ? 'x' : 'y'}:${i}`).sort();

async function fill(client: RespClient): Promise<void> {
  await client.ask('MSET', ...NAMES.flatMap((name) => [name, 1]));
}

it('all keys are walked, in steps, by pattern and by type', async () => {
  await withResp(async (client, { ring }) => {
    await fill(client);
    await ring.insert('nameless', 'x');
    for (const options of ['', ' COUNT 1', ' COUNT 7', ' COUNT 1000', ' TYPE string']) {
      expect(await scanAll(client, options), options).toEqual(NAMES);
    }
    const some = NAMES.filter((name) => name.startsWith('x:1'));
    expect(await scanAll(client, ' MATCH x:1* COUNT 3')).toEqual(some);
    expect(await scanAll(client, ' TYPE hash')).toEqual([]);
    expect(await client.say('DBSIZE')).toBe(':60');
    expect(await client.say('KEYS y:1?')).toMatch(/^\*7\|/);
    const [, random] = (await client.say('RANDOMKEY')).split('|');
    expect(NAMES).toContain(random);
    for (const wrong of ['SCAN x', 'SCAN -1', 'SCAN 123']) {
      expect(await client.say(wrong)).toBe('-ERR invalid cursor');
    }
    for (const wrong of ['SCAN 0 COUNT 0', 'SCAN 0 MATCH', 'SCAN 0 FOO 1']) {
      expect(await client.say(wrong)).toBe('-ERR syntax error');
    }
    expect(await client.say('FLUSHALL NOW')).toBe('-ERR syntax error');
    expect(await client.say('FLUSHALL')).toBe('+OK');
    expect(await client.say('DBSIZE')).toBe(':0');
    expect(await client.say('RANDOMKEY')).toBe('$-1');
    expect(await client.say('SCAN 0')).toBe('*2|$1|0|*0');
  });
});

it('a cursor survives that somebody joins', async () => {
  await withResp(
    async (client, { ring }) => {
      await fill(client);
      const joined: Awaited<ReturnType<typeof openRing>>[] = [];
      const names = await scanAll(client, ' COUNT 10', async () => {
        if (joined.length >= 2) return;
        const other = await openRing({ join: ring.addresses[0], k: 1 });
        joined.push(other);
        await other.ready();
      });
      expect(names).toEqual(NAMES);
      expect(await scanAll(client, ' COUNT 10')).toEqual(NAMES);
      await Promise.all(joined.map((other) => other.close()));
    },
    { ring: { k: 1 } },
  );
});
