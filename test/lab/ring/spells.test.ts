import { expect, test } from 'vitest';
import { History } from '../../../src/lab/ring/history.ts';
import { Grade, spellsOf, timelessOf } from '../../../src/lab/ring/spells.ts';

test('a spell lasts until the ring is whole, and is as bad as the worst in it', () => {
  const history = new History();
  history.whole(1, 3);
  history.disturb(2, 'crash', 4);
  history.disturb(5, 'restart', 4);
  history.disturb(6, 'leave', 5);
  history.whole(8, 3);
  history.disturb(9, 'join', 6);
  history.whole(10, 3);
  history.disturb(11, 'loss', 6);
  history.disturb(12, 'cut', -1);
  const spells = spellsOf(history.disturbances, history.wholes);
  expect(spells.map(({ fromMs, untilMs, grade }) => [fromMs, untilMs, grade])).toEqual([
    [2, 8, Grade.crash],
    [9, 10, Grade.planned],
    [11, Infinity, Grade.cut],
  ]);
  expect(spells[0]).toMatchObject({ gone: [{ atMs: 2, backMs: 8, isLost: false }], leavesMs: [6] });
  expect(spells[2].gone).toEqual([{ atMs: 11, backMs: Infinity, isLost: true }]);
});

test('a clock stood still with its process until that went on, and not in one that died so', () => {
  const history = new History();
  history.disturb(5, 'pause', 2, true);
  history.disturb(1, 'pause', 1, true);
  history.disturb(3, 'pause', 3);
  history.disturb(4, 'resume', 3);
  history.disturb(7, 'crash', 2);
  history.disturb(9, 'resume', 1);
  expect(timelessOf(history.disturbances)).toEqual([
    { fromMs: 1, untilMs: 9 },
    { fromMs: 5, untilMs: 5 },
  ]);
  expect(History.fromLines(history.toLines()).disturbances).toContainEqual({
    ...{ kind: 'pause', atMs: 5, node: 2, isTimeless: true },
  });
});
