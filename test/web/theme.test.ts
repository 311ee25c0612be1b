import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contrast } from '../sight.ts';

const css = readFileSync('web/src/theme.css', 'utf8');

/** The variables of the blocks with these selectors, later ones over earlier ones. */
function colours(...selectors: string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const selector of selectors) {
    const start = css.indexOf(`${selector} {`);
    expect(start, selector).toBeGreaterThanOrEqual(0);
    const block = css.slice(start, css.indexOf('}', start));
    for (const [, name, value] of block.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})/g)) {
      found.set(name!, value!);
    }
  }
  return found;
}

const themes = {
  light: colours(':root'),
  'dark by the system': colours(':root', ':root:not([data-theme="light"])'),
  'dark by choice': colours(':root', ':root[data-theme="dark"]'),
};

const WORDS = [
  'ink',
  'ink-soft',
  'node',
  'accent',
  'key',
  'copy',
  'route',
  'danger',
  'warn',
  'sybil',
];

describe.each(Object.entries(themes))('%s', (_, theme) => {
  const of = (name: string) => theme.get(`--${name}`)!;

  test.each(WORDS)('--%s can be read as words (AA)', (name) => {
    for (const ground of ['paper', 'panel']) {
      expect(contrast(of(name), of(ground)), ground).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('words on fills can be read too', () => {
    expect(contrast(of('ink'), of('raised'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('accent-ink'), of('accent'))).toBeGreaterThanOrEqual(4.5);
    for (const name of ['ink', 'accent', 'key', 'copy', 'warn', 'danger']) {
      expect(contrast(of(name), of('accent-wash')), name).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('edges of fields can be seen', () => {
    expect(contrast(of('line-strong'), of('panel'))).toBeGreaterThanOrEqual(3);
  });
});

test('dark is the same, chosen or by the system', () => {
  expect([...themes['dark by choice']]).toEqual([...themes['dark by the system']]);
});
