import { createHash } from 'node:crypto';
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

  test('has names in it that others take for ends of lines, and is read whichever way it was written', async () => {
    const odd = { ...record(1), name: 'a\u2028b\u2029c\nd\r' };
    const writer = new ArchiveWriter();
    const text = writer.head(1000) + writer.block([odd, record(2)], null) + writer.end();
    expect(text).not.toMatch(/[\u2028\u2029\r]/);
    const lines = text.split('\n').length - 1;
    expect(lines).toBe(5);
    const read: ArchiveRecord[] = [];
    const { isWhole } = await readArchive(fileOf(text), (records) => void read.push(...records));
    expect([isWhole, read]).toEqual([true, [odd, record(2)]]);
    // As versions before wrote it, with those characters as they are.
    const raw = `${JSON.stringify(odd)}\n`;
    const sha256 = createHash('sha256').update(raw).digest('hex');
    const head = `${text.split('\n')[0]}\n`;
    const block = JSON.stringify({ block: 1, records: 1, next: null, sha256 });
    const older = await readArchive(fileOf(`${head}${raw}${block}\n`));
    expect(older.progress).toMatchObject({ blocks: 1, records: 1, next: null });
    expect(older.progress.length).toBe(Buffer.byteLength(`${head}${raw}${block}\n`));
  });

  test('that broke off right before the end of a line goes on behind the last block that has one', async () => {
    const text = archive();
    for (let at = text.indexOf('\n', text.indexOf('\n') + 1); at < text.length - 1; ) {
      const { isWhole, progress } = await readArchive(fileOf(text.slice(0, at)));
      expect(isWhole).toBe(false);
      expect(progress.length).toBeLessThanOrEqual(at);
      expect(text[progress.length - 1]).toBe('\n');
      at = text.indexOf('\n', at + 1);
    }
    // Whole but for its last byte: an editor may have taken that.
    expect((await readArchive(fileOf(text.slice(0, -1)))).isWhole).toBe(true);
    expect((await readArchive(fileOf(text.replaceAll('\n', '\r\n')))).isWhole).toBe(true);
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
