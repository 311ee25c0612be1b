import { describe, expect, test, vi } from 'vitest';
import { addressOf } from '../../src/core/address.ts';
import type { Machine } from '../../src/core/host.ts';
import { Driver } from '../../src/io/driver.ts';
import { ManualClock, MemoryNetwork } from './memory-network.ts';

const HERE = addressOf(0x7f000001, 1000);
const THERE = addressOf(0x7f000001, 2000);

class ProbeMachine implements Machine {
  deadline = Infinity;
  readonly ticks: number[] = [];
  readonly received: { now: number; text: string }[] = [];
  unsent?: (now: number, to: number) => void;
  onTick: (now: number) => void = () => {};
  onReceive: () => void = () => {};

  receive(now: number, _from: number, bytes: Uint8Array, start: number, end: number): void {
    this.received.push({ now, text: new TextDecoder().decode(bytes.subarray(start, end)) });
    this.onReceive();
  }

  tick(now: number): void {
    this.ticks.push(now);
    this.deadline = Infinity;
    this.onTick(now);
  }
}

function setup() {
  const clock = new ManualClock();
  const network = new MemoryNetwork();
  const transport = network.transport(HERE);
  const errors: unknown[] = [];
  const driver = new Driver(clock, transport, (error) => errors.push(error));
  const machine = new ProbeMachine();
  const deliver = (text: string) => {
    const bytes = new TextEncoder().encode(`[${text}]`);
    driver.receive(THERE, bytes, 1, bytes.length - 1);
    driver.drained();
  };
  return { clock, network, transport, driver, machine, errors, deliver };
}

