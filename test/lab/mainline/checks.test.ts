/**
 * The checks bite: each breach is committed on purpose, by a hand in the nodes' rows or on the wire,
 * and is told by name. A world to which nothing is done passes them all.
 */

import { describe, expect, test } from 'vitest';
import { Safety } from '../../../src/lab/mainline/checks.ts';
import { Violation } from '../../../src/lab/violation.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';
import { LookupKind, Purpose } from '../../../src/mainline/rows/purpose.ts';
import { Living, MINUTE_MS } from '../living.ts';

function checked(): { living: Living; safety: Safety } {
  const living = new Living({ nodes: 40 });
  const safety = new Safety(living.overlay, living.life);
  return { living, safety };
}

/** A node that is in the middle of a lookup. */
function busy() {
  const { living, safety } = checked();
  living.run(11 * MINUTE_MS);
  const machine = living.node(7);
  const target = new Uint8Array(20).fill(0xab);
  machine.lookup(living.world.now, LookupKind.findNode, target, 1);
  living.world.arm(7);
  living.run(60);
  const lookup = machine.lookups.find((one) => one !== null)!;
  expect(machine.requestCount).toBeGreaterThan(0);
  safety.inspect();
  return { living, safety, machine, lookup, requests: living.overlay.shared.requests };
}

function violation(breach: () => void): string {
  try {
    breach();
  } catch (error) {
    if (error instanceof Violation) return error.check;
    throw error;
  }
  return 'none';
}

test('a world in which everything happens passes, and thousands of checks were made', () => {
  const { living, safety } = checked();
  living.look(30);
  living.life.crash(3);
  living.life.restart(4, 'blank');
  living.life.pause(5);
  for (let i = 0; i < 20; i++) {
    living.run(MINUTE_MS);
    safety.inspect();
    if (i === 10) living.life.resume(5);
  }
  safety.judgeCalls();
  expect(safety.made).toBeGreaterThan(5000);
});

describe('in the table', () => {
  test('somebody who never answered', () => {
    const { living, safety } = checked();
    living.life.restart(7, 'blank');
    const { bytes } = living.overlay.shared.contacts;
    living
      .node(7)
      .table.answered(living.world.now, bytes, 21 * CONTACT_BYTES, living.overlay.addressOf(20));
    expect(violation(() => safety.inspect())).toBe('only who answered');
  });

  test('somebody who answered the process before', () => {
    const { living, safety } = checked();
    const machine = living.node(7);
    living.life.restart(7, 'blank');
    // Its warm table would be that of another process now.
    living.overlay.node = () => machine;
    expect(violation(() => safety.inspect())).not.toBe('none');
  });

  test('somebody in the wrong bucket, or twice', () => {
    const { living, safety } = checked();
    const { slab } = living.overlay.shared;
    const kept = slab.handles.slice();
    const places = [...kept.keys()].filter((at) => kept[at] !== 0);
    let found = 0;
    for (const at of places.slice(0, 60)) {
      slab.handles[at] = kept[at] === 1 ? 2 : 1;
      if (violation(() => safety.inspect()) !== 'none') found++;
      slab.handles.set(kept);
    }
    expect(found).toBeGreaterThan(30);
    safety.inspect();
  });
});

describe('in flight', () => {
  test('a request that outlives its time-out', () => {
    const { safety, machine, requests } = busy();
    const row = machine.inFlight!.first();
    requests.sentAtMs[row] = requests.sentAtMs[row] - 10_000;
    expect(violation(() => safety.inspect())).toBe('time-outs');
  });

  test('a request that its lookup does not know of', () => {
    const { safety, machine, requests } = busy();
    requests.purpose[machine.inFlight!.first()] = Purpose.orphan;
    expect(violation(() => safety.inspect())).toBe('searching');
  });

  test('a request of a lookup that there is none of', () => {
    const { safety, machine, requests } = busy();
    requests.subject[machine.inFlight!.first()] = 200;
    expect(violation(() => safety.inspect())).toBe('requests of a lookup');
  });

  test('a ping that is not counted', () => {
    const { safety, machine } = busy();
    machine.pingCount++;
    expect(violation(() => safety.inspect())).toBe('pings under way');
  });

  test('a row that nobody has', () => {
    const { safety, requests } = busy();
    requests.take(9999, 1, 0, Purpose.call);
    expect(violation(() => safety.inspect())).toBe('request rows');
  });

  test('somebody who will not be woken', () => {
    const { safety, machine } = busy();
    machine.deadline = Infinity;
    expect(violation(() => safety.inspect())).toBe('a deadline');
  });

  test('a lookup that does not end', () => {
    const { safety, lookup } = busy();
    lookup.startedAtMs -= 10 * MINUTE_MS;
    expect(violation(() => safety.inspect())).toBe('the end of lookups');
  });
});

describe('on the wire', () => {
  const PING = Buffer.from('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe');
  const PONG = Buffer.from('d1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re');

  test('somebody who is down and speaks', () => {
    const { living, safety } = checked();
    living.life.crash(7);
    expect(violation(() => safety.sent(7, 1, PING, PING.length))).toBe('the silence of the dead');
    living.life.pause(8);
    expect(violation(() => safety.sent(8, 1, PING, PING.length))).toBe('the silence of the dead');
  });

  test('a reply to nobody, to somebody else, to another query, or a second one', () => {
    const name = 'one reply per query';
    const { safety } = checked();
    const reply = (from: number, to: number, bytes = PONG): string =>
      violation(() => safety.sent(from, to, bytes, bytes.length));
    const query = (): void => safety.arriving(7, 1, PING, 0, PING.length);
    expect(reply(7, 1)).toBe(name);
    query();
    expect(reply(7, 2)).toBe(name);
    query();
    expect(reply(7, 1, Buffer.from(PONG.toString().replace('2:aa', '2:ab')))).toBe(name);
    query();
    expect(reply(7, 1)).toBe('none');
    expect(reply(7, 1)).toBe(name);
  });

  test('too many bytes, or rubbish', () => {
    const { safety } = checked();
    expect(violation(() => safety.sent(7, 1, new Uint8Array(2000), 1025))).toBe('message size');
    expect(violation(() => safety.sent(7, 1, new Uint8Array(50), 50))).toBe('well-formed');
  });
});

test('counters that do not add up', () => {
  const { living, safety } = checked();
  living.overlay.counters.replies++;
  expect(violation(() => safety.inspect())).toBe('datagrams in');
});

describe('calls', () => {
  test('that end twice, or never', () => {
    const { living, safety } = checked();
    safety.began(1, 7);
    safety.ended(1);
    expect(violation(() => safety.ended(1))).toBe('each outcome once');
    safety.began(2, 7);
    expect(violation(() => safety.judgeCalls())).toBe('calls end');
    // A process that ends takes its calls with it.
    living.life.crash(7);
    expect(violation(() => safety.judgeCalls())).toBe('none');
  });
});

test('a violation says when and what', () => {
  const { living, safety } = checked();
  living.run(61_234);
  expect(() => safety.fail('a check', 'node 7 is blue')).toThrow(
    'a check at 61.234 s: node 7 is blue',
  );
});
