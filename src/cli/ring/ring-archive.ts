/**
 * `ringlight ring export` and `ring import`: all records of a ring into a file, and back into a ring, which may
 * be another one. An export that broke off goes on where it was when it is asked for again.
 */
import { type FileHandle, open } from 'node:fs/promises';
import type { Command } from 'commander';
import { fileReason } from '../../files.ts';
import type { RingConnection, RingRecord } from '../../ring.ts';
import { CommandError, type Console, counted, openConsole } from '../console.ts';
import { type ArchiveRecord, ArchiveWriter, readArchive } from './archive.ts';
import { type AskOptions, addAskOptions, withRing } from './ring-options.ts';

interface ImportOptions extends AskOptions {
  onlyAbsent: boolean;
}

/** Records that are put back at the same time. */
const AT_ONCE = 64;

export function archiveCommands(group: Command): void {
  addAskOptions(
    group
      .command('export')
      .description(
        'write all records of the ring to a file; asked for again it goes on where it broke off',
      ),
  )
    .argument('<file>', 'where to')
    .action((file: string, options: AskOptions) =>
      exportRing(file, options, openConsole(options.json)),
    );
  addAskOptions(group.command('import').description('put the records of an export into a ring'))
    .argument('<file>', 'an export that is whole')
    .option('--only-absent', 'leave keys as they are that are there already', false)
    .action((file: string, options: ImportOptions) =>
      importRing(file, options, openConsole(options.json)),
    );
}

async function exportRing(file: string, options: AskOptions, console: Console): Promise<void> {
  const handle = await openFile(file);
  try {
    const writer = await begun(file, handle, console);
    if (writer === null) return;
    await withRing(options, (ring) => writeAll(ring, writer, handle, console));
    await handle.appendFile(writer.end());
    await handle.sync();
    const { blocks, records, bytes } = writer.progress;
    console.progress('');
    console.emit('exported', { file, blocks, records, bytes });
    console.say(`${counted(records, 'record')} (${counted(bytes, 'byte')}) in ${file}.`);
  } finally {
    await handle.close();
  }
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a+');
  } catch (error) {
    throw new CommandError(`cannot write ${file}: ${fileReason(error)}`, 2, 'WRITE');
  }
}

/** What is there already; null: it is whole. */
async function begun(
  file: string,
  handle: FileHandle,
  console: Console,
): Promise<ArchiveWriter | null> {
  if ((await handle.stat()).size === 0) {
    const writer = new ArchiveWriter();
    await handle.appendFile(writer.head(Date.now()));
    return writer;
  }
  const { progress, digests, isWhole } = await readArchive(file);
  if (isWhole) {
    const message = `${file} is a whole export already: ${counted(progress.records, 'record')}`;
    throw new CommandError(message, 2, 'EXISTS');
  }
  await handle.truncate(progress.length);
  console.say(`Going on behind ${counted(progress.records, 'record')}.`);
  console.emit('resumed', { records: progress.records });
  return new ArchiveWriter(progress, digests);
}

async function writeAll(
  ring: RingConnection,
  writer: ArchiveWriter,
  handle: FileHandle,
  console: Console,
): Promise<void> {
  const { progress } = writer;
  while (progress.next !== null) {
    const from = progress.next === '' ? {} : { from: progress.next };
    const { records, next } = await ring.page(from);
    await handle.appendFile(writer.block(records.map(archived), next));
    console.progress(`${counted(progress.records, 'record')} …`);
  }
}

function archived({ key, name, storedUntilMs, value }: RingRecord): ArchiveRecord {
  return { key, name, storedUntilMs, value: Buffer.from(value).toString('base64') };
}

async function importRing(file: string, options: ImportOptions, console: Console): Promise<void> {
  const { isWhole, progress } = await readArchive(file);
  if (!isWhole) {
    const message = `${file} is not whole: "ring export" to the same file goes on with it`;
    throw new CommandError(message, 2, 'DAMAGED_ARCHIVE');
  }
  const counts = { stored: 0, kept: 0, expired: 0 };
  await withRing(options, async (ring) => {
    await readArchive(file, async (records) => {
      for (let at = 0; at < records.length; at += AT_ONCE) {
        const batch = records.slice(at, at + AT_ONCE);
        const ends = await Promise.all(batch.map((record) => restore(ring, record, options)));
        for (const end of ends) counts[end]++;
      }
      console.progress(
        `${counted(counts.stored, 'record')} of ${counted(progress.records, 'record')} …`,
      );
    });
  });
  console.progress('');
  console.emit('imported', { file, ...counts });
  const left = counts.kept + counts.expired;
  const rest =
    left === 0 ? '' : ` ${counts.kept} were there already, ${counts.expired} have expired.`;
  console.say(`${counted(counts.stored, 'record')} stored.${rest}`);
}

async function restore(
  ring: RingConnection,
  { key, name, storedUntilMs, value }: ArchiveRecord,
  { onlyAbsent, timeout }: ImportOptions,
): Promise<'stored' | 'kept' | 'expired'> {
  const ttlMs = storedUntilMs === null ? undefined : storedUntilMs - Date.now();
  if (ttlMs !== undefined && ttlMs <= 0) return 'expired';
  const { isDone } = await ring.storeIf(
    name ?? { hash: key },
    Buffer.from(value, 'base64'),
    onlyAbsent ? { absent: true } : {},
    { timeoutMs: timeout, ...(ttlMs !== undefined && { ttlMs }) },
  );
  return isDone ? 'stored' : 'kept';
}