describe('the driver', () => {
  test('hands a datagram to the machine with the time it came', () => {
    const { clock, driver, machine, deliver } = setup();
    driver.run(machine);
    clock.advance(7);
    deliver('hello');
    expect(machine.received).toEqual([{ now: 7, text: 'hello' }]);
  });

  test('ticks when the deadline falls, and not before', () => {
    const { clock, driver, machine } = setup();
    machine.deadline = 100;
    driver.run(machine);
    clock.advance(99);
    expect(machine.ticks).toEqual([]);
    clock.advance(1);
    expect(machine.ticks).toEqual([100]);
  });

  test('gives a machine that threw a tick within a second, for it may have planned nothing', () => {
    const { clock, driver, machine, errors, deliver } = setup();
    driver.run(machine);
    machine.onReceive = () => {
      throw new Error('broken');
    };
    deliver('x');
    clock.advance(1000);
    expect(machine.ticks).toEqual([1000]);
    expect(errors).toHaveLength(1);
    driver.stop(() => {});
    expect(clock.timerCount).toBe(0);
  });

  test('tells what a transport throws, which harms neither the machine nor the rest', () => {
    const { clock, driver, machine, errors, transport } = setup();
    driver.run(machine);
    const fail = (what: string) => () => {
      throw new Error(what);
    };
    Object.assign(transport, { send: fail('send'), flush: fail('flush') });
    driver.send(HERE, THERE, new Uint8Array(1), 1);
    machine.deadline = 50;
    driver.drained();
    expect(errors.map(String)).toEqual(['Error: send', 'Error: flush']);
    clock.advance(50);
    expect(machine.ticks).toEqual([50]);
  });

  test('moves its one timer when a deadline comes closer', () => {
    const { clock, driver, machine } = setup();
    machine.deadline = 100;
    driver.run(machine);
    machine.deadline = 30;
    driver.drained();
    expect(clock.timerCount).toBe(1);
    clock.advance(50);
    expect(machine.ticks).toEqual([30]);
    expect(clock.timerCount).toBe(0);
  });

  test('leaves its timer alone when a deadline moves away: the early tick is harmless', () => {
    const { clock, driver, machine } = setup();
    machine.deadline = 30;
    driver.run(machine);
    machine.deadline = 100;
    machine.onTick = () => {
      machine.deadline = machine.ticks.length === 1 ? 100 : Infinity;
    };
    driver.drained();
    clock.advance(200);
    expect(machine.ticks).toEqual([30, 100]);
  });

  test('ticks at once for a deadline that has passed', () => {
    const { clock, driver, machine } = setup();
    clock.advance(500);
    machine.deadline = 100;
    driver.run(machine);
    clock.advance(0);
    expect(machine.ticks).toEqual([500]);
  });

  test('reports what a machine throws and goes on', () => {
    const { clock, driver, machine, errors, deliver } = setup();
    machine.deadline = 10;
    machine.onTick = () => {
      machine.deadline = 20;
      throw new Error('in tick');
    };
    machine.onReceive = () => {
      throw new Error('in receive');
    };
    driver.run(machine);
    clock.advance(10);
    deliver('hello');
    machine.onTick = () => {};
    clock.advance(10);
    expect(errors.map(String)).toEqual(['Error: in tick', 'Error: in receive']);
    expect(machine.ticks).toEqual([10, 20]);
  });

  test('sends what the machine gives it, then flushes', () => {
    const { network, transport, driver, machine } = setup();
    const heard: Uint8Array[] = [];
    network.transport(THERE).open({
      receive: (_from, bytes) => heard.push(bytes),
      drained: () => {},
    });
    driver.run(machine);
    const before = transport.flushes;
    driver.send(HERE, THERE, new Uint8Array([1, 2, 3, 4]), 3);
    driver.drained();
    network.deliver();
    expect(heard).toEqual([new Uint8Array([1, 2, 3])]);
    expect(transport.flushes).toBe(before + 1);
  });

  test('that is stopped lets nothing in, ticks no more and has closed its transport', async () => {
    const { clock, transport, driver, machine, deliver } = setup();
    machine.deadline = 100;
    driver.run(machine);
    await new Promise<void>((resolve) => driver.stop(resolve));
    deliver('too late');
    clock.advance(1000);
    expect(transport.isClosed).toBe(true);
    expect(clock.timerCount).toBe(0);
    expect(machine.received).toEqual([]);
    expect(machine.ticks).toEqual([]);
  });

  test('lets somebody look on at what comes and goes, and changes nothing for it', () => {
    const { driver, machine, deliver } = setup();
    const seen: string[] = [];
    driver.run(machine);
    driver.tap = (isOurs, peer, bytes, start, end) => {
      const text = new TextDecoder().decode(bytes.subarray(start, end));
      seen.push(`${isOurs ? 'to' : 'from'} ${peer === THERE} ${text}`);
    };
    deliver('hello');
    driver.send(HERE, THERE, new TextEncoder().encode('reply and more'), 5);
    expect(seen).toEqual(['from true hello', 'to true reply']);
    expect(machine.received).toHaveLength(1);
    driver.tap = null;
    deliver('again');
    expect([seen.length, machine.received.length]).toEqual([2, 2]);
  });

  describe('after a stall', () => {
    /** What comes in during the next turns of the event loop, one list a turn, before the timers. */
    function stalled(turns: string[][]) {
      const world = setup();
      world.machine.deadline = 100;
      world.driver.run(world.machine);
      const { after } = world.clock;
      vi.spyOn(world.clock, 'after').mockImplementation((delayMs, callback) =>
        after.call(world.clock, delayMs, () => {
          for (const text of turns.shift() ?? []) world.deliver(text);
          callback();
        }),
      );
      world.machine.onTick = () => {
        // What comes after the tick came too late.
        turns.length = 0;
      };
      world.clock.stall(7000);
      world.clock.advance(0);
      return world;
    }

    test('reads for as long as something comes, then ticks, once', () => {
      const { machine } = stalled([['one', 'two'], ['three'], [], ['later']]);
      expect(machine.received.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
      expect(machine.ticks).toEqual([7000]);
    });

    test('ticks all the same when datagrams never end', () => {
      const { machine } = stalled(new Array(1000).fill(['flood']));
      expect(machine.ticks).toEqual([7000]);
      expect(machine.received.length).toBe(64);
    });

    test('does not hold back a tick that is in time', () => {
      const { clock, driver, machine } = setup();
      machine.deadline = 100;
      driver.run(machine);
      clock.stall(110);
      clock.advance(0);
      expect(machine.ticks).toEqual([110]);
    });
  });

  describe('what the system refuses to send', () => {
    function refusing() {
      const world = setup();
      const told: number[] = [];
      world.machine.unsent = (_now, to) => {
        told.push(to);
      };
      world.driver.run(world.machine);
      return { ...world, told };
    }

    test('is told to the machine with a later call, each address once', () => {
      const { clock, driver, told } = refusing();
      for (const to of [THERE, HERE, THERE]) driver.unsent(to, 'ENETUNREACH');
      expect(told).toEqual([]);
      clock.advance(0);
      expect(told).toEqual([THERE, HERE]);
      driver.unsent(THERE, 'ENETUNREACH');
      clock.advance(0);
      expect(told).toEqual([THERE, HERE, THERE]);
    });

    test('is bounded: of very many addresses the rest time out', () => {
      const { clock, driver, told } = refusing();
      for (let i = 0; i < 1000; i++) driver.unsent(THERE + i, 'EPERM');
      clock.advance(0);
      expect(told).toHaveLength(256);
    });

    test('is known until a datagram comes in', () => {
      const { clock, driver, deliver } = refusing();
      expect(driver.refusal).toBeNull();
      clock.advance(5);
      driver.unsent(THERE, 'ENETDOWN');
      expect(driver.refusal).toEqual({ code: 'ENETDOWN', atMs: 5 });
      deliver('hello');
      expect(driver.refusal).toBeNull();
    });

    test('is no matter to a machine that does not ask, nor to one that is stopped', async () => {
      const { clock, driver, machine } = setup();
      driver.run(machine);
      driver.unsent(THERE, 'EPERM');
      expect(clock.timerCount).toBe(0);
      const stopped = refusing();
      stopped.driver.unsent(THERE, 'EPERM');
      await new Promise<void>((resolve) => stopped.driver.stop(resolve));
      stopped.clock.advance(0);
      expect(stopped.told).toEqual([]);
    });
  });
});
