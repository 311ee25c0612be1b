/** Members on loopback: what they keep, who leaves and who crashes, and options that are wrong. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  clientKey,
  connectRing,
  openRing,
  type RingNotice,
  type RingOptions,
} from '../../../src/ring.ts';
import { createRingTestnet } from '../../../src/testnet.ts';
import { alone, text } from './rings.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-ring-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const sha1 = (name: string) => new Uint8Array(createHash('sha1').update(name).digest());

describe('a ring with a secret', () => {
  const secret = 'known to few, 16 bytes at least';

  test('serves members and clients that know it, as far as their rights go, and nobody else', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 2, secret });
    const [at] = ring.nodes[0].addresses;
    const wrote = await ring.nodes[1].insert('a', 'x', { level: 'all' });
    expect(wrote.copies).toBe(3);
    for (const wrong of [undefined, 'quite another secret']) {
      const stranger = {
        wire: 'seed',
        ...(wrong && { secret: wrong }),
        callTimeoutMs: 3000,
      } as const;
      await using client = await connectRing(at, stranger);
      await expect(client.get('a')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    }
    await using reader = await connectRing(at, { secret: clientKey(secret, 'read') });
    expect(text(await reader.get('a'))).toBe('x');
    await expect(reader.insert('a', 'y')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    await expect(reader.remove('a')).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    await using writer = await connectRing(at, { secret: clientKey(secret, 'write') });
    await writer.insert('a', 'z', { level: 'all' });
    expect(text(await reader.get('a', { level: 'all' }))).toBe('z');
    // No word of a class program is answered, not even who owns what.
    const own = Buffer.concat([Buffer.from('OWN'), Buffer.from(sha1('a'))]);
    expect(await say(ring.nodes[0].port, [own])).toEqual(Buffer.alloc(0));
  }, 30_000);

  test('takes no wrong ones: too short, for clients only, beside a dialect that knows none', async () => {
    const refused = async (options: RingOptions, what: RegExp) =>
      expect(openRing(options)).rejects.toThrow(what);
    await refused({ secret: 'short' }, /"secret" expected 16 bytes/);
    await refused({ secret: clientKey(secret, 'write') }, /got a key for clients/);
    await refused({ secret, wire: 'seed' }, /"wire" expected none/);
    await refused({ secret: 5 as unknown as string }, /"secret" expected a text/);
    expect(() => clientKey(clientKey(secret, 'read'), 'write')).toThrow(RangeError);
    // Without one nobody listens beyond loopback unless he is told to.
    await refused({ host: '192.0.2.1' }, /"host" expected a loopback address/);
  });
});

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
    await using ring = await alone({ wire: 'seed' });
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
      keys.map((key, i) => ring.nodes[i % 6].insert(key, `of ${key}`, { level: 'all' })),
    );
    await Promise.all([ring.crash(4), ring.crash(1)]);
    await using client = await connectRing(ring.nodes.map(({ addresses }) => addresses[0]));
    for (const [i, key] of keys.entries()) {
      expect(text(await ring.nodes[i % 4].get(key))).toBe(`of ${key}`);
    }
    expect(text(await client.get('key 3'))).toBe('of key 3');
  }, 60_000);

  test('lets a member leave: its records stay, its calls and its port are free', async () => {
    await using ring = await createRingTestnet({ nodes: 3, k: 0 });
    const keys = Array.from({ length: 40 }, (_, i) => `key ${i}`);
    for (const key of keys) await ring.nodes[0].insert(key, key);
    const leaver = ring.nodes[1];
    await leaver.leave();
    await expect(leaver.get('key 1')).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(leaver.ready()).rejects.toMatchObject({ code: 'CLOSED' });
    for (const key of keys) expect(text(await ring.nodes[2].get(key))).toBe(key);
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
    await using other = await openRing({ join: ring.addresses[2] });
    await other.ready();
    await other.insert('a', '1');
    expect(text(await ring.get('a'))).toBe('1');
    expect(ring.info().identities.map(({ address }) => address)).toEqual(ring.addresses);
  }, 30_000);

  test('tells what happens', async () => {
    const notices: RingNotice[] = [];
    await using first = await alone();
    await using second = await openRing({
      join: first.addresses[0],
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

describe('a wrong argument', () => {
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
  });

  test('that only the system knows to be wrong is an error with a code', async () => {
    await using ring = await alone();
    await expect(openRing({ port: ring.port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await expect(openRing({ host: '192.0.2.1', open: true })).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
    });
  });
});

test('a signal gives the opening up while nobody answers, and nothing is left behind', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const data = join(base, 'aborted');
  for (const open of [openRing, connectTo]) {
    const over = new AbortController();
    const opening = open({ join: `127.0.0.1:${port}`, data, signal: over.signal });
    opening.catch(() => {});
    const [asking] = (await once(silent, 'connection')) as [Socket];
    over.abort();
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED' });
    asking.resume();
    await once(asking, 'close');
  }
  await expect(openRing({ data, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  await expect(openRing({ signal: 1 as never })).rejects.toThrow('"signal"');
  // Its folder is free again.
  await (await openRing({ data })).close();
  silent.close();
});

const connectTo = ({ join, signal }: { join: string; signal: AbortSignal }) =>
  connectRing(join, { signal });

test('what was opened is closed: nothing is left that would keep a process alive', async () => {
  const ring = await createRingTestnet({ nodes: 4, k: 1 });
  await ring.nodes[2].insert('a', 'b');
  const client = await connectRing(ring.nodes[0].addresses[0]);
  await client.get('a');
  await Promise.all([client.close(), ring.close()]);
  const kept = () => process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name));
  await expect.poll(kept).toEqual([]);
});
