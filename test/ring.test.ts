/** The door to rings: real nodes on loopback, and everything a program may do wrong. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  connectRing,
  openRing,
  type Ring,
  type RingNotice,
  type RingOptions,
} from '../src/ring.ts';
import { createRingTestnet } from '../src/testnet.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-ring-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const text = (value: Uint8Array | null) => value && Buffer.from(value).toString();
const sha1 = (name: string) => new Uint8Array(createHash('sha1').update(name).digest());

async function alone(options: RingOptions = {}): Promise<Ring> {
  const ring = await openRing(options);
  await ring.ready();
  return ring;
}

describe('a ring of one', () => {
  test('keeps names and hashes, texts and bytes', async () => {
    await using ring = await alone();
    expect(await ring.get('hello')).toBeNull();
    expect(await ring.exists('hello')).toBe(false);
    const first = await ring.insert('hello', 'world');
    expect(first).toEqual({ existed: false, copies: 1, owner: ring.addresses[0], hops: 0 });
    expect(text(await ring.get('hello'))).toBe('world');
    // A name is known by its hash, in each form that a hash has.
    expect(text(await ring.get(sha1('hello')))).toBe('world');
    const hex = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';
    expect(text(await ring.get({ hash: hex }))).toBe('world');
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(await ring.insert({ hash: hex }, bytes)).toMatchObject({ existed: true });
    bytes.fill(0);
    expect(await ring.get('hello')).toEqual(Uint8Array.from({ length: 256 }, (_, i) => i));
    await ring.insert('empty', new Uint8Array(0));
    expect(await ring.get('empty')).toEqual(new Uint8Array(0));
    expect(await ring.exists('empty')).toBe(true);
    expect(await ring.remove('hello')).toMatchObject({ existed: true });
    expect(await ring.remove('hello')).toMatchObject({ existed: false });
    expect(await ring.get('hello')).toBeNull();
    expect(await ring.owns('hello')).toEqual({ owner: ring.addresses[0], hops: 0 });
    expect(ring.info()).toMatchObject({ k: 0, effectiveK: 0, wire: 'seed', policy: 'correct' });
  });

  test('gives a client that is no member the same calls', async () => {
    await using ring = await alone();
    await using client = await connectRing(ring.addresses[0]!);
    expect(await client.insert('ä name', 'a value')).toMatchObject({ owner: ring.addresses[0] });
    expect(text(await client.get('ä name'))).toBe('a value');
    expect(text(await ring.get('ä name'))).toBe('a value');
    expect(await client.exists('ä name')).toBe(true);
    expect((await client.remove('ä name')).existed).toBe(true);
    expect(await client.exists('ä name')).toBe(false);
    expect((await client.owns('x')).owner).toBe(ring.addresses[0]);
    expect(await client.info()).toMatchObject({ isPlain: false, info: { k: 0 } });
  });

  test('keeps its records in a data directory, one process at a time', async () => {
    const data = join(base, 'alone');
    const first = await alone({ data });
    for (let i = 0; i < 50; i++) await first.insert(`key ${i}`, `value ${i}`);
    await first.remove('key 7');
    await expect(openRing({ data })).rejects.toMatchObject({
      code: 'DATA_IN_USE',
      message: `${data} is in use by this process`,
    });
    const { port } = first;
    await first.close();
    await using second = await alone({ data, port });
    expect(text(await second.get('key 49'))).toBe('value 49');
    expect(await second.get('key 7')).toBeNull();
  });

  test('speaks the class protocol with anybody, byte for byte', async () => {
    await using ring = await alone();
    const hello = Buffer.from(sha1('hello'));
    const insert = Buffer.concat([Buffer.from('INS'), hello]);
    const value = Buffer.from([0, 0, 0, 0, 0, 0, 0, 5, ...Buffer.from('world')]);
    expect(await say(ring.port, [insert, value])).toEqual(Buffer.from('TT'));
    expect(text(await ring.get('hello'))).toBe('world');
    const get = Buffer.concat([Buffer.from('GET'), hello]);
    expect(await say(ring.port, [get])).toEqual(Buffer.concat([Buffer.from('T'), value]));
    expect(await say(ring.port, [Buffer.from('PUL')])).toEqual(Buffer.from('T'));
    const owner = Buffer.from([127, 0, 0, 1, ring.port >> 8, ring.port & 255]);
    expect(await say(ring.port, [Buffer.concat([Buffer.from('OWN'), hello])])).toEqual(owner);
  });
});

/** Sends the parts, each after an answer to the one before, and returns all that comes back. */
async function say(port: number, parts: Buffer[]): Promise<Buffer> {
  const socket = connect({ host: '127.0.0.1', port });
  const heard: Buffer[] = [];
  for (const [i, part] of parts.entries()) {
    socket.write(part);
    if (i + 1 < parts.length) heard.push((await once(socket, 'data'))[0]);
  }
  socket.on('data', (bytes) => heard.push(bytes));
  await once(socket, 'end');
  socket.destroy();
  return Buffer.concat(heard);
}

