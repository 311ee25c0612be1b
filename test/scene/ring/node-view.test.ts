/** A node looked into: against its own state and the oracle. */
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../../src/core/address.ts';
import { STORED_SHOWN } from '../../../src/scene/protocol/limits.ts';
import { NodeState } from '../../../src/scene/protocol/messages.ts';
import { keyOf, NAMES, RingScene } from '../ring-scene.ts';

const factOf = (view: { facts: readonly { name: string; value: string }[] }, name: string) =>
  view.facts.find((fact) => fact.name === name)?.value;

describe('a node', () => {
  test('shows its neighbours, and they are the true ones', () => {
    const scene = new RingScene({ nodes: 24, k: 2 }).furnish().pass(2000);
    const { circle } = scene.ring.mortals;
    for (let node = 0; node < 24; node++) {
      const view = scene.ring.nodeView(node);
      const place = circle.placeOf(node, 0);
      const label = (name: string) => view.rows.find((row) => row.label === name)!;
      const next = scene.ring.nodeOf(scene.ring.successorOf(node));
      expect(label('successors').contacts[0]).toMatchObject({ node: next, state: 'good' });
      expect(label('successors').contacts).toHaveLength(5);
      expect(label('backups').contacts.map((contact) => contact.node)).toEqual(
        label('predecessors')
          .contacts.slice(0, 2)
          .map((contact) => contact.node),
      );
      expect(label('fingers').contacts.length).toBeGreaterThan(0);
      expect(view.addresses).toEqual([formatAddress(circle.addressOf(node, 0))]);
      const hash = circle.hashes.slice(place * 20, place * 20 + 20);
      expect(view.ids).toEqual([Buffer.from(hash).toString('hex')]);
      expect(factOf(view, 'backups in step')).toBe('2 of 2');
      expect(factOf(view, 'arc')).toMatch(/^\d+\.\d+ % of the circle$/);
    }
  });

  test('shows what it stores, and why', () => {
    const scene = new RingScene({ k: 1 }).furnish();
    scene.call('remove', 'apple', 3);
    scene.pass(1000);
    const all = Array.from({ length: 16 }, (_, node) => scene.ring.nodeView(node));
    for (const name of NAMES) {
      const owner = scene.ownerOf(name);
      const holding = all.filter(({ stored }) => stored.some((record) => record.name === name));
      expect(holding).toHaveLength(2);
      for (const { node, stored } of holding) {
        const record = stored.find((one) => one.name === name)!;
        expect(record.role).toBe(node === owner ? 'owner' : 'backup');
        expect(record.what).toBe(name === 'apple' ? 'removed' : `${13 + name.length} bytes`);
        expect(record.key).toBe(Buffer.from(keyOf(name)).toString('hex'));
      }
    }
    const apple = all[scene.ownerOf('apple')];
    expect(factOf(apple, 'records')).toContain('1 of them removed');
  });

  test('shows some of many records, and how many there are', () => {
    const names = Array.from({ length: 500 }, (_, i) => `key ${i}`);
    const view = new RingScene({ nodes: 1, k: 0 }).furnish(names).ring.nodeView(0);
    expect(view.stored).toHaveLength(STORED_SHOWN);
    expect(view.storedCount).toBe(500);
    expect(factOf(view, 'of them')).toBe('500 own, 0 backups, 0 foreign');
    expect(factOf(view, 'arc')).toBe('the whole circle');
  });

  test('with several places shows each', () => {
    const view = new RingScene({ nodes: 4, identities: 2 }).ring.nodeView(1);
    expect(view.ids).toHaveLength(2);
    expect(factOf(view, 'place 2: state')).toBe('member');
    expect(view.rows.map(({ label }) => label)).toContain('place 2 · successors');
  });

  test('shows whom it suspects and has given up, and what it is doing', () => {
    const scene = new RingScene({ nodes: 8, k: 1 }).pass(3000);
    const dead = scene.ring.nodeOf(scene.ring.successorOf(0));
    scene.ring.mortals.vanish(dead);
    const states = new Set<string>();
    const doing = new Set<string>();
    for (let i = 0; i < 80; i++) {
      const view = scene.pass(100).ring.nodeView(0);
      for (const { contacts } of view.rows) {
        for (const contact of contacts) if (contact.node === dead) states.add(contact.state);
      }
      for (const { what, to, sinceMs } of view.inFlight) {
        doing.add(what.split(' ')[0]);
        expect(to).toMatch(/^(node \d+|the owner)$/);
        expect(sinceMs).toBeLessThanOrEqual(view.atMs);
      }
    }
    expect(states).toContain('questionable');
    expect(doing).toContain('are');
    scene.begin('lookup', 'apple', 0);
    const call = scene.ring.nodeView(0).inFlight.find(({ what }) => what.startsWith('owner'));
    if (scene.ownerOf('apple') !== 0) expect(call).toMatchObject({ to: 'the owner' });
  });

  test('that never began shows where it will be, one that crashed what it was', () => {
    const scene = new RingScene().furnish();
    expect(scene.ring.nodeView(20)).toMatchObject({ state: NodeState.absent, facts: [], rows: [] });
    expect(scene.ring.nodeView(20).addresses).toHaveLength(1);
    scene.crash(2);
    const view = scene.ring.nodeView(2);
    expect(view.inFlight).toEqual([]);
    expect(view.rows.length).toBeGreaterThan(0);
  });
});
