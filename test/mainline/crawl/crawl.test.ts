/** The crawl as a machine: whom it asks what, in worlds of a few nodes that a test makes up. */
import { expect, test } from 'vitest';
import { type Address, writeAddress } from '../../../src/core/address.ts';
import {
  CRAWL_DEFAULTS,
  Crawl,
  type CrawlOptions,
  type Question,
  Visit,
} from '../../../src/mainline/crawl/crawl.ts';
import { type Encodable, encode } from '../../../src/mainline/krpc/bencode.ts';
import { Method } from '../../../src/mainline/krpc/fields.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { idOf, inPublic } from '../small-world.ts';

const ZONE = new Uint8Array(20);

function crawlOf(options: Partial<CrawlOptions> = {}, maySample = () => true): Crawl {
  return new Crawl({ ...CRAWL_DEFAULTS, zone: ZONE, ...options }, 1, maySample);
}

/** Node n of a made-up network. */
const id = (n: number) => idOf((n + 1).toString(16).padStart(2, '0'), '5');

function reply(
  n: number,
  names: readonly number[] = [],
  more: Record<string, Encodable> = {},
): Message {
  const nodes = new Uint8Array(names.length * 26);
  for (const [i, name] of names.entries()) {
    nodes.set(id(name), i * 26);
    writeAddress(nodes, i * 26 + 20, inPublic(name));
  }
  const bytes = encode({ r: { id: id(n), nodes, ...more }, t: 'aaaa', v: 'XX12', y: 'r' });
  const message = new Message();
  message.read(bytes, 0, bytes.length);
  return message;
}

const begun = (options: Partial<CrawlOptions> = {}, maySample?: () => boolean): Crawl => {
  const crawl = crawlOf(options, maySample);
  crawl.meet(id(0), 0, inPublic(0));
  return crawl;
};
function askFor(crawl: Crawl): Question {
  const question = crawl.next(0);
  if (question === null) throw new Error('nobody is to be asked');
  return question;
}

test('it asks whoever is named, each so many questions, and is over then', () => {
  const count = 50;
  const asked = new Map<Address, number>();
  const crawl = begun({ questions: 3 });
  for (let question = crawl.next(0); question; question = crawl.next(0)) {
    const { node, to } = question;
    asked.set(to, (asked.get(to) ?? 0) + 1);
    crawl.answered(node, 5, 5, reply(node, [(node * 2 + 1) % count, (node * 2 + 2) % count]));
  }
  expect(crawl.isOver).toBe(true);
  expect([crawl.count, crawl.coverage]).toEqual([count, 1]);
  expect([...asked.values()]).toEqual(Array(count).fill(3));
  expect(crawl.visits).toEqual([0, 0, count, 0, 0]);
  expect([crawl.questionCount, crawl.answerCount]).toEqual([150, 150]);
});

test('first across a fork, then for samples of its own neighbourhood, then across the other forks', () => {
  const crawl = begun({ questions: 5 });
  const targets: [Method, number][] = [];
  for (let n = 0; n < 5; n++) {
    const { node, method, target } = askFor(crawl);
    targets.push([method, target[0] ^ id(0)[0]]);
    crawl.answered(node, 0, 1, reply(0));
  }
  expect(targets).toEqual([
    [Method.findNode, 0x80],
    [Method.sampleInfohashes, 0],
    [Method.findNode, 0x40],
    [Method.findNode, 0x20],
    [Method.findNode, 0x10],
  ]);
  expect(crawl.isOver).toBe(true);
});

test.each<[string, Partial<CrawlOptions>, () => boolean]>([
  ['where nobody wants samples', { samples: false }, () => true],
  ['of one that rests', {}, () => false],
])('no samples are asked for %s', (_, options, maySample) => {
  const crawl = begun(options, maySample);
  for (let n = 0; n < 2; n++) {
    const { node, method } = askFor(crawl);
    expect(method).toBe(Method.findNode);
    crawl.answered(node, 0, 1, reply(0));
  }
});

test('samples are kept, and their interval, within its bounds', () => {
  for (const [interval, rests] of [
    [60, 60],
    [0, 0],
    [99_999, 21_600],
    [-1, 21_600],
  ] as const) {
    const crawl = begun();
    crawl.answered(askFor(crawl).node, 0, 1, reply(0));
    const samples = new Uint8Array(45).fill(7, 20);
    crawl.answered(askFor(crawl).node, 1000, 1, reply(0, [], { samples, num: 9, interval }));
    expect([crawl.infoHashes.count, crawl.stored[0], crawl.restsUntilMs[0]]).toEqual([
      ...[2, 9, 1000 + rests * 1000],
    ]);
  }
});

