import { expect, test } from 'vitest';
import { meaningfulTo, readAddress } from '../../../src/core/address.ts';
import { sharedPrefixBits } from '../../../src/core/id.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { phantom } from '../../../src/lab/adversaries/forgery.ts';
import {
  capturing,
  compact,
  echoing,
  inventing,
  isInvented,
  misleading,
  sampling,
  silent,
} from '../../../src/lab/adversaries/lies.ts';
import type { IncomingQuery, QueryHook } from '../../../src/mainline/answering/hook.ts';
import { someId } from '../../core/ids.ts';

const random = new SeededRandom(9);
const target = someId(random);
const asker = someId(random);
const friends = Array.from({ length: 12 }, (_, i) => ({ id: someId(random), address: phantom(i) }));

function answerOf(hook: QueryHook, method: string, of: Uint8Array | null = target) {
  const query = { method, target: of, id: asker } as IncomingQuery;
  return hook(query, () => ({ verdict: 'answered', bytes: new Uint8Array(0) }));
}

function replyOf(hook: QueryHook, method: string): { id?: Uint8Array; nodes: Uint8Array } {
  const answer = answerOf(hook, method);
  return (answer as { reply: { id?: Uint8Array; nodes: Uint8Array } }).reply;
}

test('who captures is beside the target with all its friends', () => {
  const { id, nodes } = replyOf(capturing(friends, random), 'get_peers');
  expect(sharedPrefixBits(id!, 0, target, 0)).toBe(40);
  expect(nodes).toHaveLength(8 * 26);
  for (let i = 0; i < 8; i++) {
    expect(sharedPrefixBits(nodes, i * 26, target, 0)).toBe(40);
    expect(readAddress(nodes, i * 26 + 20)).toBe(friends[i].address);
  }
});

test('who misleads names addresses that mean nothing to a public node', () => {
  const { nodes } = replyOf(misleading(random), 'find_node');
  for (let i = 0; i < nodes.length; i += 26) {
    expect(meaningfulTo(phantom(1), readAddress(nodes, i + 20))).toBe(false);
  }
});

test('who echoes is whoever asks; pings of all liars are as they should be', () => {
  expect(replyOf(echoing, 'find_node').id).toEqual(asker);
  const lies = [inventing(random), sampling(random), misleading(random)];
  for (const hook of [echoing, silent, capturing(friends, random), ...lies]) {
    expect(answerOf(hook, 'ping', null)).toBeUndefined();
  }
  expect(answerOf(silent, 'find_node')).toBeNull();
});

test('peers and info-hashes that nobody has are other ones each time, and only where they are asked for', () => {
  const peers = answerOf(inventing(random), 'get_peers') as { reply: { values: Uint8Array[] } };
  const addresses = peers.reply.values.map((value) => readAddress(value, 0));
  expect(new Set(addresses).size).toBe(8);
  expect(addresses.every(isInvented)).toBe(true);
  expect(isInvented(phantom(0))).toBe(false);
  const hook = sampling(random);
  const [one, other] = [1, 2].map(() => answerOf(hook, 'sample_infohashes'));
  expect(one).toMatchObject({ reply: { interval: 0, num: 20 } });
  expect(one).not.toEqual(other);
  for (const lie of [inventing(random), hook]) expect(answerOf(lie, 'find_node')).toBeUndefined();
});

test('nodes stand in a reply as BEP 5 has them', () => {
  const bytes = compact(friends.slice(0, 2));
  expect(bytes.slice(26, 46)).toEqual(friends[1].id);
  expect(readAddress(bytes, 46)).toBe(friends[1].address);
});
