import { describe, expect, test } from 'vitest';
import { nickname } from '../../../src/cli/ring/chat.ts';
import { Running, ringlight } from '../command.ts';
import { endAll, startRing } from '../ring.ts';

describe('ringlight chat', () => {
  test('two terminals talk, through the death of a member', async () => {
    const members = await startRing(4, 2);
    const at = members.flatMap(({ address }) => ['--at', address]);
    const enter = async (name: string, others: string[]) => {
      const terminal = new Running(['chat', '--json', '--name', name, ...others]);
      await terminal.event('entered');
      return terminal;
    };
    const ann = await enter('Ann', at);
    const bob = await enter('Bob', at.slice(2));
    const hears = (who: Running, text: string) =>
      who.event('line', (line) => line['text'] === text);
    ann.process.stdin!.write('hello?\n');
    await Promise.all([hears(bob, 'hello?'), hears(ann, 'hello?')]);
    await endAll(members.slice(3));
    bob.process.stdin!.write('hello!\n');
    await hears(ann, 'hello!');
    ann.process.stdin!.write('/name Anna\nit is me\n/quit\n');
    expect(await hears(bob, 'it is me')).toMatchObject({ from: 'Anna' });
    expect((await ann.ended).status).toBe(0);
    bob.process.stdin!.end();
    expect((await bob.ended).status).toBe(0);
    // Who comes later reads what was said.
    const late = await ringlight(['chat', ...at], '');
    expect(late.status).toBe(0);
    expect(late.stdout).toMatch(/Ann {2}hello\?\n.*Bob {2}hello!\n.*Anna {2}it is me\n/);
    await endAll(members.slice(0, 3));
  }, 120_000);

  test('a wrong room or name is one line', async () => {
    const wrong = await ringlight([
      'chat',
      '--at',
      '127.0.0.1:1',
      '--wire',
      'seed',
      '--room',
      'a/b',
    ]);
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/^ringlight: "room" expected/),
    ]);
    expect(() => nickname(' ')).toThrow('Expected a name');
    expect(nickname(' Ann ')).toBe('Ann');
  });
});
