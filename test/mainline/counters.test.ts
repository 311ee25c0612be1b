/** The reasons of drops are numbered once for the reader of messages and once for the node. */
import { describe, expect, test } from 'vitest';
import { Counters, DROP_REASONS, Drop } from '../../src/mainline/counters.ts';
import { Malformed } from '../../src/mainline/krpc/fields.ts';

describe('drop reasons', () => {
  test('have the numbers of Malformed first, then those of Drop, without a gap', () => {
    const { fine, ...malformed } = Malformed;
    const numbers = [...Object.values(malformed), ...Object.values(Drop)];
    expect(fine).toBe(0);
    expect(numbers).toEqual(DROP_REASONS.map((_reason, index) => index + 1));
  });

  test('have names that say the same', () => {
    const words = (name: string) =>
      name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    for (const [name, number] of Object.entries(Drop)) {
      expect(DROP_REASONS[number - 1]).toBe(words(name));
    }
    expect(DROP_REASONS[Malformed.tooShort - 1]).toBe('too-short');
    expect(DROP_REASONS[Malformed.notDictionary - 1]).toBe('not-a-dictionary');
    expect(DROP_REASONS[Malformed.noTransaction - 1]).toBe('no-transaction-id');
  });

  test('are counted each on its own', () => {
    const counters = new Counters();
    for (const [index] of DROP_REASONS.entries()) {
      for (let times = 0; times <= index; times++) counters.drop(index + 1);
    }
    expect([...counters.dropped]).toEqual(DROP_REASONS.map((_reason, index) => index + 1));
  });
});
