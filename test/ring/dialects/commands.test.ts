/**
 * Each command asks the node for one thing, with the argument that its dialect puts behind its word.
 */
import { expect, test } from 'vitest';
import { argumentOf, askService, failureIn, hasMore } from '../../../src/ring/dialects/commands.ts';
import { Field } from '../../../src/ring/dialects/field-reader.ts';
import type { Caller, RingService } from '../../../src/ring/dialects/service.ts';
import { COMMANDS, WIRES } from '../../../src/ring/dialects/wire.ts';

test('whoever joins or leaves says so by address, in text by its hash or not at all', () => {
  for (const wire of ['seed', 'string'] as const) {
    expect(argumentOf(wire, 'join')).toBe(Field.address);
    expect(argumentOf(wire, 'leave')).toBe(Field.address);
  }
  expect(argumentOf('text', 'join')).toBe(Field.key);
  expect(argumentOf('text', 'leave')).toBeNull();
  for (const wire of WIRES) {
    for (const command of ['owner', 'get', 'exists', 'insert', 'remove'] as const) {
      expect(argumentOf(wire, command)).toBe(Field.key);
    }
    for (const command of ['pulse', 'info', 'abandoned', 'version'] as const) {
      expect(argumentOf(wire, command)).toBeNull();
    }
  }
});

test('every command that only the node can answer reaches the verb of its name, once', () => {
  const asked: unknown[] = [];
  const service = new Proxy({} as RingService, {
    get: (_, verb) => (now: number, _caller: Caller, address?: number) =>
      asked.push([verb, now, address ?? 0]),
  });
  const commands = COMMANDS.filter((command) => command !== 'pulse' && command !== 'version');
  for (const command of commands) askService(service, 7, {} as Caller, command, 99);
  const withAddress = ['updatePrevious', 'join', 'leave'];
  expect(asked).toEqual(
    commands.map((command) => [command, 7, withAddress.includes(command) ? 99 : 0]),
  );
});

test('what could not be done is said where there is a word for it', () => {
  expect(failureIn('seed', 'insert')).toEqual([false]);
  expect(failureIn('seed', 'remove')).toBeNull(); // `F` says that there is no such key
  expect(failureIn('text', 'remove')).toEqual([true, false]);
  expect(failureIn('seed', 'get')).toBeNull();
  expect(COMMANDS.filter(hasMore)).toEqual(['insert', 'join', 'leave']);
});
