/** Damage of every kind is found before LMDB maps the file, and sound files are let through. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/random.ts';
import { checkShape } from '../../src/io/lmdb-file.ts';
import { someId } from '../core/ids.ts';
import { writeOlder } from './older-folder.ts';

const PAGE = 4096;
const directory = mkdtempSync(join(tmpdir(), 'ringlight-file-'));
const source = join(directory, 'source', 'data.mdb');
const file = join(directory, 'data.mdb');
let sound: Buffer;

beforeAll(async () => {
  const random = new SeededRandom(5);
  const records = Array.from({ length: 3000 }, (_, i) => {
    // Some records are large and lie on pages of their own.
    return [someId(random), new Uint8Array(i % 50 === 0 ? 9000 : 200).fill(i)] as const;
  });
  await writeOlder(join(directory, 'source'), { version: 'any', records });
  sound = readFileSync(source);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const checked = (bytes: Uint8Array) => {
  writeFileSync(file, bytes);
  try {
    checkShape(file);
    return 'sound';
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('the data file', () => {
  test('passes when it is whole, or not there yet', () => {
    expect(checked(sound)).toBe('sound');
    expect(checked(new Uint8Array(0))).toBe('sound');
    rmSync(file);
    expect(() => checkShape(file)).not.toThrow();
  });

  test('is damaged when its end is missing, wherever it was cut', () => {
    for (const bytes of [1, 100, 159, PAGE, 2 * PAGE, 50_000, sound.length >> 1]) {
      expect([bytes, checked(sound.subarray(0, bytes))]).toEqual([bytes, 'DATA_DAMAGED']);
    }
  });

  test('that lacks only pages never written gets them: LMDB would read past the end', () => {
    // Of two meta pages the one that was written last.
    const last = Math.max(...[144, PAGE + 144].map((at) => Number(sound.readBigUInt64LE(at))));
    const wanted = (last + 1) * PAGE;
    writeFileSync(file, sound.subarray(0, wanted - PAGE));
    try {
      checkShape(file);
    } catch {
      // The last page may be one that leads to a record: then its absence is found, too.
    }
    expect(statSync(file).size).toBe(wanted);
  });

  test('is damaged when it is something else', () => {
    expect(checked(Buffer.from('a text, no store\n'.repeat(900)))).toBe('DATA_DAMAGED');
    expect(checked(Buffer.alloc(100_000))).toBe('DATA_DAMAGED');
  });

  test('is damaged when any page that leads to a record is overwritten', () => {
    const random = new SeededRandom(6);
    let found = 0;
    for (let page = 2; page * PAGE < sound.length; page += 3) {
      const flags = sound.readUInt16LE(page * PAGE + 18);
      const isOwn = Number(sound.readBigUInt64LE(page * PAGE)) === page;
      const bytes = Buffer.from(sound);
      for (let i = 0; i < PAGE; i++) bytes[page * PAGE + i] = random.uint32() & 255;
      const verdict = checked(bytes);
      if (verdict === 'DATA_DAMAGED') found++;
      else
        expect([page, isOwn && (flags === 1 || flags === 2) && verdict !== 'sound']).toEqual([
          page,
          false,
        ]);
    }
    expect(found).toBeGreaterThan(30);
  });

  test('that leads in a circle does not hold us up', () => {
    const bytes = Buffer.from(sound);
    for (let page = 2; page * PAGE < bytes.length; page++) {
      const at = page * PAGE;
      if (bytes.readUInt16LE(at + 18) !== 1) continue;
      const node = at + 24 + bytes.readUInt16LE(at + 24);
      bytes.writeUInt16LE(page, node); // the first child of a branch is the branch itself
    }
    expect(checked(bytes)).toBe('DATA_DAMAGED');
  });
});
