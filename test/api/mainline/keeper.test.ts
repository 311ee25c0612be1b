/** The state of a node between two runs: saved in time, never in the way, and said when it fails. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  checkState,
  openKeeper,
  SAVE_EVERY_MS,
  STORE_PATIENCE_MS,
  type StateStore,
} from '../../../src/api/mainline/keeper.ts';
import { type MainlineSnapshot, nothing } from '../../../src/api/mainline/snapshot.ts';
import { ManualClock } from '../../io/memory-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-keeper-'));
afterAll(() => rmSync(folder, { recursive: true }));
const NOW: MainlineSnapshot = { ...nothing(), id: 'ab'.repeat(20), contacts: ['1.2.3.4:1'] };
const settled = async () => {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
};

function setup(store: Partial<StateStore> = {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  const saved: MainlineSnapshot[] = [];
  const choice = {
    load: () => null,
    save: (state: MainlineSnapshot) => saved.push(state),
    ...store,
  };
  const opened = openKeeper(choice, clock, (error) => told.push((error as Error).message));
  return { clock, told, saved, opened };
}

test('is saved after a minute, every 5 minutes and at the end', async () => {
  const { clock, saved, opened } = setup();
  const keeper = await opened;
  keeper.begin(() => NOW);
  clock.advance(59_999);
  await settled();
  expect(saved).toEqual([]);
  for (let i = 0; i < 4; i++) {
    clock.advance(i === 0 ? 1 : SAVE_EVERY_MS);
    await settled();
  }
  expect(saved).toEqual(Array(4).fill(NOW));
  clock.advance(2000);
  await keeper.close();
  expect(saved).toHaveLength(5);
  expect(clock.timerCount).toBe(0);
});

test('what was known stays where less is known now', async () => {
  const before = { ...NOW, contacts: ['9.9.9.9:1', '9.9.9.9:2'] };
  const { saved, opened } = setup({ load: async () => before });
  const keeper = await opened;
  expect(keeper.before).toEqual(before);
  keeper.begin(() => ({ ...NOW, contacts: [] }));
  await keeper.save();
  expect(saved[0].contacts).toEqual(before.contacts);
});

test('a store that fails is told, and asked again', async () => {
  const { clock, told, opened } = setup({
    save: async () => {
      throw new Error('disk full');
    },
  });
  const keeper = await opened;
  keeper.begin(() => NOW);
  clock.advance(60_000);
  await settled();
  clock.advance(SAVE_EVERY_MS);
  await settled();
  expect(told).toEqual(['disk full', 'disk full']);
  await expect(keeper.save()).rejects.toThrow('disk full');
  await keeper.close();
  // Told to him who called `save` a moment before.
  expect(told).toHaveLength(2);
});

test('a store that never answers holds nobody up', async () => {
  const never = () => new Promise<never>(() => {});
  const loading = setup({ load: never });
  loading.clock.advance(STORE_PATIENCE_MS);
  await expect(loading.opened).rejects.toMatchObject({ code: 'STATE_UNUSABLE' });
  const { clock, told, opened } = setup({ save: never });
  const keeper = await opened;
  keeper.begin(() => NOW);
  clock.advance(5000);
  const closed = keeper.close();
  await settled();
  clock.advance(STORE_PATIENCE_MS);
  await closed;
  expect(told).toEqual(['cannot save the state: no answer within 10000 ms']);
});

test('saves come one after the other', async () => {
  let underWay = 0;
  let most = 0;
  const { opened } = setup({
    save: async () => {
      most = Math.max(most, ++underWay);
      await settled();
      underWay--;
    },
  });
  const keeper = await opened;
  keeper.begin(() => NOW);
  await Promise.all([keeper.save(), keeper.save(), keeper.save()]);
  expect(most).toBe(1);
});

test('a file that is damaged gives what is whole, and is kept', async () => {
  const file = join(folder, 'state');
  const clock = new ManualClock();
  const told: string[] = [];
  const tell = (error: unknown) => told.push((error as Error).message);
  const first = await openKeeper(file, clock, tell);
  expect(first.before).toEqual(nothing());
  first.begin(() => NOW);
  await first.save();
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('1.2.3.4', '1.2.3.5'));
  const second = await openKeeper(file, clock, tell);
  expect(second.before).toEqual({ ...NOW, contacts: [] });
  expect(told).toEqual([
    `${file} is damaged (whole of it: the id, 0 contacts, 0 announcements, 0 items; entries lost: 1); kept as ${file}.damaged`,
  ]);
});

test('a file that never was a state is refused and left alone', async () => {
  const file = join(folder, 'script');
  writeFileSync(file, '#!/bin/sh\n');
  await expect(openKeeper(file, new ManualClock(), () => {})).rejects.toMatchObject({
    code: 'STATE_UNUSABLE',
    message: `${file} is no state file of ringlight`,
  });
  expect(readFileSync(file, 'utf8')).toBe('#!/bin/sh\n');
});

test('what is no place for a state is refused by name', () => {
  checkState(undefined);
  checkState('file');
  checkState({ load: () => null, save: () => {} });
  for (const wrong of ['', 5, null, {}, { load: 5, save: 5 }]) {
    expect(() => checkState(wrong)).toThrow('"state" expected a file or { load, save }');
  }
});
