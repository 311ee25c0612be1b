import { describe, expect, it, vi } from 'vitest';
import { SeededRandom } from '../../src/core/random.ts';
import { RingClient } from '../../src/ring/client.ts';
import { RingCounters } from '../../src/ring/counters.ts';
import type { RingOutcome } from '../../src/ring/outcome.ts';
import { ringSettings } from '../../src/ring/settings.ts';
import { keyOf, type Process, SmallRing, sha1, textOf } from './small-ring.ts';

/** A client in the place of a process of the world. */
function clientOf(world: SmallRing, ...ways: Process[]) {
  const process = world.process(0);
  const outcomes: RingOutcome[] = [];
  const client = new RingClient(
    {
      host: world.hostOf(process),
      random: new SeededRandom(3),
      sha1,
      counters: new RingCounters(),
    },
    ringSettings(),
    { onOutcome: (_call, outcome) => outcomes.push(outcome), onEvent: () => {} },
  );
  process.node = client;
  process.call(() =>
    client.start(
      world.now,
      ways.map(({ addresses }) => addresses[0]),
    ),
  );
  const done = (run: (now: number) => void): RingOutcome => {
    const before = outcomes.length;
    process.call(() => run(world.now));
    expect(outcomes.length).toBe(before); // never inside the command
    world.runUntil(() => outcomes.length > before, 60_000);
    return outcomes.at(-1)!;
  };
  return { client, done };
}

describe('a client', () => {
  it('uses a ring of which it is no part', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(6);
    world.run(5000);
    const { client, done } = clientOf(world, nodes[2]);
    const value = new Uint8Array(20_000).fill(7);
    for (let i = 0; i < 20; i++) {
      const key = keyOf(`key ${i}`);
      expect(done((now) => client.insert(now, 1, key, value, 'all'))).toMatchObject({
        code: 'ok',
        copies: 2,
      });
      expect(done((now) => client.get(now, 2, key, 'one')).value).toEqual(value);
      expect(done((now) => client.exists(now, 3, key, 'quorum')).found).toBe(true);
    }
    expect(done((now) => client.remove(now, 4, keyOf('key 3'), 'quorum')).found).toBe(true);
    expect(done((now) => client.get(now, 5, keyOf('key 3'), 'all')).found).toBe(false);
    for (const { node } of nodes) {
      expect(JSON.stringify(node.info().identities)).not.toContain('"0.0.0.0');
    }
  });

  it('goes on when the node it came through has died', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(5);
    world.run(5000);
    const { client, done } = clientOf(world, nodes[1]);
    for (let i = 0; i < 10; i++) {
      done((now) => client.insert(now, 1, keyOf(`key ${i}`), Uint8Array.of(i), 'all'));
    }
    nodes[1].crash();
    world.run(8000);
    for (let i = 0; i < 10; i++) {
      const { value } = done((now) => client.get(now, 1, keyOf(`key ${i}`), 'one'));
      expect(value).toEqual(Uint8Array.of(i));
    }
  });

  it('greets a member that was killed in the middle of the greeting as one of ours when it is back', () => {
    const world = new SmallRing({ settings: { k: 1, classCommands: 'lookups' } });
    const [alone] = world.ring(1);
    alone.done(alone.insert('a', 'one'));
    const { client, done } = clientOf(world, alone);
    const { member } = alone.node.identities[0];
    const hears = vi.spyOn(alone, 'arrived').mockImplementation(() => {});
    const link = client.linkTo(world.now, client.shared.members.of(member.address));
    client.tick(world.now);
    world.runUntil(() => link.isConnected, 1000);
    expect(link.isOpen).toBe(false);
    alone.crash();
    hears.mockRestore();
    const { code } = done((now) => client.get(now, 1, keyOf('a'), 'one'));
    expect(code).toBe('unreachable');
    alone.restart();
    world.run(3000);
    const { value } = done((now) => client.get(now, 2, keyOf('a'), 'one'));
    expect(textOf(value)).toBe('one');
  });

  it('asks the node it came through about itself', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(3);
    const { client, done } = clientOf(world, nodes[1]);
    const outcome = done((now) => client.describe(now, 1));
    expect(outcome).toMatchObject({ code: 'ok', found: true });
    const info = JSON.parse(textOf(outcome.value)!);
    expect(info.identities[0].address).toBe('10.0.0.2:5000');
    for (const node of nodes) node.crash();
    expect(done((now) => client.describe(now, 1)).code).toBe('unreachable');
  });
});
