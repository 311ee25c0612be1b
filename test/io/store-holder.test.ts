import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { holdDirectory } from '../../src/io/store-holder.ts';

const directory = mkdtempSync(join(tmpdir(), 'ringlight-holder-'));
const file = join(directory, 'holder');
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a data directory', () => {
  test('is held until it is let go, and nothing is left over', () => {
    const release = holdDirectory(directory);
    expect(readFileSync(file, 'latin1')).toMatch(new RegExp(`^${process.pid} `));
    expect(() => holdDirectory(directory)).toThrow(`${directory} is in use by this process`);
    release();
    holdDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  test.skipIf(!existsSync('/proc/self/stat'))('of a living process is not taken', () => {
    const parent = process.ppid;
    const status = readFileSync(`/proc/${parent}/stat`, 'latin1');
    const begin = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    writeFileSync(file, `${parent} ${begin}`);
    expect(() => holdDirectory(directory)).toThrow(`is in use by process ${parent}`);
    expect(readFileSync(file, 'latin1')).toBe(`${parent} ${begin}`);
  });

  test.each([
    ['a dead process', '4194303 1'],
    ['a process whose id was given again', `${process.ppid} 1`],
    ['nobody', ''],
    ['nonsense', 'the holder is Alice'],
  ])('of %s is taken over', (_, line) => {
    writeFileSync(file, line);
    const release = holdDirectory(directory);
    expect(readFileSync(file, 'latin1')).toMatch(new RegExp(`^${process.pid} `));
    release();
    expect(readdirSync(directory)).toEqual([]);
  });
});
