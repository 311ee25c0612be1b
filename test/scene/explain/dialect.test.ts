/** Commands and replies of class programs taken apart, in each of the three dialects. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS, WIRES, type Wire, wordOf } from '../../../src/ring/dialects/wire.ts';
import { explainRing, kindOfRing } from '../../../src/scene/explain/ring.ts';
import { expectTiling, leavesOf, partAt } from '../tiling.ts';

const bytesOf = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part,
    ),
  );
const KEY = new Array<number>(20).fill(7);
const KEY_DECIMAL = BigInt(`0x${'07'.repeat(20)}`).toString();
const ADDRESS = [10, 0, 0, 1, 0x13, 0x88];
const length = (value: number) => [0, 0, 0, 0, 0, 0, 0, value];

function explain(wire: Wire, bytes: Uint8Array, command?: string, isReply = false) {
  const context = { wire, isReply, ...(command === undefined ? {} : { command }) };
  const explained = explainRing(bytes, context);
  expectTiling(explained.root, bytes.length);
  expect(explained.kind).toBe(kindOfRing(bytes, 0, bytes.length, context));
  return explained;
}

const isRead = (root: Parameters<typeof leavesOf>[0]) =>
  leavesOf(root).every(({ label }) => label !== 'unreadable');

describe('commands', () => {
  test('seed: a word and its argument', () => {
    const { kind, root } = explain('seed', bytesOf('GET', KEY));
    expect(kind).toBe('GET');
    expect(partAt(root, 'key').value).toBe('07'.repeat(20));
    const join = explain('seed', bytesOf('con', ADDRESS));
    expect(join.kind).toBe('CON');
    expect(partAt(join.root, 'joiner').value).toBe('10.0.0.1:5000');
    expect(isRead(explain('seed', bytesOf('PUL')).root)).toBe(true);
    expect(explain('seed', bytesOf('VER')).root.note).toContain('frames');
  });

  test('seed: what follows when the owner has said T', () => {
    const value = explain('seed', bytesOf(length(5), 'hello'), 'INS');
    expect(value.kind).toBe('INS');
    expect(partAt(value.root, 'value').value).toBe('“hello”');
    const whole = explain('seed', bytesOf('INS', KEY, length(5), 'hello'));
    expect(partAt(whole.root, 'value').value).toBe('“hello”');
    const items = bytesOf(ADDRESS, ADDRESS, length(2), KEY, length(1), 'a', KEY, length(0));
    const leave = explain('seed', items, 'DIS');
    expect(isRead(leave.root)).toBe(true);
    expect(partAt(leave.root, 'item 1', 'value').value).toBe('“a”');
    expect(isRead(explain('seed', bytesOf('T'), 'CON').root)).toBe(true);
  });

  test('string: an address is a length and text', () => {
    const { root } = explain('string', bytesOf('CON', length(13), '10.0.0.1:5000'));
    expect(partAt(root, 'joiner').value).toBe('10.0.0.1:5000');
    expect(partAt(root, 'joiner', 'length').value).toBe('13');
    const wrong = explain('string', bytesOf('CON', length(13), '10.0.0.1:5x00'));
    expect(isRead(wrong.root)).toBe(false);
  });

  test('text: lines', () => {
    const { kind, root } = explain('text', bytesOf(`INSERT\n${KEY_DECIMAL}\n`));
    expect(kind).toBe('INSERT');
    expect(partAt(root, 'key')).toMatchObject({ value: '07'.repeat(20) });
    const leave = bytesOf(`DISCONNECT\n10.0.0.1:5000\n1\n${KEY_DECIMAL}\n5\nhello`);
    const left = explain('text', leave);
    expect(isRead(left.root)).toBe(true);
    expect(partAt(left.root, 's1').value).toBe('10.0.0.1:5000');
    expect(partAt(left.root, 'item 1', 'value').value).toBe('“hello”');
    expect(explain('text', bytesOf('UPDATE_PREV\r\n10.0.0.1:5000\r\n')).root.parts).toHaveLength(2);
    expect(isRead(explain('text', bytesOf('GET\n12x\n')).root)).toBe(false);
  });

  test('every command of every dialect is known by its word', () => {
    for (const wire of WIRES) {
      for (const command of COMMANDS) {
        const word = wordOf(wire, command);
        if (word === undefined) continue;
        const bytes = bytesOf(wire === 'text' ? `${word}\n` : word);
        expect(explain(wire, bytes).kind).toBe(word);
      }
    }
  });
});

describe('replies', () => {
  test('are read by what was asked', () => {
    const owner = explain('seed', bytesOf(ADDRESS), 'OWN', true);
    expect(owner.kind).toBe('OWN reply');
    expect(partAt(owner.root, 'node').value).toBe('10.0.0.1:5000');
    const got = explain('seed', bytesOf('T', length(5), 'hello'), 'GET', true);
    expect(partAt(got.root, 'value').value).toBe('“hello”');
    expect(partAt(explain('seed', bytesOf('N'), 'GET', true).root, 'status').value).toContain(
      'not my key space',
    );
    const items = bytesOf('T', ADDRESS, ADDRESS, length(1), KEY, length(1), 'a');
    expect(isRead(explain('seed', items, 'CON', true).root)).toBe(true);
    expect(isRead(explain('seed', bytesOf('N'), 'CON', true).root)).toBe(true);
    const text = bytesOf(`1\n1\n${KEY_DECIMAL}\n1\na10.0.0.1:5000\n`);
    expect(isRead(explain('text', text, 'CONNECT', true).root)).toBe(true);
    expect(isRead(explain('text', bytesOf('1\n0\n'), 'CONTAINS', true).root)).toBe(true);
    const capabilities = explain('seed', bytesOf(length(2), '{}'), 'VER', true);
    expect(partAt(capabilities.root, 'value').value).toBe('“{}”');
  });

  test('to nobody knows what are told by their looks', () => {
    expect(partAt(explain('seed', bytesOf('T'), undefined, true).root, 'status').value).toBe(
      'T: yes',
    );
    expect(partAt(explain('seed', bytesOf(ADDRESS), undefined, true).root, 'node').value).toBe(
      '10.0.0.1:5000',
    );
    expect(explain('seed', bytesOf('T'), undefined, true).kind).toBe('reply');
  });
});

test('whatever the bytes are, every one is in one leaf, and nothing is thrown', () => {
  const words = ['GET', 'INS', 'CON', 'DIS', 'OWN', 'VER', 'INSERT', 'CONNECT', 'DISCONNECT', '?'];
  const any = fc.tuple(
    fc.constantFrom(...WIRES),
    fc.constantFrom('', 'T', '1\n', ...words, ...words.map((word) => `${word}\n`)),
    fc.uint8Array({ maxLength: 60 }),
    fc.option(fc.constantFrom(...words), { nil: undefined }),
    fc.boolean(),
  );
  fc.assert(
    fc.property(any, ([wire, opening, rest, command, isReply]) => {
      explain(wire, bytesOf(opening, [...rest]), command, isReply);
    }),
    { seed: 53, numRuns: 3000 },
  );
});
