/**
 * One process per data directory. Who holds it stands in a file beside the store: its process id and,
 * where the system shows it, when that process began, for ids are given again. So a holder that was
 * killed is told from a living one.
 *
 *     holder.812   ── link ──▶ holder      made in one step, whole, and only where none is
 *
 * A file that a dead process left is moved aside under a name of our own, which only one of several
 * can do, before the directory is claimed anew.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DhtError } from './errors.ts';

/** How often a claim is tried while others let go of theirs. */
const ATTEMPTS = 5;

/**
 * Makes this process the holder. Returns how to let go.
 * @throws DhtError DATA_IN_USE; what the file system throws.
 */
export function holdDirectory(directory: string): () => void {
  const file = join(directory, 'holder');
  const own = `${file}.${process.pid}`;
  const mine = lineOf(process.pid);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const holder = read(file);
    if (holder !== null && isAlive(holder)) throw inUse(directory, holder);
    try {
      if (holder !== null) moveAside(file, own, holder);
      writeFileSync(own, mine);
      linkSync(own, file);
      return () => rmSync(file, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
    } finally {
      rmSync(own, { force: true });
    }
  }
  throw inUse(directory, read(file) ?? 'another');
}

function inUse(directory: string, holder: string): DhtError {
  const isOurs = holder === lineOf(process.pid);
  const who = isOurs ? 'this process' : `process ${holder.split(' ')[0]}`;
  return new DhtError('DATA_IN_USE', `${directory} is in use by ${who}`);
}

/** Takes a dead process' file away; one that has taken its place meanwhile is put back. */
function moveAside(file: string, own: string, dead: string): void {
  renameSync(file, own);
  if (read(own) !== dead) linkSync(own, file);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function lineOf(pid: number): string {
  return `${pid} ${beginOf(pid)}`;
}

function isAlive(holder: string): boolean {
  const pid = Number(holder.split(' ')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return lineOf(pid) === holder;
}

/** When a process began, in the kernel's own unit; empty where there is no /proc. */
function beginOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets, and may itself have blanks and brackets.
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
