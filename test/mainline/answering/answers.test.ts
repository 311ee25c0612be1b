/** Verdicts of the node's own query handler, and the words of its errors. */
import { describe, expect, test } from 'vitest';
import { answerQuery } from '../../../src/mainline/answering/answers.ts';
import { type Encodable, encode, latin1 } from '../../../src/mainline/krpc/bencode.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { idOf, inPublic, onLoopback, SmallWorld } from '../small-world.ts';

const ID = idOf('11');
const HASH = idOf('5c');

function answer(q: Encodable | undefined, a: Encodable, settings = {}) {
  const world = new SmallWorld({ address: inPublic, settings });
  const us = world.open({}, idOf('80'));
  const query = new Message();
  const bytes = encode({ t: 'aa', y: 'q', q, a });
  query.read(bytes, 0, bytes.length);
  const out = new Writer();
  const said = answerQuery.answer(us.node, world.now, onLoopback(50), query, out);
  return { said, verdict: query.verdict, bytes: latin1(out.bytes, 0, out.length), world, us };
}

describe('the verdict', () => {
  test.each([
    ['answered', 'ping', { id: ID }],
    ['answered', 'find_node', { id: ID, target: HASH }],
    ['answered', 'get_peers', { id: ID, info_hash: HASH }],
    ['answered', 'sample_infohashes', { id: ID, target: HASH }],
    ['invalid', 'ping', {}],
    ['invalid', 'find_node', { id: ID }],
    ['invalid', 'get_peers', { id: ID, target: HASH }],
    ['invalid', 'announce_peer', { id: ID, port: 1 }],
    ['invalid', 'announce_peer', { id: ID, info_hash: HASH, port: 0 }],
    ['invalid', undefined, { id: ID }],
    ['bad-token', 'announce_peer', { id: ID, info_hash: HASH, port: 1, token: 'x' }],
    ['bad-token', 'announce_peer', { id: ID, info_hash: HASH, port: 1 }],
    ['unknown-method', 'vote', { id: ID }],
  ] as [string, string | undefined, { [key: string]: Encodable }][])(
    'is %s for %s %j',
    (verdict, q, a) => {
      const result = answer(q, a);
      expect(result.said).toBe(true);
      expect(result.verdict).toBe(verdict);
      expect(result.bytes).toContain(verdict === 'answered' ? '1:y1:re' : '1:y1:ee');
    },
  );
});
