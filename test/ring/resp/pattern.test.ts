import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalPrefix, matches } from '../../../src/ring/resp/pattern.ts';

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('a pattern', () => {
  it.each([
    ['*', '', true],
    ['*', 'abc', true],
    ['', '', true],
    ['', 'a', false],
    ['h?llo', 'hello', true],
    ['h?llo', 'hllo', false],
    ['h*llo', 'heeeello', true],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hello', false],
    ['h[^e]llo', 'hbllo', true],
    ['h[a-c]llo', 'hbllo', true],
    ['h[c-a]llo', 'hbllo', true],
    ['h\\?llo', 'h?llo', true],
    ['h\\?llo', 'hello', false],
    ['a*b*c', 'axbxbxc', true],
    ['a*b*c', 'axbxbx', false],
    ['[a', 'a', true],
    ['[\\]]', ']', true],
    ['a**', 'a', true],
  ])('%s takes %s: %s', (pattern, name, isTaken) => {
    expect(matches(bytes(pattern), bytes(name))).toBe(isTaken);
  });

  it('of many stars is no trap', () => {
    expect(matches(bytes(`${'a*'.repeat(50)}b`), bytes('a'.repeat(5000)))).toBe(false);
  });

  it('takes nothing that does not begin with its literal part', () => {
    const chars = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '\\', '^', '-'),
    });
    fc.assert(
      fc.property(
        chars,
        fc.string({ unit: fc.constantFrom('a', 'b', '*', '[') }),
        (pattern, name) => {
          const prefix = String.fromCharCode(...literalPrefix(bytes(pattern)));
          if (matches(bytes(pattern), bytes(name))) expect(name.startsWith(prefix)).toBe(true);
        },
      ),
    );
    expect(literalPrefix(bytes('room\\*:*'))).toEqual(bytes('room*:'));
  });
});
