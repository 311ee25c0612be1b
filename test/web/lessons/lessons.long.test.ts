/**
 * Every lesson is told twice, from its first step to its last, and what it says is held against what happens.
 * Two thirds of a minute: `npm run test:long`.
 */
import { NodeState } from 'ringlight/scene';
import { expect, test } from 'vitest';
import { FURTHER } from '../../../web/src/lessons/further.ts';
import { LESSONS } from '../../../web/src/lessons/index.ts';
import type { Lesson, LessonStep } from '../../../web/src/lessons/lesson.ts';
import { Course } from './course.ts';
import type { Tale } from './tale.ts';

const ALL: readonly Lesson[] = [...LESSONS, ...FURTHER];
const sentences = (text: string) =>
  text.split(/[.?!:](?=\s|$)/).filter((part) => part.trim()).length;

/** What the lessons on attacks teach: that it works without the defence, and not with it. */
const ATTACKED: Readonly<Record<string, string>> = {
  'sybils-kept-away/2': 'in B only',
  'eclipsed-node/2': 'all eight',
  'id-for-every-asker/3': 'in B',
  'phantoms/2': 'more than half',
  'forged-replies/2': 'no',
  'mirrors/2': 'not once',
  'asked-nowhere/2': 'none',
  'invented-peers/2': 'more',
  'reflection/2': 'three or more',
  // Which is so only for the node that is the closest to the key.
  'storage-flood/2': 'in B only',
  'stolen-token/2': 'none',
  'token-flood/2': 'about two in three',
  'index-poison/2': 'a few',
  'torn-messages/2': 'none',
  'droppers/2': 'in B',
  'delayers/2': 'in B',
  'density-alarm/2': 'yes',
};

test.each(ALL.map((lesson) => ({ id: lesson.id, lesson })))(
  '$id, run twice, says the same each time and all through a step, shows what it selects, and nothing is refused',
  ({ lesson }) => {
    const [first, again] = [new Course(lesson), new Course(lesson)];
    for (const [i, step] of lesson.steps.entries()) {
      const name = `${lesson.id}/${i + 1}`;
      const early = first.textAtBeginningOf(i);
      const told = first.at(i);
      // Whoever reads it while the step still plays reads what its end confirms.
      if (typeof step.text !== 'string') expect(early, name).toBe(told.text);
      expect(again.at(i), name).toEqual(told);
      expect(sentences(told.text), name).toBeLessThanOrEqual(5);
      expect(told.text.length, name).toBeLessThan(300);
      expect(told.notice.length, name).toBeLessThan(260);
      for (const words of [told.text, told.notice, told.ask]) {
        expect(words, name).not.toMatch(/undefined|null|NaN|node -1/);
      }
      if (step.ask) expect(told.right.length, name).toBeGreaterThan(0);
      if (name in ATTACKED) expect(told.right, name).toEqual([ATTACKED[name]]);
      if (step.ask && typeof step.ask.of !== 'string') {
        for (const choice of told.right) expect(step.ask.of, name).toContain(choice);
      }
      checkSelection(first.a, step, name);
    }
  },
);

/** What is selected is there, and no act was refused. */
function checkSelection(tale: Tale, { select = {} }: LessonStep, name: string): void {
  expect(tale.troubles, name).toEqual([]);
  if (select.key !== undefined) expect(tale.key(select.key), name).toBeDefined();
  if ((select.node ?? -1) >= 0) {
    expect(tale.model.stateOf[select.node!], name).toBe(NodeState.up);
  }
  if (select.lookup) {
    const calls = tale.acts.filter(({ act }) => 'name' in act && act.kind !== 'sybils');
    expect(tale.lookup().id, name).toBe(calls.length);
    expect(tale.lookup().label, name).toBe((calls.at(-1)!.act as { name: string }).name);
  }
}
