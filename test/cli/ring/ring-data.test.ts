/** Calls to a ring from the command line: bytes in, bytes out, and an exit status for each end. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRing, type Ring } from '../../../src/ring.ts';
import { objects, ringlight } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-data-'));
let member: Ring;
let at: string[];

beforeAll(async () => {
  member = await openRing();
  await member.ready();
  at = ['--at', member.addresses[0]];
});
afterAll(async () => {
  await member.close();
  rmSync(folder, { recursive: true, force: true });
});

const ring = (args: string[], stdin = '') => ringlight(['ring', ...args, ...at], stdin);

describe('ringlight ring insert and get', () => {
  test('take a value as an argument, from a file and from stdin', async () => {
    const file = join(folder, 'value');
    writeFileSync(file, 'from a file\n');
    expect((await ring(['insert', 'argument', 'a value'])).stdout).toBe(
      `Inserted argument (7 bytes) at ${member.addresses[0]}: 1 copy.\n`,
    );
    expect((await ring(['insert', 'file', '--file', file])).status).toBe(0);
    expect((await ring(['insert', 'stdin'], 'from stdin')).status).toBe(0);
    expect((await ring(['insert', 'nothing'])).stdout).toMatch(/^Inserted nothing \(0 bytes\)/);
    for (const [key, value] of [
      ['argument', 'a value'],
      ['file', 'from a file\n'],
      ['stdin', 'from stdin'],
      ['nothing', ''],
    ]) {
      expect(Buffer.from((await member.get(key))!).toString()).toBe(value);
    }
    expect(await ring(['get', 'file'])).toEqual({
      status: 0,
      stdout: 'from a file\n',
      stderr: '',
    });
    expect((await ring(['insert', 'argument', 'another'])).stdout).toMatch(/^Replaced argument /);
  }, 30_000);

  test('carry every byte there is', async () => {
    const file = join(folder, 'bytes');
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) & 255));
    writeFileSync(file, bytes);
    expect((await ring(['insert', 'bytes', '--file', file])).status).toBe(0);
    const child = spawn(process.execPath, ['dist/cli.js', 'ring', 'get', 'bytes', ...at]);
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk);
    expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0);
  });

  test('take a key as a hash', async () => {
    const hash = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';
    await ring(['insert', hash, 'world', '--hash']);
    expect((await ring(['get', 'hello'])).stdout).toBe('world');
    const { status, stderr } = await ring(['get', 'no hash', '--hash']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'ringlight: "key.hash" expected 40 hexadecimal digits or 20 bytes, got "no hash"\n',
    );
  });

  test('speak JSON', async () => {
    const [inserted] = objects(await ring(['insert', 'j', 'ä', '--json']));
    expect(inserted).toMatchObject({ event: 'inserted', key: 'j', bytes: 2, copies: 1 });
    const [value] = objects(await ring(['get', 'j', '--json']));
    expect(value).toEqual({ event: 'value', key: 'j', bytes: 2, text: 'ä', base64: 'w6Q=' });
    const [missing] = objects(await ring(['get', 'missing', '--json']));
    expect(missing).toEqual({
      event: 'error',
      code: 'NO_SUCH_KEY',
      message: 'no such key: missing',
    });
  });
});

describe('ringlight ring exists, remove and owns', () => {
  test('say so by their exit status', async () => {
    await ring(['insert', 'here', 'x']);
    expect(await ring(['exists', 'here'])).toMatchObject({ status: 0, stdout: 'here is there.\n' });
    expect(await ring(['owns', 'here'])).toMatchObject({
      status: 0,
      stdout: `${member.addresses[0]}\n`,
    });
    expect((await ring(['remove', 'here'])).status).toBe(0);
    for (const command of ['get', 'exists', 'remove']) {
      expect(await ring([command, 'here'])).toEqual({
        status: 1,
        stdout: '',
        stderr: 'ringlight: no such key: here\n',
      });
    }
  }, 30_000);
});

describe('a ring that is named once', () => {
  test('by the environment or by the file of settings', async () => {
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ at: at[1], 'ring get': { level: 'one' } }));
    await member.insert('once', 'said');
    const get = ['ring', 'get', 'once'];
    const said = { status: 0, stdout: 'said', stderr: '' };
    expect(await ringlight(get, '', { RINGLIGHT_AT: `127.0.0.1:1,${at[1]}` })).toEqual(said);
    expect(await ringlight(get, '', { RINGLIGHT_CONFIG: file })).toEqual(said);
    const { status, stderr } = await ringlight(get, '', { RINGLIGHT_CONFIG: `${file}.no` });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^ringlight: .*settings\.json\.no cannot be read: there is no such file or folder\n$/,
    );
  });

  test('an empty key is refused', async () => {
    for (const args of [
      ['get', ''],
      ['insert', '', 'a'],
      ['remove', ''],
      ['owns', ''],
    ]) {
      expect(await ring(args)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('A key must not be empty.'),
      });
    }
  });
});

describe('a call that cannot be made', () => {
  test('to a ring that is not there is one line and status 2', async () => {
    const gone = await openRing();
    const [address] = gone.addresses;
    await gone.close();
    for (const args of [['get', 'a'], ['insert', 'a', 'b'], ['doctor']]) {
      const { status, stdout, stderr } = await ringlight(['ring', ...args, '--at', address]);
      expect({ args, status, stdout }).toEqual({ args, status: 2, stdout: '' });
      expect(stderr).toMatch(/^ringlight: .+\n$/);
    }
  }, 30_000);

  test('goes to the next member that was named', async () => {
    const gone = await openRing();
    const [address] = gone.addresses;
    await gone.close();
    await ring(['insert', 'two ways', 'in']);
    const { stdout } = await ringlight(['ring', 'get', 'two ways', '--at', address, ...at]);
    expect(stdout).toBe('in');
  }, 30_000);

  test.each([
    [['insert', 'a', 'b', '--file', 'c'], /a value is given twice/],
    [
      ['insert', 'a', '--file', '/nowhere/at/all'],
      /cannot read \/nowhere\/at\/all: there is no such file or folder/,
    ],
    [['get'], /missing required argument 'key'/],
    [['get', 'a', '--level', 'most'], /Expected one, quorum, all/],
    [['get', 'a', '--timeout', 'soon'], /Expected a duration/],
  ])('%j is told', async (args, message) => {
    const { status, stderr } = await ring(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('without --at is told', async () => {
    const { status, stderr } = await ringlight(['ring', 'get', 'a']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^ringlight: which ring\? Give --at HOST:PORT, set RINGLIGHT_AT, /);
  });

  test('because a value is too large is told before it is sent, and by the ring', async () => {
    const file = join(folder, 'large');
    writeFileSync(file, Buffer.alloc(2000));
    const args = ['insert', 'large', '--file', file, '--value-limit', '1k'];
    expect(await ring(args)).toMatchObject({
      status: 1,
      stderr: `ringlight: ${file} has more than 1,024 bytes, see --value-limit\n`,
    });
    expect((await ring(['insert', 'large', '--value-limit', '1k'], 'x'.repeat(2000))).stderr).toBe(
      'ringlight: stdin has more than 1,024 bytes, see --value-limit\n',
    );
  });
});