describe('a ring of several', () => {
  test('holds everything through the crash of as many members as it has backups', async () => {
    await using ring = await createRingTestnet({ nodes: 6, k: 2 });
    const keys = Array.from({ length: 60 }, (_, i) => `key ${i}`);
    await Promise.all(
      keys.map((key, i) => ring.nodes[i % 6]!.insert(key, `of ${key}`, { level: 'all' })),
    );
    await Promise.all([ring.crash(4), ring.crash(1)]);
    await using client = await connectRing(ring.nodes.map(({ addresses }) => addresses[0]!));
    for (const [i, key] of keys.entries()) {
      expect(text(await ring.nodes[i % 4]!.get(key))).toBe(`of ${key}`);
    }
    expect(text(await client.get('key 3'))).toBe('of key 3');
  }, 60_000);

  test('lets a member leave: its records stay, its calls and its port are free', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 0 });
    const keys = Array.from({ length: 40 }, (_, i) => `key ${i}`);
    for (const key of keys) await ring.nodes[0]!.insert(key, key);
    const leaver = ring.nodes[1]!;
    await leaver.leave();
    await expect(leaver.get('key 1')).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(leaver.ready()).rejects.toMatchObject({ code: 'CLOSED' });
    for (const key of keys) expect(text(await ring.nodes[2]!.get(key))).toBe(key);
    const again = await openRing({ port: leaver.port });
    await again.close();
  }, 60_000);

  test('has several places for one process, on ports in a row', async () => {
    const probe = await alone({ identities: 3 });
    const { port } = probe;
    expect(probe.addresses).toHaveLength(3);
    await probe.close();
    await using ring = await openRing({ port, identities: 3 }).catch(() =>
      openRing({ identities: 3 }),
    );
    await ring.ready();
    await using other = await openRing({ join: ring.addresses[2]! });
    await other.ready();
    await other.insert('a', '1');
    expect(text(await ring.get('a'))).toBe('1');
    expect(ring.info().identities.map(({ address }) => address)).toEqual(ring.addresses);
  }, 30_000);

  test.each(['seed', 'string', 'text'] as const)(
    'speaks %s, and finds that out',
    async (wire) => {
      await using first = await alone({ wire });
      await using second = await openRing({ join: first.addresses[0]! });
      await second.ready();
      expect(second.info().wire).toBe(wire);
      await second.insert('key', 'value');
      await using client = await connectRing(first.addresses[0]!);
      expect(text(await client.get('key'))).toBe('value');
    },
    30_000,
  );

  test('tells what happens', async () => {
    const notices: RingNotice[] = [];
    await using first = await alone();
    await using second = await openRing({
      join: first.addresses[0]!,
      onEvent: (notice) => notices.push(notice),
    });
    await second.ready();
    await expect
      .poll(() => notices)
      .toContainEqual({ kind: 'joined', identity: second.addresses[0] });
    await expect
      .poll(() => notices)
      .toContainEqual({
        kind: 'successor',
        identity: second.addresses[0],
        successor: first.addresses[0],
      });
  });
});

