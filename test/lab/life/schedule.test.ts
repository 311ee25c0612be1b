/** Schedules: what each step does, and what is refused before anything happens. */
import { describe, expect, test } from 'vitest';
import { State } from '../../../src/lab/life/life.ts';
import {
  carryOut,
  checkSchedule,
  follow,
  STEPS_LIMIT,
  type Step,
} from '../../../src/lab/life/schedule.ts';
import { Living, MINUTE_MS } from '../living.ts';

function later(steps: Step[], ms: number, living = new Living()): Living {
  checkSchedule(steps, living.world.count);
  follow(living.life, steps);
  living.run(ms);
  return living;
}

describe('steps', () => {
  test('happen at their time, and not before', () => {
    const steps = [{ at: '5 s', crash: { share: 0.2 } }];
    expect(later(steps, 4999).life.upCount).toBe(100);
    expect(later(steps, 5000).life.upCount).toBe(80);
  });

  test('whose time has passed are done at once', () => {
    const living = new Living();
    living.run(MINUTE_MS);
    expect(later([{ at: 0, crash: { count: 3 } }], 1, living).life.upCount).toBe(97);
  });

  test('choose the same with the same seed, whatever other steps there are', () => {
    const crash: Step = { at: 1000, crash: { count: 10 } };
    const alone = later([crash], 1000).those(State.down);
    expect(alone).toHaveLength(10);
    const calm: Step = { at: 500, heal: true };
    expect(later([crash, calm], 1000).those(State.down)).toEqual(alone);
    expect(later([calm, crash], 1000).those(State.down)).not.toEqual(alone);
    expect(later([crash], 1000, new Living({ seed: 2 })).those(State.down)).not.toEqual(alone);
  });

  test('crash a region of the plane', () => {
    const living = later([{ at: 0, crash: { disc: { x: 0.5, y: 0.5, radius: 0.3 } } }], 1);
    const isNear = (node: number): boolean => {
      const { x, y } = living.world.network.placeOf(node);
      return (x - 0.5) ** 2 + (y - 0.5) ** 2 <= 0.09;
    };
    expect(living.those(State.down)).toEqual(
      Array.from({ length: 100 }, (_, i) => i).filter(isNear),
    );
    expect(living.those(State.down).length).toBeGreaterThan(10);
  });

  test('pause for a time, or until resumed', () => {
    const steps: Step[] = [
      { at: 0, pause: { nodes: [1, 2], for: '10 s' } },
      { at: 0, pause: { nodes: [3] } },
      { at: '1 min', resume: {} },
    ];
    expect(later(steps, 9999).those(State.paused)).toEqual([1, 2, 3]);
    expect(later(steps, 10_000).those(State.paused)).toEqual([3]);
    expect(later(steps, MINUTE_MS).those(State.paused)).toEqual([]);
  });

  test('restart those who are up, and let those who are down join', () => {
    const living = new Living({ start: { up: 0.5 } });
    const began: number[] = [];
    living.life.observer = { began: (node) => began.push(node), ended() {}, resumed() {} };
    const up = living.those(State.up);
    const down = living.those(State.down);
    carryOut(living.life, { restart: {} }, 0);
    expect(began).toEqual(up);
    began.length = 0;
    carryOut(living.life, { join: { within: '10 s' } }, 1);
    living.run(5000);
    expect(began.length).toBeGreaterThan(down.length / 4);
    expect(began.length).toBeLessThan(down.length);
    living.run(5000);
    expect(began.sort((a, b) => a - b)).toEqual(down);
  });

  test('cut off, and heal by themselves or when told', () => {
    const lookups = (living: Living): number[] =>
      living.look(60).map(({ found, wanted }) => (found === wanted ? 1 : 0));
    const whole = (results: number[]): number => results.reduce((sum, one) => sum + one, 0);
    const half: Step = { at: 0, partition: { first: 0, last: 49 } };
    expect(whole(lookups(later([half], 10)))).toBeLessThan(30);
    const healed = later([half, { at: 10, heal: true }], 20);
    expect(whole(lookups(healed))).toBe(60);
    const short = later([{ at: 0, partition: { ...half.partition, for: 10 } }], 20);
    expect(whole(lookups(short))).toBe(60);
    expect(short.world.network.traffic.cut).toBe(0);
  });

  test('clog what some send', () => {
    const living = later(
      [{ at: 0, clog: { nodes: [7], kind: 'drop', for: '1 h' } }],
      20 * MINUTE_MS,
    );
    expect(living.world.network.traffic.clogged).toBeGreaterThan(10);
    for (let node = 0; node < 100; node++) {
      if (node === 7) continue;
      living.node(node).table.visit((handle, heardSeconds) => {
        if (handle !== 8) return;
        expect(heardSeconds * 1000).toBeLessThanOrEqual(living.world.now - 20 * MINUTE_MS);
      });
    }
  });
});

describe('checkSchedule', () => {
  test('lets what is right pass', () => {
    const steps: Step[] = [
      { at: '5 min', crash: { share: 0.2 } },
      { at: 0, pause: { nodes: [1], for: 10 } },
      { at: '1 h', join: { count: 5, within: '10 s', rejoin: 'memory' } },
      { at: 1, clog: { for: '1 s', kind: 'delay', delay: 300 } },
      { at: 2, heal: true },
    ];
    expect(checkSchedule(steps, 10)).toBe(steps);
  });

  test.each([
    ['soon', /"schedule" expected an array/],
    [new Array(STEPS_LIMIT + 1).fill({ at: 0, heal: true }), /at most 10000 steps, got 10001/],
    [[7], /"schedule\[0\]" expected an object/],
    [[{ crash: {} }], /"schedule\[0\]\.at" expected ms or text/],
    [
      [
        { at: 0, heal: true },
        { at: 'soon', heal: true },
      ],
      /"schedule\[1\]\.at"/,
    ],
    [[{ at: 0 }], /"schedule\[0\]" expected one of crash, .*got 0/],
    [[{ at: 0, crash: {}, resume: {} }], /got 2 of them/],
    [[{ at: 0, explode: {} }], /"schedule\[0\]\.explode"/],
    [[{ at: 0, heal: {} }], /"schedule\[0\]\.heal" expected true/],
    [[{ at: 0, crash: { share: 2 } }], /"schedule\[0\]\.crash\.share"/],
    [[{ at: 0, crash: { for: 3 } }], /"schedule\[0\]\.crash\.for" is no field/],
    [[{ at: 0, pause: { for: 'ever' } }], /"schedule\[0\]\.pause\.for" expected ms/],
    [[{ at: 0, restart: { rejoin: 'newcomer' } }], /expected memory, blank, got "newcomer"/],
    [[{ at: 0, partition: { cut: 'some' } }], /expected both, out, in, got "some"/],
    [[{ at: 0, clog: {} }], /"schedule\[0\]\.clog\.for" expected ms/],
    [[{ at: 0, clog: { for: 1, kind: 'delay' } }], /"schedule\[0\]\.clog\.delay" expected ms/],
  ])('%j is refused by name', (schedule, message) => {
    expect(() => checkSchedule(schedule, 10)).toThrow(message);
  });
});
