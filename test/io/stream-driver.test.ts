/** The driver of streams and stores against a machine that writes down what it is told. */
import { describe, expect, test } from 'vitest';
import type { Closed, Stream } from '../../src/core/host.ts';
import type { StoreToken } from '../../src/core/store.ts';
import { type Driven, StreamDriver } from '../../src/io/stream-driver.ts';
import type { StreamReceiver } from '../../src/io/tcp.ts';
import { ManualClock } from './memory-network.ts';

class ProbeMachine implements Driven {
  deadline = Infinity;
  readonly heard: unknown[][] = [];
  onTick: () => void = () => {};
  onArrived: () => void = () => {};
  onStored: (token: StoreToken) => void = () => {};

  accepted(now: number, stream: Stream, from: number, to: number): void {
    this.heard.push([now, 'accepted', stream, from, to]);
  }

  opened(now: number, stream: Stream): void {
    this.heard.push([now, 'opened', stream]);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    this.heard.push([now, 'arrived', stream, [...bytes.subarray(start, end)]]);
    this.onArrived();
  }

  drained(now: number, stream: Stream): void {
    this.heard.push([now, 'drained', stream]);
  }

  ended(now: number, stream: Stream): void {
    this.heard.push([now, 'ended', stream]);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    this.heard.push([now, 'closed', stream, why]);
  }

  stored(now: number, token: StoreToken, error: string | null): void {
    this.heard.push([now, 'stored', token, error]);
    this.onStored(token);
  }

  tick(now: number): void {
    this.heard.push([now, 'tick']);
    this.deadline = Infinity;
    this.onTick();
  }
}

function setup() {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const source = { receiver: null as StreamReceiver | null, isClosed: false };
  const driver = new StreamDriver(
    clock,
    {
      open: (receiver) => {
        source.receiver = receiver;
      },
      close: async () => {
        source.isClosed = true;
      },
    },
    (error) => errors.push(error),
  );
  return { clock, errors, source, driver, machine: new ProbeMachine() };
}

describe('the driver of streams', () => {
  test('hands over everything with the time it happened', () => {
    const { clock, source, driver, machine } = setup();
    driver.run(machine);
    const { receiver } = source;
    clock.advance(5);
    receiver!.accepted(1, 11, 22);
    receiver!.opened(2);
    clock.advance(1);
    receiver!.arrived(1, new Uint8Array([7, 8, 9]), 1, 3);
    receiver!.drained(1);
    receiver!.ended(1);
    receiver!.closed(1, 4);
    expect(machine.heard).toEqual([
      [5, 'accepted', 1, 11, 22],
      [5, 'opened', 2],
      [6, 'arrived', 1, [8, 9]],
      [6, 'drained', 1],
      [6, 'ended', 1],
      [6, 'closed', 1, 4],
    ]);
  });

  test('ticks when the deadline falls, which any call may have moved', () => {
    const { clock, source, driver, machine } = setup();
    machine.deadline = 100;
    driver.run(machine);
    machine.onArrived = () => {
      machine.deadline = 40;
    };
    source.receiver!.arrived(1, new Uint8Array(1), 0, 1);
    clock.advance(200);
    expect(machine.heard.filter(([, what]) => what === 'tick')).toEqual([[40, 'tick']]);
  });

  test('keeps the reports of a store until the machine is done', () => {
    const { driver, machine } = setup();
    driver.run(machine);
    const store = driver.memoryStore();
    const key = new Uint8Array(20);
    machine.onStored = (token) => {
      if (token < 4) store.flush(token + 1);
    };
    driver.perform(() => {
      store.put(key, 0, key);
      store.flush(1);
      expect(machine.heard).toEqual([]);
    });
    // A report led to the next flush, three times: each waited for the machine to be done.
    expect(machine.heard.map(([, , token]) => token)).toEqual([1, 2, 3, 4]);
    driver.stored(9, 'the disk is full');
    expect(machine.heard.at(-1)).toEqual([0, 'stored', 9, 'the disk is full']);
  });

  test('reports what a machine throws and goes on; a command throws at its caller', () => {
    const { clock, errors, source, driver, machine } = setup();
    machine.deadline = 10;
    driver.run(machine);
    machine.onArrived = () => {
      throw new Error('in arrived');
    };
    machine.onTick = () => {
      machine.deadline = 20;
      throw new Error('in tick');
    };
    source.receiver!.arrived(1, new Uint8Array(1), 0, 1);
    clock.advance(10);
    expect(errors.map(String)).toEqual(['Error: in arrived', 'Error: in tick']);
    expect(() =>
      driver.perform(() => {
        throw new Error('in command');
      }),
    ).toThrow('in command');
    machine.onTick = () => {};
    clock.advance(10);
    expect(machine.heard.at(-1)).toEqual([20, 'tick']);
  });

  test('that is stopped lets nothing in, ticks no more and has closed its streams', async () => {
    const { clock, source, driver, machine } = setup();
    machine.deadline = 10;
    driver.run(machine);
    await driver.stop();
    source.receiver!.accepted(1, 1, 1);
    driver.stored(1, null);
    driver.attempt(() => expect.fail('called'));
    clock.advance(100);
    expect(source.isClosed).toBe(true);
    expect(clock.timerCount).toBe(0);
    expect(machine.heard).toEqual([]);
  });
});
