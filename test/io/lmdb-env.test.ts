/** LMDB opened strictly, and errors of one line. */
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DhtError } from '../../src/io/errors.ts';
import { explained, openEnvironment } from '../../src/io/lmdb-env.ts';

const directory = mkdtempSync(join(tmpdir(), 'ringlight-env-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('what was committed is there when it is opened again; a damaged file is not opened', async () => {
  const path = join(directory, 'one');
  const env = openEnvironment(path);
  const database = env.openDB<Buffer, number>('some', { encoding: 'binary' });
  await database.batch(() => {
    for (let i = 0; i < 500; i++) database.put(i, Buffer.alloc(300, i));
  });
  await env.close();
  const again = openEnvironment(path);
  const found = again.openDB<Buffer, number>('some', { encoding: 'binary' });
  expect(found.get(7)).toEqual(Buffer.alloc(300, 7));
  await again.close();
  truncateSync(join(path, 'data.mdb'), 40_000);
  expect(() => openEnvironment(path)).toThrow('is damaged');
});

test("LMDB's numbers and the system's names become codes; our own errors stay as they are", () => {
  const codeOf = (code: unknown) =>
    (explained(Object.assign(new Error('so'), { code }) as never, '/d') as DhtError).code;
  expect(codeOf('EACCES')).toBe('NOT_PERMITTED');
  expect(codeOf(-30796)).toBe('DATA_DAMAGED');
  expect(codeOf(-30794)).toBe('DATA_VERSION');
  expect(codeOf('EMFILE')).toBe('DATA_UNUSABLE');
  const own = new DhtError('DATA_IN_USE', 'in use');
  expect(explained(own as never, '/d')).toBe(own);
});
