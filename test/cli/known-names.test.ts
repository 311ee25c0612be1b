/** A new command or option is written down by `npx vitest run test/cli/known-names.test.ts -u`. */
import { expect, test } from 'vitest';
import { wholeReference } from '../../src/cli/program.ts';
import { each } from '../../src/cli/reference.ts';

const list = (names: Iterable<string>): string =>
  `readonly string[] = [\n${[...names]
    .sort()
    .map((name) => `  '${name}',\n`)
    .join('')}];\n`;

test('all commands and options are known by name, and no others', async () => {
  const all = [...each(await wholeReference())].filter(
    // Options of experiments are read from their own files.
    ({ path }) => !path.startsWith('ringlight lab run '),
  );
  const paths = all.map(({ path }) => path.split(' ').slice(1).join(' '));
  const names = all
    .flatMap(({ options }) => options.flatMap((option) => option.names))
    .filter((name) => name.startsWith('--') && name !== '--help' && name !== '--version')
    .map((name) => name.replace(/^--(?:no-)?/, ''));
  const text = `/**
 * All commands and all long options by name, for a file of settings: what is there for another command is known
 * without loading that. test/cli/known-names.test.ts holds them against the commands themselves, and writes them.
 */

/** Without the program's own name. */
export const COMMANDS: ${list(paths.filter((path) => path !== ''))}
/** Of any command; \`--no-page\` is \`page\`. */
export const OPTIONS: ${list(new Set(names))}`;
  await expect(text).toMatchFileSnapshot('../../src/cli/known-names.ts');
});
