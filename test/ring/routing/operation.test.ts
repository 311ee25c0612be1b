import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../../src/core/address.ts';
import { compareIds } from '../../../src/core/id.ts';
import type { RingStep } from '../../../src/ring/outcome.ts';
import { identitiesOf } from '../order.ts';
import { keyOf, type Process, SmallRing } from '../small-ring.ts';

function ownerOf(nodes: readonly Process[], key: Uint8Array): number {
  const all = identitiesOf(nodes);
  const owner = all.findLast(({ identity }) => compareIds(identity.hash, 0, key, 0) <= 0);
  return (owner ?? all.at(-1)!).identity.member.address;
}

describe('a lookup', () => {
  it('finds the owner that brute force finds, through any node', () => {
    const world = new SmallRing();
    const nodes = world.ring(17);
    world.run(20_000);
    for (let i = 0; i < 120; i++) {
      const key = i % 3 === 0 ? nodes[i % 17].node.identities[0].hash : keyOf(`key ${i}`);
      const node = nodes[(i * 5) % 17];
      const call = ++world.lastCall;
      node.call(() => node.node.owner(world.now, call, key));
      const { owner } = node.done(call);
      expect(formatAddress(owner)).toBe(formatAddress(ownerOf(nodes, key)));
    }
  });

  it('takes about half of log2 N hops', () => {
    const world = new SmallRing({ settings: { pulseMs: 5000, selfTestMs: 0 } });
    const nodes = world.ring(100);
    world.run(60_000);
    let hops = 0;
    const count = 300;
    for (let i = 0; i < count; i++) {
      const node = nodes[(i * 31) % 100];
      const call = ++world.lastCall;
      const key = new Uint8Array(createHash('sha1').update(`${i}`).digest());
      node.call(() => node.node.owner(world.now, call, key));
      hops += node.done(call).hops;
    }
    // log2 100 = 6.6; the lists and the other side's candidates save some of the half.
    expect(hops / count).toBeGreaterThan(0.5);
    expect(hops / count).toBeLessThan(3.4);
  });

  it('steps back from the dead', () => {
    const world = new SmallRing({ settings: { k: 2, pulseMs: 60_000 } });
    const nodes = world.ring(16);
    world.run(130_000);
    const owners = Array.from({ length: 40 }, (_, i) => ownerOf(nodes, keyOf(`key ${i}`)));
    for (const node of nodes.slice(10)) node.crash();
    const living = new Set(world.living.map(({ addresses }) => addresses[0]));
    for (let i = 0; i < 40; i++) {
      if (!living.has(owners[i])) continue;
      const outcome = nodes[i % 10].done(nodes[i % 10].get(`key ${i}`));
      expect(outcome).toMatchObject({ code: 'ok', found: false });
    }
  });

  it('says that nobody answers, when nobody does', () => {
    const world = new SmallRing({ settings: { callTimeoutMs: 5000 } });
    const [a, b] = world.ring(2);
    const client = world.process(0).start(a);
    expect(client.done(client.insert('a', 'x'))).toMatchObject({ code: 'ok' });
    a.crash();
    b.crash();
    const before = world.now;
    expect(client.done(client.get('a'))).toMatchObject({ code: 'unreachable', owner: 0 });
    expect(client.done(client.insert('a', 'y')).code).toMatch(/unreachable|unknown/);
    expect(world.now - before).toBeLessThan(12_000);
  });

  it('gives a write up as unknown when the owner falls silent on it', () => {
    const world = new SmallRing({ settings: { callTimeoutMs: 15_000 } });
    const [a] = world.ring(1);
    const client = world.process(0).start(a);
    expect(client.done(client.insert('a', 'x'))).toMatchObject({ code: 'ok' });
    a.group = 1;
    const outcome = client.done(client.insert('a', 'y'));
    expect(outcome.code).toBe('unknown');
  });
});

describe('who watches a command', () => {
  it('sees whom it asks, who told of him, and what came of it', () => {
    const world = new SmallRing({ settings: { k: 0, selfTestMs: 0 } });
    const nodes = world.ring(40);
    world.run(60_000);
    const places = identitiesOf(nodes).map(({ identity }) => identity.member.address);
    let told = 0;
    for (let i = 0; i < 30; i++) {
      const { node } = nodes[i];
      const steps: RingStep[] = [];
      const call = ++world.lastCall;
      node.observer.onStep = (of, step) => of === call && steps.push(step);
      nodes[i].call(() => node.get(world.now, call, keyOf(`key ${i}`), 'one'));
      const { hops, owner, silent } = nodes[i].done(call);
      const asked = steps.filter(({ kind }) => kind === 'asked');
      expect(asked).toHaveLength(hops + silent + 1);
      expect(asked.at(-1)!.to).toBe(owner);
      expect(steps.at(-1)).toMatchObject({ kind: 'owner', to: owner });
      expect(steps.filter(({ kind }) => kind === 'closer')).toHaveLength(hops);
      for (const { to, toldBy, atMs } of asked) {
        expect(places).toContain(to);
        expect(atMs).toBeLessThanOrEqual(world.now);
        const teller = steps.find((step) => step.kind === 'closer' && step.to === toldBy);
        expect(toldBy === 0 || teller !== undefined).toBe(true);
        if (toldBy !== 0) told++;
      }
    }
    expect(told).toBeGreaterThan(5);
  });

  it('sees silence', () => {
    const world = new SmallRing({ settings: { callTimeoutMs: 8000, bulkIdleMs: 1000 } });
    const [a] = world.ring(1);
    const client = world.process(0).start(a);
    expect(client.done(client.insert('a', 'x'))).toMatchObject({ code: 'ok' });
    const kinds: string[] = [];
    client.node.observer.onStep = (_call, { kind }) => kinds.push(kind);
    a.group = 1;
    client.done(client.get('a'));
    expect(kinds.slice(0, 2)).toEqual(['asked', 'silent']);
  });
});
