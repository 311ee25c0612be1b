/**
 * Items (BEP 44) between our nodes and libtorrent: what one puts the other gets, checks and replaces, both
 * ways. The keys are those of the vectors; libtorrent takes the expanded form.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { keyPairOf } from '../../src/io/signatures.ts';
import { ascii } from '../../src/mainline/krpc/bencode.ts';
import { signedBytes } from '../../src/mainline/krpc/item.ts';
import {
  type Bencoded,
  decode,
  type Encodable,
  encode,
  type Mainline,
  openMainline,
} from '../../src/mainline.ts';
import { IMMUTABLE, KEY, MUTABLE, SEED } from '../vectors/bep44.ts';
import { closeBehindEachTest, isMissing, isRequired, keep } from './beside-libtorrent.ts';
import { LibtorrentPeer } from './libtorrent-peer.ts';

const HOST = '127.0.0.1';
const HOSTS = [HOST, '::1'];
const EXPANDED =
  '3894eea49c580aef816935762be049559d6d1440dede12e6a125f1841fff8e6fa9d71862a3e5746b571be3d187b0041046f52ebd850c7cbd5fde8ee38473b649';
const KEY_TEXT = Buffer.from(KEY).toString('hex');

closeBehindEachTest();

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

/** One of theirs that has joined through one of ours, and another of ours that knows both. */
async function together(
  host = HOST,
): Promise<{ ours: Mainline; other: Mainline; theirs: LibtorrentPeer }> {
  const ours = keep(await openMainline({ host, bootstrap: false }));
  const theirs = keep(await LibtorrentPeer.start([], host));
  await theirs.addNode(ours);
  await vi.waitFor(() => expect(ours.table.size).toBe(1), { timeout: 8000 });
  await vi.waitFor(async () => expect(await theirs.tableSize()).toBe(1), { timeout: 8000 });
  const other = keep(await openMainline({ host, bootstrap: [theirs.address] }));
  await other.ready();
  return { ours, other, theirs };
}

describe.skipIf(isMissing && !isRequired)('items of libtorrent and ours', () => {
  test.each(HOSTS)('theirs is got by ours, on %s', async (host) => {
    const { ours, other, theirs } = await together(host);
    const [, target] = IMMUTABLE[0];
    expect(await theirs.putFixed(hex('Hello World!'))).toBe(target);
    await theirs.putSigned(EXPANDED, KEY_TEXT, hex('Hello World!'), '');
    await theirs.putSigned(EXPANDED, KEY_TEXT, hex('salted'), hex('foobar'));
    await vi.waitFor(() => expect(ours.stats.store.items).toBe(3), { timeout: 8000 });
    for (const node of [ours, other]) {
      expect((await node.get(target)).item!.value).toEqual(ascii('Hello World!'));
      const first = (await node.get({ key: KEY })).item!;
      expect(first).toMatchObject({ seq: 1n, signature: MUTABLE[1].signature });
      expect((await node.get({ key: KEY, salt: 'foobar' })).item!.value).toEqual(ascii('salted'));
    }
  });

  test.each(HOSTS)(
    'ours is got by theirs, and each puts the version after the other’s, on %s',
    async (host) => {
      const { ours, other, theirs } = await together(host);
      const put = await other.put('Hello World!');
      expect(put).toMatchObject({ failed: 0 });
      expect(put.stored).toBeGreaterThanOrEqual(1);
      await theirs.getFixed(put.target);
      await vi.waitFor(() => expect(theirs.items.get(put.target)).toBeDefined(), { timeout: 8000 });
      expect(theirs.items.get(put.target)![0].value).toBe(hex('Hello World!'));

      await ours.put('one', { secretKey: SEED, salt: 'foobar' });
      await theirs.getSigned(KEY_TEXT, hex('foobar'));
      await vi.waitFor(() => expect(theirs.items.get(KEY_TEXT)).toBeDefined(), { timeout: 8000 });
      expect(theirs.items.get(KEY_TEXT)!.at(-1)).toEqual({
        value: hex('one'),
        seq: 1,
        salt: hex('foobar'),
      });

      await theirs.putSigned(EXPANDED, KEY_TEXT, hex('two'), hex('foobar'));
      await vi.waitFor(
        async () => expect((await other.get({ key: KEY, salt: 'foobar' })).item!.seq).toBe(2n),
        { timeout: 8000 },
      );
      const third = await other.put('three', { secretKey: SEED, salt: 'foobar', cas: 2n });
      expect(third).toMatchObject({ seq: 3n, failed: 0 });
    },
  );

  test('the same put gets the same answer from both', async () => {
    const { ours, theirs } = await together();
    const socket = createSocket('udp4');
    socket.bind(0, HOST);
    await once(socket, 'listening');
    const ask = async (port: number, q: string, a: { [key: string]: Encodable | undefined }) => {
      const id = Buffer.alloc(20, 7);
      socket.send(encode({ t: 'aa', y: 'q', q, ro: 1, a: { id, ...a } }), port, HOST);
      for (;;) {
        const [bytes] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [
          Buffer,
        ];
        const message = decode(bytes) as { [key: string]: Bencoded };
        if (String.fromCharCode(...(message['t'] as Uint8Array)) === 'aa') return message;
      }
    };
    const tokenOf = async (port: number, target: Uint8Array) => {
      const { r } = (await ask(port, 'get', { target })) as { r: { token: Uint8Array } };
      return r.token;
    };
    const pair = keyPairOf(SEED);
    const target = MUTABLE[0].target;
    const signed = (seq: bigint, v: string) => ({
      ...{ k: KEY, seq, v },
      sig: pair.sign(signedBytes(new Uint8Array(0), seq, encode(v))),
    });
    const puts: [string, { [key: string]: Encodable | undefined }][] = [
      ['fine', signed(4n, 'a')],
      ['the same again', signed(4n, 'a')],
      ['lower seq', signed(3n, 'a')],
      ['cas', { ...signed(5n, 'b'), cas: 3 }],
      ['cas and lower seq', { ...signed(3n, 'b'), cas: 3 }],
      ['wrong signature', { ...signed(6n, 'b'), sig: new Uint8Array(64) }],
      ['negative seq', { ...signed(6n, 'b'), seq: -1 }],
      ['salt of 65', { ...signed(6n, 'b'), salt: new Uint8Array(65) }],
      ['1001 bytes', signed(6n, 'x'.repeat(997))],
      ['1000 bytes', signed(7n, 'x'.repeat(996))],
      ['bad token', { ...signed(8n, 'b'), token: 'bad' }],
      ['no token', { ...signed(8n, 'b'), token: undefined }],
      ['a short key', { ...signed(8n, 'b'), k: new Uint8Array(31) }],
      ['no value', { ...signed(8n, 'b'), v: undefined }],
      ['2^63-1', signed(2n ** 63n - 1n, 'z')],
    ];
    try {
      const answers: Record<string, [number, number]> = {};
      for (const [name, fields] of puts) {
        const codes: number[] = [];
        for (const port of [ours.port, theirs.port]) {
          const token = await tokenOf(port, target);
          const answer = await ask(port, 'put', { token, ...fields });
          codes.push((answer['e'] as [number] | undefined)?.[0] ?? 0);
        }
        answers[name] = codes as [number, number];
      }
      for (const [name, [mine, its]] of Object.entries(answers)) expect(mine, name).toBe(its);
      expect(Object.values(answers).filter(([code]) => code === 0)).toHaveLength(4);
    } finally {
      await new Promise<void>((resolve) => socket.close(resolve));
    }
  });
});
