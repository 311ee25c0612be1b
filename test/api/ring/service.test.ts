import { expect, it } from 'vitest';
import { connectRing } from '../../../src/api/ring/connection.ts';
import { openRing } from '../../../src/api/ring/ring.ts';
import { versionText } from '../../../src/api/ring/service.ts';

const text = (bytes: Uint8Array | null | undefined) =>
  bytes === null || bytes === undefined ? null : new TextDecoder().decode(bytes);

it('a member and a client change what is there in one step, read parts, and list names', async () => {
  const ring = await openRing();
  await ring.ready();
  const client = await connectRing(ring.addresses[0]);
  for (const [i, access] of [ring, client].entries()) {
    const at = (name: string) => `${i}:${name}`;
    const first = await access.storeIf(at('a'), 'one', { absent: true });
    expect(first).toMatchObject({
      isDone: true,
      existed: false,
      copies: 1,
      owner: ring.addresses[0],
    });
    const second = await access.storeIf(at('a'), 'two', { absent: true });
    expect(second).toMatchObject({ isDone: false, existed: true, version: first.version });
    const third = await access.storeIf(at('a'), 'three', { version: first.version });
    expect(third.isDone).toBe(true);
    expect((await access.storeIf(at('a'), 'x', { version: first.version })).isDone).toBe(false);
    expect((await access.storeIf(at('a'), 'x', { value: 'two' })).isDone).toBe(false);
    expect((await access.storeIf(at('no'), 'x', { present: true })).isDone).toBe(false);
    const entry = (await access.read(at('a')))!;
    expect(text(entry.value)).toBe('three');
    expect(entry).toMatchObject({ version: third.version, storedUntilMs: null, bytes: 5 });
    expect(text((await access.read(at('a'), { from: 1, to: 3 }))?.value)).toBe('hr');
    expect(text((await access.read(at('a'), { from: 3 }))?.value)).toBe('ee');
    expect(text((await access.read(at('a'), { from: 3, to: 3 }))?.value)).toBe('');
    expect(await access.read(at('no'))).toBeNull();
    expect(await access.append(at('a'), '!')).toBe(6);
    expect(await access.increment(at('n'))).toBe(1n);
    expect(await access.increment(at('n'), -5)).toBe(-4n);
    await expect(access.increment(at('a'))).rejects.toMatchObject({ code: 'NOT_A_NUMBER' });
    expect((await access.removeIf(at('a'), { value: 'three' })).isDone).toBe(false);
    expect((await access.removeIf(at('a'), { value: 'three!' })).isDone).toBe(true);
    await access.storeMany([
      [at('x'), '1'],
      [at('y'), '2'],
    ]);
    expect((await access.getMany([at('x'), at('no'), at('y')])).map(text)).toEqual([
      '1',
      null,
      '2',
    ]);
    const names: string[] = [];
    for await (const { name, bytes } of access.names({ prefix: `${i}:` }))
      names.push(`${name} ${bytes}`);
    expect(names.sort()).toEqual([`${i}:n 2`, `${i}:x 1`, `${i}:y 1`]);
  }
  await client.close();
  await ring.close();
});

it('a value says until when it is stored, and is gone then', async () => {
  const ring = await openRing();
  await ring.ready();
  await ring.store('a', 'x', { ttlMs: 60_000 });
  const entry = await ring.read('a');
  expect(Math.abs(entry!.storedUntilMs! - Date.now() - 60_000)).toBeLessThan(30_000);
  expect(await ring.expire('a', null)).toBe(true);
  expect((await ring.read('a'))!.storedUntilMs).toBeNull();
  expect(await ring.expire('no', 1000)).toBe(false);
  expect(await ring.expire('a', 10)).toBe(true);
  while (await ring.exists('a'));
  expect(await ring.get('a')).toBeNull();
  await ring.close();
});

it('wrong arguments are told by name', async () => {
  const ring = await openRing({ valueBytesMax: 100 });
  await ring.ready();
  await expect(ring.store('a', 'x', { ttlMs: 0 })).rejects.toThrow('"ttlMs" expected more than 0');
  await expect(ring.storeIf('a', 'x', { absent: true, present: true })).rejects.toThrow(
    '"condition"',
  );
  await expect(ring.storeIf('a', 'x', { version: 'x' })).rejects.toThrow('"version" expected 32');
  await expect(ring.storeIf('a', 'x', { huh: 1 } as never)).rejects.toThrow('no "huh"');
  await expect(ring.read('a', { from: -1 })).rejects.toThrow('"from"');
  await expect(ring.store('a'.repeat(2049), 'x')).rejects.toThrow('"name" expected 2048 bytes');
  await expect(ring.store('a', 'x'.repeat(101))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  expect(() => ring.follow({})).toThrow('"key" or "prefix"');
  expect(() => ring.follow({ key: 'a', after: 'x' })).toThrow('"after"');
  expect(versionText(new Uint8Array(16))).toBe('');
  await ring.close();
});
