/** Whom a node asks first: addresses at once, names when they are resolved, and what waits for them. */
import { expect, test } from 'vitest';
import { checkEntries, Entrance } from '../../../src/api/mainline/entrance.ts';
import { formatAddress } from '../../../src/core/address.ts';

/** Refused without asking a name server: no label of a name may be empty (RFC 1035). */
const NOBODY = 'a..b:6881';

function opened(bootstrap: string[], contacts: string[] = [], isAlone = true) {
  const joins: string[][] = [];
  const entrance = new Entrance(
    () => isAlone,
    (known) => joins.push(known.map(formatAddress)),
  );
  entrance.open({ contacts, bootstrap });
  return { entrance, joins };
}

test('addresses are known at once, contacts first, each once', () => {
  const { entrance, joins } = opened(['1.2.3.4:1', '5.6.7.8:2'], ['5.6.7.8:2']);
  expect(joins).toEqual([['5.6.7.8:2', '1.2.3.4:1']]);
  expect(entrance.isResolving).toBe(false);
});

test('with nobody to ask the join is over at once', () => {
  expect(opened([]).joins).toEqual([[]]);
});

test('a name is waited for; what was put off begins when it is resolved', async () => {
  const { entrance, joins } = opened(['localhost:7']);
  let begun = 0;
  entrance.postpone(() => begun++);
  expect([joins, entrance.isResolving, begun]).toEqual([[], true, 0]);
  await expect.poll(() => begun).toBe(1);
  expect(joins).toEqual([['127.0.0.1:7']]);
});

test('names that lead to nobody end in a join with nobody', async () => {
  const { entrance, joins } = opened([NOBODY, NOBODY]);
  let begun = 0;
  entrance.postpone(() => begun++);
  await expect.poll(() => joins).toEqual([[]]);
  expect([entrance.isResolving, begun]).toEqual([false, 1]);
});

test('who knows somebody already does not join again for a name', async () => {
  const { entrance, joins } = opened(['1.2.3.4:1', 'localhost:7'], [], false);
  await expect.poll(() => entrance.isResolving).toBe(false);
  expect(joins).toEqual([['1.2.3.4:1']]);
});

test('what is wrong about a list is told by name', () => {
  const wrong = { contacts: [], bootstrap: ['1.2.3.4:1', 'nowhere'] };
  expect(() => checkEntries(wrong)).toThrow('"bootstrap[1]" expected HOST:PORT, got "nowhere"');
  expect(() => checkEntries({ contacts: 5 as never, bootstrap: [] })).toThrow(
    new TypeError('"contacts" expected a list, got 5'),
  );
});
