import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commonHelp, manualOf } from '../../src/cli/manual.ts';
import { wholeReference } from '../../src/cli/program.ts';
import { each } from '../../src/cli/reference.ts';

const reference = await wholeReference();
const pages = manualOf(reference, '1.2.3');

test('there is a page for the command and for each group', () => {
  expect(pages.map(({ file }) => file)).toEqual([
    'ringlight.1',
    'ringlight-mainline.1',
    'ringlight-ring.1',
    'ringlight-lab.1',
  ]);
  expect(pages[0].text).toContain('"ringlight 1.2.3"');
});

test('every option of every command stands in one, as help has it', () => {
  const all = pages.map(({ text }) => unescaped(text)).join('');
  for (const { path, options } of each(reference)) {
    for (const { flags, about } of options) {
      expect(all, `${path} ${flags}`).toContain(flags);
      expect(all, `${path} ${flags}`).toContain(about);
    }
  }
  expect(all).toContain('RINGLIGHT_AT');
  expect(commonHelp(80)).toContain('RINGLIGHT_AT');
  for (const width of [40, 60, 80]) {
    const lengths = commonHelp(width)
      .split('\n')
      .map(({ length }) => length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(width);
  }
});

function unescaped(text: string): string {
  return text
    .replace(/\\\[u([0-9A-F]+)\]/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll('\\-', '-')
    .replaceAll('\\e', '\\');
}

const isGroffThere = spawnSync('groff', ['--version']).status === 0;

test.skipIf(!isGroffThere)('groff has nothing to say against them', () => {
  for (const { file, text } of pages) {
    const { stdout, stderr, status } = spawnSync(
      'groff',
      ['-man', '-Tutf8', '-ww', '-rLL=100n', '-z'],
      { input: text, encoding: 'utf8' },
    );
    expect({ file, status, stdout, stderr }).toEqual({ file, status: 0, stdout: '', stderr: '' });
  }
});
