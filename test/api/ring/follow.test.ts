import { describe, expect, it } from 'vitest';
import type { RingChange } from '../../../src/api/ring/follow.ts';
import { openRing, type Ring } from '../../../src/api/ring/ring.ts';
import { createRingTestnet } from '../../../src/api/testnet/ring-testnet.ts';

const shown = ({ kind, name, value }: RingChange) =>
  kind === 'set'
    ? `${name}=${value === null ? '?' : new TextDecoder().decode(value)}`
    : `${kind} ${name ?? ''}`.trim();

/** Reads until `isEnough`, then stops. */
async function gather(
  changes: AsyncGenerator<RingChange>,
  isEnough: (all: RingChange[]) => boolean,
): Promise<RingChange[]> {
  const all: RingChange[] = [];
  for await (const change of changes) {
    all.push(change);
    if (isEnough(all)) break;
  }
  return all;
}

async function withRing(use: (ring: Ring) => Promise<void>): Promise<void> {
  const ring = await openRing();
  await ring.ready();
  try {
    await use(ring);
  } finally {
    await ring.close();
  }
}

describe('following', () => {
  it('tells what happens to a key, and goes on behind what was told', async () => {
    await withRing(async (ring) => {
      const changes = ring.follow({ key: 'a' });
      expect((await changes.next()).value).toMatchObject({ kind: 'following' });
      await ring.store('a', '1');
      await ring.store('b', '1');
      await ring.store('a', '2', { ttlMs: 1000 });
      const told = await gather(changes, (all) => all.length === 3);
      expect(told.map(shown)).toEqual(['a=1', 'a=2', 'expired a']);
      expect(told[1].storedUntilMs).toBeGreaterThan(0);
      await ring.store('a', '3');
      await ring.remove('a');
      const later = await gather(
        ring.follow({ key: 'a', after: told[0].resume }),
        (all) => all.length === 4,
      );
      expect(later.map(shown)).toEqual(['a=2', 'expired a', 'a=3', 'removed a']);
    });
  });

  it('tells what happens to names that begin alike, and large values by name', async () => {
    await withRing(async (ring) => {
      const changes = ring.follow({ prefix: 'room:' });
      await changes.next();
      await ring.store('room:1', 'x');
      await ring.store('hall:1', 'x');
      await ring.store('room:2', 'x'.repeat(100_000));
      expect((await gather(changes, (all) => all.length === 2)).map(shown)).toEqual([
        'room:1=x',
        'room:2=?',
      ]);
    });
  });

  it('ends with its signal, and with the ring', async () => {
    await withRing(async (ring) => {
      const stop = new AbortController();
      const changes = ring.follow({ prefix: '', signal: stop.signal });
      await changes.next();
      const rest = gather(changes, () => false);
      stop.abort();
      expect(await rest).toEqual([]);
      const other = ring.follow({ prefix: '' });
      await other.next();
      const waiting = other.next();
      await ring.close();
      await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    });
  });

  it('refuses where something else was', async () => {
    await withRing(async (ring) => {
      const [first] = await gather(ring.follow({ prefix: 'a' }), () => true);
      expect(() => ring.follow({ prefix: 'b', after: first.resume })).toThrow(
        'another key or prefix',
      );
      expect(() => ring.follow({ prefix: 'a', after: `${first.resume}A` })).toThrow('"after"');
    });
  });

  it('begins with the word that nothing is missed, whatever happens meanwhile', async () => {
    const testnet = await createRingTestnet({ nodes: 5, k: 1 });
    const [watcher, writer] = testnet.nodes;
    let isOver = false;
    const writing = (async () => {
      for (let i = 0; !isOver; i++) await writer.store(`n:${i % 50}`, `${i}`);
    })();
    for (let i = 0; i < 5; i++) {
      const [first] = await gather(watcher.follow({ prefix: 'n:' }), () => true);
      expect(first).toMatchObject({ kind: 'following' });
      expect(first.resume).not.toBe('');
    }
    isOver = true;
    await writing;
    await testnet.close();
  });

  it('misses nothing while members come and die', async () => {
    const testnet = await createRingTestnet({ nodes: 4, k: 2 });
    const [watcher] = testnet.nodes;
    const changes = watcher.follow({ prefix: 'n:' });
    await changes.next();
    const expected: string[] = [];
    const told = gather(changes, (all) => all.some((change) => change.name === 'n:end'));
    const write = async (count: number) => {
      for (let i = 0; i < count; i++) {
        const name = `n:${expected.length}`;
        // The owner may die under it; then it is written again, with the same value.
        for (;;) {
          try {
            await watcher.store(name, 'x');
            break;
          } catch {}
        }
        expected.push(`${name}=x`);
      }
    };
    await write(20);
    await testnet.crash(2);
    await write(20);
    await testnet.add();
    await write(20);
    await watcher.store('n:end', 'x');
    const got = new Set((await told).map(shown));
    await testnet.settled();
    const missing = expected.filter((change) => !got.has(change));
    // What another owner has to tell may come after the end.
    for (const change of await rest(watcher, told, missing)) got.add(change);
    expect(expected.filter((change) => !got.has(change))).toEqual([]);
    await testnet.close();
  });
});

/** What comes behind the last that was told, until nothing is missing. */
async function rest(ring: Ring, told: Promise<RingChange[]>, missing: string[]): Promise<string[]> {
  if (missing.length === 0) return [];
  const left = new Set(missing);
  const { resume } = (await told).at(-1)!;
  const more = await gather(ring.follow({ prefix: 'n:', after: resume }), (all) => {
    left.delete(shown(all.at(-1)!));
    return left.size === 0;
  });
  return more.map(shown);
}
