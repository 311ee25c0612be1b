/**
 * Directories: making one with all that lead to it, and having what was done in one last.
 *
 * They are made one by one. Node.js 20's own `recursive` never ends
 * where a directory exists that takes no entries, as /proc.
 */
import { mkdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** @throws the error of the operating system for the first one that cannot be made. */
export function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) makeDirectory(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** A rename is safe from a power loss when its directory is. Not every system can do that. */
export async function flushDirectory(path: string): Promise<void> {
  const handle = await open(path).catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
