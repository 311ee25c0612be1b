import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, addressOf, formatAddress, parseIp } from '../../../src/core/address.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import type { Forgotten } from '../../../src/ring/handover/forgetting.ts';
import type { RingOutcome } from '../../../src/ring/outcome.ts';
import { keyOf, type Process, SmallRing, textOf } from '../small-ring.ts';
import { identitiesOf, nameOwnedBy, others, settle, titleAt, titledRing } from '../titled.ts';
import { expectAll, write } from './moving.ts';

function forget(at: Process, members: readonly Process[], isLost = false): RingOutcome {
  return forgetAt(
    at,
    members.map(({ node }) => node.home),
    isLost,
  );
}

function forgetAt(at: Process, addresses: readonly Address[], isLost = false): RingOutcome {
  return at.done(at.command((now, call) => at.node.forget(now, call, addresses, isLost)));
}

function resultOf({ value }: RingOutcome): Forgotten {
  return JSON.parse(textOf(value)!) as Forgotten;
}

const nameOf = ({ node }: Process) => formatAddress(node.home);

describe('with a majority', () => {
  test('of three members one that died is taken out, and acts at `all` go on with two copies', () => {
    const { world, nodes } = titledRing(3, 2);
    write(nodes, 20);
    const [a, b, dead] = nodes;
    dead.crash();
    world.run(20_000);
    expect(a.done(a.insert(nameOwnedBy(a), 'x', 'all'))).toMatchObject({ code: 'too-few-copies' });
    const outcome = forget(b, [dead]);
    expect(outcome.code).toBe('ok');
    expect(resultOf(outcome)).toMatchObject({
      ...{ forgotten: [nameOf(dead)], members: 2, copies: 2, copiesWanted: 2, unheard: [] },
      emptyArcs: 0,
    });
    for (const one of [a, b]) {
      expect(titleAt(one).electors.some(({ home }) => home === dead.node.home)).toBe(false);
      const done = one.done(one.insert(nameOwnedBy(one), 'y', 'all'));
      expect(done).toMatchObject({ code: 'ok', copies: 2 });
    }
    expectAll([a, b], 20);
  });

  test('one that comes back is a member like any other that joins', () => {
    const { world, nodes } = titledRing(3, 2);
    write(nodes, 20);
    const [a, b, dead] = nodes;
    dead.crash();
    world.run(20_000);
    expect(forget(a, [dead]).code).toBe('ok');
    a.done(a.insert('name 3', 'later', 'all'));
    dead.restart(a);
    settle(world, 2);
    expect(dead.value('name 3', 'all')).toBe('later');
    expect(titleAt(b).wanted).toBe(3);
  });

  test('one that lives is not forgotten, and neither is one that nobody knows', () => {
    const { nodes } = titledRing(4, 1);
    expect(forget(nodes[0], [nodes[2]])).toMatchObject({
      code: 'member-lives',
      message: expect.stringContaining(nameOf(nodes[2])),
    });
    expect(forget(nodes[0], [nodes[0]]).code).toBe('member-lives');
    expect(forgetAt(nodes[0], [addressOf(parseIp('10.9.9.9'), 5000)]).code).toBe('no-such-member');
    for (const { node } of nodes) expect(node.resigned.size).toBe(0);
  });

  test('a client may say it, with an address that is not the first of its process', () => {
    const { world, nodes } = titledRing(4, 2, 3, 2);
    const dead = nodes[3];
    dead.crash();
    world.run(20_000);
    const client = world.process(0).start(nodes[1]);
    const call = client.command((now, id) =>
      client.node.forget(now, id, [dead.addresses[1]], false),
    );
    expect(resultOf(client.done(call)).forgotten).toEqual([nameOf(dead)]);
  });
});

