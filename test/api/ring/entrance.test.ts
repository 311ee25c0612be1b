/** The way in: which dialect a ring speaks is asked of those who are named, unless it was chosen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectRing, openRing } from '../../../src/ring.ts';
import { alone, text } from './rings.ts';

test.each(['seed', 'string', 'text'] as const)(
  'speaks %s, and finds that out',
  async (wire) => {
    await using first = await alone({ wire });
    await using second = await openRing({ join: first.addresses[0] });
    await second.ready();
    expect(second.info().wire).toBe(wire);
    await second.insert('key', 'value');
    await using client = await connectRing(first.addresses[0]);
    expect(text(await client.get('key'))).toBe('value');
  },
  30_000,
);

test('of a member whose ring is down is in the dialect that its folder remembers', async () => {
  const data = mkdtempSync(join(tmpdir(), 'ringlight-wire-'));
  try {
    const gone = await alone();
    const [address] = gone.addresses;
    await gone.close();
    const first = await alone({ wire: 'string', data });
    await first.close();
    await using again = await openRing({ data, join: address });
    expect(again.info().wire).toBe('string');
    await again.close();
    await using chosen = await openRing({ data, wire: 'text' });
    expect(chosen.info().wire).toBe('text');
    await chosen.close();
    await using other = await openRing({ data });
    expect(other.info().wire).toBe('text');
  } finally {
    rmSync(data, { recursive: true });
  }
}, 30_000);

test('to a ring that is not there is UNREACHABLE, and so is joining it', async () => {
  const gone = await alone();
  const [address] = gone.addresses;
  await gone.close();
  const nobody = { name: 'DhtError', code: 'UNREACHABLE' };
  await expect(connectRing(address)).rejects.toMatchObject({
    ...nobody,
    message: `no member of a ring answers at ${address}`,
  });
  await expect(openRing({ join: address })).rejects.toMatchObject(nobody);
  // Who knows the dialect can wait for them.
  await using member = await openRing({ join: address, wire: 'seed' });
  await expect(member.ready({ timeoutMs: 300 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringMatching(/^no member after 300 ms: ./),
  });
  await expect(member.get('a')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
}, 20_000);
