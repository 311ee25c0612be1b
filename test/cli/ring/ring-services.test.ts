import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ringlight } from '../command.ts';
import { endAll, startMember } from '../ring.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-services-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a port answers to a line. */
function ask(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(`${line}\r\n`));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}

describe('ring serve', () => {
  test('--resp serves Redis clients, who share keys with everybody else', async () => {
    const member = await startMember(['--resp', '0']);
    const { port } = await member.running.event('serving');
    expect(await ask(port as number, 'SET hello world')).toBe('+OK\r\n');
    const got = await ringlight(['ring', 'get', 'hello', '--at', member.address]);
    expect(got.stdout).toBe('world');
    await ringlight(['ring', 'insert', 'hello', 'there', '--at', member.address]);
    expect(await ask(port as number, 'GET hello')).toBe('$5\r\nthere\r\n');
    expect(await ask(port as number, 'KEYS *')).toBe('*1\r\n$5\r\nhello\r\n');
    await endAll([member]);
  });

  test('--http serves the same keys', async () => {
    const member = await startMember(['--http', '0']);
    const { url } = await member.running.event('serving');
    const put = await fetch(`${url as string}/values/hello`, { method: 'PUT', body: 'world' });
    expect(put.status).toBe(201);
    const got = await ringlight(['ring', 'get', 'hello', '--at', member.address]);
    expect(got.stdout).toBe('world');
    await endAll([member]);
  });

  test('--resp asks for the secret of the ring', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'correct horse battery staple\n');
    const member = await startMember(['--resp', '0', '--secret-file', file]);
    const { port } = await member.running.event('serving');
    expect(await ask(port as number, 'GET a')).toBe('-NOAUTH Authentication required.\r\n');
    const signedIn = await ask(port as number, 'AUTH "correct horse battery staple"\r\nGET a');
    expect(signedIn).toBe('+OK\r\n$-1\r\n');
    await endAll([member]);
  });

  test('--service-host beyond loopback wants a secret, or to be open', async () => {
    const args = ['ring', 'serve', '--port', '0', '--resp', '0', '--service-host', '0.0.0.0'];
    const { status, stderr } = await ringlight(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/--service-host 0\.0\.0\.0: beyond loopback give --secret-file/);
  });
});
