/**
 * The name that a folder has until it is whole: hidden, beside the one that it will have, and marked
 * with the process that writes it. Whoever ends that process knows what to take away.
 */
import { basename, dirname, join, resolve } from 'node:path';

/** Folders that are not whole end so. */
export const PARTIAL = '.partial';

export function partialOf(folder: string, pid: number): string {
  const target = resolve(folder);
  return join(dirname(target), `.${basename(target)}.${pid}${PARTIAL}`);
}