test('the silent are asked once more, and then no more; who errs lives', () => {
  const crawl = begun();
  expect([crawl.silent(askFor(crawl).node, 1), crawl.silent(askFor(crawl).node, 2)]).toEqual([
    ...[false, true],
  ]);
  expect(crawl.visits).toEqual([0, 0, 0, 0, 1]);
  const other = begun();
  expect(other.refused(askFor(other).node, 1)).toBe(false);
  expect(other.refused(askFor(other).node, 1)).toBe(true);
  expect(other.visits).toEqual([0, 0, 0, 1, 0]);
  const third = begun();
  third.answered(askFor(third).node, 0, 1, reply(0));
  expect(third.silent(askFor(third).node, 1)).toBe(true);
  expect(third.visits).toEqual([0, 0, 1, 0, 0]);
});

test('only the zone is gone through, and not ourselves, nor addresses that mean nothing', () => {
  const crawl = crawlOf({ bits: 4, own: id(3) });
  expect(crawl.meet(idOf('f0'), 0, inPublic(1))).toBe(-1);
  expect(crawl.meet(id(3), 0, inPublic(3))).toBe(-1);
  expect(crawl.meet(id(0), 0, inPublic(0))).toBe(0);
  expect(crawl.meet(id(0), 0, inPublic(0))).toBe(0);
  const { node, target } = askFor(crawl);
  // Its forks lie below the zone.
  expect(target[0] >>> 4).toBe(0);
  const message = reply(0, [5]);
  message.bytes.set([127, 0, 0, 1], message.nodesStart + 20);
  crawl.answered(node, 0, 1, message);
  expect(crawl.count).toBe(1);
});

test('who turns out to be outside of the zone is asked no more', () => {
  const crawl = begun({ bits: 4 });
  const bytes = encode({ r: { id: idOf('f0') }, t: 'aaaa', y: 'r' });
  const message = new Message();
  message.read(bytes, 0, bytes.length);
  expect(crawl.answered(askFor(crawl).node, 0, 1, message)).toBe(true);
  expect(crawl.isOver).toBe(true);
});

test('lists end where they were said to', () => {
  const crawl = begun({ nodes: 3, edges: 2 });
  crawl.answered(askFor(crawl).node, 0, 1, reply(0, [1, 2, 3, 4]));
  expect([crawl.count, crawl.unlisted, crawl.edgeCount]).toEqual([3, 2, 2]);
});

test('what could not be sent comes next, as if it had not been', () => {
  const crawl = begun();
  crawl.answered(askFor(crawl).node, 0, 1, reply(0, [1, 2]));
  const first = askFor(crawl);
  crawl.postpone(first);
  expect(crawl.underWay).toBe(0);
  expect(askFor(crawl)).toEqual(first);
  expect(crawl.questionCount).toBe(2);
});

test('one that was stopped goes on with those who were not visited', () => {
  const crawl = crawlOf();
  for (const [n, state] of [Visit.answered, Visit.waiting, Visit.silent, Visit.asked].entries()) {
    crawl.restore(id(n), inPublic(n), state, n === 1 ? 500 : 0);
  }
  expect(crawl.visits).toEqual([2, 0, 1, 0, 1]);
  const nodes = [askFor(crawl), askFor(crawl)].map(({ node }) => node);
  expect(nodes).toEqual([1, 3]);
  crawl.answered(1, 0, 1, reply(1));
  expect(askFor(crawl).method).toBe(Method.findNode); // it rests until 500
  expect(crawl.next(0)).toBeNull();
  expect(crawl.meet(id(0), 0, inPublic(0))).toBe(0);
});

test('thousands in any order are each visited once', () => {
  const crawl = begun({ questions: 1 });
  let visited = 0;
  const underWay: Question[] = [];
  while (!crawl.isOver) {
    for (
      let question = crawl.next(0);
      question && underWay.length < 100;
      question = crawl.next(0)
    ) {
      underWay.push(question);
    }
    const [one] = underWay.splice((visited * 7) % underWay.length, 1);
    const start = crawl.count < 200 ? crawl.count : 0;
    const over = crawl.answered(
      one.node,
      0,
      1,
      reply(one.node % 200, [start, (visited * 3) % 200]),
    );
    if (over) visited++;
  }
  expect([visited, crawl.count]).toEqual([200, 200]);
});
