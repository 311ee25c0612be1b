/**
 * Mainline datagrams taken apart: the packets of BEP 5, what real clients sent, what they mean, and
 * bytes that mean nothing.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { ascii, type Encodable, encode } from '../../../src/mainline/krpc/bencode.ts';
import {
  explainMainline,
  kindOfMainline,
  mainlineExchange,
} from '../../../src/scene/explain/mainline.ts';
import { mutate } from '../../mainline/mutate.ts';
import { BEP5 } from '../../vectors/bep5.ts';
import { expectTiling, leavesOf, partAt } from '../tiling.ts';

type Samples = { [client: string]: { [message: string]: string } };
const samples: Samples = JSON.parse(
  readFileSync(new URL('../../vectors/krpc-samples.json', import.meta.url), 'utf8'),
);
const packets = Object.values(samples)
  .flatMap((messages) => Object.values(messages))
  .map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
const bep5: Uint8Array[] = Object.values(BEP5).map((text) => ascii(text as string));

const kindOf = (bytes: Uint8Array) => kindOfMainline(bytes, 0, bytes.length);
const id = (byte: number) => new Uint8Array(20).fill(byte);

function explain(message: Encodable, target: Uint8Array | null = null) {
  const bytes = encode(message);
  const explained = explainMainline(bytes, target);
  expectTiling(explained.root, bytes.length);
  return explained;
}

describe('a datagram taken apart', () => {
  test('every byte of the packets of BEP 5 and of real clients is in one leaf, and read', () => {
    expect(bep5.length).toBeGreaterThan(5);
    expect(packets.length).toBeGreaterThan(10);
    for (const bytes of [...bep5, ...packets]) {
      const { kind, root } = explainMainline(bytes);
      expectTiling(root, bytes.length);
      expect(kind).toBe(kindOf(bytes));
      expect(kind).not.toBe('malformed');
      expect(leavesOf(root).filter(({ label }) => label === 'unreadable')).toEqual([]);
    }
  });

  test('a query says what it asks, by whom and for what', () => {
    const { kind, root } = explain({
      t: 'aa',
      y: 'q',
      q: 'find_node',
      a: { id: id(1), target: id(3) },
    });
    expect(kind).toBe('find_node');
    expect(partAt(root, 'a', 'target').value).toBe('03'.repeat(20));
    expect(partAt(root, 'a', 'id', 'bytes').note).toContain('shares its first 6 bits');
    expect(partAt(root, 't').note).toContain('transaction id');
    expect(partAt(root, 't').value).toBe('“aa”');
  });

  test('contacts are cut into single ones, each with its distance to what was looked for', () => {
    const nodes = new Uint8Array(52);
    nodes.set(id(1), 0);
    nodes.set([10, 0, 0, 1, 0x1a, 0xe1], 20);
    nodes.set(id(2), 26);
    nodes.set([10, 0, 0, 2, 0, 80], 46);
    const { kind, root } = explain(
      { t: 'aa', y: 'r', r: { id: id(9), nodes, token: 'xyz' } },
      id(0),
    );
    expect(kind).toBe('nodes');
    const field = partAt(root, 'r', 'nodes');
    expect(field.value).toBe('2 nodes');
    expect(partAt(field, 'node 1')).toMatchObject({ value: '10.0.0.1:6881' });
    expect(partAt(field, 'node 2').note).toContain('first 6 bits');
    expect(partAt(field, 'node 2', 'port').value).toBe('80');
    expect(partAt(root, 'r', 'token').note).toContain('write token');
  });

  test('contacts of IPv6, and bytes that are too few for one', () => {
    const nodes6 = new Uint8Array(38 + 5);
    nodes6.set([0x20, 0x01, 0x0d, 0xb8], 20);
    nodes6[35] = 1;
    nodes6[37] = 80;
    const { root } = explain({ t: 'aa', y: 'r', r: { id: id(9), nodes6 } });
    expect(partAt(root, 'r', 'nodes6', 'node 1').value).toBe('[2001:db8:0:0:0:0:0:1]:80');
    expect(partAt(root, 'r', 'nodes6', 'surplus').end).toBeGreaterThan(0);
  });

  test('peers are cut into IP and port', () => {
    const values = [Uint8Array.of(1, 2, 3, 4, 0, 80), 'odd', Uint8Array.of(1, 2, 3, 5, 0, 81)];
    const { kind, root } = explain({ t: 'aa', y: 'r', r: { id: id(9), values } });
    expect(kind).toBe('values');
    expect(partAt(root, 'r', 'values').value).toBe('3 peers');
    expect(partAt(root, 'r', 'values', 'peer 1').value).toBe('1.2.3.4:80');
    expect(partAt(root, 'r', 'values', 'peer 2', 'bytes').note).toContain('No address');
    expect(partAt(root, 'r', 'values', 'peer 3', 'IP').value).toBe('1.2.3.5');
  });

  test('an error tells its number and text', () => {
    const { kind, root } = explain({ t: 'aa', y: 'e', e: [203, 'Protocol Error'] });
    expect(kind).toBe('error');
    expect(root.value).toBe('203 “Protocol Error”');
    expect(partAt(root, 'e', 'integer').note).toContain('malformed');
  });

  test('fields of BEP 33, 42, 43 and 51 are known, others are shown', () => {
    const a = {
      id: id(1),
      info_hash: id(2),
      noseed: 1,
      scrape: 1,
      want: ['n4'],
      foo: { bar: [1] },
    };
    const { root } = explain({
      t: 'aa',
      y: 'q',
      q: 'get_peers',
      ro: 1,
      ip: Uint8Array.of(1, 2, 3, 4, 0, 80),
      a,
    });
    expect(partAt(root, 'ip').value).toBe('1.2.3.4:80');
    expect(partAt(root, 'ro').note).toContain('BEP 43');
    expect(partAt(root, 'a', 'noseed')).toMatchObject({ value: '1' });
    expect(partAt(root, 'a', 'want', 'item 1', 'bytes').value).toBe('“n4”');
    expect(partAt(root, 'a', 'foo').note).toContain('pass over');
    const sampled = explain({ t: 'aa', y: 'r', r: { id: id(1), samples: new Uint8Array(40) } });
    expect(partAt(sampled.root, 'r', 'samples').value).toBe('2 info-hashes');
  });

  test('a client tells its letters and version, if it has four bytes', () => {
    const of = (v: Encodable) => partAt(explain({ t: 'aa', y: 'q', q: 'ping', v }).root, 'v');
    expect(of('RL\0\x01').value).toBe('“RL” 0001');
    expect(partAt(of('RL\0\x01'), 'client').value).toBe('“RL”');
    expect(of('libtorrent').value).toBe('“libtorrent”');
  });

  test('the kind of a method that nobody knows is its name, if it is one', () => {
    const kind = (q: Encodable) => explain({ t: 'aa', y: 'q', q, a: { id: id(1) } }).kind;
    expect(kind('sample_infohashes')).toBe('sample_infohashes');
    expect(kind('a b')).toBe('query');
    expect(kind('x'.repeat(33))).toBe('query');
  });
});

describe('bytes of anybody', () => {
  test('what is cut short is read as far as it goes', () => {
    const whole = encode({ t: 'aa', y: 'q', q: 'find_node', a: { id: id(1), target: id(3) } });
    for (let length = 0; length < whole.length; length++) {
      const { kind, root } = explainMainline(whole.subarray(0, length));
      expectTiling(root, length);
      expect(kind).toBe('malformed');
      const told = `${root.note} ${leavesOf(root).at(-1)!.note}`;
      expect(told, `${length}`).toMatch(/begins with|ends|should stand/);
    }
  });

  test('nesting and numbers of values are bounded', () => {
    for (const text of ['d1:a', 'd1:al']) {
      const deep = ascii(text + (text === 'd1:a' ? 'd1:b' : 'l').repeat(5000));
      expectTiling(explainMainline(deep).root, deep.length);
    }
    const many = ascii(`d1:al${'i1e'.repeat(5000)}e1:q4:ping1:t2:aa1:y1:qe`);
    const { root } = explainMainline(many);
    expectTiling(root, many.length);
    expect(leavesOf(root).at(-1)!.label).toBe('unreadable');
  });

  test('whatever the bytes are, every one is in one leaf, and nothing is thrown', () => {
    const random = new SeededRandom(7, 1);
    for (let i = 0; i < 3000; i++) {
      const packet = packets[i % packets.length];
      const bytes = mutate(packet, random);
      const { kind, root } = explainMainline(bytes, i % 2 ? id(5) : null);
      expectTiling(root, bytes.length);
      expect(kind).toBe(kindOf(bytes));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expectTiling(explainMainline(bytes).root, bytes.length);
      }),
      { seed: 51, numRuns: 500 },
    );
  });

  test('a kind is told of bytes in the middle of others', () => {
    const ping = encode({ t: 'aa', y: 'q', q: 'ping', a: { id: id(1) } });
    const bytes = new Uint8Array(ping.length + 20).fill(0x64);
    bytes.set(ping, 7);
    expect(kindOfMainline(bytes, 7, 7 + ping.length)).toBe('ping');
  });
});

describe('an exchange of datagrams', () => {
  const of = (message: Encodable) => {
    const bytes = encode(message);
    return mainlineExchange(bytes, 0, bytes.length);
  };

  test('has the transaction id, in queries, replies and errors alike', () => {
    const number = '6162';
    const query = { a: { id: id(1) }, q: 'ping', t: 'ab', y: 'q' };
    expect(of(query)).toEqual({ number, isReply: false });
    expect(of({ r: { id: id(2) }, t: 'ab', y: 'r' })).toEqual({ number, isReply: true });
    expect(of({ e: [201, 'no'], t: 'ab', y: 'e' })).toEqual({ number, isReply: true });
  });

  test('is nothing that a node would not read', () => {
    expect(mainlineExchange(Uint8Array.of(1, 2, 3), 0, 3)).toBeNull();
  });
});
