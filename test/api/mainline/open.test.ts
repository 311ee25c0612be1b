/** A node that is opened again is the one that was closed. */
import { expect, test } from 'vitest';
import type { MainlineSnapshot } from '../../../src/api/mainline/snapshot.ts';
import { openMainline } from '../../../src/mainline.ts';

const QUIET = { host: '127.0.0.1', bootstrap: false } as const;
const HASH = 'cd'.repeat(20);

test('with its id, through those it knew and no router, and goes on announcing', async () => {
  await using other = await openMainline(QUIET);
  const place: {
    state: MainlineSnapshot | null;
    load(): unknown;
    save(state: MainlineSnapshot): void;
  } = {
    state: null,
    load: () => place.state,
    save(state) {
      place.state = structuredClone(state);
    },
  };
  const first = await openMainline({
    ...QUIET,
    bootstrap: [`127.0.0.1:${other.port}`],
    state: place,
  });
  await first.ready();
  const announcement = first.announceEvery(HASH, { port: 4711 });
  for await (const { stored } of announcement) {
    expect(stored).toBe(1);
    break;
  }
  const { id } = first;
  await first.close();
  expect(first.announcements).toEqual([]);
  expect(place.state).toMatchObject({ id, contacts: [`127.0.0.1:${other.port}`] });

  await using again = await openMainline({ ...QUIET, state: place });
  expect(again.id).toBe(id);
  expect(await again.ready()).toEqual({ answered: 1 });
  expect(again.announcements).toMatchObject([{ infoHash: HASH, port: 4711 }]);
  const reports = again.announcements[0];
  await expect.poll(() => reports.latest?.stored).toBe(1);
});

test('without anybody there nothing of it is lost', async () => {
  const state: MainlineSnapshot = {
    savedAtMs: 1,
    id: 'ab'.repeat(20),
    contacts: ['127.0.0.1:9', '127.0.0.1:10'],
    announcements: [],
    items: [],
  };
  const saved: MainlineSnapshot[] = [];
  const node = await openMainline({
    ...QUIET,
    state: { load: () => state, save: (one: MainlineSnapshot) => saved.push(one) },
  });
  await node.saveState();
  await node.close();
  expect(saved[0]).toMatchObject({ id: state.id, contacts: state.contacts });
});

test('an id that is given goes before the one that was saved', async () => {
  const state = { load: () => ({ id: 'ab'.repeat(20) }), save: () => {} };
  await using node = await openMainline({ ...QUIET, id: HASH, state, onError: () => {} });
  expect(node.id).toBe(HASH);
});

test('a state that cannot be read opens no socket', async () => {
  const load = () => {
    throw new Error('no database');
  };
  await expect(openMainline({ ...QUIET, state: { load, save: load } })).rejects.toThrow(
    'no database',
  );
});

test('an opening is given up by its signal, and binds nothing', async () => {
  const over = new AbortController();
  const never = () => new Promise<never>(() => {});
  const state = { load: never, save: never };
  const opening = openMainline({ ...QUIET, state, signal: over.signal });
  over.abort();
  await expect(opening).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(openMainline({ ...QUIET, signal: over.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  await expect(openMainline({ ...QUIET, signal: 5 } as never)).rejects.toThrow('"signal"');
});

test('announceEvery refuses what it does not know, and a node that is closed', async () => {
  const node = await openMainline(QUIET);
  expect(() => node.announceEvery(HASH, { every: 5 } as object)).toThrow('did you mean "everyMs"?');
  await node.close();
  expect(() => node.announceEvery(HASH)).toThrow('the node was closed');
});
