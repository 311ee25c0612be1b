/** What all answers have in common: our id, contacts that mean something to the asker, errors. */
import { expect, test } from 'vitest';
import {
  acknowledge,
  isAuthentic,
  refuse,
  writeNodes,
} from '../../../src/mainline/answering/replies.ts';
import { type Bencoded, decode, encode } from '../../../src/mainline/krpc/bencode.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { at, hex, idOf, inPublic, SmallWorld } from '../small-world.ts';

const ID = idOf('11');
const TARGET = idOf('5c');

function read(a: { [key: string]: Uint8Array }): Message {
  const query = new Message();
  const bytes = encode({ t: 'aa', y: 'q', q: 'find_node', a });
  query.read(bytes, 0, bytes.length);
  return query;
}

const decoded = (out: Writer) =>
  decode(out.bytes.slice(0, out.length)) as { [key: string]: { [key: string]: Bencoded } };

test('an acknowledgement is our id', () => {
  const us = new SmallWorld({ address: inPublic }).open({}, idOf('80'));
  const out = new Writer();
  acknowledge(us.node, inPublic(50), read({ id: ID, target: TARGET }), out);
  expect(Object.keys(decoded(out)['r'])).toEqual(['id']);
  expect(hex(decoded(out)['r']['id'])).toBe(hex(idOf('80')));
});

test('a contact whose address means nothing to the asker is not handed out', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const near = world.stranger(at('10.0.0.9')).polite();
  const far = world.stranger(inPublic(60)).polite();
  us.join(near.address, far.address);
  world.run(1000);
  const nodesFor = (from: number) => {
    const out = new Writer();
    const query = read({ id: ID, target: TARGET });
    out.beginReply(from, ID, 0);
    writeNodes(us.node, world.now, from, query, out);
    out.endReply(query);
    return (decoded(out)['r']['nodes'] as Uint8Array).length / 26;
  };
  expect(nodesFor(inPublic(70))).toBe(1);
  expect(nodesFor(at('10.0.0.10'))).toBe(2);
});

test('a token is good for whom and for what it was given, and only then', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const from = inPublic(50);
  const token = world.shared.tokens.issue(world.now, us.node.tenant, from, TARGET, 0);
  const query = read({ id: ID, token });
  const good = (who: number, what: Uint8Array, message = query) =>
    isAuthentic(us.node, world.now, who, message, what, 0);
  expect(good(from, TARGET)).toBe(true);
  expect(good(inPublic(51), TARGET)).toBe(false);
  expect(good(from, ID)).toBe(false);
  expect(good(from, TARGET, read({ id: ID }))).toBe(false);
});

test('a refusal says what is wrong, and to whom', () => {
  const query = read({ id: ID });
  const out = new Writer();
  refuse(inPublic(50), query, out, 'full', encode('x').slice(2), 202);
  expect(query.verdict).toBe('full');
  expect(decoded(out)['e']).toEqual([202, encode('x').slice(2)]);
});
