import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionFor, SHELLS, type Shell } from '../../src/cli/completion.ts';
import { wholeReference } from '../../src/cli/program.ts';

const place = mkdtempSync(join(tmpdir(), 'ringlight-completion-'));
afterAll(() => rmSync(place, { recursive: true }));

beforeAll(async () => {
  const reference = await wholeReference();
  for (const shell of SHELLS) writeFileSync(join(place, shell), completionFor(shell, reference));
});

/** How each shell is asked what it would offer after these words, the last of them unfinished. */
const ASK: Record<Shell, (words: string[]) => string[]> = {
  bash: (words) => [
    '-c',
    `. ${place}/bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); ` +
      `COMP_CWORD=${words.length - 1}; _ringlight; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  zsh: (words) => [
    '-fc',
    // Outside of the line editor the functions that offer words are replaced by ones that print them.
    `compdef() { :; }; . ${place}/zsh; compadd() { shift; print -l -- "$@"; }; _files() { print FILES; }; ` +
      `_describe() { print -l -- "\${(@)\${(@P)3}%%:*}"; }; ` +
      `words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _ringlight`,
  ],
  fish: (words) => [
    '--no-config',
    '-c',
    `source ${place}/fish; complete -C '${words.join(' ')}' | string split -f1 \\t; true`,
  ],
};

function offered(shell: Shell, words: string[]): string[] {
  const { stdout, status, stderr } = spawnSync(shell, ASK[shell](words), { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const last = words.at(-1)!;
  return stdout.split('\n').filter((word) => word !== '' && word.startsWith(last));
}

describe.each(SHELLS)('%s', (shell) => {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0;

  test.skipIf(!isThere)('offers commands, options and their values', () => {
    expect(offered(shell, ['ringlight', 'ma'])).toEqual(['mainline']);
    expect(offered(shell, ['ringlight', 'ring', ''])).toEqual(
      expect.arrayContaining(['serve', 'get', 'doctor']),
    );
    expect(offered(shell, ['ringlight', 'ring', 'get', '--lev'])).toEqual(['--level']);
    expect(offered(shell, ['ringlight', 'ring', 'get', '--level', ''])).toEqual(
      expect.arrayContaining(['one', 'quorum', 'all']),
    );
    expect(offered(shell, ['ringlight', 'lab', 'run', 'kad-h'])).toEqual(['kad-hops']);
    expect(offered(shell, ['ringlight', 'lab', 'run', 'kad-hops', '--loo'])).toEqual(['--lookups']);
    expect(offered(shell, ['ringlight', 'completion', 'z'])).toEqual(['zsh']);
  });
});
