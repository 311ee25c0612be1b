/** Lines to a program, and what comes of its answers. */
import { expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { type Examiner, ProgramMachine } from '../../../src/lab/exam/program-machine.ts';
import type { Told } from '../../../src/lab/exam/turns.ts';
import { START_MS } from '../../../src/lab/world-state.ts';

function machine(former: ProgramMachine | null = null) {
  const lines: Told[] = [];
  const sent: [number, string][] = [];
  const examiner: Examiner = {
    task: 'kv',
    nodeAt: (address) => address % 10,
    addressOf: (node) => node,
    tell: (_, told) => void lines.push(told()),
  };
  const birth = {
    ...{ node: 4, address: 4, now: START_MS, random: new SeededRandom(1), doors: [2, 3], former },
    host: {
      send: (_: number, to: number, bytes: Uint8Array, length: number) =>
        void sent.push([to, new TextDecoder().decode(bytes.subarray(0, length))]),
    },
    streamHost: null as never,
  };
  return { own: new ProgramMachine(birth, examiner), lines, sent };
}

test('it is told who it is, what came, and when it is time', () => {
  const { own, lines, sent } = machine();
  expect(lines).toEqual([
    {
      ...{ event: 'start', nowMs: 0, node: 'n4', task: 'kv', doors: ['n2', 'n3'], kept: null },
      seed: expect.any(Number),
    },
  ]);
  const bytes = new TextEncoder().encode('  {"a":"ü"} ');
  own.receive(START_MS + 7, addressOf(0, 3), bytes, 2, bytes.length - 1);
  expect(lines.at(-1)).toEqual({ event: 'message', nowMs: 7, from: 'n3', body: { a: 'ü' } });
  own.take(START_MS + 7, { send: [{ to: 1, body: ['x'] }], reply: [], wakeMs: 5 });
  expect(sent).toEqual([[1, '["x"]']]);
  expect(own.deadline).toBe(START_MS + 12);
  own.tick(START_MS + 11);
  expect(lines).toHaveLength(2);
  own.tick(START_MS + 12);
  expect(lines.at(-1)).toEqual({ event: 'wake', nowMs: 12 });
  expect(own.deadline).toBe(Infinity);
  own.ask(START_MS + 13, 6, { op: 'read', key: 'k' });
  expect(lines.at(-1)).toEqual({ event: 'request', nowMs: 13, request: 6, op: 'read', key: 'k' });
});

test('what it keeps is handed to its next process', () => {
  const { own } = machine();
  own.take(START_MS, { send: [], reply: [], keep: { a: 1 } });
  own.take(START_MS, { send: [], reply: [] });
  expect(machine(own).lines[0]).toMatchObject({ event: 'start', kept: { a: 1 } });
});

test('a body that no datagram carries is refused', () => {
  const { own } = machine();
  const send = [{ to: 1, body: 'x'.repeat(16_383) }];
  expect(() => own.take(START_MS, { send, reply: [] })).toThrow(
    '"send[0].body" expected at most 16384 bytes, got 16385',
  );
});
