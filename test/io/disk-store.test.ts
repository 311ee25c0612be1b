/**
 * The store on disk: the contract that its twin in memory keeps, and what disks, other processes and
 * kill -9 do to it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { type DiskStore, type DiskStoreOptions, openDiskStore } from '../../src/io/disk-store.ts';
import { checkShape } from '../../src/io/lmdb-file.ts';
import { entriesOf, type StoreUnderTest, storeSuite } from '../core/store-suite.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-store-'));
let directories = 0;
const freshDirectory = () => join(base, `store-${++directories}`);
afterAll(() => rmSync(base, { recursive: true, force: true }));

function open(directory = freshDirectory(), options: DiskStoreOptions = {}) {
  const reported: StoreUnderTest['reported'] = [];
  const store = openDiskStore(
    directory,
    (token, error) => reported.push({ token, error }),
    options,
  );
  let asked = 0;
  const flush = store.flush.bind(store);
  store.flush = (token) => {
    asked = token;
    flush(token);
  };
  const settled = () =>
    expect.poll(() => reported.at(-1)?.token ?? 0, { timeout: 20_000 }).toBe(asked);
  return {
    store,
    reported,
    settled: async () => void (await settled()),
    close: () => store.close(),
  };
}

storeSuite('on disk', open, 12);

const keyOf = (n: number) => {
  const key = new Uint8Array(ID_BYTES);
  new DataView(key.buffer).setUint32(0, n);
  return key;
};
const one = (n: number) => new Uint8Array(1).fill(n);

const codeOf = (failing: () => DiskStore) => {
  try {
    void failing().close();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
  return 'nothing';
};

describe('a data directory', () => {
  test('is there again after it was closed, with records, facts and sums', async () => {
    const directory = freshDirectory();
    const first = open(directory);
    for (let i = 0; i < 500; i++) first.store.put(keyOf(i), 0, one(i & 255));
    first.store.remove(keyOf(7), 0);
    first.store.keepFact('who', one(9));
    await first.close();
    const second = open(directory);
    expect(second.store.count).toBe(499);
    expect(second.store.byteLength).toBe(499 * 21);
    expect(second.store.fact('who')).toEqual(one(9));
    expect(second.store.get(keyOf(7), 0)).toBeNull();
    expect(entriesOf(second.store, null, keyOf(3)).map(([, record]) => record)).toEqual([
      '00',
      '01',
      '02',
    ]);
    await second.close();
  });

  test('has one holder at a time', async () => {
    const directory = freshDirectory();
    const first = open(directory);
    expect(() => open(directory)).toThrow(`${directory} is in use by this process`);
    first.store.put(keyOf(1), 0, one(1));
    first.store.flush(1);
    await first.settled();
    expect(first.reported).toEqual([{ token: 1, error: null }]);
    await first.close();
    await open(directory).close();
  });

  test('that was cut short, or is something else, is told and left as it is', async () => {
    const cut = freshDirectory();
    const { store, close } = open(cut);
    for (let i = 0; i < 2000; i++) store.put(keyOf(i), 0, new Uint8Array(400).fill(1));
    await close();
    truncateSync(join(cut, 'log', '00000001.log'), 200_000);
    expect(codeOf(() => open(cut).store)).toBe('DATA_DAMAGED');
    expect(() => open(cut)).toThrow('restore a backup, or begin with an empty directory');

    const other = freshDirectory();
    await open(other).close();
    writeFileSync(
      join(other, 'log', '00000001.log'),
      'this is a text and not a store\n'.repeat(1000),
    );
    expect(codeOf(() => open(other).store)).toBe('DATA_DAMAGED');

    const file = freshDirectory();
    writeFileSync(file, 'a file');
    expect(codeOf(() => open(file).store)).toBe('DATA_UNUSABLE');
  });

  test('of another version is not touched', async () => {
    const directory = freshDirectory();
    const first = open(directory);
    first.store.put(keyOf(1), 0, one(1));
    await first.close();
    const file = join(directory, 'log', '00000001.log');
    const bytes = readFileSync(file);
    bytes.write('9', 7);
    writeFileSync(file, bytes);
    expect(codeOf(() => open(directory).store)).toBe('DATA_VERSION');
    expect(readFileSync(file)).toEqual(bytes);
  });

  test('is none to a version that looks for LMDB there', async () => {
    const directory = freshDirectory();
    await open(directory).close();
    expect(() => checkShape(join(directory, 'data.mdb'))).toThrow('is damaged');
    await open(directory).close();
  });

  test.skipIf(process.getuid?.() === 0)('that we may not write is told', () => {
    expect(codeOf(() => open('/ringlight-nobody-may-write-here').store)).toBe('NOT_PERMITTED');
  });
});

/** What a process leaves behind that is killed now: its files as they are. */
function crashed(directory: string) {
  const copy = freshDirectory();
  cpSync(directory, copy, { recursive: true, filter: (path) => !path.endsWith('holder') });
  return copy;
}

