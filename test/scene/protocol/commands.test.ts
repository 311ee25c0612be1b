/** Acts and commands from outside: what is let in, what a complaint says, and that each limit bites. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Act,
  type Command,
  checkAct,
  checkActs,
  checkCommand,
} from '../../../src/scene/protocol/commands.ts';
import { SCENE_DEFAULTS } from '../../../src/scene/protocol/config.ts';
import {
  ACTS_LENGTH_MAX,
  ACTS_MAX,
  ADDED_MAX,
  MOMENT_MS_MAX,
  NAME_LENGTH_MAX,
  NODE_MAX,
  PACE_MAX,
  STEPS_MAX,
  VALUE_LENGTH_MAX,
} from '../../../src/scene/protocol/limits.ts';

describe('an act', () => {
  test.each<Act>([
    { kind: 'crash', nodes: [1, 2] },
    { kind: 'leave', nodes: [] },
    { kind: 'restart', nodes: [3], memory: false },
    { kind: 'add', count: ADDED_MAX },
    { kind: 'partition', nodes: [1], oneWay: true },
    { kind: 'heal' },
    { kind: 'network', latencyMs: null },
    { kind: 'network', loss: 0.5 },
    { kind: 'churn', churn: 2.5 },
    { kind: 'workload', lookupsPerSecond: 3 },
    { kind: 'put', name: 'apple', value: '', level: 'all', from: 2 },
    { kind: 'get', name: 'x' },
    { kind: 'sybils', name: 'apple', count: 20 },
  ])('%j is let in as it is', (act) => {
    expect(checkAct(structuredClone(act))).toEqual(act);
  });

  test.each<[unknown, string]>([
    [undefined, '"act" expected an object, got undefined'],
    [{}, '"act.kind" expected one of crash, pause'],
    [{ kind: 'constructor' }, '"act.kind" expected one of'],
    [{ kind: 'crash' }, '"act.nodes" expected a list of at most 102048, got undefined'],
    [{ kind: 'crash', nodes: [1, -1] }, '"act.nodes[1]" expected a whole number'],
    [{ kind: 'crash', nodes: [1], silently: true }, 'got the field "silently"'],
    [{ kind: 'restart', nodes: [1] }, '"act.memory" expected true or false, got undefined'],
    [{ kind: 'add', count: ADDED_MAX + 1 }, '"act.count"'],
    [{ kind: 'network', loss: 2 }, '"act.loss"'],
    [{ kind: 'put', name: 'a' }, '"act.value" expected 0 to 131072 characters, got undefined'],
    [{ kind: 'put', name: '', value: '' }, '"act.name" expected 1 to 1024 characters, got ""'],
    [
      { kind: 'get', name: 'x'.repeat(NAME_LENGTH_MAX + 1) },
      '"act.name" expected 1 to 1024 characters, got 1025 characters',
    ],
    [
      { kind: 'put', name: 'a', value: '', level: 'some' },
      '"act.level" expected one | quorum | all, got "some"',
    ],
  ])('%j is refused', (act, message) => {
    expect(() => checkAct(act)).toThrow(message);
  });

  test('stands in a history by its time', () => {
    const heal = { kind: 'heal' };
    const acts = checkActs([
      { atMs: 20, act: { kind: 'add', count: 1 } },
      { atMs: 10, act: heal },
    ]);
    expect(acts.map(({ atMs }) => atMs)).toEqual([10, 20]);
    expect(() => checkActs(5)).toThrow('"acts" expected a list of at most 1000, got 5');
    expect(() => checkActs([{ atMs: 0.5, act: heal }])).toThrow('"acts[0].atMs"');
    expect(() => checkActs([{ atMs: 0, act: { kind: 'x' } }])).toThrow('"acts[0].act.kind"');
    const many = Array.from({ length: ACTS_MAX + 1 }, () => ({ atMs: 0, act: heal }));
    expect(() => checkActs(many)).toThrow(`at most ${ACTS_MAX}, got a list of 1001`);
  });
});

describe('acts of one world', () => {
  test('have names and values of a bounded length in all', () => {
    const value = 'x'.repeat(VALUE_LENGTH_MAX);
    const put = { atMs: 0, act: { kind: 'put', name: 'a', value } };
    const count = Math.floor(ACTS_LENGTH_MAX / (VALUE_LENGTH_MAX + 1));
    expect(checkActs(Array.from({ length: count }, () => put))).toHaveLength(count);
    expect(() => checkActs(Array.from({ length: count + 1 }, () => put))).toThrow(
      `names and values of at most ${ACTS_LENGTH_MAX} characters in all`,
    );
  });

  test('of anything at all are let in or refused with a word', () => {
    const run = fc.property(fc.anything({ withNullPrototype: true }), (value) => {
      for (const check of [checkAct, checkActs, checkCommand]) {
        try {
          check(value);
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
          expect((error as Error).message).toMatch(/^"[a-z]/);
        }
      }
    });
    fc.assert(run, { numRuns: 300, seed: 1 });
  });
});

describe('a command', () => {
  test.each<Command>([
    { do: 'begin', config: SCENE_DEFAULTS, acts: [], atMs: 0 },
    { do: 'play', pace: 1000 },
    { do: 'pause' },
    { do: 'step', by: 'message', count: 1 },
    { do: 'rewind', toMs: 0.5 },
    { do: 'act', act: { kind: 'heal' } },
    { do: 'inspect', node: -1 },
    { do: 'follow', nodes: [] },
    { do: 'explain', flight: 7 },
  ])('%j is let in as it is', (command) => {
    expect(checkCommand(structuredClone(command))).toEqual(command);
  });

  test.each<[unknown, string]>([
    [null, '"message" expected an object, got null'],
    [{}, '"do" expected one of begin, play, pause'],
    [{ do: 'act' }, '"act" expected an object, got undefined'],
    [
      { do: 'act', act: { kind: 'add', count: 0 } },
      '"act.count" expected a whole number in 1..1024',
    ],
    [{ do: 'inspect', node: 1.5 }, '"node" expected a whole number'],
    [{ do: 'inspect', node: -2 }, '"node"'],
    [{ do: 'explain', flight: '1' }, '"flight"'],
    [{ do: 'play', pace: PACE_MAX + 1 }, '"pace" expected a number in 0..86400000'],
    [{ do: 'play', pace: Number.NaN }, '"pace"'],
    [{ do: 'step', by: 'ms', count: STEPS_MAX + 1 }, '"count"'],
    [{ do: 'rewind', toMs: MOMENT_MS_MAX + 1 }, '"toMs"'],
    [{ do: 'follow', nodes: [NODE_MAX + 1] }, '"nodes[0]"'],
    [{ do: 'follow', nodes: Array.from({ length: NODE_MAX + 2 }, () => 0) }, '"nodes"'],
    [
      { do: 'act', act: { kind: 'put', name: 'a', value: 'x'.repeat(VALUE_LENGTH_MAX + 1) } },
      '"act.value"',
    ],
  ])('%# is refused', (command, message) => {
    expect(() => checkCommand(command)).toThrow(message);
  });

  test('what it has beside its own fields is left out', () => {
    expect(checkCommand({ do: 'pause', more: 1 })).toEqual({ do: 'pause' });
  });
});
