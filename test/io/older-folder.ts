/** Folders as version 0.1 left them: records in LMDB, and a journal of what had not gone to its place. */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { makeDirectory } from '../../src/io/directory.ts';
import { openEnvironment } from '../../src/io/lmdb-env.ts';

export interface OlderFolder {
  version: string | null;
  records: readonly (readonly [Uint8Array, Uint8Array])[];
  facts?: Record<string, string>;
  /** Batches by number; those up to `settled` are among the records. */
  journal?: Record<number, Uint8Array>;
  settled?: number;
}

export async function writeOlder(directory: string, folder: OlderFolder): Promise<void> {
  makeDirectory(directory);
  const env = openEnvironment(directory);
  const records = env.openDB<Buffer, Uint8Array>('records', {
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const facts = env.openDB<Buffer, string>('facts', { encoding: 'binary' });
  await records.batch(() => {
    for (const [key, record] of folder.records) records.put(key, Buffer.from(record));
    const { version, settled = 0 } = folder;
    if (version !== null) facts.put('\0version', Buffer.from(version));
    facts.put('\0settled', Buffer.from(`${settled}`));
    for (const [name, value] of Object.entries(folder.facts ?? {}))
      facts.put(name, Buffer.from(value));
  });
  await env.close();
  if (folder.journal === undefined) return;
  const path = join(directory, 'journal');
  makeDirectory(path);
  const beside = openEnvironment(path);
  const batches = beside.openDB<Buffer, number>('batches', { encoding: 'binary' });
  for (const [number, batch] of Object.entries(folder.journal)) {
    await batches.put(Number(number), Buffer.from(batch));
  }
  await beside.close();
}

/** A batch of such a journal with these entries. */
export function olderBatch(...entries: Uint8Array[]): Buffer {
  const body = Buffer.concat(entries);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([sum, body]);
}

const sized = (bytes: Uint8Array) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

export const olderPut = (key: Uint8Array, record: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(1), key, sized(record)]);
export const olderRemoved = (key: Uint8Array): Buffer => Buffer.concat([Buffer.of(0), key]);
export const olderFact = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.of(2, name.length), Buffer.from(name), sized(Buffer.from(value))]);