describe('a call', () => {
  test('to a ring that is not there is UNREACHABLE, and so is joining it', async () => {
    const gone = await alone();
    const [address] = gone.addresses;
    await gone.close();
    const nobody = { name: 'DhtError', code: 'UNREACHABLE' };
    await expect(connectRing(address!)).rejects.toMatchObject({
      ...nobody,
      message: `no member of a ring answers at ${address}`,
    });
    await expect(openRing({ join: address! })).rejects.toMatchObject(nobody);
    // Who knows the dialect can wait for them.
    await using member = await openRing({ join: address!, wire: 'seed' });
    await expect(member.ready({ timeoutMs: 300 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(/^no member after 300 ms: ./),
    });
    await expect(member.get('a')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  }, 20_000);

  test('ends by its signal, its time or the closing of the ring', async () => {
    const { server, address, sockets } = await silentServer();
    const client = await connectRing(address, { wire: 'seed' });
    const signal = AbortSignal.timeout(30);
    await expect(client.get('a', { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(client.get('a', { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'no answer within 30 ms',
    });
    const pending = client.get('a');
    await Promise.all([expect(pending).rejects.toMatchObject({ code: 'CLOSED' }), client.close()]);
    await client.close();
    await expect(client.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('with a value over the limit is TOO_LARGE, and the ring lives on', async () => {
    await using ring = await alone({ valueBytesMax: 1000 });
    await ring.insert('fits', new Uint8Array(1000));
    await expect(ring.insert('big', new Uint8Array(1001))).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    await using client = await connectRing(ring.addresses[0]!);
    await expect(client.insert('big', new Uint8Array(2000))).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    expect((await client.get('fits'))?.length).toBe(1000);
  });

  test('carries a value of several megabytes', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 1 });
    const value = new Uint8Array(5_000_000);
    for (let i = 0; i < value.length; i++) value[i] = (i * 31) & 255;
    await ring.nodes[0]!.insert('big', value, { level: 'all' });
    const back = await ring.nodes[2]!.get('big');
    expect(Buffer.compare(Buffer.from(back!), Buffer.from(value))).toBe(0);
  }, 30_000);
});

/** Accepts everybody and says nothing. */
async function silentServer(): Promise<{ server: Server; address: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {})));
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { server, address: `127.0.0.1:${(server.address() as { port: number }).port}`, sockets };
}

describe('a wrong argument', () => {
  test('of a call is told by name', async () => {
    await using ring = await alone();
    const wrong: [unknown, string][] = [
      [5, '"key" expected a name, 20 bytes or { hash }, got 5'],
      [null, '"key" expected a name, 20 bytes or { hash }, got null'],
      [new Uint8Array(19), '"key" expected 20 bytes, got 19'],
      [{ hash: 'xyz' }, '"key.hash" expected 40 hexadecimal digits or 20 bytes, got "xyz"'],
    ];
    for (const [key, message] of wrong) {
      await expect(ring.get(key as string)).rejects.toThrow(new TypeError(message));
    }
    await expect(ring.insert('a', 7 as never)).rejects.toThrow(
      new TypeError('"value" expected bytes or a text, got 7'),
    );
    await expect(ring.get('a', { level: 'most' as never })).rejects.toThrow(
      new TypeError('"level" expected one | quorum | all, got "most"'),
    );
  });

  test('of opening is told before anything is opened', async () => {
    const wrong: [RingOptions | Record<string, unknown>, string | RegExp][] = [
      [{ port: 70_000 }, '"port" expected a whole number in 0..65535, got 70000'],
      [{ identities: 0 }, '"identities" expected a whole number in 1..256, got 0'],
      [{ port: 65_535, identities: 2 }, /"port \+ identities - 1" expected/],
      [{ host: '0.0.0.0' }, '"host" expected the address that others reach this node by'],
      [{ join: 'nowhere' }, '"join[0]" expected HOST:PORT, got "nowhere"'],
      [{ k: 99 }, /"k" expected a whole number in 0\.\.16, got 99/],
      [{ wire: 'morse' }, /"wire" expected seed \| string \| text, got "morse"/],
      [{ data: '' }, '"data" expected a directory, got ""'],
      [{ colour: 'red' }, '"colour" is no setting of a ring node'],
    ];
    for (const [options, message] of wrong) {
      await expect(openRing(options as RingOptions)).rejects.toThrow(message);
    }
    await expect(connectRing([])).rejects.toThrow('"entries" expected HOST:PORT, got none');
    await expect(connectRing('127.0.0.1')).rejects.toThrow('"entries[0]" expected HOST:PORT');
  });

  test('that only the system knows to be wrong is an error with a code', async () => {
    await using ring = await alone();
    await expect(openRing({ port: ring.port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await expect(openRing({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
    });
  });
});

test('values may be kept as ASCII for programs that take them for text', async () => {
  await using ring = await alone();
  await using client = await connectRing(ring.addresses[0]!, { textSafe: true });
  await client.insert('binary', new Uint8Array([255, 0, 128]));
  expect(text(await ring.get('binary'))).toBe('base64:/wCA');
  expect(await client.get('binary')).toEqual(new Uint8Array([255, 0, 128]));
});

test('what was opened is closed: nothing is left that would keep a process alive', async () => {
  const ring = await createRingTestnet({ nodes: 4, k: 1 });
  await ring.nodes[2]!.insert('a', 'b');
  const client = await connectRing(ring.nodes[0]!.addresses[0]!);
  await client.get('a');
  await Promise.all([client.close(), ring.close()]);
  const kept = () => process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name));
  await expect.poll(kept).toEqual([]);
});
