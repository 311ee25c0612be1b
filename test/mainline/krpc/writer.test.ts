/**
 * Writing KRPC messages by hand: what comes out is what `encode` would make of the same fields, byte
 * for byte, and BEP 5's own packets come out as BEP 5 has them but for `v` and `ip`.
 */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import {
  ascii,
  decode,
  type Encodable,
  encode,
  latin1,
} from '../../../src/mainline/krpc/bencode.ts';
import { MAX_MESSAGE_BYTES, VERSION } from '../../../src/mainline/krpc/fields.ts';
import { type Item, immutableItem } from '../../../src/mainline/krpc/item.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { Contacts } from '../../../src/mainline/rows/contacts.ts';
import { Requests } from '../../../src/mainline/rows/requests.ts';
import { BEP5 } from '../../vectors/bep5.ts';
import { KEY, MESSAGES, MUTABLE } from '../../vectors/bep44.ts';
import { BEPS } from '../../vectors/beps.ts';
import { at, type Dictionary, idOf } from '../small-world.ts';

const ID = ascii('abcdefghij0123456789');
const OTHER = ascii('mnopqrstuvwxyz123456');
const FROM = at('1.2.3.4', 0x1234);
const IP = Uint8Array.of(1, 2, 3, 4, 0x12, 0x34);

const requests = new Requests(new SeededRandom(1), 8, 4);
const request = requests.take(1, FROM, 0, 1);

function written(writer: Writer): Uint8Array {
  return writer.bytes.slice(0, writer.length);
}

function queryFrom(source: Encodable): Message {
  const message = new Message();
  const bytes = encode(source);
  message.read(bytes, 0, bytes.length);
  return message;
}

const someQuery = queryFrom({ t: 'aa', y: 'q', q: 'ping' });

/** BEP 5's packet with our version in it, and `ip` where a reply or error carries it. */
function withOurs(source: string, ours: Dictionary): Uint8Array {
  return encode({ ...(decode(ascii(source)) as Dictionary), v: VERSION, ...ours } as Encodable);
}

function transaction(): Uint8Array {
  const bytes = new Uint8Array(4);
  requests.writeTransaction(request, bytes, 0);
  return bytes;
}

describe('queries', () => {
  const t = transaction();

  test('ping', () => {
    const writer = new Writer();
    writer.ping(ID, 0);
    writer.endQuery(false, requests, request);
    expect(written(writer)).toEqual(withOurs(BEP5.pingQuery, { t }));
  });

  test('find_node', () => {
    const writer = new Writer();
    writer.findNode(ID, 0, OTHER, 0);
    writer.endQuery(false, requests, request);
    expect(written(writer)).toEqual(withOurs(BEP5.findNodeQuery, { t }));
  });

  test('sample_infohashes', () => {
    const writer = new Writer();
    writer.sampleInfohashes(ID, 0, OTHER, 0);
    writer.endQuery(false, requests, request);
    const a = { id: ID, target: OTHER };
    expect(written(writer)).toEqual(encode({ a, q: 'sample_infohashes', t, v: VERSION, y: 'q' }));
  });

  test('get_peers', () => {
    const writer = new Writer();
    writer.getPeers(ID, 0, OTHER, 0, false);
    writer.endQuery(false, requests, request);
    expect(written(writer)).toEqual(withOurs(BEP5.getPeersQuery, { t }));
  });

  test('announce_peer', () => {
    const writer = new Writer();
    writer.announcePeer(ID, 0, OTHER, 0, 6881, true, false, ascii('aoeusnth'));
    writer.endQuery(false, requests, request);
    expect(written(writer)).toEqual(withOurs(BEP5.announcePeerQuery, { t }));
  });

  test('options stand where bencode wants them', () => {
    const writer = new Writer();
    writer.announcePeer(ID, 0, OTHER, 0, 1, false, true, ascii('x'));
    writer.endQuery(true, requests, request);
    const a = { id: ID, info_hash: OTHER, port: 1, seed: 1, token: 'x' };
    const announce = { a, q: 'announce_peer', ro: 1, t, v: VERSION, y: 'q' };
    expect(written(writer)).toEqual(encode(announce));
    writer.getPeers(ID, 0, OTHER, 0, true);
    writer.endQuery(true, requests, request);
    const search = { a: { id: ID, info_hash: OTHER, noseed: 1 }, q: 'get_peers', ro: 1 };
    expect(written(writer)).toEqual(encode({ ...search, t, v: VERSION, y: 'q' }));
  });

  test.each([1, 9, 10, 99, 100, 6881, 65535])('port %i is written in decimal', (port) => {
    const writer = new Writer();
    writer.announcePeer(ID, 0, OTHER, 0, port, false, false, ascii('x'));
    writer.endQuery(false, requests, request);
    const { a } = decode(written(writer)) as { a: Dictionary };
    expect(a['port']).toBe(port);
  });

  test('ids are taken from where they lie', () => {
    const larger = Uint8Array.of(1, 2, 3, ...ID, 4, 5);
    const writer = new Writer();
    writer.ping(larger, 3);
    writer.endQuery(false, requests, request);
    expect(written(writer)).toEqual(withOurs(BEP5.pingQuery, { t }));
  });
});

