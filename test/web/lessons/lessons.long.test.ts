/**
 * Every lesson is told twice, from its first step to its last, and what it says is held against what happens.
 * Two thirds of a minute: `npm run test:long`.
 */
import { NodeState } from 'ringlight/scene';
import { expect, test } from 'vitest';
import { FURTHER } from '../../../web/src/lessons/further.ts';
import { LESSONS } from '../../../web/src/lessons/index.ts';
import {
  type Lesson,
  type LessonStep,
  said,
  selectionOf,
  stagingOf,
} from '../../../web/src/lessons/lesson.ts';
import { Told } from '../../../web/src/lessons/told.ts';
import { Tale } from './tale.ts';

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
      first.checkSelection(step, name);
    }
  },
);

/** A lesson with its worlds, and what it says of them. */
class Course {
  readonly #lesson: Lesson;
  readonly #a: Tale;
  readonly #b: Tale;

  constructor(lesson: Lesson) {
    this.#lesson = lesson;
    this.#a = new Tale(lesson);
    this.#b = new Tale(lesson, 'B');
  }

  at(i: number) {
    const step = this.#lesson.steps[i]!;
    const { beside } = stagingOf(this.#lesson, i);
    const { node = -1 } = selectionOf(this.#lesson, i);
    const tales = beside === null ? [this.#a] : [this.#a, this.#b];
    const worlds = tales.map((tale) => {
      tale.at(i + 1);
      if (node >= 0) tale.node(node);
      return new Told(tale.model);
    });
    const [a, b] = [worlds[0]!, worlds[1] ?? worlds[0]!];
    return {
      text: said(step.text, a, b),
      notice: said(step.notice, a, b),
      ask: step.ask ? said(step.ask.text, a, b) : '',
      right: step.ask?.answer(a, b) ?? [],
      notes: worlds.map((world) => step.notes?.(world) ?? []),
    };
  }

  textAtBeginningOf(i: number): string {
    const { model } = this.#a.at(i + 1, stagingOf(this.#lesson, i).atMs);
    return said(this.#lesson.steps[i]!.text, new Told(model));
  }

  /** What is selected is there, and no act was refused. */
  checkSelection({ select = {} }: LessonStep, name: string): void {
    const tale = this.#a;
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
}
