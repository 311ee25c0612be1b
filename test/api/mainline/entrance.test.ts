/**
 * Whom a node asks first: addresses at once, names when they are resolved, and what waits for them;
 * contacts before routers, and names again for as long as nobody is there.
 */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  checkEntries,
  Entrance,
  type EntryPoint,
  RACE_MS,
} from '../../../src/api/mainline/entrance.ts';
import { formatAddress } from '../../../src/core/address.ts';
import { ManualClock } from '../../io/memory-network.ts';

// Names are resolved by this table, so that no test asks a name server.
const names = new Map<string, string>();
let asked = 0;
vi.mock('node:dns/promises', () => ({
  lookup: async (host: string) => {
    asked++;
    const address = names.get(host);
    if (address === undefined) throw Object.assign(new Error('EAI_AGAIN'), { code: 'EAI_AGAIN' });
    return { address, family: 4 };
  },
}));

beforeEach(() => {
  names.clear();
  names.set('router.test', '127.0.0.7');
  asked = 0;
});

const settled = () => new Promise(setImmediate);

function opened(bootstrap: readonly EntryPoint[], contacts: readonly EntryPoint[] = []) {
  const joins: string[][] = [];
  const clock = new ManualClock();
  const world = { isAlone: true };
  const entrance = new Entrance(
    clock,
    () => world.isAlone,
    (known) => joins.push(known.map(formatAddress)),
  );
  entrance.open({ contacts, bootstrap });
  return { entrance, joins, clock, world };
}

describe('at first', () => {
  test('addresses are known at once, each once', () => {
    const { entrance, joins, clock } = opened(['1.2.3.4:1', '5.6.7.8:2', '1.2.3.4:1']);
    expect(joins).toEqual([['1.2.3.4:1', '5.6.7.8:2']]);
    expect(entrance.isResolving).toBe(false);
    expect(clock.timerCount).toBe(0);
  });

  test('a hint counts for the family that it is of', () => {
    const bootstrap = ['1.2.3.4@router.test:1', '[2001:db8::9]@router.test:1'];
    const firstOf = (family: 4 | 6): string[] | undefined => {
      const joins: string[][] = [];
      const join = (known: readonly number[]) => void joins.push(known.map(formatAddress));
      new Entrance(new ManualClock(), () => true, join, family).open({ contacts: [], bootstrap });
      return joins[0];
    };
    expect(firstOf(4)).toEqual(['1.2.3.4:1']);
    expect(firstOf(6)).toEqual(['[2001:db8::9]:1']);
  });

  test('with nobody to ask the join is over at once', () => {
    expect(opened([]).joins).toEqual([[]]);
  });

  test('the nodes of a .torrent are taken as they are decoded', () => {
    const host = new TextEncoder().encode('1.2.3.4');
    expect(
      opened([
        [host, 1],
        ['5.6.7.8', 2],
      ]).joins,
    ).toEqual([['1.2.3.4:1', '5.6.7.8:2']]);
  });

  test('a name is waited for; what was put off begins when it is resolved', async () => {
    const { entrance, joins } = opened(['router.test:7']);
    let begun = 0;
    entrance.postpone(() => begun++);
    expect([joins, entrance.isResolving, begun]).toEqual([[], true, 0]);
    await settled();
    expect([joins, begun]).toEqual([[['127.0.0.7:7']], 1]);
  });

  test('names that lead to nobody end in a join with nobody', async () => {
    const { entrance, joins } = opened(['nowhere.test:1', 'nowhere.test:2']);
    let begun = 0;
    entrance.postpone(() => begun++);
    await settled();
    expect(joins).toEqual([[]]);
    expect([entrance.isResolving, begun]).toEqual([false, 1]);
  });

  test('who knows somebody already does not join again for a name', async () => {
    const { joins, world } = opened(['1.2.3.4:1', 'router.test:7']);
    world.isAlone = false;
    await settled();
    expect(joins).toEqual([['1.2.3.4:1']]);
  });

  test('what is wrong about a list is told by name', () => {
    const wrong = { contacts: [], bootstrap: ['1.2.3.4:1', 'nowhere'] };
    expect(() => checkEntries(wrong)).toThrow('"bootstrap[1]" expected HOST:PORT, got "nowhere"');
    expect(() => checkEntries({ contacts: 5 as never, bootstrap: [] })).toThrow(
      new TypeError('"contacts" expected a list, got 5'),
    );
    expect(() => checkEntries({ contacts: [], bootstrap: [['1.2.3.4', 0]] })).toThrow(RangeError);
  });
});

