/** Turns: a few at a time, each when it is due, none after its end. */
import { expect, test } from 'vitest';
import { Recurring, type TurnReport, Turns } from '../../../src/api/mainline/turns.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { ManualClock } from '../../io/memory-network.ts';

class Chore extends Recurring<TurnReport> {
  readonly identity: string;

  constructor(identity: string, turns: () => Turns<TurnReport, Chore>) {
    super(600_000, (one) => turns().stopped(one as Chore));
    this.identity = identity;
  }
}

const settled = () => new Promise(setImmediate);

function setup(limit = 100) {
  const clock = new ManualClock();
  const waiting: (() => void)[] = [];
  const done: string[] = [];
  const turns: Turns<TurnReport, Chore> = new Turns(
    clock,
    new SeededRandom(1),
    [limit, 'chores'],
    async ({ identity }) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      done.push(identity);
      return { error: null };
    },
  );
  const start = (identity: string) => turns.start(new Chore(identity, () => turns));
  return { clock, waiting, done, turns, start };
}

test('many that begin together take their turns a few at a time', async () => {
  const { waiting, done, start } = setup();
  for (let n = 0; n < 40; n++) start(`${n}`);
  const seen: number[] = [];
  while (waiting.length > 0) {
    seen.push(waiting.length);
    waiting.shift()!();
    await settled();
  }
  expect(Math.max(...seen)).toBe(16);
  expect(done.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from(Array(40).keys()));
});

test('what is stopped while it waits or works is not done again', async () => {
  const { clock, waiting, done, turns, start } = setup();
  const chores = Array.from({ length: 20 }, (_, n) => start(`${n}`));
  const working = chores[0];
  for (const chore of chores) chore.stop();
  for (const finish of waiting.splice(0)) finish();
  await settled();
  clock.advance(3_600_000);
  await settled();
  expect([waiting.length, done.length, clock.timerCount]).toEqual([0, 16, 0]);
  expect([turns.all, working.latest]).toEqual([[], null]);
});

test('the later of two with one name takes the place of the earlier, and a limit holds', async () => {
  const { waiting, turns, start } = setup(2);
  const [first, second] = [start('a'), start('a')];
  first.stop();
  expect(turns.all).toEqual([second]);
  start('b');
  expect(() => start('c')).toThrow('2 chores are kept alive already');
  expect(start('b')).toBe(turns.all[1]);
  turns.close();
  expect(turns.all).toEqual([]);
  for (const finish of waiting) finish();
});
