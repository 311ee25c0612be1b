/** Puts: numbers that follow each other, expectations, and items that need no further copy. */
import { describe, expect, test } from 'vitest';
import { itemErrand } from '../../../src/mainline/errand.ts';
import { targetOf } from '../../../src/mainline/krpc/item.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { network } from '../scenes.ts';
import { type Resident, type SmallWorld, sha1 } from '../small-world.ts';
import { fixed, getItem, putItem, signed } from '../storage-scenes.ts';

const holders = (world: SmallWorld) =>
  world.residents.filter(({ node }) => (node.items?.count ?? 0) > 0);

function puts(world: SmallWorld): number {
  return world.residents.reduce((sum, { counters }) => sum + counters.queries[7], 0);
}

describe('a put', () => {
  test('replaces an older version everywhere, and is refused where a newer one is', () => {
    const world = network(40);
    const [one, two] = world.residents;
    expect(putItem(world, one, signed(4n, 'a')).stored).toBe(8);
    const newer = putItem(world, two, signed(5n, 'b'));
    expect(newer).toMatchObject({ stored: 8, refused: 0 });
    expect(newer.errand.newest!.seq).toBe(4n);
    const older = putItem(world, one, signed(4n, 'c'));
    expect(older).toMatchObject({ stored: 0, refused: 8, codes: Array(8).fill(302) });
    expect(older.errand.newest!.seq).toBe(5n);
  });

  test('may be made of what is there', () => {
    const world = network(40);
    const [one, two] = world.residents;
    putItem(world, one, signed(41n, 'a'));
    const seen: (bigint | undefined)[] = [];
    const errand = itemErrand(new Uint8Array(0), (newest) => {
      seen.push(newest?.seq);
      return signed((newest?.seq ?? 0n) + 1n, 'b');
    });
    const target = targetOf(signed(1n, 'a'), sha1);
    two.lookup(LookupKind.put, target, errand);
    world.run(10_000);
    expect(seen).toEqual([41n]);
    expect(getItem(world, one, target).newest).toEqual(signed(42n, 'b'));
  });

  test('of nothing writes nothing, and ends', () => {
    const world = network(20);
    const [one] = world.residents;
    const call = one.lookup(
      LookupKind.put,
      targetOf(fixed('a'), sha1),
      itemErrand(new Uint8Array(0), () => null),
    );
    world.run(10_000);
    expect(one.lookups.get(call)).toMatchObject({ kind: 'put', stored: 0, refused: 0 });
    expect(puts(world)).toBe(0);
  });

  test('that expects another version is refused by those that have one, and taken by those that have none', () => {
    const world = network(60);
    const [one, two] = world.residents;
    putItem(world, one, signed(4n, 'a'));
    const [lost] = holders(world);
    lost.node.items = null;
    const wrong = putItem(world, two, signed(6n, 'b'), { cas: 3n });
    expect(wrong.codes.filter((code) => code === 301)).toHaveLength(7);
    expect(wrong.stored).toBe(1);
    // Now one has 6: of the others all take what expects 4.
    const right = putItem(world, two, signed(7n, 'c'), { cas: 4n });
    expect(right.codes.filter((code) => code === 301)).toHaveLength(1);
    expect(right.stored).toBe(7);
  });

  test('that is sparing writes only while there are too few copies, or the closest have none', () => {
    const world = network(60);
    const [one, two] = world.residents;
    const item = signed(1n, 'a');
    const sparing = (who: Resident) => putItem(world, who, item, { isSparing: true }).stored;
    expect(sparing(one)).toBe(8);
    // Eight copies are not more than eight.
    expect(sparing(two)).toBe(8);
    const target = targetOf(item, sha1);
    for (const { node } of world.residents.slice(0, 30)) {
      node.itemStore().put(world.now, target, item, node.address, node.ownId);
    }
    const before = puts(world);
    expect(sparing(two)).toBe(0);
    expect(puts(world)).toBe(before);
    // One that is newer goes out all the same.
    expect(putItem(world, one, signed(2n, 'b'), { isSparing: true }).stored).toBe(8);
  });
});
