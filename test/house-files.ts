/** Which files the house rules are held against: those of a folder, and those under version control. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT: string = fileURLToPath(new URL('..', import.meta.url));

export function filesUnder(folder: string): string[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Files under version control; without git (an unpacked archive) all but what is never kept. */
export function trackedFiles(): string[] {
  try {
    const list = execFileSync('git', ['ls-files', '-z'], { cwd: PROJECT, stdio: 'pipe' });
    return list
      .toString()
      .split('\0')
      .filter((path) => path !== '' && existsSync(join(PROJECT, path)));
  } catch {
    return readdirSync(PROJECT, { withFileTypes: true })
      .filter((entry) => !['node_modules', 'dist', 'coverage', '.git'].includes(entry.name))
      .flatMap((entry) => (entry.isDirectory() ? filesUnder(entry.name) : [entry.name]));
  }
}
