import { describe, expect, test } from 'vitest';
import type { Machine } from '../../../src/core/host.ts';
import { type Birth, Colony, type ColonyOptions } from '../../../src/lab/own/colony.ts';

const NETWORK = { latency: { kind: 'constant', ms: 50 } } as const;

/** Says its number to all doors each second, and counts what it hears. */
class Greeter implements Machine {
  deadline: number;
  heard = 0;
  readonly birth: Birth<Greeter>;

  constructor(birth: Birth<Greeter>) {
    this.birth = birth;
    this.deadline = birth.now + 1000;
  }

  receive(): void {
    this.heard++;
  }

  tick(now: number): void {
    if (now < this.deadline) return;
    this.deadline = now + 1000;
    const { host, address, doors, random } = this.birth;
    for (const door of doors) host.send(address, door, Uint8Array.of(random.uint32() & 255), 1);
  }
}

function colony(options: Partial<ColonyOptions> = {}): Colony<Greeter> {
  return new Colony(
    { seed: 1, nodes: 20, network: NETWORK, ...options },
    (birth) => new Greeter(birth),
  );
}

describe('a colony', () => {
  test('everybody begins with three others as doors, and speaks when it is time', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const all = colony({ seed });
      all.run('10 s');
      let heard = 0;
      for (let node = 0; node < 20; node++) {
        const { birth, heard: own } = all.machine(node);
        heard += own;
        expect(new Set(birth.doors).size).toBe(3);
        expect(birth.doors).not.toContain(birth.address);
        expect(all.nodeAt(birth.address)).toBe(node);
        expect(birth.former).toBeNull();
      }
      expect(heard).toBe(all.world.delivered);
      expect(all.sentBytes).toBe(20 * 3 * 10);
      expect(all.nodeAt(0)).toBe(-1);
    }
  });

  test('the same seed is the same run, another another; one node more changes no chance of others', () => {
    const hashOf = (seed: number, nodes = 20): string => {
      const all = colony({ seed, nodes });
      all.run('1 min');
      return all.world.traceHash;
    };
    expect(hashOf(3)).toBe(hashOf(3));
    expect(hashOf(3)).not.toBe(hashOf(4));
    const drawn = (nodes: number): number => colony({ nodes }).machine(5).birth.random.uint32();
    expect(drawn(21)).toBe(drawn(20));
  });

  test('who is restarted is a new machine, which is given the former where it remembers', () => {
    const all = colony();
    const first = all.machine(4);
    all.life.restart(4, 'memory');
    expect(all.machine(4)).not.toBe(first);
    expect(all.machine(4).birth.former).toBe(first);
    all.life.restart(4, 'blank');
    expect(all.machine(4).birth.former).toBeNull();
    all.life.crash(4);
    expect(all.isAlive(4)).toBe(false);
    expect(() => all.tell(4, () => 0)).toThrow('alive');
  });

  test('churn, a trace and a schedule befall it', () => {
    const exponential = { kind: 'exponential', meanMs: 60_000 } as const;
    let up = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const all = colony({ seed, nodes: 50, churn: { up: exponential } });
      up += all.life.upCount;
      all.run('10 min');
      up += all.life.upCount;
    }
    // Half of 2,000 on average; six standard deviations.
    expect(Math.abs(up - 1000)).toBeLessThan(6 * Math.sqrt(500));
    const traced = colony({
      churn: {
        trace: [
          { atMs: 5000, node: 3, isUp: true },
          { atMs: 6000, node: 7, isUp: false },
        ],
      },
      schedule: [{ at: '2 s', crash: { nodes: [9] } }],
    });
    expect([traced.hasBegun(3), traced.isAlive(7), traced.isAlive(9)]).toEqual([false, true, true]);
    traced.run('7 s');
    expect([traced.isAlive(3), traced.isAlive(7), traced.isAlive(9)]).toEqual([true, false, false]);
  });

  test('a world of one has no doors, and `every` comes every so often', () => {
    const one = colony({ nodes: 1 });
    const times: number[] = [];
    one.every('3 s', () => times.push(one.world.elapsedMs));
    one.run('10 s');
    expect(one.machine(0).birth.doors).toEqual([]);
    expect(times).toEqual([3000, 6000, 9000]);
  });

  test('what a node says while others tell it something leaves, and its deadline is looked at', () => {
    const all = colony({ nodes: 2 });
    all.tell(0, (machine, now) => {
      machine.deadline = now + 10;
    });
    all.run(60);
    expect(all.machine(1).heard).toBe(1);
  });
});
