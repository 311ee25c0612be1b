import { describe, expect, test } from 'vitest';
import type { LookupView } from '../../../src/scene.ts';
import { RunningLookups } from '../../../src/studio/mainline/lookups.ts';

const TARGET = 'ab'.repeat(20);
const ID = '41'.repeat(20);
const latin = (text: string) => Buffer.from(text, 'latin1');
const raw = (hex: string) => Buffer.from(hex, 'hex').toString('latin1');

const query = (method: string, aim: string, t: string, target = TARGET) =>
  latin(
    `d1:ad2:id20:${raw(ID)}${aim}20:${raw(target)}e1:q${method.length}:${method}1:t2:${t}1:y1:qe`,
  );
const getPeers = (t: string) => query('get_peers', '9:info_hash', t);
const findNode = (t: string) => query('find_node', '6:target', t);
/** Names one node, at 127.0.0.2:258. */
const reply = (t: string) =>
  latin(
    `d1:rd2:id20:${raw(ID)}5:nodes26:${raw(`${'cd'.repeat(20)}7f0000020102`)}e1:t2:${t}1:y1:re`,
  );

function watched() {
  const told: LookupView[] = [];
  let last = 0;
  const nodes = new Map([
    ['127.0.0.1:7', 1],
    ['127.0.0.2:258', 2],
  ]);
  const lookups = new RunningLookups({
    nodeAt: (address) => nodes.get(address) ?? -1,
    idOf: (node) => (node === 2 ? TARGET : ID),
    nameOf: (target) => (target === TARGET ? 'apple' : undefined),
    nextLookup: () => ++last,
    tellLookup: (view) => told.push(view),
  });
  return { lookups, told };
}

describe('lookups as they go', () => {
  test('a step for each that is asked, by whom it was told of, and how it ended', () => {
    const { lookups, told } = watched();
    expect(lookups.sent(0, '127.0.0.1:7', getPeers('aa'), 100)).toBe(1);
    expect(told.at(-1)).toMatchObject({
      ...{ id: 1, kind: 'get_peers', label: 'apple', target: TARGET, from: 0, state: 'running' },
      steps: [{ node: 1, toldBy: -1, distanceBits: 160, sentMs: 100, verdict: 'waiting' }],
    });
    lookups.heard(0, '127.0.0.1:7', reply('aa'), 150);
    expect(lookups.sent(0, '127.0.0.2:258', getPeers('ab'), 160)).toBe(1);
    expect(told.at(-1)!.steps).toMatchObject([
      { verdict: 'answered', endedMs: 150 },
      { node: 2, toldBy: 0, hops: 2, distanceBits: 0, verdict: 'waiting' },
    ]);
    expect(lookups.ended(0, TARGET)).toBe(1);
    expect(lookups.ended(0, TARGET)).toBe(0);
    expect(lookups.openCount).toBe(0);
  });

  test('find_node is upkeep unless it was begun by hand', () => {
    const { lookups, told } = watched();
    expect(lookups.sent(0, '127.0.0.1:7', findNode('aa'), 0)).toBe(0);
    lookups.expect(0, TARGET);
    expect(lookups.sent(1, '127.0.0.1:7', findNode('aa'), 0)).toBe(0);
    expect(lookups.sent(0, '127.0.0.1:7', findNode('aa'), 0)).toBe(1);
    expect(told).toHaveLength(1);
  });

  test('an answer of somebody else, to somebody else, or to nothing is none', () => {
    const { lookups, told } = watched();
    lookups.heard(0, '127.0.0.1:7', reply('aa'), 0);
    lookups.sent(0, '127.0.0.1:7', getPeers('aa'), 0);
    lookups.heard(0, '127.0.0.9:7', reply('aa'), 0);
    lookups.heard(1, '127.0.0.1:7', reply('aa'), 0);
    lookups.heard(0, '127.0.0.1:7', reply('zz'), 0);
    lookups.heard(0, '127.0.0.1:7', latin('garbage'), 0);
    expect(lookups.sent(0, '127.0.0.1:7', latin('d1:q9:get_peers'), 0)).toBe(0);
    expect(lookups.sent(0, '127.0.0.1:7', reply('aa'), 0)).toBe(0);
    expect(told).toHaveLength(1);
  });

  test('those that nobody ends are forgotten, the oldest first', () => {
    const { lookups } = watched();
    const targetOf = (i: number) => i.toString(16).padStart(40, '0');
    const ask = (i: number, nowMs: number) =>
      lookups.sent(0, '127.0.0.1:7', query('get_peers', '9:info_hash', 'aa', targetOf(i)), nowMs);
    for (let i = 1; i <= 70; i++) ask(i, i);
    expect(lookups.openCount).toBe(64);
    expect(lookups.ended(0, targetOf(1))).toBe(0);
    ask(99, 100_000);
    expect(lookups.openCount).toBe(1);
    lookups.forget();
    expect(lookups.openCount).toBe(0);
  });
});
