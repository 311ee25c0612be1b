import { expect, test } from 'vitest';
import { History } from '../../../src/lab/ring/history.ts';
import { Grade, spellsOf } from '../../../src/lab/ring/spells.ts';

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
