import { expect, it } from 'vitest';
import { withResp } from './resp-client.ts';

it('what happens to a key is told, and to all that match', async () => {
  await withResp(async (client, { open, ring }) => {
    const [one, all, events] = [open(), open(), open()];
    const at = (name: string) => `$${15 + name.length}|__keyspace@0__:${name}`;
    expect(await one.say('SUBSCRIBE __keyspace@0__:room:1')).toBe(
      `*3|$9|subscribe|${at('room:1')}|:1`,
    );
    expect(await all.say('PSUBSCRIBE __keyspace@0__:room:[0-9]*')).toMatch(
      /^\*3\|\$10\|psubscribe/,
    );
    expect(await events.say('SUBSCRIBE __keyevent@0__:expired')).toMatch(/\|:1$/);
    for (const line of [
      'SET room:1 x',
      'SET hall x',
      'SET room:x 1',
      'SET room:2 x PX 1000',
      'DEL room:1',
    ]) {
      await client.say(line);
    }
    expect(await one.next()).toBe(`*3|$7|message|${at('room:1')}|$3|set`);
    expect(await one.next()).toBe(`*3|$7|message|${at('room:1')}|$3|del`);
    const told: string[] = [];
    for (let i = 0; i < 4; i++) told.push((await all.next()).split('|').slice(6).join('|'));
    const expected = [
      `${'__keyspace@0__:room:1'}|$3|set`,
      '__keyspace@0__:room:2|$3|set',
      '__keyspace@0__:room:1|$3|del',
      '__keyspace@0__:room:2|$7|expired',
    ];
    expect(told.sort()).toEqual(expected.sort());
    expect(await events.next()).toMatch(/\|\$6\|room:2$/);
    expect(await one.say('SUBSCRIBE news')).toMatch(/^-ERR only the channels/);
    // In the third version anything may be asked beside it.
    await client.say('HELLO 3');
    expect(await client.say('SUBSCRIBE __keyspace@0__:a')).toMatch(/^>3\|/);
    client.raw('SET a 1\r\n');
    expect([await client.next(), await client.next()].sort()).toEqual([
      '+OK',
      `>3|$7|message|${at('a')}|$3|set`,
    ]);
    await ring.remove('a');
    expect(await client.next()).toBe(`>3|$7|message|${at('a')}|$3|del`);
  });
});
