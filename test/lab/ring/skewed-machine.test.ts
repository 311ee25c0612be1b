import { expect, test } from 'vitest';
import { Closed } from '../../../src/core/host.ts';
import { SkewedMachine } from '../../../src/lab/ring/skewed-machine.ts';

function heard() {
  const calls: unknown[][] = [];
  const note =
    (what: string) =>
    (...values: unknown[]) =>
      calls.push([what, ...values]);
  const machine = {
    deadline: 10_000,
    ...{ tick: note('tick'), accepted: note('accepted'), opened: note('opened') },
    ...{ arrived: note('arrived'), drained: note('drained'), ended: note('ended') },
    ...{ closed: note('closed'), stored: note('stored') },
  };
  return { machine, calls };
}

test('every call comes at its own time, the deadline at the world’s', () => {
  const { machine, calls } = heard();
  const skewed = new SkewedMachine(machine, 3000);
  const bytes = new Uint8Array(3);
  skewed.tick(1);
  skewed.accepted(2, 7, 8, 9);
  skewed.opened(3, 7);
  skewed.arrived(4, 7, bytes, 1, 2);
  skewed.drained(5, 7);
  skewed.ended(6, 7);
  skewed.closed(7, 7, Closed.reset);
  skewed.stored(8, 5, null);
  expect(calls).toEqual([
    ['tick', 3001],
    ['accepted', 3002, 7, 8, 9],
    ['opened', 3003, 7],
    ['arrived', 3004, 7, bytes, 1, 2],
    ['drained', 3005, 7],
    ['ended', 3006, 7],
    ['closed', 3007, 7, Closed.reset],
    ['stored', 3008, 5, null],
  ]);
  expect(skewed.deadline).toBe(7000);
  expect(new SkewedMachine(machine, -3000).deadline).toBe(13_000);
});

test('a clock jumps forwards only', () => {
  const { machine } = heard();
  const skewed = new SkewedMachine(machine, -500);
  skewed.jump(2000);
  expect(skewed.aheadMs).toBe(1500);
  expect(() => skewed.jump(-1)).toThrow('does not go back');
});

test('a clock stands still with its process', () => {
  const { machine, calls } = heard();
  const skewed = new SkewedMachine(machine, 500);
  skewed.standStill(2000);
  skewed.tick(3000);
  expect(calls).toEqual([['tick', 1500]]);
  expect(skewed.deadline).toBe(11_500);
  expect(() => skewed.standStill(-1)).toThrow('for a while');
});
