/** Undo and redo over many histories nobody chose, and the futures that were left. */
import fc from 'fast-check';
import type { TimedAct } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';
import { Branches } from '../../../web/src/model/branches.ts';
import { FUTURES_MAX, Futures, UNDO_MAX } from '../../../web/src/model/futures.ts';
import type { Moment } from '../../../web/src/model/moment.ts';

const acts = (...times: number[]): TimedAct[] =>
  times.map((atMs) => ({ atMs, act: { kind: 'crash', nodes: [atMs % 16] } }));
const moment = (atMs: number, ...times: number[]): Moment => ({
  ...{ config: FIRST_CONFIG, acts: acts(...times), atMs },
});

describe('what was done', () => {
  test('is undone and done again, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('act', 'undo', 'redo'), { maxLength: 60 }), (steps) => {
        const futures = new Futures();
        // A plain model of it: all states, and where one is.
        let line = [moment(0)];
        let at = 0;
        for (const [i, step] of steps.entries()) {
          const now = [line[at]!];
          if (step === 'act') {
            futures.record(now);
            line = [...line.slice(0, at + 1), moment(i + 1, i + 1)];
            at++;
          } else {
            const to = step === 'undo' ? futures.undo(now) : futures.redo(now);
            const next = at + (step === 'undo' ? -1 : 1);
            expect(to?.[0] ?? null).toEqual(line[next] ?? null);
            if (to) at = next;
          }
          expect([futures.canUndo, futures.canRedo]).toEqual([at > 0, at < line.length - 1]);
        }
      }),
    );
  });

  test('is remembered within bounds', () => {
    const futures = new Futures();
    for (let i = 0; i < UNDO_MAX + 5; i++) futures.record([moment(i)]);
    let undone = 0;
    while (futures.undo([moment(0)])) undone++;
    expect(undone).toBe(UNDO_MAX);
    for (let i = 1; i < FUTURES_MAX + 5; i++) futures.leave(moment(0, i));
    expect(futures.others(moment(0))).toHaveLength(FUTURES_MAX);
  });
});

describe('other futures', () => {
  test('part where acts begin to differ; how one began is no other', () => {
    const futures = new Futures();
    futures.leave(moment(0, 10, 20, 30));
    futures.leave(moment(0, 10, 25));
    futures.leave(moment(0, 10));
    futures.leave({ ...moment(0, 5), config: { ...FIRST_CONFIG, seed: 99 } });
    expect(futures.others(moment(0, 10, 22)).map(({ partsMs }) => partsMs)).toEqual([22, 20]);
    expect(futures.others(moment(0, 10)).map(({ partsMs }) => partsMs)).toEqual([25, 20]);
    // The same left twice is one.
    futures.leave(moment(7, 10, 25));
    expect(futures.others(moment(0, 10))).toHaveLength(2);
  });

  test('are taken, set beside, and left again by undo', () => {
    let shown = [moment(40, 10, 20)];
    const said: string[] = [];
    const branches = new Branches({
      moments: () => shown,
      begin: (moments) => (shown = [...moments]),
      say: ({ text }) => said.push(text),
    });
    branches.leave(moment(40, 10, 30));
    const [other] = branches.others;
    branches.take(other!, true);
    expect(shown.map(({ acts }) => acts.length)).toEqual([2, 2]);
    expect(shown[1]!.acts).toEqual(acts(10, 30));
    branches.undo();
    expect(shown).toEqual([moment(40, 10, 20)]);
    branches.take(other!, false);
    expect(shown).toEqual([moment(40, 10, 30)]);
    // What was shown is a future that was left, now.
    expect(branches.others.map(({ moment }) => moment.acts)).toEqual([acts(10, 20)]);
    branches.undo();
    branches.redo();
    expect(shown).toEqual([moment(40, 10, 30)]);
    expect(said).toContain('Undone.');
    branches.clear();
    expect([branches.canUndo, branches.canRedo, branches.others]).toEqual([false, false, []]);
  });
});
