/**
 * Room on a disk: asked for before anything large is begun, for what meets the end of a disk in the
 * middle of a write fails in worse ways.
 */
import { statfsSync } from 'node:fs';

/** Left free on the disk: nothing that checks before it writes must ever meet the end of it. */
const RESERVED_BYTES = 8 * 1024 * 1024;

/** @throws Error when so many bytes would fill the disk: one that is filled up is full already. */
export function checkRoom(directory: string, bytes: number, free: FreeBytes): void {
  if (free(directory) >= bytes + RESERVED_BYTES) return;
  throw new Error('the disk is full');
}

/** Bytes that are free on the disk of a directory. */
export type FreeBytes = (directory: string) => number;

export function bytesFreeAt(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
