/**
 * A small file that outlives crashes and power losses: it is written beside, flushed, and renamed over,
 * so that there is always one whole file. Should a disk damage it all the same, every line has a checksum
 * of its own, and what is whole is read.
 *
 *     ringlight mainline state 1            what it is
 *     9b1c04fe ["id","8f3a…"]               CRC-32 of the rest of the line, in hexadecimal
 *     00d1a2b3 ["contact","1.2.3.4:6881"]
 *
 * A file that is damaged is copied aside before it is written over.
 */
import { constants } from 'node:fs';
import { copyFile, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { flushDirectory } from './directory.ts';
import { DhtError } from './errors.ts';

/** What a file holds: one value per line that is whole, and how many lines were not. */
export interface StateLines {
  values: unknown[];
  damaged: number;
}

/** A state file is some kilobytes; what is larger is something else. */
const BYTES_MAX = 64 * 1024 * 1024;

export function stateText(title: string, values: readonly unknown[]): string {
  const lines = values.map((value) => {
    const json = JSON.stringify(value);
    return `${checksum(json)} ${json}\n`;
  });
  return `${title}\n${lines.join('')}`;
}

/** Null for a text that never was such a file. One of nothing but zeros was: disks leave those. */
export function stateLines(title: string, text: string): StateLines | null {
  if (text.replaceAll('\0', '') === '') return { values: [], damaged: text.length > 0 ? 1 : 0 };
  const [first = '', ...lines] = text.split('\n');
  if (first !== title && !(lines.length === 0 && title.startsWith(first))) return null;
  const values: unknown[] = [];
  // A file that is whole ends with a line end; what stands behind the last one is cut off.
  lines.pop();
  let damaged = text.endsWith('\n') && first === title ? 0 : 1;
  for (const line of lines) {
    const json = line.slice(9);
    if (line === `${checksum(json)} ${json}`) values.push(JSON.parse(json));
    else damaged++;
  }
  return { values, damaged };
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

/** Null when there is no such file. @throws DhtError STATE_UNUSABLE. */
export async function readStateFile(file: string): Promise<string | null> {
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > BYTES_MAX) throw new Error(`it has ${size} bytes, which no state has`);
    } finally {
      await handle.close();
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unusable('read', file, error);
  }
}

/** Resolves when it is on the disk. Only its owner may read it. @throws DhtError STATE_UNUSABLE. */
export async function writeStateFile(file: string, text: string): Promise<void> {
  try {
    // Where it is a link, the file that it leads to is replaced, not the link.
    const target = await realpath(file).catch(() => file);
    const beside = `${target}.new`;
    const handle = await open(beside, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, target);
    await flushDirectory(dirname(target));
  } catch (error) {
    throw unusable('write', file, error);
  }
}

/** Copies a file to a name that is free, which is returned: `state.damaged`, `state.damaged.1` … */
export async function setAside(file: string): Promise<string> {
  for (let number = 0; ; number++) {
    const aside = number === 0 ? `${file}.damaged` : `${file}.damaged.${number}`;
    try {
      await copyFile(file, aside, constants.COPYFILE_EXCL);
      return aside;
    } catch (error) {
      // Someone whose disk damages a file a hundred times wants no hundred-and-first copy.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable('copy', file, error);
      if (number >= 100) await rm(aside, { force: true });
    }
  }
}

function unusable(verb: string, file: string, error: unknown): DhtError {
  const what = `cannot ${verb} ${file}: ${(error as Error).message}`;
  return new DhtError('STATE_UNUSABLE', what, { cause: error });
}
