/** Machines on loan, against the rule that a node always finds its own state at its machine. */
import { expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { Machines } from '../../../src/lab/mainline/machines.ts';

/** A machine that has done nothing but serve a node, until it is busy. */
class Fake {
  isAtRest = true;
  node: number;

  constructor(node: number) {
    this.node = node;
  }
}

function fakes(count: number) {
  let made = 0;
  const machines = new Machines<Fake>(
    count,
    (node) => {
      made++;
      return new Fake(node);
    },
    (machine, node) => {
      if (!machine.isAtRest) expect.fail('a busy machine was handed on');
      machine.node = node;
    },
  );
  return { machines, made: () => made };
}

test('a node finds its own machine, whoever had it before, and the busy keep theirs', () => {
  const { machines } = fakes(5000);
  const random = new SeededRandom(1);
  const busy = new Map<number, Fake>();
  for (let step = 0; step < 50_000; step++) {
    const node = randomBelow(random, 5000);
    const machine = machines.borrow(node);
    if (machine.node !== node) expect.fail("a machine is another node's");
    if (busy.has(node) && machine !== busy.get(node)) expect.fail('the busy keep theirs');
    if (step % 40 === 0) {
      machine.isAtRest = false;
      busy.set(node, machine);
    }
  }
  expect(busy.size).toBeGreaterThan(1000);
});

test('a few hundred machines serve any number of nodes that are only asked', () => {
  const { machines, made } = fakes(20_000);
  for (let node = 0; node < 20_000; node++) machines.borrow(node);
  expect(made()).toBeLessThan(1000);
  expect(machines.byteLength).toBe(20_000 * 5);
});

test('a machine of its own is never handed on, though it be at rest', () => {
  const { machines } = fakes(20_000);
  const lent = machines.borrow(3);
  expect(machines.own(3)).toBe(lent);
  const own = machines.own(4);
  for (let node = 10; node < 20_000; node++) machines.borrow(node);
  expect([lent.node, own.node]).toEqual([3, 4]);
  expect([machines.borrow(3), machines.own(4)]).toEqual([lent, own]);
});

test('who has a machine now is told, and told without making one', () => {
  const { machines, made } = fakes(2000);
  machines.own(3);
  machines.borrow(4);
  expect([machines.has(3), machines.has(4), machines.has(5), made()]).toEqual([
    true,
    true,
    false,
    2,
  ]);
  for (let node = 10; node < 2000; node++) machines.borrow(node);
  expect([machines.has(3), machines.has(4)]).toEqual([true, false]);
});

test('a renewed node has another machine', () => {
  const { machines } = fakes(10);
  const old = machines.own(1);
  const fresh = machines.renew(1);
  expect(fresh).not.toBe(old);
  expect(machines.borrow(1)).toBe(fresh);
});

test('the one that is at work is not taken away while others are seated', () => {
  const { machines } = fakes(5000);
  const first = machines.borrow(0);
  for (let node = 1; node < 512; node++) machines.borrow(node);
  expect(machines.borrow(0)).toBe(first);
  machines.own(600); // as a watcher might, in the middle of it
  expect(first.node).toBe(0);
  machines.borrow(601);
  expect(machines.borrow(0).node).toBe(0);
});
