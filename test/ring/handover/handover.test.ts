import { describe, expect, it } from 'vitest';
import { FrameType } from '../../../src/ring/frames.ts';
import { identitiesOf, ringProblems } from '../schedule.ts';
import { areMembers, type Process, SmallRing } from '../small-ring.ts';

/** Frames of the types, requests and replies, in what is carried. */
function seesFrame(bytes: Uint8Array, types: readonly number[]): boolean {
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
    if (length > bytes.length) return false;
    if (types.includes(bytes[at + 4]! & 127)) return true;
    at += 4 + length;
  }
  return false;
}

function write(nodes: readonly Process[], count: number): void {
  const calls = Array.from({ length: count }, (_, i) => {
    const node = nodes[i % nodes.length]!;
    return { node, call: node.insert(`key ${i}`, `value ${i}`, 'all') };
  });
  for (const { node, call } of calls) expect(node.done(call)).toMatchObject({ code: 'ok' });
}

function expectAll(nodes: readonly Process[], count: number): void {
  for (let i = 0; i < count; i++) {
    expect(nodes[i % nodes.length]!.value(`key ${i}`), `key ${i}`).toBe(`value ${i}`);
  }
}

describe('a join', () => {
  it('moves an arc while it is written, and no read or write goes amiss', () => {
    const world = new SmallRing({ settings: { k: 1 }, flushMs: [5, 20] });
    const nodes = world.ring(2);
    write(nodes, 200);
    const joiner = world.process().start(nodes[0]!);
    const calls: { node: Process; call: number; name: string; value: string }[] = [];
    for (let i = 0; !areMembers(joiner) || i < 40; i++) {
      const node = nodes[i % 2]!;
      const [name, value] = [`key ${i % 200}`, `newer ${i}`];
      calls.push({ node, call: node.insert(name, value, 'all'), name, value });
      world.run(3);
      expect(i).toBeLessThan(5000);
    }
    const last = new Map<string, string>();
    for (const { node, call, name, value } of calls) {
      expect(node.done(call), name).toMatchObject({ code: 'ok' });
      last.set(name, value);
    }
    for (const [name, value] of last) expect(joiner.value(name)).toBe(value);
    world.run(20_000);
    expect(ringProblems(world.living)).toEqual([]);
  });

  it.each([
    ['asked', FrameType.join],
    ['compared', FrameType.digest],
    ['given records', FrameType.replicate],
    ['switched', FrameType.switch],
  ] as const)('survives that either side dies when it has been %s', (_step, type) => {
    for (const victim of ['owner', 'joiner']) {
      const world = new SmallRing({ settings: { k: 2 } });
      const nodes = world.ring(4);
      write(nodes, 60);
      const joiner = world.process();
      const probe = identitiesOf(nodes);
      const place = joiner.node.identities[0]!.hash;
      const owner = (
        probe.findLast(({ identity }) => Buffer.compare(identity.hash, place) <= 0) ?? probe.at(-1)!
      ).process;
      let isDone = false;
      world.onBytes = (from, to, bytes) => {
        const isTheirs = [from, to].includes(owner) && [from, to].includes(joiner);
        if (isDone || !isTheirs || !seesFrame(bytes, [type])) return;
        isDone = true;
        const dead = victim === 'owner' ? owner : joiner;
        world.at(world.now, () => dead.crash());
      };
      joiner.start(...nodes.filter((node) => node !== owner).slice(0, 2));
      world.run(40_000);
      expect(isDone, `${victim} ${type}`).toBe(true);
      expect(ringProblems(world.living)).toEqual([]);
      expect(world.living.every(areMembers)).toBe(true);
      expectAll(world.living, 60);
    }
  });

  it('of two into one arc lets one wait for the other', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const [first] = world.ring(1);
    write([first!], 30);
    const joiners = [1, 2, 3].map(() => world.process().start(first!));
    world.runUntil(() => joiners.every(areMembers), 30_000);
    world.run(10_000);
    expect(ringProblems(world.living)).toEqual([]);
    expectAll(world.living, 30);
  });

  it('goes on trying while nobody answers', () => {
    const world = new SmallRing();
    const [first] = world.ring(1);
    first!.crash();
    const joiner = world.process().start(first!);
    world.run(10_000);
    expect(joiner.events.some(({ kind }) => kind === 'join-failed')).toBe(true);
    expect(joiner.done(joiner.get('a'))).toMatchObject({ code: 'not-a-member' });
    first!.restart();
    world.runUntil(() => areMembers(joiner), 30_000);
  });
});

describe('a leave', () => {
  it.each([0, 1, 2])('with K = %i loses nothing, and leaves as many copies', (k) => {
    const world = new SmallRing({ settings: { k } });
    const nodes = world.ring(5);
    write(nodes, 100);
    for (const leaver of [nodes[1]!, nodes[3]!]) {
      expect(leaver.done(leaver.leave())).toMatchObject({ code: 'ok' });
      leaver.stop();
    }
    world.run(10_000);
    expect(ringProblems(world.living)).toEqual([]);
    expectAll(world.living, 100);
    const held = world.living.reduce((sum, { store }) => sum + store.count, 0);
    expect(held).toBe(100 * (k + 1));
  });

  it('goes to another heir when the first dies', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(5);
    write(nodes, 60);
    const leaver = nodes[2]!;
    const heirAddress = leaver.node.identities[0]!.predecessor!.address;
    const heir = nodes.find(({ addresses }) => addresses[0] === heirAddress)!;
    let isDone = false;
    world.onBytes = (_from, to, bytes) => {
      if (isDone || to !== heir || !seesFrame(bytes, [FrameType.leave])) return;
      isDone = true;
      world.at(world.now, () => heir.crash());
    };
    expect(leaver.done(leaver.leave())).toMatchObject({ code: 'ok' });
    leaver.stop();
    expect(isDone).toBe(true);
    world.run(15_000);
    expect(ringProblems(world.living)).toEqual([]);
    expectAll(world.living, 60);
  });

  it('of the last one says that its records are nowhere else', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(2);
    write(nodes, 5);
    expect(nodes[0]!.done(nodes[0]!.leave())).toMatchObject({ code: 'ok' });
    nodes[0]!.stop();
    const alone = nodes[1]!;
    world.run(3000);
    expectAll([alone], 5);
    const { code } = alone.done(alone.leave());
    expect(['ok', 'too-few-copies']).toContain(code);
    expect(alone.store.count).toBe(5);
  });

  it('of one that never joined is over at once', () => {
    const world = new SmallRing();
    const joiner = world.process().start(world.process());
    expect(joiner.done(joiner.leave())).toMatchObject({ code: 'ok' });
    expect(joiner.node.info().identities[0]!.state).toBe('left');
  });
});
