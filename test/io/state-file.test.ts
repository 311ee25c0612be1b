/** A small file that survives: whole or not at all when written, line by line when damaged. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  readStateFile,
  setAside,
  stateLines,
  stateText,
  writeStateFile,
} from '../../src/io/state-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-state-'));
afterAll(() => rmSync(folder, { recursive: true }));
const TITLE = 'a title 1';

describe('the text', () => {
  test('gives back what went in', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (values) => {
        const plain = JSON.parse(JSON.stringify(values));
        expect(stateLines(TITLE, stateText(TITLE, values))).toEqual({ values: plain, damaged: 0 });
      }),
    );
  });

  test('that is cut anywhere gives what came before, and is known to be damaged', () => {
    const values = [
      ['a', 1],
      ['b', 'zwei'],
      ['c', { d: null }],
    ];
    const text = stateText(TITLE, values);
    for (let length = 1; length < text.length; length++) {
      const { values: whole, damaged } = stateLines(TITLE, text.slice(0, length))!;
      expect(whole).toEqual(values.slice(0, whole.length));
      // Cut right behind a line it looks whole: what is lost then was never promised.
      if (text[length - 1] !== '\n') expect(damaged).toBe(1);
    }
  });

  test('of which any one byte is changed loses that line and no other', () => {
    const values = [
      ['a', 1],
      ['b', 'zwei'],
      ['c', 3],
    ];
    const text = stateText(TITLE, values);
    fc.assert(
      fc.property(
        fc.nat(text.length - TITLE.length - 2),
        fc.integer({ min: 33, max: 126 }),
        (at, code) => {
          const place = TITLE.length + 1 + at;
          const changed = text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
          const { values: whole, damaged } = stateLines(TITLE, changed)!;
          expect(damaged).toBe(changed === text ? 0 : text[place] === '\n' ? damaged : 1);
          for (const value of whole) expect(values).toContainEqual(value);
          if (text[place] !== '\n') expect(whole.length + damaged).toBe(values.length);
        },
      ),
    );
  });

  test('of nothing, of zeros, and of something else', () => {
    expect(stateLines(TITLE, '')).toEqual({ values: [], damaged: 0 });
    expect(stateLines(TITLE, '\0\0\0')).toEqual({ values: [], damaged: 1 });
    expect(stateLines(TITLE, '#!/bin/sh\nrm -r x\n')).toBeNull();
  });
});

describe('the file', () => {
  test('is written whole, for its owner only, and leaves nothing beside it', async () => {
    const place = join(folder, 'whole');
    mkdirSync(place);
    const file = join(place, 'state');
    expect(await readStateFile(file)).toBeNull();
    await writeStateFile(file, 'one');
    await writeStateFile(file, 'two');
    expect(await readStateFile(file)).toBe('two');
    expect(readdirSync(place)).toEqual(['state']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('behind a link is replaced where it is', async () => {
    const [file, link] = [join(folder, 'target'), join(folder, 'link')];
    writeFileSync(file, 'old');
    symlinkSync(file, link);
    await writeStateFile(link, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  test('that cannot be used is told by name', async () => {
    const nowhere = join(folder, 'no', 'such', 'state');
    await expect(writeStateFile(nowhere, '')).rejects.toMatchObject({
      code: 'STATE_UNUSABLE',
      message: expect.stringMatching(/^cannot write .*state: ENOENT/),
    });
    await expect(readStateFile(folder)).rejects.toMatchObject({ code: 'STATE_UNUSABLE' });
    const large = join(folder, 'large');
    writeFileSync(large, Buffer.alloc(64 * 1024 * 1024 + 1));
    await expect(readStateFile(large)).rejects.toThrow(/which no state has/);
    chmodSync(large, 0o600);
  });

  test('is set aside under a name that is free', async () => {
    const file = join(folder, 'damaged');
    writeFileSync(file, 'x');
    expect(await setAside(file)).toBe(`${file}.damaged`);
    expect(await setAside(file)).toBe(`${file}.damaged.1`);
    expect(readFileSync(file, 'utf8')).toBe('x');
  });
});
