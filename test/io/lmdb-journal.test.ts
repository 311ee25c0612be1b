/** The journal: batches are there whole, in order, until they have gone to their place. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ID_BYTES } from '../../src/core/id.ts';
import { batchOf, Journal, readBatch } from '../../src/io/lmdb-journal.ts';
import { Layer, REMOVED } from '../../src/io/store-layer.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-journal-'));
let directories = 0;
const freshDirectory = () => join(base, `journal-${++directories}`);
afterAll(() => rmSync(base, { recursive: true, force: true }));

const keyOf = (n: number) => new Uint8Array(ID_BYTES).fill(n);
const layerOf = (n: number, record: Uint8Array) => {
  const layer = new Layer();
  layer.write(keyOf(n), 0, record);
  return layer;
};
function reading() {
  const said: string[] = [];
  const bytes = (of: Uint8Array) => Buffer.from(of).toString('hex');
  return {
    said,
    put: (key: Uint8Array, record: Uint8Array) => said.push(`${key[0]}=${bytes(record)}`),
    remove: (key: Uint8Array) => said.push(`${key[0]} gone`),
    fact: (name: string, value: Uint8Array) => said.push(`${name}: ${bytes(value)}`),
  };
}
const contentOf = (journal: Journal) => {
  const reader = reading();
  journal.read(reader);
  return reader.said;
};
const one = (n: number) => new Uint8Array(1).fill(n);

describe('a batch', () => {
  const record = fc.oneof(fc.constant(REMOVED), fc.uint8Array({ maxLength: 300 }));
  const layers = fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.nat(255), record), { selector: ([n]) => n, maxLength: 40 }),
      fc.dictionary(fc.string({ maxLength: 20 }), fc.uint8Array({ maxLength: 30 })),
    )
    .map(([entries, facts]) => {
      const layer = new Layer();
      for (const [n, bytes] of entries) layer.write(keyOf(n), 0, bytes);
      for (const [name, value] of Object.entries(facts)) layer.facts.set(name, value);
      return layer;
    });

  test('is read as it was written', () => {
    const property = fc.property(layers, (layer) => {
      const { said, ...reader } = reading();
      expect(readBatch(batchOf(layer), reader)).toBe(true);
      const { said: expected, ...wanted } = reading();
      layer.records.range(null, null, (key, bytes) => {
        if (bytes === REMOVED) wanted.remove(key);
        else wanted.put(key, bytes);
        return true;
      });
      for (const [name, value] of layer.facts) wanted.fact(name, value);
      expect(said).toEqual(expected);
    });
    fc.assert(property, { seed: 3, numRuns: 200 });
  });

  test('is not taken when it was cut anywhere, or one byte of it is another', () => {
    const layer = layerOf(1, one(7));
    layer.write(keyOf(2), 0, REMOVED);
    layer.facts.set('who', one(1));
    const batch = batchOf(layer);
    for (let length = 0; length < batch.length; length++) {
      expect(readBatch(Buffer.from(batch.subarray(0, length)), reading())).toBe(false);
    }
    for (let at = 0; at < batch.length; at++) {
      const other = Buffer.from(batch);
      other[at] ^= 1 << (at % 8);
      const reader = reading();
      expect(readBatch(other, reader)).toBe(false);
      expect(reader.said).toEqual([]);
    }
  });
});

describe('a journal', () => {
  test('keeps batches in their order until they are settled', async () => {
    const directory = freshDirectory();
    const first = new Journal(directory, 0);
    for (let n = 1; n <= 5; n++) await first.append(layerOf(n % 2, one(n)));
    expect(first.last).toBe(5);
    expect(contentOf(first)).toEqual(['1=01', '0=02', '1=03', '0=04', '1=05']);
    first.settle(2);
    await first.append(layerOf(1, REMOVED));
    await first.close();
    const second = new Journal(directory, 3); // the third was settled, but not deleted
    expect(contentOf(second)).toEqual(['0=04', '1=05', '1 gone']);
    expect(second.last).toBe(6);
    second.settle(6);
    await second.close();
    const third = new Journal(directory, 6);
    expect(contentOf(third)).toEqual([]);
    await third.append(layerOf(9, one(9)));
    expect(third.last).toBe(7); // numbers are never given again
    await third.close();
  });

  test('never gives the number of a batch that failed to another, for it may be there', async () => {
    const journal = new Journal(freshDirectory(), 0);
    await journal.append(layerOf(1, one(1)));
    const broken = layerOf(1, one(2));
    broken.records.range = () => {
      throw new Error('out of memory');
    };
    await expect(journal.append(broken)).rejects.toThrow('out of memory');
    expect(journal.last).toBe(2);
    await journal.append(layerOf(1, one(3)));
    expect(contentOf(journal)).toEqual(['1=01', '1=03']);
    await journal.close();
  });

  test('says which batch is damaged', async () => {
    const directory = freshDirectory();
    const journal = new Journal(directory, 0);
    await journal.append(layerOf(1, new Uint8Array(3000).fill(0x5a)));
    await journal.append(layerOf(2, new Uint8Array(3000).fill(0xa5)));
    await journal.close();
    const file = join(directory, 'data.mdb');
    const bytes = readFileSync(file);
    bytes[bytes.indexOf(Buffer.alloc(3000, 0xa5)) + 1500] ^= 1;
    writeFileSync(file, bytes);
    const damaged = new Journal(directory, 0);
    expect(() => contentOf(damaged)).toThrow('batch 2 of the journal is damaged');
    await damaged.close();
  });
});
