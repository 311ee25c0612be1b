import { describe, expect, it } from 'vitest';
import { SmallRing } from './small-ring.ts';

describe('connections', () => {
  it('are one per pair of processes, however many identities they have', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3, 4);
    world.run(30_000);
    for (const { node } of nodes) {
      expect(node.connections.count).toBeLessThanOrEqual(4); // two peers, each may have dialed
      expect(node.connections.count).toBeGreaterThanOrEqual(2);
    }
  });

  it('are dialed again when they broke', () => {
    const world = new SmallRing();
    const [a, b] = world.ring(2);
    world.run(3000);
    const before = a.counters.dialed + b.counters.dialed;
    a.node.connections.to(world.now, b.node.identities[0].member).drop(world.now);
    world.run(5000);
    expect(a.counters.dialed + b.counters.dialed).toBeGreaterThan(before);
    for (const name of ['x', 'y', 'z']) {
      expect(a.done(a.insert(name, name))).toMatchObject({ code: 'ok' });
    }
  });

  it('to fingers are closed when nobody uses them, to neighbours they stay', () => {
    const world = new SmallRing({ settings: { idleMs: 20_000, fingerMs: 0, selfTestMs: 0 } });
    const nodes = world.ring(24);
    world.run(5000);
    for (let i = 0; i < 60; i++) nodes[0].done(nodes[0].get(`key ${i}`));
    const busy = nodes[0].node.connections.count;
    world.run(120_000);
    const quiet = nodes[0].node.connections.count;
    expect(quiet).toBeLessThan(busy);
    expect(quiet).toBeGreaterThanOrEqual(2);
    expect(nodes.reduce((sum, { counters }) => sum + counters.idleCloses, 0)).toBeGreaterThan(0);
    expect(nodes.reduce((sum, { counters }) => sum + counters.lost, 0)).toBe(0);
  });

  it('of ten thousand who say nothing are closed and counted', () => {
    const world = new SmallRing({
      settings: { acceptedMax: 10_000 },
      ip: (process) => `127.0.0.${process + 1}`,
    });
    const [node] = world.ring(1);
    const host = world.hostOf(world.process());
    for (let i = 0; i < 10_100; i++) host.connect(0, node.addresses[0]);
    world.run(2000);
    expect(node.counters.accepted).toBe(10_000);
    expect(node.counters.refusedStreams).toBe(100);
    world.run(20_000);
    expect(node.node.connections.count).toBe(0);
    expect(node.done(node.insert('a', 'x'))).toMatchObject({ code: 'ok' });
  });

  it('carry eight large values at once, as long as those move, and no sign of life waits for them', () => {
    const world = new SmallRing({ settings: { k: 2 }, bytesPerSecond: 4 << 20 });
    const nodes = world.ring(4);
    world.run(3000);
    const client = world.process(0).start(...nodes);
    client.value('large 0');
    const value = new Uint8Array(3 << 20).fill(7);
    const begun = world.now;
    const calls = Array.from({ length: 8 }, (_, i) => client.insert(`large ${i}`, value, 'all'));
    const outcomes = calls.map((call) => client.done(call));
    expect(outcomes.map(({ code, copies }) => `${code} ${copies}`)).toEqual(
      new Array(8).fill('ok 3'),
    );
    // A reply has five seconds, a write four for its copies: all of them took longer than that together.
    expect(world.now - begun).toBeGreaterThan(client.settings.replyTimeoutMs);
    for (const { counters, events } of nodes) {
      expect(counters.lost).toBe(0);
      expect(events.filter(({ kind }) => kind === 'lost')).toEqual([]);
      expect(counters.timeouts).toBe(0);
    }
  });

  it('carry no value that does not move', () => {
    const world = new SmallRing({ settings: { k: 0 }, bytesPerSecond: 2048 });
    const [node] = world.ring(1);
    const client = world.process(0).start(node);
    const value = new Uint8Array(1 << 20);
    const begun = world.now;
    const outcome = client.done(client.insert('slow', value, 'one'));
    expect(outcome.code).toBe('unknown');
    expect(world.now - begun).toBeLessThanOrEqual(2 * client.settings.callTimeoutMs + 1000);
  });

  it('are all gone after close', () => {
    const world = new SmallRing();
    const nodes = world.ring(3);
    nodes[0].call(() => nodes[0].node.close(world.now));
    expect(nodes[0].node.connections.count).toBe(0);
    expect(nodes[0].node.deadline).toBe(Infinity);
    expect(nodes[0].done(nodes[0].get('a')).code).toBe('not-a-member');
  });
});
