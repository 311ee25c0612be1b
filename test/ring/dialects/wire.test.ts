/**
 * The words of the dialects, and how a stranger's are told from them.
 */
import { expect, test } from 'vitest';
import {
  COMMANDS,
  commandOf,
  isOfOtherFamily,
  WIRES,
  wordOf,
} from '../../../src/ring/dialects/wire.ts';

test('every word leads back to its command, in either case', () => {
  for (const wire of WIRES) {
    for (const command of COMMANDS) {
      const word = wordOf(wire, command);
      if (word === undefined) continue;
      expect(commandOf(wire, word)).toBe(command);
      expect(commandOf(wire, word.toLowerCase())).toBe(command);
    }
    expect(commandOf(wire, 'XYZ')).toBeUndefined();
    expect(commandOf(wire, '')).toBeUndefined();
  }
  const without = (wire: 'seed' | 'text') =>
    COMMANDS.filter((command) => wordOf(wire, command) === undefined);
  expect(without('seed')).toEqual(['updatePrevious']);
  expect(without('text')).toEqual(['info', 'abandoned']);
});

test('the words of each family are strange to the other, as far as they can be', () => {
  for (const command of COMMANDS) {
    const text = wordOf('text', command);
    const binary = wordOf('seed', command);
    // Four words are common to both: there the key behind them tells.
    if (text !== undefined && !/^(?:GET|INS|REM|VER)/.test(text)) {
      expect([text, isOfOtherFamily('seed', `${text}\n`)]).toEqual([text, true]);
    }
    if (binary !== undefined && binary !== 'VER') {
      expect([binary, isOfOtherFamily('text', binary)]).toEqual([binary, true]);
    }
  }
  for (const word of ['GET', 'INSERT', 'REMOVE']) {
    expect(isOfOtherFamily('seed', `${word}\n1234567890`)).toBe(true);
    expect(isOfOtherFamily('seed', `${word}\n12345678\xaf`)).toBe(false);
  }
  for (const opening of ['HELLO', 'OW', '', 'CONS', 'GETS\n']) {
    expect(isOfOtherFamily('seed', opening)).toBe(false);
    expect(isOfOtherFamily('text', opening)).toBe(false);
  }
});