describe('without a majority', () => {
  test('of three members two are lost: the last one refuses, until it is told that they are', () => {
    const { world, nodes } = titledRing(3, 2);
    write(nodes, 20);
    const [last, ...lost] = nodes;
    for (const one of lost) one.crash();
    world.run(20_000);
    const refused = forget(last, lost.slice(0, 1));
    expect(refused).toMatchObject({ code: 'unavailable' });
    expect(refused.message).toContain(nameOf(lost[1]));
    expect(forget(last, lost.slice(0, 1), true).code).toBe('unavailable');
    expect(last.node.lost).toEqual([]);
    const outcome = forget(last, lost, true);
    expect(resultOf(outcome)).toMatchObject({
      members: 1,
      copies: 1,
      copiesWanted: 1,
      emptyArcs: 0,
    });
    expectAll([last], 20);
    expect(last.done(last.insert('new', 'x', 'all'))).toMatchObject({ code: 'ok', copies: 1 });
  });

  test('those who were lost and come back do not act as they did: what was written since stands', () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { world, nodes } = titledRing(3, 2, seed);
      write(nodes, 20);
      const [last, ...lost] = nodes;
      for (const one of lost) one.crash();
      world.run(20_000);
      expect(forget(last, lost, true).code).toBe('ok');
      for (let i = 0; i < 10; i++) last.done(last.insert(`name ${i}`, 'later', 'all'));
      last.done(last.remove('name 10', 'all'));
      for (const one of lost) one.restart(last);
      settle(world, 2, 120_000);
      for (const one of nodes) {
        for (let i = 0; i < 10; i++)
          expect(one.value(`name ${i}`, 'all'), `seed ${seed}`).toBe('later');
        expect(one.value('name 10', 'all')).toBeNull();
      }
    }
  });

  test('more than half of the electors of an arc and all its copies are gone: the ring goes on without them', () => {
    const { world, nodes } = titledRing(7, 1);
    write(nodes, 40);
    const { copies, electors } = titleAt(nodes[0]);
    const gone = nodes.filter(({ node }) =>
      [...copies, ...electors.slice(0, 2)].some(({ home }) => home === node.home),
    );
    for (const one of gone) one.crash();
    world.run(20_000);
    const left = others(nodes, ...gone);
    const { emptyArcs, members } = resultOf(forget(left[0], gone, true));
    expect(members).toBe(left.length);
    expect(emptyArcs).toBeGreaterThan(0);
    settle(world, 1);
    for (let i = 0; i < 40; i++) {
      expect(left[0].done(left[0].insert(`name ${i}`, 'again', 'all')).code).toBe('ok');
    }
  });

  test('some who were only cut off go on by themselves, and give way where they meet the others again', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { world, nodes } = titledRing(3, 2, seed);
      write(nodes, 20);
      const [last, ...cutOff] = nodes;
      for (const one of cutOff) one.group = 1;
      world.run(20_000);
      expect(forget(last, cutOff, true).code).toBe('ok');
      for (let i = 0; i < 10; i++) last.done(last.insert(`name ${i}`, 'here', 'all'));
      const there = cutOff[0].done(cutOff[0].insert('name 3', 'there', 'quorum'));
      expect(there.code).toBe('ok');
      for (const one of cutOff) one.group = 0;
      settle(world, 2, 300_000);
      for (const one of nodes) {
        for (let i = 0; i < 10; i++)
          expect(one.value(`name ${i}`, 'all'), `seed ${seed}`).toBe('here');
      }
    }
  });

  test('a member that was started again and waits for the others can be told, too', () => {
    const { world, nodes } = titledRing(3, 2);
    write(nodes, 20);
    const [last, ...lost] = nodes;
    for (const one of nodes) one.crash();
    last.restart();
    world.run(20_000);
    expect(last.node.isMember).toBe(false);
    expect(forget(last, lost, true).code).toBe('ok');
    expectAll([last], 20);
    expect(identitiesOf(world)[0].ownsAll).toBe(true);
  });
});

test('in a ring without titles there is nothing to be taken out of', () => {
  const world = new SmallRing({ settings: { k: 0 } });
  const [a, dead] = world.ring(2);
  dead.crash();
  expect(forget(a, [dead])).toMatchObject({ code: 'not-supported' });
});

/** Crashes K + 1 or K + 2 of a ring, whoever they are, and has them forgotten; then they come back. */
function crashAndForget(seed: number): void {
  const random = new SeededRandom(seed, 0);
  const k = 1 + randomBelow(random, 2);
  const count = 2 * k + 1 + randomBelow(random, 3);
  const { world, nodes } = titledRing(count, k, seed);
  write(nodes, 30);
  const holdersOf = (name: string) => {
    const key = keyOf(name);
    return world.living.filter(({ store }) => store.head(key, 0) !== null);
  };
  const crashed = new Set<Process>();
  const most = count - 1;
  while (crashed.size < Math.min(k + 1 + randomBelow(random, 2), most)) {
    crashed.add(nodes[randomBelow(random, count)]);
  }
  for (const one of crashed) {
    one.crash();
    world.run(randomBelow(random, 3000));
  }
  world.run(20_000);
  const left = others(nodes, ...crashed);
  const kept = Array.from({ length: 30 }, (_, i) => holdersOf(`key ${i}`).length > 0);
  const outcome = forget(left[randomBelow(random, left.length)], [...crashed], true);
  expect(outcome.message).toBe('');
  for (let i = 0; i < 30; i++) {
    const at = left[i % left.length];
    expect(at.value(`key ${i}`, 'quorum'), `key ${i}`).toBe(kept[i] ? `value ${i}` : null);
    expect(at.done(at.insert(`key ${i}`, `after ${i}`, 'all')).code).toBe('ok');
  }
  for (const one of crashed) one.restart(left[0]);
  settle(world, k, 300_000);
  for (let i = 0; i < 30; i++) expect(nodes[i % count].value(`key ${i}`, 'all')).toBe(`after ${i}`);
}

test('K + 1 or more crash at once, whoever they are: what is kept is served, what is written since stands', () => {
  fc.assert(fc.property(fc.nat(), crashAndForget), { numRuns: 8 });
});