describe('the log of a store', () => {
  test('has what was reported, whenever the process dies', async () => {
    const directory = freshDirectory();
    const { store, settled, close } = open(directory);
    const model = new Map<number, number>();
    let token = 0;
    for (let round = 0; round < 12; round++) {
      const writes = [3, 40, 2500][round % 3];
      for (let i = 0; i < writes; i++) {
        const n = (round * 31 + i * 7) % 3000;
        if (i % 5 === 0) {
          store.remove(keyOf(n), 0);
          model.delete(n);
        } else {
          const length = round === 7 && i < 20 ? 90_000 : 1 + ((round + i) % 90);
          store.put(keyOf(n), 0, new Uint8Array(length).fill(round));
          model.set(n, length);
        }
      }
      store.keepFact('round', one(round));
      store.flush(++token);
      await settled();
      const left = open(crashed(directory));
      expect(left.store.count).toBe(model.size);
      expect(left.store.byteLength).toBe(store.byteLength);
      expect(left.store.fact('round')?.[0]).toBe(round);
      expect(entriesOf(left.store)).toEqual(entriesOf(store));
      for (const [n, length] of model) expect(left.store.get(keyOf(n), 0)?.length).toBe(length);
      // What a crash left is a store like any other.
      left.store.put(keyOf(9999), 0, one(1));
      left.store.flush(1);
      await left.settled();
      await left.close();
      const again = open(left.store.directory);
      expect(again.store.count).toBe(model.size + 1);
      await again.close();
    }
    await close();
  }, 30_000);

  test('that lacks a file, or a part of one, is told, wherever it was cut', async () => {
    const directory = freshDirectory();
    const { store, settled, close } = open(directory);
    for (let i = 1; i <= 20; i++) {
      store.put(keyOf(i), 0, new Uint8Array(30_000).fill(i));
      store.flush(i);
      await settled();
    }
    await close();
    const files = readdirSync(join(directory, 'log'));
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const cut = freshDirectory();
      cpSync(directory, cut, { recursive: true });
      const { size } = statSync(join(cut, 'log', file));
      for (let length = size - 1; length >= 0; length -= 65_500) {
        truncateSync(join(cut, 'log', file), length);
        expect([file, length, codeOf(() => open(cut).store)]).toEqual([
          file,
          length,
          'DATA_DAMAGED',
        ]);
      }
      rmSync(join(cut, 'log', file));
      expect([file, codeOf(() => open(cut).store)]).toEqual([file, 'DATA_DAMAGED']);
      rmSync(cut, { recursive: true });
    }
    const whole = open(directory);
    expect(whole.store.count).toBe(20);
    await whole.close();
  }, 60_000);
});

describe('a full disk', () => {
  test('fails the flush in one line, and loses nothing once there is room', async () => {
    const directory = freshDirectory();
    let free = 1e12;
    const { store, reported, settled, close } = open(directory, { freeBytes: () => free });
    store.put(keyOf(1), 0, one(1));
    store.flush(1);
    await settled();
    free = 1000;
    // The file that is there takes some more; then there is none.
    store.put(keyOf(3), 0, new Uint8Array(400_000));
    store.put(keyOf(1), 0, one(2));
    store.put(keyOf(2), 0, one(2));
    store.flush(2);
    await settled();
    expect(reported[1]).toEqual({
      token: 2,
      error: `cannot write to ${directory}/log: the disk is full`,
    });
    store.put(keyOf(2), 0, one(3));
    store.remove(keyOf(1), 0);
    store.remove(keyOf(3), 0);
    expect(store.get(keyOf(2), 0)).toEqual(one(3));
    free = 1e12;
    store.flush(3);
    await settled();
    expect(reported[2]).toEqual({ token: 3, error: null });
    await close();
    const again = open(directory);
    expect(entriesOf(again.store).map(([, record]) => record)).toEqual(['03']);
    await again.close();
  });

  test('that only the operating system knew of costs an error, not the store', async () => {
    const directory = freshDirectory();
    const { code, output } = await runChild(directory, 'fill', 'ulimit -f 2000;');
    expect(code).toBe(0);
    const said = JSON.parse(output.trim().split('\n').at(-1)!) as {
      durable: number;
      error: string;
    };
    expect(said.error).toContain(`cannot write to ${directory}/log: `);
    expect(said.durable).toBeGreaterThan(0);
    const { store, close } = open(directory);
    expect(store.count).toBeGreaterThanOrEqual(said.durable);
    for (let i = 1; i <= said.durable; i++) expect(store.get(keyOf(i), 0)?.length).toBe(1000);
    await close();
  }, 30_000);
});

/** Runs the other end of these tests in a process of its own, through the built product's sources. */
function startChild(directory: string, mode: string, before = '') {
  const script = new URL('store-child.mjs', import.meta.url).pathname;
  const command = `${before} exec "${process.execPath}" "${script}" ${mode} "${directory}"`;
  return spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function runChild(directory: string, mode: string, before: string) {
  const child = startChild(directory, mode, before);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  return { code: code as number, output };
}

test('kill -9 in the middle of writes: all that was acknowledged is there', async () => {
  const directory = freshDirectory();
  let acknowledged = 0;
  for (let round = 0; round < 3; round++) {
    const child = startChild(directory, 'write');
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.length > 400) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const lines = output.split('\n').slice(0, -1); // the last one may be half a line
    expect(lines.length).toBeGreaterThan(10);
    acknowledged = Math.max(...lines.map(Number));
    const { store, close } = open(directory);
    for (let i = 1; i <= acknowledged; i++) {
      const record = store.get(keyOf(i), 0);
      if (record?.length !== 1000) expect.fail(`round ${round}: ${i} of ${acknowledged} is lost`);
    }
    await close();
  }
}, 60_000);
