/** Hands: one node after the other, the first that cannot be done ends it, and no hands are told. */
import { expect, test } from 'vitest';
import { addEach, handsOf, portOf, toEach } from '../../../src/studio/live/hands.ts';
import { CommandRefused } from '../../../src/studio/live/live-scene.ts';

test('who has none is told what they would be for', () => {
  expect(() => handsOf(undefined, 'members', 'crash')).toThrow(CommandRefused);
  expect(() => handsOf(undefined, 'members', 'crash')).toThrow(
    'only members of "ringlight up" can crash',
  );
  const hands = {};
  expect(handsOf(hands, 'nodes', 'crash')).toBe(hands);
});

test('so many join, one after the other', async () => {
  let under = 0;
  let added = 0;
  const add = async () => {
    expect(++under).toBe(1);
    await Promise.resolve();
    under--;
    added++;
  };
  expect(await addEach({ add }, 3)).toBe('3 joined');
  expect(added).toBe(3);
});

test('what cannot be done to one is not tried with those after it', async () => {
  const done: number[] = [];
  const one = async (node: number) => {
    if (node === 2) throw new CommandRefused('UNKNOWN', 'there is no node 2');
    done.push(node);
  };
  expect(await toEach([0, 1], 'crash', one)).toBe('crash: node 0, 1');
  await expect(toEach([1, 2, 3], 'crash', one)).rejects.toThrow('there is no node 2');
  expect(done).toEqual([0, 1, 1]);
});

test('the port of an address is behind its last colon', () => {
  expect(portOf('127.0.0.1:8467')).toBe(8467);
});
