import { describe, expect, test } from 'vitest';
import { openRing } from '../../../src/ring.ts';
import { WayIn } from '../../../src/studio/ring/way-in.ts';

describe('a way in', () => {
  test('is opened once, by whoever is known by then', async () => {
    const entries: string[] = [];
    const way = new WayIn(() => entries, undefined);
    await expect(way.open()).rejects.toThrow('"entries" expected HOST:PORT');
    await using ring = await openRing();
    await ring.ready();
    entries.push(ring.addresses[0]!);
    const client = await way.open();
    expect(await way.open()).toBe(client);
    await client.insert('apple', 'red');
    expect(await ring.get('apple')).not.toBeNull();
    await way.close();
    await expect(client.get('apple')).rejects.toThrow();
  });

  test('that was never opened is closed, too', async () => {
    await new WayIn(() => [], undefined).close();
  });
});
