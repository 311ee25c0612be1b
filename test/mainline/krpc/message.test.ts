/**
 * Reading KRPC messages where they lie: the packets of BEP 5, what real clients sent on a wire, and
 * what nobody should send.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import {
  ascii,
  type Bencoded,
  decode,
  type Encodable,
  encode,
  latin1,
} from '../../../src/mainline/krpc/bencode.ts';
import { Kind, Malformed, Method, Want, WRONG_TYPE } from '../../../src/mainline/krpc/fields.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { BEP5 } from '../../vectors/bep5.ts';
import { BEPS } from '../../vectors/beps.ts';
import { mutate } from '../mutate.ts';

type Samples = { [client: string]: { [message: string]: string } };
const samples: Samples = JSON.parse(
  readFileSync(new URL('../../vectors/krpc-samples.json', import.meta.url), 'utf8'),
);
const packets = Object.entries(samples).flatMap(([client, messages]) =>
  Object.entries(messages).map(([name, hex]) => ({
    client,
    name,
    bytes: Uint8Array.from(Buffer.from(hex, 'hex')),
  })),
);

const methods: { [name: string]: Method } = {
  ping: Method.ping,
  find_node: Method.findNode,
  get_peers: Method.getPeers,
  announce_peer: Method.announcePeer,
};

function read(source: string | Uint8Array | Encodable): Message {
  const bytes =
    typeof source === 'string'
      ? ascii(source)
      : source instanceof Uint8Array
        ? source
        : encode(source);
  const message = new Message();
  expect(message.read(bytes, 0, bytes.length)).toBe(Malformed.fine);
  return message;
}

function verdict(source: string | Uint8Array): Malformed {
  const bytes = typeof source === 'string' ? ascii(source) : source;
  return new Message().read(bytes, 0, bytes.length);
}

function at(message: Message, start: number, length: number): string {
  return latin1(message.bytes, start, start + length);
}

const ID = 'abcdefghij0123456789';
const OTHER = 'mnopqrstuvwxyz123456';

describe('the packets of BEP 5', () => {
  test('ping', () => {
    const query = read(BEP5.pingQuery);
    expect([query.kind, query.method]).toEqual([Kind.query, Method.ping]);
    expect(at(query, query.idStart, 20)).toBe(ID);
    expect(at(query, query.transactionStart, query.transactionLength)).toBe('aa');
    const reply = read(BEP5.pingReply);
    expect(reply.kind).toBe(Kind.reply);
    expect(at(reply, reply.idStart, 20)).toBe(OTHER);
  });

  test('find_node', () => {
    const query = read(BEP5.findNodeQuery);
    expect([query.kind, query.method]).toEqual([Kind.query, Method.findNode]);
    expect(at(query, query.targetStart, 20)).toBe(OTHER);
    expect(query.aimStart).toBe(query.targetStart);
    const reply = read(BEP5.findNodeReply);
    expect(at(reply, reply.nodesStart, reply.nodesLength)).toBe('def456...');
  });

  test('get_peers', () => {
    const query = read(BEP5.getPeersQuery);
    expect([query.kind, query.method]).toEqual([Kind.query, Method.getPeers]);
    expect(at(query, query.infoHashStart, 20)).toBe(OTHER);
    expect(query.aimStart).toBe(query.infoHashStart);
    const values = read(BEP5.getPeersReplyValues);
    expect(at(values, values.tokenStart, values.tokenLength)).toBe('aoeusnth');
    expect(at(values, values.valuesStart, values.valuesEnd - values.valuesStart)).toBe(
      '6:axje.u6:idhtnm',
    );
    const nodes = read(BEP5.getPeersReplyNodes);
    expect(nodes.valuesStart).toBe(0);
    expect(nodes.nodesLength).toBe(9);
  });

  test('announce_peer', () => {
    const query = read(BEP5.announcePeerQuery);
    expect([query.kind, query.method]).toEqual([Kind.query, Method.announcePeer]);
    expect([query.port, query.impliedPort, query.seed]).toEqual([6881, 1, -1]);
    expect(at(query, query.tokenStart, query.tokenLength)).toBe('aoeusnth');
    expect(read(BEP5.announcePeerReply).kind).toBe(Kind.reply);
  });

  test('error', () => {
    const error = read(BEP5.error);
    expect([error.kind, error.errorCode]).toEqual([Kind.error, 201]);
    expect(at(error, error.errorTextStart, error.errorTextLength)).toBe('A Generic Error Ocurred');
  });
});

describe('what real clients sent', () => {
  test.each(packets)('$client: $name', ({ name, bytes }) => {
    const message = read(bytes);
    const [kind, method] = name.split(' ');
    const tree = decode(bytes) as { [key: string]: { [key: string]: Bencoded } };
    const body = kind === 'q' ? tree['a'] : tree['r'];
    expect(message.kind).toBe(kind === 'q' ? Kind.query : Kind.reply);
    expect(message.method).toBe(kind === 'q' ? methods[method] : Method.none);
    const string = (start: number, length: number) => bytes.slice(start, start + length);
    expect(string(message.idStart, 20)).toEqual(body['id']);
    const { transactionStart, transactionLength } = message;
    expect(string(transactionStart, transactionLength)).toEqual(tree['t']);
    expect(message.targetStart > 0).toBe('target' in body);
    expect(message.infoHashStart > 0).toBe('info_hash' in body);
    expect(message.tokenStart > 0).toBe('token' in body);
    if ('token' in body) {
      expect(string(message.tokenStart, message.tokenLength)).toEqual(body['token']);
    }
    expect(message.nodesStart > 0).toBe('nodes' in body);
    if ('nodes' in body) {
      expect(string(message.nodesStart, message.nodesLength)).toEqual(body['nodes']);
    }
    expect(message.valuesStart > 0).toBe('values' in body);
    if (kind === 'q') expect(message.port).toBe(body['port'] ?? -1);
    expect(message.versionStart > 0).toBe('v' in tree);
    expect(message.ipStart > 0).toBe('ip' in tree);
  });
});

describe('a message', () => {
  test('may lie anywhere in a larger buffer', () => {
    const packet = ascii(BEP5.findNodeQuery);
    const buffer = new Uint8Array(packet.length + 50).fill(0x65);
    buffer.set(packet, 20);
    const message = new Message();
    expect(message.read(buffer, 20, 20 + packet.length)).toBe(Malformed.fine);
    expect(at(message, message.targetStart, 20)).toBe(OTHER);
  });

  test.each([
    ['too short', 'd1:t1:ae', Malformed.tooShort],
    ['nothing', '', Malformed.tooShort],
    ['a list', 'l1:t2:aa1:y1:qe', Malformed.notDictionary],
    ['no bencode', 'GET / HTTP/1.1\r\n\r\n', Malformed.notDictionary],
    ['broken inside', 'd1:ad2:id20:shorte1:t2:aa1:y1:qe', Malformed.notBencode],
    ['cut off', BEP5.pingQuery.slice(0, -1), Malformed.notBencode],
    ['a negative zero inside', 'd1:ad1:xi-0ee1:t2:aa1:y1:qe', Malformed.notBencode],
    [
      'no transaction id',
      'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:y1:qe',
      Malformed.noTransaction,
    ],
    ['a transaction id that is a number', 'd1:q4:ping1:ti7e1:y1:qe', Malformed.noTransaction],
    [
      'a transaction id beyond 512 bytes',
      `d1:t513:${'x'.repeat(513)}1:y1:qe`,
      Malformed.noTransaction,
    ],
    ['no kind', 'd1:q4:ping1:t2:aae', Malformed.noKind],
    ['an unknown kind', 'd1:q4:ping1:t2:aa1:y1:ze', Malformed.noKind],
    ['a kind of two letters', 'd1:q4:ping1:t2:aa1:y2:qqe', Malformed.noKind],
    ['a kind that is a number', 'd1:q4:ping1:t2:aa1:yi1ee', Malformed.noKind],
  ])('%s is refused by its reason', (_what, source, reason) => {
    expect(verdict(source)).toBe(reason);
  });

  test('is read as deep and as long as decode reads', () => {
    const deep = (lists: number) =>
      `d1:ad1:x${'l'.repeat(lists)}${'e'.repeat(lists)}e1:t2:aa1:y1:qe`;
    expect(verdict(deep(8))).toBe(Malformed.fine);
    expect(verdict(deep(9))).toBe(Malformed.notBencode);
    const long = (items: number) => `d1:xl${'i1e'.repeat(items)}e1:t2:aa1:y1:qe`;
    expect(verdict(long(593))).toBe(Malformed.fine);
    expect(verdict(long(594))).toBe(Malformed.notBencode);
    expect(() => decode(ascii(deep(8)))).not.toThrow();
    expect(() => decode(ascii(deep(9)))).toThrow(RangeError);
    expect(() => decode(ascii(long(593)))).not.toThrow();
    expect(() => decode(ascii(long(594)))).toThrow(RangeError);
  });

  test('tolerates bytes behind it, unsorted keys, and keys that nobody knows', () => {
    const query = read(
      'd1:y1:q1:t2:aa1:zd3:newi1ee1:q4:ping1:ad3:new4:what2:id20:abcdefghij0123456789ee\0\0',
    );
    expect(query.method).toBe(Method.ping);
    expect(at(query, query.idStart, 20)).toBe(ID);
  });

  test.each([1, 2, 3, 4, 6, 8, 20, 512])('has a transaction id of any length: %i', (length) => {
    const message = read({ t: 'x'.repeat(length), y: 'q', q: 'ping' });
    expect(message.transactionLength).toBe(length);
  });

  test('marks fields of the wrong type or length as such', () => {
    const wrong: Encodable[] = [7, [], {}, 'short', 'x'.repeat(21)];
    for (const value of wrong) {
      const query = read({
        t: 'aa',
        y: 'q',
        q: 'x',
        a: { id: value, target: value, info_hash: value },
      });
      expect(query.idStart).toBe(WRONG_TYPE);
      expect(query.targetStart).toBe(WRONG_TYPE);
      expect(query.infoHashStart).toBe(WRONG_TYPE);
    }
    for (const value of [7, ['x'], { x: 1 }] as Encodable[]) {
      const reply = read({
        t: 'aa',
        y: 'r',
        r: { token: value, nodes: value, nodes6: value },
        v: value,
        ip: value,
      });
      expect(reply.tokenStart).toBe(WRONG_TYPE);
      expect(reply.nodesStart).toBe(WRONG_TYPE);
      expect(reply.nodes6Start).toBe(WRONG_TYPE);
      expect(reply.versionStart).toBe(WRONG_TYPE);
      expect(reply.ipStart).toBe(WRONG_TYPE);
    }
    for (const value of ['6881', [1], { x: 1 }, -1, 2n ** 60n] as Encodable[]) {
      const a = { port: value, implied_port: value, seed: value, noseed: value, scrape: value };
      const query = read({ t: 'aa', y: 'q', q: 'x', a });
      const { port, impliedPort, seed, noSeed, scrape } = query;
      expect([port, impliedPort, seed, noSeed, scrape]).toEqual(new Array(5).fill(Number.NaN));
    }
    expect(read({ t: 'aa', y: 'r', r: { values: 'axje.u' } }).valuesStart).toBe(WRONG_TYPE);
    expect(read({ t: 'aa', y: 'q', q: 7 }).methodStart).toBe(WRONG_TYPE);
    expect(read({ t: 'aa', y: 'q', q: 7 }).method).toBe(Method.none);
  });

  test('has a body only when it is a dictionary', () => {
    for (const value of [7, 'x', ['id', ID]] as Encodable[]) {
      expect(read({ t: 'aa', y: 'q', q: 'ping', a: value }).idStart).toBe(0);
    }
  });

  test('tells the families wanted, and ignores what is no family', () => {
    const want = (value: Encodable) => read({ t: 'aa', y: 'q', q: 'x', a: { want: value } }).want;
    expect(want(['n4'])).toBe(Want.n4);
    expect(want(['n6', 'n4'])).toBe(Want.n4 | Want.n6);
    expect(want(['n5', 7, ['n4'], 'n4x'])).toBe(0);
    expect(want('n4')).toBe(0);
    expect(want(4)).toBe(0);
  });

  test('is of a read-only node only when ro is 1', () => {
    const ro = (value: Encodable) => read({ t: 'aa', y: 'q', q: 'ping', ro: value }).readOnly;
    expect(ro(1)).toBe(true);
    expect([ro(0), ro(2), ro('1'), ro([1])]).toEqual([false, false, false, false]);
  });

  test.each([
    ['a string', 'oops', 0],
    ['a number', 5, 0],
    ['an empty list', [], 0],
    ['a code alone', [203], 203],
    ['a text alone', ['oops'], 0],
    ['a code as text', ['203', 'x'], 0],
    ['a text that is a list', [203, ['x']], 203],
    ['more than two items', [203, 'x', [1], {}], 203],
    ['a dictionary', { code: 203 }, 0],
  ] as [string, Encodable, number][])('survives an error that is %s', (_what, e, code) => {
    const message = read({ t: 'aa', y: 'e', e });
    expect([message.kind, message.errorCode]).toEqual([Kind.error, code]);
  });

  test('an unknown method keeps its name', () => {
    const query = read({ t: 'aa', y: 'q', q: 'sample_everything' });
    expect(query.method).toBe(Method.unknown);
    expect(at(query, query.methodStart, query.methodLength)).toBe('sample_everything');
  });
});

describe('the peers of a reply', () => {
  function peers(values: Encodable): string[] {
    const message = read({ t: 'aa', y: 'r', r: { values } });
    const found: string[] = [];
    if (message.valuesStart <= 0) return found;
    for (let at = message.firstPeer(6); at >= 0; at = message.nextPeer(6)) {
      found.push(latin1(message.bytes, at, at + 6));
    }
    return found;
  }

  test('are its strings of 6 bytes, whatever stands between them', () => {
    expect(peers(['axje.u', 'idhtnm'])).toEqual(['axje.u', 'idhtnm']);
    expect(
      peers(['x'.repeat(18), 'axje.u', '', 'short', 7, ['nested'], { k: 1 }, 'idhtnm']),
    ).toEqual(['axje.u', 'idhtnm']);
    expect(peers([])).toEqual([]);
    expect(peers('axje.u')).toEqual([]);
    expect(peers([['nested']])).toEqual([]);
  });

  test('never make the reader go round in circles', () => {
    // An empty dictionary, then a string whose contents look like negative lengths: a reader that
    // takes `de0:` for the length 5730 lands inside and steps back by 48 for ever.
    const trap = ascii('\0:'.repeat(3000));
    expect(peers([{}, '', trap, 'axje.u'])).toEqual(['axje.u']);
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.integer(),
            fc.constant({}),
            fc.constant([]),
            fc.uint8Array({ maxLength: 12 }),
            fc.constant(trap),
          ),
          { maxLength: 12 },
        ),
        (values) => {
          const six = values.filter((value) => value instanceof Uint8Array && value.length === 6);
          expect(peers(values as Encodable[]).length).toBe(six.length);
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('fuzzing the reader', () => {
  test('random bytes never throw', () => {
    const message = new Message();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const reason = message.read(bytes, 0, bytes.length);
        expect(reason).toBeGreaterThanOrEqual(Malformed.fine);
        expect(reason).toBeLessThanOrEqual(Malformed.noKind);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });

  test('30,000 mutated packets never throw, and every offset lies in the packet', () => {
    const random = new SeededRandom(7);
    const message = new Message();
    let fine = 0;
    for (let i = 0; i < 30_000; i++) {
      const bytes = mutate(packets[i % packets.length].bytes, random);
      if (message.read(bytes, 0, bytes.length) !== Malformed.fine) continue;
      fine++;
      const m = message;
      for (const start of [m.idStart, m.targetStart, m.infoHashStart]) {
        expect(start + 20 <= bytes.length).toBe(true);
      }
      if (m.tokenStart > 0) expect(m.tokenStart + m.tokenLength <= bytes.length).toBe(true);
      if (m.nodesStart > 0) expect(m.nodesStart + m.nodesLength <= bytes.length).toBe(true);
      if (m.valuesStart > 0) {
        expect(m.valuesEnd <= bytes.length).toBe(true);
        for (let at = m.firstPeer(6); at >= 0; at = m.nextPeer(6)) {
          expect(at + 6 <= m.valuesEnd).toBe(true);
        }
      }
    }
    expect(fine).toBeGreaterThan(1000);
  });

  test('what decode accepts is never called broken', () => {
    const random = new SeededRandom(8);
    const message = new Message();
    for (let i = 0; i < 10_000; i++) {
      const bytes = mutate(packets[i % packets.length].bytes, random);
      let tree: Bencoded;
      try {
        tree = decode(bytes);
      } catch {
        continue;
      }
      const reason = message.read(bytes, 0, bytes.length);
      if (typeof tree === 'object' && !Array.isArray(tree) && !(tree instanceof Uint8Array)) {
        expect(reason).not.toBe(Malformed.notBencode);
      }
    }
  });
});

test('the messages of the later BEPs are read as they stand there', () => {
  const read = (text: string): Message => {
    const bytes = Uint8Array.from(Buffer.from(text, 'latin1'));
    const message = new Message();
    expect(message.read(bytes, 0, bytes.length)).toBe(Malformed.fine);
    return message;
  };
  expect(read(BEPS.want)).toMatchObject({ method: Method.findNode, want: Want.n4 | Want.n6 });
  expect(read(BEPS.scrape)).toMatchObject({ method: Method.getPeers, scrape: 1, noSeed: 1 });
  const seed = { method: Method.announcePeer, seed: 1, port: 6881, impliedPort: 1, tokenLength: 8 };
  expect(read(BEPS.seed)).toMatchObject(seed);
  expect(read(BEPS.reply)).toMatchObject({ kind: Kind.reply, ipLength: 6, versionLength: 4 });
  expect(read(BEPS.error)).toMatchObject({ kind: Kind.error, errorCode: 203, ipLength: 6 });
  expect(read(BEPS.readOnly)).toMatchObject({ method: Method.ping, readOnly: true });
  expect(read(BEPS.samples)).toMatchObject({ method: Method.sampleInfohashes });
  const { storage } = read(BEPS.noSamples);
  expect(storage).toMatchObject({ interval: 21_600, num: 0, samplesLength: 0 });
  expect(storage.samplesStart).toBeGreaterThan(0);
});
