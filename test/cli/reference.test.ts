import { expect, test } from 'vitest';
import { wholeReference } from '../../src/cli/program.ts';
import { each } from '../../src/cli/reference.ts';

const reference = await wholeReference();
const named = (path: string) => [...each(reference)].find((one) => one.path === path)!;

test('every command is there, with its options and what they take', () => {
  const paths = [...each(reference)].map(({ path }) => path);
  for (const path of ['up', 'ring get', 'mainline announce', 'lab soak', 'lab run kad-hops']) {
    expect(paths).toContain(`ringlight ${path}`);
  }
  expect(new Set(paths).size).toBe(paths.length);
  const { about, usage, args, options } = named('ringlight ring get');
  expect(about).toMatch(/print a value/);
  expect(usage).toBe('ringlight ring get [options] <key>');
  expect(args).toEqual([{ name: 'key', about: expect.stringContaining('name'), choices: [] }]);
  const level = options.find(({ names }) => names.includes('--level'))!;
  expect(level).toMatchObject({ value: '<level>', choices: ['one', 'quorum', 'all'] });
  expect(options.find(({ names }) => names.includes('--help'))).toMatchObject({ value: '' });
});

test('every command and option says what it is for', () => {
  for (const { path, about, options } of each(reference)) {
    expect(about, path).not.toBe('');
    for (const { flags, about } of options) {
      if (!flags.startsWith('--no-')) expect(about, `${path} ${flags}`).not.toBe('');
    }
  }
});
