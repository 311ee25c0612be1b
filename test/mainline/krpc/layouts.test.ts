/**
 * The short cut for messages of our own is no second opinion: whatever bytes come, a reader that knows
 * the layouts and one that only parses find the same, field by field.
 */
import { expect, test, vi } from 'vitest';
import { ID_BYTES } from '../../../src/core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { readNodesReply, readQuery, TARGET_AT } from '../../../src/mainline/krpc/layouts.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { Contacts } from '../../../src/mainline/rows/contacts.ts';
import { Requests } from '../../../src/mainline/rows/requests.ts';

const LAYOUTS = '../../../src/mainline/krpc/layouts.ts';
/** Where messages begin, so that no offset is right by chance. */
const START = 7;
const FROM = 0x10000001 * 0x10000 + 6881;

const random = new SeededRandom(1);
const requests = new Requests(random, 14, 15);
const contacts = new Contacts(64, 1);
for (let i = 1; i <= 40; i++) contacts.retain(someId(), 0, FROM + i * 0x10000);

function someId(): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  fillRandom(random, id, 0, ID_BYTES);
  return id;
}

function findNode(isReadOnly = false): Uint8Array {
  const writer = new Writer();
  writer.findNode(someId(), 0, someId(), 0);
  writer.endQuery(isReadOnly, requests, requests.take(1, FROM, 0, 1));
  return writer.bytes.slice(0, writer.length);
}

const BODIES = { ping: '', find_node: '6:target20:', get_peers: '9:info_hash20:' } as const;
const METHODS = ['ping', 'find_node', 'get_peers'] as const;

/** As clients of others write it. */
function query(method: keyof typeof BODIES, transactionBytes = 2, version = ''): Uint8Array {
  const body = BODIES[method];
  const parts = [
    ...['d1:ad2:id20:', someId(), body, body === '' ? '' : someId(), `e1:q${method.length}:`],
    ...[method, `1:t${transactionBytes}:`, someId().subarray(0, transactionBytes), version],
    '1:y1:qe',
  ];
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));
}

/** Of all kinds that are told without parsing, and some that look like them. */
function queries(): Uint8Array[] {
  return METHODS.flatMap((method) => [
    ...Array.from({ length: 12 }, (_, bytes) => query(method, bytes)),
    query(method, 2, '1:v4:LT\x01\x02'),
    query(method, 4, '1:v4:UT\x00\x00'),
    query(method, 2, '1:v3:LT\x01'),
    query(method, 2, '1:v4:LT\x01\x021:x1:x'),
  ]);
}

function reply(nodes: number, hasToken = false): Uint8Array {
  const query = new Message();
  const asked = findNode();
  query.read(asked, 0, asked.length);
  const writer = new Writer();
  writer.beginReply(FROM, someId(), 0);
  const handles = Uint32Array.from({ length: nodes }, (_, i) => i + 1);
  writer.nodes(contacts, handles, nodes);
  if (hasToken) writer.token(new Uint8Array(8).fill(7));
  writer.endReply(query);
  return writer.bytes.slice(0, writer.length);
}

function someQuery(): Uint8Array {
  const all = queries();
  return all[randomBelow(random, all.length)]!;
}

function embedded(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(START + bytes.length + 5).fill(0x65);
  longer.set(bytes, START);
  return longer;
}

/** Everything that a reader found. */
function found(reader: Message, bytes: Uint8Array, length: number): object {
  const malformed = reader.read(bytes, START, START + length);
  const { bytes: _, ...fields } = { ...reader };
  return { malformed, ...fields };
}

/** A reader that knows no layout. */
async function parserOnly(): Promise<Message> {
  vi.doMock(LAYOUTS, () => ({ readQuery: () => false, readNodesReply: () => false }));
  vi.resetModules();
  const { Message: Parser } = await import('../../../src/mainline/krpc/message.ts');
  vi.doUnmock(LAYOUTS);
  return new Parser();
}

function isFamiliar(message: Uint8Array): boolean {
  const reader = new Message();
  const bytes = embedded(message);
  reader.read(bytes, START, START + message.length);
  return readQuery(reader, bytes, START) || readNodesReply(reader, bytes, START);
}

test('what a lookup consists of is familiar, and nothing else', () => {
  expect(isFamiliar(findNode())).toBe(true);
  expect(isFamiliar(findNode(true))).toBe(false);
  for (let nodes = 0; nodes <= 30; nodes++) expect(isFamiliar(reply(nodes))).toBe(nodes >= 4);
  expect(isFamiliar(reply(8, true))).toBe(false);
});

test('queries of others are familiar, whatever their transaction id and version', () => {
  for (const method of METHODS) {
    for (let bytes = 1; bytes <= 9; bytes++) expect(isFamiliar(query(method, bytes))).toBe(true);
    expect(isFamiliar(query(method, 2, '1:v4:LT\x01\x02'))).toBe(true);
    expect(isFamiliar(query(method, 0))).toBe(false);
    expect(isFamiliar(query(method, 10))).toBe(false);
    expect(isFamiliar(query(method, 2, '1:v3:LT\x01'))).toBe(false);
  }
});

test('the target of a query lies where the lab looks for it', () => {
  const reader = new Message();
  const bytes = findNode();
  reader.read(bytes, 0, bytes.length);
  expect(reader.targetStart).toBe(TARGET_AT);
});

test('both readers find the same in all of them', async () => {
  const parser = await parserOnly();
  const reader = new Message();
  const messages = [findNode(), findNode(true), reply(8, true), ...queries()];
  for (let nodes = 0; nodes <= 30; nodes++) messages.push(reply(nodes));
  for (const message of messages) {
    const bytes = embedded(message);
    const wanted = found(parser, bytes, message.length);
    expect(wanted).toMatchObject({ malformed: 0 });
    expect(found(reader, bytes, message.length)).toEqual(wanted);
  }
});

test('both find the same when any byte is another one', async () => {
  const parser = await parserOnly();
  const reader = new Message();
  const lookups = METHODS.map((method) => query(method, 2, '1:v4:LT\x01\x02'));
  for (const message of [findNode(), query('ping', 9), ...lookups, reply(4), reply(8)]) {
    for (let at = 0; at < message.length; at++) {
      for (const byte of [0, 0x30, 0x31, 0x3a, 0x65, message[at] ^ 1, message[at] + 1]) {
        const bytes = embedded(message);
        bytes[START + at] = byte;
        const wanted = found(parser, bytes, message.length);
        expect(found(reader, bytes, message.length)).toEqual(wanted);
      }
    }
  }
});

test('both find the same in messages that are cut, spliced and torn', async () => {
  const parser = await parserOnly();
  const reader = new Message();
  for (let i = 0; i < 1000; i++) {
    const message = [findNode, () => reply(randomBelow(random, 12)), someQuery][i % 3]!();
    const other = reply(randomBelow(random, 12));
    const cut = randomBelow(random, message.length + 1);
    const kept = Math.max(0, cut - randomBelow(random, 3));
    const spliced = new Uint8Array([
      ...message.subarray(0, cut),
      ...(i % 4 === 0 ? other : message).subarray(kept),
    ]);
    const bytes = embedded(spliced);
    const length = i % 5 === 0 ? cut : spliced.length;
    const wanted = found(parser, bytes, length);
    expect(found(reader, bytes, length)).toEqual(wanted);
  }
});
