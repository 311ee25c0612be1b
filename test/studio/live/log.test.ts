/** A log keeps its last lines. */
import { expect, test } from 'vitest';
import { LOG_SHOWN } from '../../../src/scene.ts';
import { type Log, logWith } from '../../../src/studio/live/log.ts';

test('the oldest line makes room for the newest, and what was told stays as it was', () => {
  let log: Log | undefined;
  const first = logWith(undefined, 0, 'begins');
  for (let i = 0; i < LOG_SHOWN + 3; i++) log = logWith(log, i, `line ${i}`);
  expect(log).toHaveLength(LOG_SHOWN);
  expect(log!.at(-1)).toEqual({ atMs: LOG_SHOWN + 2, text: `line ${LOG_SHOWN + 2}` });
  logWith(first, 1, 'goes on');
  expect(first).toEqual([{ atMs: 0, text: 'begins' }]);
});
