import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connectRing } from '../../../src/ring.ts';
import { createRingTestnet } from '../../../src/testnet.ts';
import { ringlight } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a ring is exported, the export goes on where it broke off, and another ring takes it', async () => {
  const ring = await createRingTestnet({ nodes: 3, k: 1 });
  const at = ring.nodes[0].addresses[0];
  const client = await connectRing(at);
  await client.storeMany(
    Array.from({ length: 40 }, (_, i) => [`name ${i}`, `value ${i}`] as const),
  );
  await client.insert('nameless', 'x'.repeat(300_000));
  await client.insert('large', new Uint8Array(700_000).fill(7));
  await client.store('soon', 'gone', { ttlMs: 3_600_000 });
  await client.store('removed', 'x');
  await client.remove('removed');
  const file = join(folder, 'all');
  const made = await ringlight(['ring', 'export', file, '--at', at]);
  expect([made.status, made.stderr]).toEqual([0, '']);
  expect(made.stdout).toMatch(/^43 records \([\d,]+ bytes\) in /);
  const text = readFileSync(file, 'utf8');
  const again = await ringlight(['ring', 'export', file, '--at', at]);
  expect([again.status, again.stderr]).toEqual([
    2,
    expect.stringMatching(/is a whole export already/),
  ]);
  // It broke off in the middle.
  writeFileSync(file, text.slice(0, text.length / 2));
  const broken = await ringlight(['ring', 'import', file, '--at', at]);
  expect([broken.status, broken.stderr]).toEqual([2, expect.stringMatching(/is not whole/)]);
  const resumed = await ringlight(['ring', 'export', file, '--at', at, '--json']);
  expect(resumed.stdout).toMatch(/"event":"resumed".*\n.*"event":"exported".*"records":43/);
  const count = (lines: string) =>
    lines.split('\n').filter((line) => line.includes('"key"')).length;
  expect(count(readFileSync(file, 'utf8'))).toBe(43);

  const other = await createRingTestnet({ nodes: 2, k: 1 });
  const there = other.nodes[0].addresses[0];
  await other.nodes[0].store('name 1', 'of its own');
  const taken = await ringlight(['ring', 'import', file, '--at', there, '--only-absent']);
  expect([taken.status, taken.stderr]).toEqual([0, '']);
  expect(taken.stdout).toBe('42 records stored. 1 were there already, 0 have expired.\n');
  const copy = await connectRing(there);
  const textOf = (value: Uint8Array | null) => new TextDecoder().decode(value!);
  expect(textOf(await copy.get('name 1'))).toBe('of its own');
  expect(textOf(await copy.get('name 2'))).toBe('value 2');
  expect(await copy.get('nameless')).toHaveLength(300_000);
  expect(await copy.get('large')).toHaveLength(700_000);
  expect(await copy.get('removed')).toBeNull();
  const [before, after] = [await client.read('soon'), await copy.read('soon')];
  expect(Math.abs(before!.storedUntilMs! - after!.storedUntilMs!)).toBeLessThan(60_000);
  const names: string[] = [];
  for await (const { name } of copy.names()) names.push(name);
  expect(names).toHaveLength(41);
  await Promise.all([client.close(), copy.close()]);
  await Promise.all([ring.close(), other.close()]);
}, 120_000);
