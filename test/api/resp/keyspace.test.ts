import { expect, it } from 'vitest';
import { isEnd, RingKeys } from '../../../src/api/resp/keyspace.ts';
import { openRing } from '../../../src/api/ring/ring.ts';
import { epochClock } from '../../../src/io/clock.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it('keys are read in part, changed, listed and counted', async () => {
  const ring = await openRing();
  await ring.ready();
  const keys = new RingKeys(ring, 'quorum', epochClock);
  expect(await keys.read(bytes('a'))).toBeNull();
  expect(await keys.any()).toBeNull();
  await keys.act(bytes('a'), { verb: 'set', value: bytes('hello') });
  await keys.act(bytes('b'), { verb: 'set', value: bytes('x') });
  expect(await keys.read(bytes('a'), 1, 2)).toMatchObject({ value: bytes('el'), length: 5 });
  const names: string[] = [];
  for await (const { name } of keys.names()) names.push(new TextDecoder().decode(name!));
  expect(names.sort()).toEqual(['a', 'b']);
  expect(await keys.count()).toBe(2);
  expect(names).toContain(new TextDecoder().decode((await keys.any())!));
  // A page ends where the arc of an owner does, or at its limit.
  const counts: number[] = [];
  let place: Uint8Array = new Uint8Array(20);
  do {
    const page = await keys.page(place, 1);
    counts.push(page.entries.length);
    place = page.next;
  } while (!isEnd(place));
  expect(Math.max(...counts)).toBe(1);
  expect(counts.reduce((sum, count) => sum + count)).toBe(2);
  await expect(keys.act(new Uint8Array(2049), { verb: 'remove' })).rejects.toThrow('2048 bytes');
  await ring.close();
});
