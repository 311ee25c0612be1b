import { describe, expect, it } from 'vitest';
import { bytesOf, keyOf, type Process, SmallRing, textOf } from './small-ring.ts';

/** A ring of one, whose store has a value, and a client that has used it. */
function aloneWithClient(): { world: SmallRing; owner: Process; client: Process } {
  const world = new SmallRing();
  const [owner] = world.ring(1);
  const client = world.process(0).start(owner);
  client.done(client.insert('a', 'old'));
  return { world, owner: owner, client };
}

/** Begins an insert that somebody waits for so long; its call. */
function insert(from: Process, value: string, withinMs?: number): number {
  const { world, node } = from;
  const call = ++world.lastCall;
  from.call(() => node.insert(world.now, call, keyOf('a'), bytesOf(value), 'one', withinMs));
  return call;
}

function held({ store }: Process): string | null {
  const record = store.get(keyOf('a'), 0);
  return record === null ? null : textOf(record)!.slice(-3);
}

describe('an act', () => {
  it('that lay at an owner who stood still until nobody waited for it is not done', () => {
    const { world, owner, client } = aloneWithClient();
    const goOn = owner.stall();
    insert(client, 'new', 3000);
    world.run(6000);
    goOn();
    world.run(30_000);
    expect(held(owner)).toBe('old');
    expect(owner.counters.lateActs).toBe(1);
  });

  it('is done late as long as somebody waits for it', () => {
    const { world, owner, client } = aloneWithClient();
    const goOn = owner.stall();
    const call = insert(client, 'new', 9000);
    world.run(6000);
    goOn();
    expect(client.done(call).code).toBe('ok');
    expect(held(owner)).toBe('new');
    // It was sent again after 5 s, and then the first was not to be done any more.
    expect(owner.counters.lateActs).toBe(1);
  });

  it('does not depend on whose clock is right', () => {
    for (const aheadMs of [-100_000, 100_000]) {
      const { world, owner, client } = aloneWithClient();
      const { node } = client;
      const call = ++world.lastCall;
      // As a client does whose clock is off: all it is told it is told by that.
      const other = world.process(0);
      Object.assign(other, {
        tick: (now: number) => other.node.tick(now + aheadMs),
        arrived: (now: number, stream: number, bytes: Uint8Array, start: number, end: number) =>
          other.node.arrived(now + aheadMs, stream, bytes, start, end),
        opened: (now: number, stream: number) => other.node.opened(now + aheadMs, stream),
      });
      Object.defineProperty(other, 'deadline', { get: () => other.node.deadline - aheadMs });
      other.call(() => other.node.start(world.now + aheadMs, owner.addresses));
      const at = world.now + aheadMs;
      other.call(() => other.node.insert(at, call, keyOf('a'), bytesOf('one'), 'one', 500));
      world.run(1000);
      other.call(() =>
        other.node.insert(at + 1000, call + 1, keyOf('a'), bytesOf('two'), 'one', 500),
      );
      world.lastCall++;
      world.run(1000);
      expect([call, call + 1].map((one) => other.outcomes.get(one)?.code)).toEqual(['ok', 'ok']);
      expect(held(owner)).toBe('two');
      expect(owner.counters.lateActs).toBe(0);
      node.close(world.now);
    }
  });

  it('that says it was sent later than now is not done before it is known how old it is', () => {
    const { world, owner, client } = aloneWithClient();
    // The clock of its owner stands still for 10 s: from then on the client takes it for too late.
    let behindMs = 0;
    const { node } = owner;
    Object.assign(owner, {
      tick: (now: number) => node.tick(now - behindMs),
      arrived: (now: number, ...rest: [number, Uint8Array, number, number]) =>
        node.arrived(now - behindMs, ...rest),
    });
    Object.defineProperty(owner, 'deadline', { get: () => node.deadline + behindMs });
    world.run(10_000);
    behindMs = 10_000;
    const { lateActs } = owner.counters;
    const call = insert(client, 'new', 3000);
    expect(client.done(call).code).toBe('ok');
    // It was told the time, and has sent it again.
    expect(owner.counters.lateActs).toBe(lateActs + 1);
    expect(held(owner)).toBe('new');
    client.done(insert(client, 'yet', 3000));
    expect(owner.counters.lateActs).toBe(lateActs + 1);
  });

  it('of a client whose clock has jumped says that it is older, and is not done too late', () => {
    const { world, owner, client } = aloneWithClient();
    const { node } = client;
    let aheadMs = 0;
    Object.assign(client, {
      tick: (now: number) => node.tick(now + aheadMs),
      arrived: (now: number, ...rest: [number, Uint8Array, number, number]) =>
        node.arrived(now + aheadMs, ...rest),
    });
    Object.defineProperty(client, 'deadline', { get: () => node.deadline - aheadMs });
    const goOn = owner.stall();
    // Something that it waits for is overdue by the jump, so it sees that.
    world.lastCall++;
    client.call(() => node.owner(world.now, world.lastCall, keyOf('a')));
    aheadMs = 4000;
    client.call(() => node.tick(world.now + aheadMs));
    aheadMs = 10_000;
    client.call(() => node.tick(world.now + aheadMs));
    const call = ++world.lastCall;
    const at = world.now + aheadMs;
    client.call(() => node.insert(at, call, keyOf('a'), bytesOf('new'), 'one', 1000));
    world.run(10_200);
    goOn();
    world.run(5000);
    expect(client.outcomes.get(call)?.code).toBe('unknown');
    expect(held(owner)).toBe('old');
    expect(owner.counters.lateActs).toBe(1);
  });

  it('of a newcomer that waited with its greeting is sent again, and done once', () => {
    const { world, owner } = aloneWithClient();
    const goOn = owner.stall();
    const newcomer = world.process(0).start(owner);
    const call = insert(newcomer, 'new', 15_000);
    world.run(1500);
    goOn();
    const { writes } = owner.counters;
    expect(newcomer.done(call).code).toBe('ok');
    expect(held(owner)).toBe('new');
    expect(owner.counters).toMatchObject({ writes: writes + 1 });
  });

  it('is not sent to the next one when nobody waits for it any more', () => {
    const { world, owner, client } = aloneWithClient();
    owner.crash();
    const call = insert(client, 'new');
    world.run(1000);
    client.node.cancel(call);
    owner.restart();
    world.run(30_000);
    expect(held(owner)).toBe('old');
    expect(client.outcomes.get(call)?.code).not.toBe('ok');
  });
});
