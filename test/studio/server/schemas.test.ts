/** What is taken for a command, and what is not; each limit bites. */
import { describe, expect, test } from 'vitest';
import type { Act, Command, Frame } from '../../../src/scene.ts';
import { Picture } from '../../../src/studio/live/picture.ts';
import {
  ACT_NODES_MAX,
  CommandShape,
  NAME_LENGTH_MAX,
  rowsOf,
  SceneAnswer,
  VALUE_LENGTH_MAX,
} from '../../../src/studio/server/schemas.ts';

const isTaken = (command: unknown) => CommandShape.safeParse(command).success;
const act = (value: unknown) => isTaken({ do: 'act', act: value });

describe('a command', () => {
  test('of every kind is taken', () => {
    const acts: Act[] = [
      { kind: 'crash', nodes: [0] },
      { kind: 'leave', nodes: [1, 2] },
      { kind: 'restart', nodes: [1], memory: false },
      { kind: 'add', count: 3 },
      { kind: 'heal' },
      { kind: 'put', name: 'a', value: '', from: 3, level: 'all' },
      { kind: 'get', name: 'a' },
      { kind: 'remove', name: 'a' },
      { kind: 'lookup', name: 'a', from: 0 },
    ];
    for (const one of acts) expect(act(one), one.kind).toBe(true);
    const commands: Command[] = [
      { do: 'inspect', node: -1 },
      { do: 'follow', nodes: [] },
      { do: 'explain', flight: 7 },
      { do: 'play', pace: 1 },
      { do: 'rewind', toMs: 0 },
    ];
    for (const one of commands) expect(isTaken(one), one.do).toBe(true);
  });

  test('beyond a limit is not', () => {
    const nodes = (count: number) => Array.from({ length: count }, (_, i) => i);
    expect(act({ kind: 'crash', nodes: nodes(ACT_NODES_MAX) })).toBe(true);
    expect(act({ kind: 'crash', nodes: nodes(ACT_NODES_MAX + 1) })).toBe(false);
    expect(isTaken({ do: 'follow', nodes: nodes(ACT_NODES_MAX + 1) })).toBe(false);
    expect(act({ kind: 'add', count: ACT_NODES_MAX + 1 })).toBe(false);
    expect(act({ kind: 'get', name: 'x'.repeat(NAME_LENGTH_MAX) })).toBe(true);
    expect(act({ kind: 'get', name: 'x'.repeat(NAME_LENGTH_MAX + 1) })).toBe(false);
    expect(act({ kind: 'put', name: 'a', value: 'x'.repeat(VALUE_LENGTH_MAX) })).toBe(true);
    expect(act({ kind: 'put', name: 'a', value: 'x'.repeat(VALUE_LENGTH_MAX + 1) })).toBe(false);
  });

  test.each([
    null,
    [],
    'act',
    {},
    { do: 'act' },
    { do: 'inspect', node: 1.5 },
    { do: 'inspect', node: -2 },
    { do: 'explain', flight: '1' },
    { do: 'act', act: { kind: 'put', name: 'a', value: 'b', level: 'some' } },
    { do: 'act', act: { kind: 'add', count: 0 } },
  ])('that is %j is none', (command) => {
    expect(isTaken(command)).toBe(false);
  });
});

test('places and a whole frame become rows that the schema knows', () => {
  const picture = new Picture();
  const node = picture.node('a');
  const place = picture.place('ab'.repeat(20), '127.0.0.1:7', node);
  picture.setSafety(place, 2);
  picture.setSuccessor(place, place);
  picture.setLoad(node, 9);
  const [places, frame] = picture.whole(5);
  const rows = rowsOf(places, frame as Frame, () => 'an address');
  expect(rows).toMatchObject({
    places: [{ id: 'ab'.repeat(20), address: 'an address', node: 0, successor: 0, safety: 2 }],
    nodes: [{ state: 0, load: 9 }],
    keys: [],
    atMs: 5,
  });
  expect(SceneAnswer.safeParse(rows).error!.issues.map(({ path }) => path)).toEqual([['hello']]);
});