describe('replies', () => {
  test('ping: id, version, and the address of whoever asked', () => {
    const writer = new Writer();
    writer.beginReply(FROM, OTHER, 0);
    writer.endReply(someQuery);
    expect(written(writer)).toEqual(withOurs(BEP5.pingReply, { ip: IP }));
  });

  test('nodes, token and values stand in order', () => {
    const contacts = new Contacts(4, 1);
    const one = contacts.retain(idOf('11'), 0, at('5.6.7.8', 99));
    const two = contacts.retain(idOf('22'), 0, at('250.6.7.8', 65535));
    const writer = new Writer();
    writer.beginReply(FROM, ID, 0);
    writer.nodes(contacts, Uint32Array.of(two, one), 2);
    writer.token(ascii('12345678'));
    writer.peers(Float64Array.of(at('9.8.7.6', 5), at('200.1.1.1', 6)), 2);
    writer.endReply(someQuery);
    const nodes = Uint8Array.of(
      ...idOf('22'),
      250,
      6,
      7,
      8,
      255,
      255,
      ...idOf('11'),
      5,
      6,
      7,
      8,
      0,
      99,
    );
    const values = [Uint8Array.of(9, 8, 7, 6, 0, 5), Uint8Array.of(200, 1, 1, 1, 0, 6)];
    const r = { id: ID, nodes, token: '12345678', values };
    expect(written(writer)).toEqual(encode({ ip: IP, r, t: 'aa', v: VERSION, y: 'r' }));
  });

  test('no nodes are an empty string', () => {
    const writer = new Writer();
    writer.beginReply(FROM, ID, 0);
    writer.nodes(new Contacts(1, 1), new Uint32Array(1), 0);
    writer.endReply(someQuery);
    expect((decode(written(writer)) as { r: Dictionary }).r['nodes']).toEqual(new Uint8Array(0));
  });

  test.each([0, 1, 2, 9, 10, 99, 100, 400, 512])(
    'with a transaction id of %i bytes as many peers go in as fit, and no more',
    (length) => {
      const query = queryFrom({ t: 'x'.repeat(length), y: 'q', q: 'ping' });
      const fill = (extra: number) => {
        const writer = new Writer(new Uint8Array(2048));
        writer.beginReply(FROM, ID, 0);
        const count = writer.peersThatFit(query) + extra;
        writer.peers(new Float64Array(count).fill(addressOf(0x01020304, 5)), count);
        writer.endReply(query);
        return writer.length;
      };
      expect(fill(0)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      // Its estimate is for an id of up to 512 bytes, so at most two more might have fit.
      expect(fill(2)).toBeGreaterThan(MAX_MESSAGE_BYTES - 8);
    },
  );

  test.each([1, 20, 512])(
    'with a transaction id of %i bytes as many nodes go in as leave room for a token',
    (length) => {
      const contacts = new Contacts(4, 1);
      const one = contacts.retain(idOf('11'), 0, at('5.6.7.8', 99));
      const query = queryFrom({ t: 'x'.repeat(length), y: 'q', q: 'ping' });
      const fill = (extra: number) => {
        const writer = new Writer(new Uint8Array(4096));
        writer.beginReply(FROM, ID, 0);
        const count = writer.nodesThatFit(query) + extra;
        writer.nodes(contacts, new Uint32Array(count).fill(one), count);
        writer.token(new Uint8Array(8));
        writer.endReply(query);
        return writer.length;
      };
      expect(fill(0)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      expect(fill(1)).toBeGreaterThan(MAX_MESSAGE_BYTES - 8);
    },
  );
});

test('errors carry code, text, the transaction id and the address', () => {
  const writer = new Writer();
  writer.error(FROM, someQuery, 201, ascii('A Generic Error Ocurred'));
  expect(written(writer)).toEqual(withOurs(BEP5.error, { ip: IP }));
});

test('the version is two letters and two numbers (BEP 20)', () => {
  expect(VERSION.length).toBe(4);
  expect(latin1(VERSION, 0, 2)).toBe('RL');
});

describe('items (BEP 44)', () => {
  const t = transaction();
  const token = ascii('aoeusnth');
  const target = MUTABLE[1].target;
  const itemOf = (n: number): Item => ({ ...MUTABLE[n], key: KEY });

  function query(write: (writer: Writer) => void): Uint8Array {
    const writer = new Writer();
    write(writer);
    writer.endQuery(false, requests, request);
    return written(writer);
  }

  test('get', () => {
    const get = (seq: bigint | null) => query((writer) => writer.get(ID, 0, target, 0, seq));
    expect(get(null)).toEqual(withOurs(MESSAGES.get, { t }));
    expect(get(1n)).toEqual(withOurs(MESSAGES.getNewer, { t }));
  });

  test('put', () => {
    const put = (item: Item, cas: bigint | null) =>
      query((writer) => writer.put(ID, 0, item, cas, token));
    expect(put(itemOf(1), null)).toEqual(withOurs(MESSAGES.putMutable, { t }));
    expect(put(itemOf(2), 3n)).toEqual(withOurs(MESSAGES.putCas, { t }));
    expect(put(immutableItem(MUTABLE[1].value), null)).toEqual(
      withOurs(MESSAGES.putImmutable, { t }),
    );
  });

  test('the longest put has room', () => {
    const item = { ...MUTABLE[5], value: MUTABLE[10].value, salt: MUTABLE[3].salt, key: KEY };
    const longest = query((writer) => writer.put(ID, 0, item, 2n ** 63n - 1n, new Uint8Array(128)));
    expect(longest.length).toBe(1443);
    expect(encode(decode(longest) as Encodable)).toEqual(longest);
  });

  test('replies', () => {
    const reply = (write: (writer: Writer) => void) => {
      const writer = new Writer();
      writer.beginReply(FROM, OTHER, 0);
      write(writer);
      writer.endReply(someQuery);
      return written(writer);
    };
    const { value, signature } = MUTABLE[1];
    const none = new Contacts(1, 1);
    const nodes = (writer: Writer) => writer.nodes(none, new Uint32Array(0), 0);
    const whole = reply((writer) => {
      writer.key(KEY);
      nodes(writer);
      writer.seq(1n);
      writer.signature(signature);
      writer.token(token);
      writer.value(value);
    });
    expect(whole).toEqual(withOurs(MESSAGES.mutable, { ip: IP }));
    const known = reply((writer) => {
      nodes(writer);
      writer.seq(1n);
      writer.token(token);
    });
    expect(known).toEqual(withOurs(MESSAGES.notNewer, { ip: IP }));
    const immutable = reply((writer) => {
      nodes(writer);
      writer.token(token);
      writer.value(value);
    });
    expect(immutable).toEqual(withOurs(MESSAGES.immutable, { ip: IP }));
    const error = new Writer();
    error.error(FROM, someQuery, 301, ascii('CAS mismatch'));
    expect(written(error)).toEqual(withOurs(MESSAGES.error, { ip: IP }));
  });
});

test('a scrape is asked for as BEP 33 has it', () => {
  const writer = new Writer();
  writer.getPeers(ID, 0, OTHER, 0, true, true);
  writer.endQuery(false, requests, request);
  const source =
    'd1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234566:noseedi1e6:scrapei1ee1:q9:get_peers1:t2:aa1:y1:qe';
  expect(written(writer)).toEqual(withOurs(source, { t: transaction() }));
});

describe('the messages of the later BEPs come out as they stand there, but for our version', () => {
  const t = transaction();
  const asker = at('203.0.113.7', 6881);

  test.each<[keyof typeof BEPS, boolean, (writer: Writer) => void]>([
    ['scrape', false, (writer) => writer.getPeers(ID, 0, OTHER, 0, true, true)],
    [
      'seed',
      false,
      (writer) => writer.announcePeer(ID, 0, OTHER, 0, 6881, true, true, ascii('aoeusnth')),
    ],
    [
      'want',
      false,
      (writer) => {
        writer.wantsBoth = true;
        writer.findNode(ID, 0, OTHER, 0);
      },
    ],
    ['readOnly', true, (writer) => writer.ping(ID, 0)],
    ['samples', false, (writer) => writer.sampleInfohashes(ID, 0, OTHER, 0)],
  ])('%s', (name, readOnly, write) => {
    const writer = new Writer();
    write(writer);
    writer.endQuery(readOnly, requests, request);
    expect(written(writer)).toEqual(withOurs(BEPS[name], { t }));
  });

  test('reply and error say where the asker is', () => {
    const writer = new Writer();
    writer.beginReply(asker, OTHER, 0);
    writer.endReply(someQuery);
    expect(written(writer)).toEqual(withOurs(BEPS.reply, {}));
    writer.error(asker, someQuery, 203, ascii('invalid node id'));
    expect(written(writer)).toEqual(withOurs(BEPS.error, {}));
  });

  test('a sample of nothing', () => {
    const writer = new Writer();
    const nobody = new Contacts(1, 1);
    writer.beginReply(FROM, OTHER, 0);
    writer.interval(21_600);
    writer.nodes(nobody, new Uint32Array(0), 0);
    writer.samples(0, new Uint8Array(0));
    writer.endReply(someQuery);
    expect(written(writer)).toEqual(withOurs(BEPS.noSamples, { ip: IP }));
  });
});
