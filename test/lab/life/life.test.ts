/** Who is up: crash, pause, restart, churn and traces, each seen from inside and from the network. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { Churn, type ChurnModel } from '../../../src/lab/life/churn.ts';
import { Life, type LifeObserver, State } from '../../../src/lab/life/life.ts';
import { Living, MINUTE_MS } from '../living.ts';

function handlesOf(living: Living, node: number): number[] {
  const handles: number[] = [];
  living.node(node).table.visit((handle) => handles.push(handle));
  return handles;
}

describe('a crash', () => {
  test('ends a process, once; nothing is sent by it or heard of it', () => {
    const living = new Living();
    const { life, world } = living;
    expect(life.upCount).toBe(100);
    expect([life.crash(7), life.crash(7)]).toEqual([true, false]);
    expect([life.states[7], life.upCount, world.alive[7]]).toEqual([State.down, 99, 0]);
    living.run(40 * MINUTE_MS);
    for (const grade of living.look(50)) expect(grade.exact).toBe(true);
  });

  test('leaves nothing behind when the node begins again', () => {
    const living = new Living();
    const { shared } = living.overlay;
    living.look(5); // some are busy now and then
    living.node(7).lookup(living.world.now, 1, new Uint8Array(20), 99);
    living.world.arm(7);
    expect(shared.requests.count).toBeGreaterThan(0);
    living.life.crash(7);
    living.life.begin(7, 'blank');
    living.run(MINUTE_MS);
    let held = 0;
    for (let node = 0; node < 100; node++) held += living.node(node).requestCount;
    expect(shared.requests.count).toBe(held);
  });
});

describe('a restart', () => {
  test('with memory begins with its former contacts, without it through living nodes only', () => {
    const living = new Living();
    const { life } = living;
    const before = handlesOf(living, 7);
    life.restart(7, 'memory');
    const remembered = new Set(living.node(7).bootstrap);
    for (const handle of before) expect(remembered).toContain(living.overlay.addressOf(handle - 1));
    life.restart(8, 'blank');
    expect(living.node(8).bootstrap.length).toBeGreaterThan(0);
    expect(living.node(8).bootstrap.length).toBeLessThanOrEqual(3);
    expect(handlesOf(living, 8)).toEqual([]);
    living.run(5 * MINUTE_MS);
    for (const node of [7, 8]) expect(handlesOf(living, node).length).toBeGreaterThan(20);
    for (const grade of living.look(50)) expect(grade.exact).toBe(true);
  });

  test('of a node that is up is a new process with the same id and address', () => {
    const living = new Living();
    const machine = living.node(7);
    const { address } = machine;
    living.life.restart(7, 'blank');
    expect(living.node(7)).not.toBe(machine);
    expect([living.node(7).address, living.node(7).self]).toEqual([address, 8]);
    expect(living.life.upCount).toBe(100);
  });

  test('of everybody at once, each with memory, gives the same network again', () => {
    const living = new Living();
    for (let node = 0; node < 100; node++) living.life.crash(node);
    expect(living.life.upCount).toBe(0);
    for (let node = 0; node < 100; node++) living.life.begin(node, 'memory');
    living.run(10 * MINUTE_MS);
    for (const grade of living.look(50)) expect(grade.exact).toBe(true);
  });
});

describe('a pause', () => {
  test('keeps memory, hears nothing, and ends with everything overdue at once', () => {
    const living = new Living();
    const { life, world } = living;
    const machine = living.node(7);
    machine.lookup(world.now, 1, new Uint8Array(20), 99);
    world.arm(7);
    const size = machine.table.count;
    expect([life.pause(7), life.pause(7)]).toEqual([true, false]);
    expect(machine.requestCount).toBeGreaterThan(0);
    const sent = living.overlay.counters.datagramsOut;
    living.run(1000);
    // The others answered to a node that did not listen.
    expect(world.undeliverable).toBeGreaterThan(0);
    expect(living.overlay.counters.datagramsOut).toBeGreaterThan(sent);
    living.run(30 * MINUTE_MS);
    expect([life.resume(7), life.resume(7)]).toEqual([true, false]);
    expect(living.node(7)).toBe(machine);
    expect(machine.table.count).toBe(size);
    living.run(1);
    living.run(10 * MINUTE_MS);
    for (const grade of living.look(50)) expect(grade.exact).toBe(true);
  });

  test('ends by itself, but not that of an earlier process', () => {
    const living = new Living();
    const { life } = living;
    life.pause(3);
    life.resumeAfter(3, 5000);
    life.pause(4);
    life.resumeAfter(4, 5000);
    life.restart(4, 'memory');
    life.pause(4);
    living.run(4999);
    expect(life.states[3]).toBe(State.paused);
    living.run(1);
    expect([life.states[3], life.states[4]]).toEqual([State.up, State.paused]);
  });
});

describe('a flash crowd', () => {
  test('joins within its time and is found afterwards', () => {
    const living = new Living({ nodes: 300, start: { up: 0.2 } });
    const { life } = living;
    const down = living.those(State.down);
    expect(down.length).toBeGreaterThan(200);
    life.crowd(down, 10_000, 'blank', new SeededRandom(1));
    living.run(5000);
    expect(Math.abs(life.upCount - (300 - down.length / 2))).toBeLessThan(40);
    living.run(5000);
    expect(life.upCount).toBe(300);
    living.run(20 * MINUTE_MS);
    for (const grade of living.look(50)) expect(grade.exact).toBe(true);
  });
});

describe('churn', () => {
  const minutes = (n: number): ChurnModel => ({
    up: { kind: 'exponential', meanMs: n * MINUTE_MS },
  });

  test('keeps as many up as its laws say, and goes on for ever', () => {
    const up = { kind: 'exponential', meanMs: 10 * MINUTE_MS } as const;
    const down = { kind: 'exponential', meanMs: 30 * MINUTE_MS } as const;
    for (const rejoin of ['memory', 'blank', 'newcomer'] as const) {
      const living = new Living({ nodes: 400, churn: { up, down, rejoin } });
      let ends = 0;
      living.life.observer = { began() {}, ended: () => ends++, resumed() {} };
      let mean = 0;
      for (let minute = 0; minute < 60; minute++) {
        living.run(MINUTE_MS);
        mean += living.life.upCount / 60;
      }
      // A quarter of 400, with a standard deviation of 8.7 at any one time.
      expect(Math.abs(mean - 100)).toBeLessThan(10);
      // 100 that last ten minutes: 600 end in an hour.
      expect(Math.abs(ends - 600)).toBeLessThan(90);
    }
  });

  test('with newcomers brings others than those who left', () => {
    const living = new Living({ nodes: 200, churn: { ...minutes(10), rejoin: 'newcomer' } });
    const gone = new Set<number>();
    let began = 0;
    let returned = 0;
    const observer: LifeObserver = {
      began: (node) => {
        began++;
        if (gone.has(node)) returned++;
      },
      ended: (node) => gone.add(node),
      resumed() {},
    };
    living.life.observer = observer;
    living.run(3 * MINUTE_MS);
    expect(gone.size).toBeGreaterThan(15);
    // A seventh comes back by chance; when everybody returns it is all of them.
    expect(returned).toBeLessThan(began / 2);
  });

  test('brings back a node that a program crashed, and does not take a restarted one too early', () => {
    const living = new Living({ nodes: 50, churn: minutes(5) });
    const [node] = living.those(State.up);
    living.life.crash(node);
    living.run(60 * MINUTE_MS);
    let lives = 0;
    living.life.observer = { began: () => lives++, ended() {}, resumed() {} };
    for (let i = 0; i < 100; i++) living.life.restart(node, 'memory');
    living.run(1);
    expect(lives).toBe(100);
    // Were the plans of all those lives still valid, it would come and go a hundred times as often.
    lives = 0;
    living.run(60 * MINUTE_MS);
    expect(lives).toBeLessThan(50 * 10);
  });

  test('ends when it is told to', () => {
    const living = new Living({ nodes: 100, churn: minutes(5) });
    living.run(10 * MINUTE_MS);
    living.life.endChurn();
    const { upCount } = living.life;
    living.run(60 * MINUTE_MS);
    expect(living.life.upCount).toBe(upCount);
  });

  test('of one seed is the same life', () => {
    const run = (seed: number) => {
      const living = new Living({ seed, churn: minutes(5) });
      living.run(20 * MINUTE_MS);
      return [...living.life.states, living.world.traceHash];
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});

describe('a trace', () => {
  test('is followed to the second', () => {
    const steps = [
      { atMs: 1000, node: 3, isUp: false },
      { atMs: 1000, node: 50, isUp: true },
      { atMs: 9000, node: 3, isUp: true },
    ];
    const living = new Living({ churn: { trace: steps } });
    const { states } = living.life;
    expect([states[3], states[50], living.life.upCount]).toEqual([State.up, State.down, 99]);
    living.run(999);
    expect([states[3], states[50]]).toEqual([State.up, State.down]);
    living.run(1);
    expect([states[3], states[50]]).toEqual([State.down, State.up]);
    living.run(8000);
    expect([states[3], states[50]]).toEqual([State.up, State.up]);
  });
});

describe('routers', () => {
  test('are the doors of all who begin, and do not forget', () => {
    const living = new Living();
    living.life.appoint([0, 50]);
    const doors = [0, 50].map((node) => living.overlay.addressOf(node));
    living.life.restart(7, 'blank');
    expect([...living.node(7).bootstrap].sort()).toEqual(doors.sort());
    living.life.restart(50, 'blank');
    expect(living.node(50).bootstrap.length).toBeGreaterThan(20);
  });
});

test('whoever is alone in the world begins with nobody to ask', () => {
  const living = new Living({ nodes: 1 });
  const life = new Life(living.overlay);
  life.restart(0, 'blank');
  expect(living.node(0).bootstrap).toEqual([]);
  expect(life.upCount).toBe(1);
});

describe('whoever is unborn', () => {
  const world = (): Living => new Living({ nodes: 110, founders: 100 });

  test('is no part of the world until it is admitted; then it can begin', () => {
    const living = world();
    const life = new Life(living.overlay, 100);
    expect([life.upCount, life.states[105]]).toEqual([100, State.unborn]);
    expect([life.begin(105, 'blank'), life.crash(105), life.pause(105)]).toEqual([
      false,
      false,
      false,
    ]);
    life.admit(105);
    expect(() => life.admit(105)).toThrow('unborn');
    expect(life.begin(105, 'blank')).toBe(true);
    living.run(MINUTE_MS);
    expect(handlesOf(living, 105).length).toBeGreaterThan(20);
    expect(life.upCount).toBe(101);
  });

  test('neither comes nor goes by churn', () => {
    const living = world();
    const life = new Life(living.overlay, 100);
    const churn = new Churn({ up: { kind: 'exponential', meanMs: MINUTE_MS }, rejoin: 'newcomer' });
    life.beginChurn(churn, new Float64Array(110).fill(1000));
    living.run(10 * MINUTE_MS);
    expect([...life.states.subarray(100)]).toEqual(Array(10).fill(State.unborn));
  });
});

test('whoever has left by itself is down, and stays away', () => {
  const living = new Living();
  const { life } = living;
  const ended: number[] = [];
  life.observer = { began() {}, ended: (node) => ended.push(node), resumed() {} };
  const churn = new Churn({ up: { kind: 'exponential', meanMs: 60 * MINUTE_MS } });
  life.beginChurn(churn, new Float64Array(100).fill(5 * MINUTE_MS));
  living.overlay.crash(7);
  life.left(7);
  life.left(7);
  expect([life.states[7], life.upCount, ended]).toEqual([State.down, 99, [7]]);
  life.endChurn();
  living.run(10 * MINUTE_MS);
  expect(life.states[7]).toBe(State.down);
});

test('a second churn takes the place of the first: what that had planned is void', () => {
  const living = new Living();
  const { life } = living;
  const quick = new Churn({ up: { kind: 'exponential', meanMs: 1000 } });
  const slow = new Churn({ up: { kind: 'exponential', meanMs: 10_000 * MINUTE_MS } });
  life.beginChurn(quick, new Float64Array(100).fill(5000));
  life.beginChurn(slow, new Float64Array(100).fill(2 ** 30));
  living.run(10 * MINUTE_MS);
  expect(life.upCount).toBe(100);
});
