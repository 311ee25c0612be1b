import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ArchiveRecord,
  ArchiveWriter,
  bytesOfBase64,
  readArchive,
} from '../../../src/cli/ring/archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const record = (number: number): ArchiveRecord => ({
  key: String(number).padStart(40, '0'),
  name: number % 2 === 0 ? null : `name ${number}`,
  storedUntilMs: number % 3 === 0 ? 1e12 : null,
  value: Buffer.from('x'.repeat(number)).toString('base64'),
});
const next = (number: number) => String(number).padStart(40, '0');

function archive(): string {
  const writer = new ArchiveWriter();
  return (
    writer.head(1000) +
    writer.block([record(1), record(2)], next(3)) +
    writer.block([], next(5)) +
    writer.block([record(5)], null) +
    writer.end()
  );
}

let files = 0;
function fileOf(text: string | Buffer): string {
  const file = join(folder, `${files++}`);
  writeFileSync(file, text);
  return file;
}

describe('an archive', () => {
  test('is read as it was written, block by block', async () => {
    const blocks: ArchiveRecord[][] = [];
    const text = archive();
    const { isWhole, progress } = await readArchive(fileOf(text), (records) => {
      blocks.push(records);
    });
    expect(isWhole).toBe(true);
    expect(blocks).toEqual([[record(1), record(2)], [], [record(5)]]);
    expect(progress).toMatchObject({ blocks: 3, records: 3, bytes: 8, next: null });
    expect([0, 1, 2, 3].map((n) => bytesOfBase64(Buffer.alloc(n).toString('base64')))).toEqual([
      0, 1, 2, 3,
    ]);
  });

  test('that broke off anywhere goes on, and comes out the same', async () => {
    const text = archive();
    const head = text.indexOf('\n') + 1;
    for (let length = head; length < text.length - 1; length += 7) {
      const file = fileOf(text.slice(0, length));
      const { isWhole, progress, digests } = await readArchive(file);
      expect(isWhole).toBe(false);
      const writer = new ArchiveWriter(progress, digests);
      const blocks = [
        () => writer.block([record(1), record(2)], next(3)),
        () => writer.block([], next(5)),
        () => writer.block([record(5)], null),
      ];
      let whole = readFileSync(file, 'utf8').slice(0, progress.length);
      for (const block of blocks.slice(progress.blocks)) whole += block();
      expect(whole + writer.end(), `${length}`).toBe(text);
    }
  });

  test('in which a byte has changed is told', async () => {
    const text = Buffer.from(archive());
    for (let at = 0; at < text.length; at++) {
      const changed = Buffer.from(text);
      changed[at] = changed[at] ^ 1;
      const found = await readArchive(fileOf(changed)).catch((error: Error) => error);
      if (found instanceof Error)
        expect(found.message).toMatch(/damaged|no export|another version/);
      else expect(found.isWhole, `${at}`).toBe(false);
    }
  });

  test('is told from another file', async () => {
    await expect(readArchive(fileOf(''))).rejects.toThrow('is no export of a ring');
    await expect(readArchive(fileOf('hello\n'))).rejects.toThrow('does not begin as one');
    await expect(readArchive(fileOf('{"format":"x"}\n'))).rejects.toThrow('does not begin as one');
    await expect(readArchive(join(folder, 'none'))).rejects.toThrow('cannot read');
    const doubled = archive() + archive();
    await expect(readArchive(fileOf(doubled))).rejects.toThrow('something stands behind its end');
  });
});
