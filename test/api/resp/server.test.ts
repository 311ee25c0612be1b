import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { openResp } from '../../../src/api/resp/server.ts';
import { clientKey, passwordRights } from '../../../src/api/ring/entrance.ts';
import { openRing } from '../../../src/api/ring/ring.ts';
import { commandOf, expectReplies, withResp } from './resp-client.ts';

const SECRET = 'correct horse battery staple';

it('the password is the secret of the ring, or a key made from it', async () => {
  expect(passwordRights(SECRET, SECRET)).toBe('write');
  expect(passwordRights(SECRET, clientKey(SECRET, 'write'))).toBe('write');
  expect(passwordRights(SECRET, clientKey(SECRET, 'read'))).toBe('read');
  const other = clientKey('another secret that is long', 'write');
  for (const wrong of ['', 'short', `${SECRET}!`, other]) {
    expect(passwordRights(SECRET, wrong)).toBeNull();
  }
});

it('without it nothing is done, and little is kept', async () => {
  await withResp(
    async (client, { open }) => {
      const noAuth = '-NOAUTH Authentication required.';
      const wrong = '-WRONGPASS invalid username-password pair or user is disabled.';
      await expectReplies(client, [
        ['GET a', noAuth],
        ['PING', noAuth],
        ['FOO', noAuth],
        ['AUTH wrong', wrong],
        ['AUTH someone x', wrong],
      ]);
      expect(await client.say('HELLO 3')).toMatch(/^-NOAUTH HELLO must be called/);
      expect(await client.ask('AUTH', 'root', SECRET)).toBe(wrong);
      expect(await client.ask('HELLO', 3, 'AUTH', 'default', SECRET)).toMatch(/^%7/);
      expect(await client.say('SET a 1')).toBe('+OK');
      expect(await client.say('RESET')).toBe('+RESET');
      expect(await client.say('GET a')).toBe(noAuth);

      const stranger = open();
      stranger.raw('*1\r\n$1000000\r\n');
      expect(await stranger.next()).toBe('-ERR Protocol error: unauthenticated bulk length');
      const talker = open();
      talker.raw(commandOf(Array.from({ length: 11 }, () => 'x')));
      expect(await talker.next()).toBe('-ERR Protocol error: unauthenticated multibulk length');

      const reader = open();
      expect(await reader.ask('AUTH', clientKey(SECRET, 'read'))).toBe('+OK');
      expect(await reader.say('GET a')).toBe('$1|1');
      expect(await reader.say('SET a 2')).toBe(
        "-NOPERM this user has no permissions to run the 'set' command",
      );
      expect(await reader.say('FLUSHALL')).toMatch(/^-NOPERM/);
    },
    { ring: { secret: SECRET }, resp: { secret: SECRET } },
  );
});

it('a port that is taken is told in one line', async () => {
  const ring = await openRing();
  const { port } = ring;
  await expect(openResp(ring, { port })).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: `cannot listen on 127.0.0.1:${port}: the port is taken`,
  });
  await ring.close();
});

it('its connections are counted, and a process may end in spite of it', async () => {
  await using ring = await openRing();
  await ring.ready();
  await using server = await openResp(ring);
  expect(server.stats).toEqual({ connections: 0, connectionsAccepted: 0 });
  const socket = connect(server.port, server.host);
  await new Promise((resolve) => socket.write('PING\r\n', resolve));
  await new Promise((resolve) => socket.once('data', resolve));
  expect(server.stats).toEqual({ connections: 1, connectionsAccepted: 1 });
  expect(server.metricsText()).toContain('\nringlight_resp_connections_accepted_total 1\n');
  expect(server.unref().ref()).toBe(server);
  socket.destroy();
});
