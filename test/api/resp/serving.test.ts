import { expect, it } from 'vitest';
import { expectReplies, withResp } from './resp-client.ts';

it('a client is greeted in the version that it asks for', async () => {
  await withResp(async (client) => {
    const two = await client.say('HELLO');
    expect(two).toMatch(
      /^\*14\|\$6\|server\|\$5\|redis\|\$7\|version\|\$5\|7\.0\.0\|\$5\|proto\|:2\|/,
    );
    expect(await client.say('GET a')).toBe('$-1');
    expect(await client.say('HELLO 3 SETNAME me')).toMatch(/^%7\|.*\|\$5\|proto\|:3\|/);
    expect(await client.say('GET a')).toBe('_');
    expect(await client.say('CONFIG GET save')).toBe('%1|$4|save|$0|');
    await expectReplies(client, [
      ['CLIENT GETNAME', '$2|me'],
      ['HELLO 4', '-NOPROTO unsupported protocol version'],
      ['HELLO x', '-ERR Protocol version is not an integer or out of range'],
      ['HELLO 3 FOO', "-ERR Syntax error in HELLO option 'FOO'"],
    ]);
    expect(await client.say('HELLO 2')).toMatch(/^\*14\|/);
    expect(await client.say('GET a')).toBe('$-1');
  });
});

it('what clients ask before they begin is answered', async () => {
  await withResp(async (client, { port }) => {
    await expectReplies(client, [
      ['PING', '+PONG'],
      ['PING hi', '$2|hi'],
      ['ECHO hi', '$2|hi'],
      ['SELECT 0', '+OK'],
      ['SELECT 99', '-ERR DB index is out of range'],
      ['SELECT x', '-ERR value is not an integer or out of range'],
      ['CLIENT SETINFO LIB-NAME x', '+OK'],
      ['CLIENT SETNAME a', '+OK'],
      ['CLIENT GETNAME', '$1|a'],
      ['CLIENT FOO', "-ERR unknown subcommand 'FOO'. Try CLIENT HELP."],
      [
        'CLIENT MAINT_NOTIFICATIONS ON',
        "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.",
      ],
      ['CONFIG GET nothing', '*0'],
      ['CONFIG RESETSTAT', '+OK'],
      ['COMMAND DOCS', '*0'],
      ['COMMAND INFO get no', '*2|*6|$3|get|:2|*1|+readonly|:1|:1|:1|$-1'],
      ['CLUSTER KEYSLOT foo', ':12182'],
      ['CLUSTER KEYSLOT', "-ERR wrong number of arguments for 'cluster|keyslot' command"],
      ['READONLY', '+OK'],
      ['CLUSTER FOO', "-ERR unknown subcommand 'FOO'. Try CLUSTER HELP."],
      ['RESET', '+RESET'],
      ['CLIENT GETNAME', '$-1'],
      [
        'AUTH x',
        '-ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      ],
      ['AUTH default x', '+OK'],
    ]);
    expect(Number((await client.say('COMMAND COUNT')).slice(1))).toBeGreaterThan(50);
    expect(await client.say('CLUSTER INFO')).toMatch(/cluster_state:ok/);
    expect(await client.say('INFO')).toMatch(/redis_version:7\.0\.0/);
    expect(await client.say('CLUSTER SLOTS')).toMatch(
      new RegExp(
        `^\\*1\\|\\*3\\|:0\\|:16383\\|\\*4\\|\\$9\\|127\\.0\\.0\\.1\\|:${port}\\|\\$40\\|`,
      ),
    );
    expect(await client.ask('CLIENT', 'SETNAME', 'a b')).toMatch(/^-ERR Client names cannot/);
    expect(await client.say('QUIT')).toBe('+OK');
    await client.over();
  });
});
