/** Clients: no members, with the same calls. */
import { expect, test } from 'vitest';
import { connectRing } from '../../../src/ring.ts';
import { alone, text } from './rings.ts';

test('gives a client that is no member the same calls', async () => {
  await using ring = await alone();
  await using client = await connectRing(ring.addresses[0]);
  expect(await client.insert('ä name', 'a value')).toMatchObject({ owner: ring.addresses[0] });
  expect(text(await client.get('ä name'))).toBe('a value');
  expect(text(await ring.get('ä name'))).toBe('a value');
  expect(await client.exists('ä name')).toBe(true);
  expect((await client.remove('ä name')).existed).toBe(true);
  expect(await client.exists('ä name')).toBe(false);
  expect((await client.owns('x')).owner).toBe(ring.addresses[0]);
  expect(await client.info()).toMatchObject({ isPlain: false, info: { k: 0 } });
});

test('values may be kept as ASCII for programs that take them for text', async () => {
  await using ring = await alone();
  await using client = await connectRing(ring.addresses[0], { textSafe: true });
  await client.insert('binary', new Uint8Array([255, 0, 128]));
  expect(text(await ring.get('binary'))).toBe('base64:/wCA');
  expect(await client.get('binary')).toEqual(new Uint8Array([255, 0, 128]));
});

test('whom to reach the ring through is told by name when it is wrong', async () => {
  await expect(connectRing([])).rejects.toThrow('"entries" expected HOST:PORT, got none');
  await expect(connectRing('127.0.0.1')).rejects.toThrow('"entries[0]" expected HOST:PORT');
});