describe('contacts race with routers', () => {
  const CONTACTS = ['9.9.9.1:1', '9.9.9.2:1'];
  const ROUTERS = ['1.2.3.4:1', 'router.test:7'];

  test('who answers in time spares the routers, and the name server', async () => {
    const { joins, world, clock } = opened(ROUTERS, CONTACTS);
    world.isAlone = false;
    clock.advance(60 * 60_000);
    await settled();
    expect(joins).toEqual([CONTACTS]);
    expect(asked).toBe(0);
  });

  test('silent ones are overtaken', async () => {
    const { joins, clock } = opened(ROUTERS, CONTACTS);
    clock.advance(RACE_MS - 1);
    expect(joins).toEqual([CONTACTS]);
    clock.advance(1);
    await settled();
    expect(joins.slice(1)).toEqual([
      ['1.2.3.4:1', ...CONTACTS],
      ['1.2.3.4:1', '127.0.0.7:7', ...CONTACTS],
    ]);
  });

  test('who is alone later comes to the routers after all', async () => {
    const { joins, world, clock } = opened(ROUTERS, CONTACTS);
    world.isAlone = false;
    clock.advance(10 * 60_000);
    world.isAlone = true;
    clock.advance(61_000);
    await settled();
    expect(joins.at(-1)).toEqual(['1.2.3.4:1', '127.0.0.7:7', ...CONTACTS]);
  });
});

describe('names are resolved again', () => {
  test('when they failed, after 2 s and then ever less often, once a minute at last', async () => {
    names.delete('router.test');
    const { joins, clock } = opened(['router.test:7']);
    const askedAt: number[] = [];
    for (let seconds = 0; seconds <= 600; seconds++) {
      const before = asked;
      await settled();
      clock.advance(1000);
      if (asked > before) askedAt.push(seconds + 1);
    }
    expect(askedAt.slice(0, 6)).toEqual([2, 6, 14, 30, 62, 122]);
    expect(askedAt.at(-1)! - askedAt.at(-2)!).toBe(60);
    expect(joins.every((known) => known.length === 0)).toBe(true);
    names.set('router.test', '127.0.0.8');
    clock.advance(60_000);
    await settled();
    expect(joins.at(-1)).toEqual(['127.0.0.8:7']);
  });

  test('when the table is empty, and what the name leads to now is asked first', async () => {
    const { joins, clock } = opened(['router.test:7']);
    await settled();
    for (let i = 1; i <= 6; i++) {
      names.set('router.test', `127.0.1.${i}`);
      clock.advance(60_000);
      await settled();
    }
    expect(joins.at(-1)).toEqual(['127.0.1.6:7', '127.0.1.5:7', '127.0.1.4:7', '127.0.1.3:7']);
  });

  test('never while somebody is there, but for a name that never led anywhere', async () => {
    const { world, clock } = opened(['router.test:7', 'nowhere.test:7']);
    await settled();
    world.isAlone = false;
    asked = 0;
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(60_000);
      await settled();
    }
    expect(asked).toBeGreaterThanOrEqual(5);
    expect(asked).toBeLessThanOrEqual(7);
  });

  test('not after the end', async () => {
    const { entrance, joins, clock } = opened(['router.test:7']);
    entrance.close();
    await settled();
    expect(clock.timerCount).toBe(0);
    expect(joins).toEqual([]);
  });
});
