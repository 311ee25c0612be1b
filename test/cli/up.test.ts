import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { objects, Running, ringlight } from './command.ts';

describe('ringlight up', () => {
  test('opens nodes, announces at one, finds from another, stays and ends', async () => {
    const up = new Running(['up', '--no-studio', '--nodes', '12', '--ring', '0', '--json']);
    await up.event('status');
    const outcome = await up.end('SIGINT');
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    const lines = objects(outcome);
    expect([...new Set(lines.map((line) => line['event']))]).toEqual([
      'ready',
      'announced',
      'found',
      'status',
      'stopped',
    ]);
    const [ready, announced, found, status] = lines as Record<string, never>[];
    expect(ready).toMatchObject({
      nodes: 12,
      bootstrap: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    expect(announced['stored']).toBe(8);
    expect(found['infoHash']).toBe(announced['infoHash']);
    expect(found['peers']).toEqual([{ host: '127.0.0.1', port: announced['peerPort'] }]);
    expect(status).toMatchObject({ nodes: 12, tableMin: expect.any(Number) });
  });

  test('shows the lookup to people as a table', async () => {
    const { stdout } = await ringlight([
      'up',
      '--no-studio',
      '--nodes',
      '9',
      '--ring',
      '0',
      '--for',
      '10ms',
    ]);
    expect(stdout).toMatch(/^9 Mainline nodes, joined in /);
    expect(stdout).toMatch(/Bootstrap address for any BitTorrent client: {2}127\.0\.0\.1:\d+/);
    expect(stdout).toMatch(
      /#\s+asked\s+id\s+told by\s+hop\s+distance\s+sent\s+round trip\s+verdict/,
    );
    expect(stdout).toMatch(/answered, 1 peer/);
    expect(stdout).toMatch(/9 nodes closed\.\n$/);
  });

  test('one node alone is a network too, with nothing to show', async () => {
    const outcome = await ringlight([
      'up',
      '--no-studio',
      '--nodes',
      '1',
      '--ring',
      '0',
      '--for',
      '10ms',
      '--json',
    ]);
    expect(outcome.status).toBe(0);
    expect(objects(outcome).map((line) => line['event'])).toEqual(['ready', 'stopped']);
  });

  test('others join through the address it prints', async () => {
    const up = new Running(['up', '--no-studio', '--nodes', '4', '--ring', '0', '--json']);
    const { bootstrap } = await up.event('ready');
    const ping = await ringlight(['mainline', 'ping', bootstrap, '--host', '127.0.0.1', '--json']);
    expect(objects(ping)[0]).toMatchObject({ event: 'pong', version: 'RL\x00\x01' });
    expect((await up.end('SIGINT')).status).toBe(0);
  });

  test('a port that is taken is one line and exit status 2', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const { status, stdout, stderr } = await ringlight([
      'up',
      '--no-studio',
      '--port',
      String(port),
    ]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`ringlight: cannot listen on 127.0.0.1:${port}: the port is taken\n`);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });
});
