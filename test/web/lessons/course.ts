/** A lesson with its worlds, run without a page, and what it says of them: step by step, from the first to the last. */
import { type Lesson, said, selectionOf, stagingOf } from '../../../web/src/lessons/lesson.ts';
import { Told } from '../../../web/src/lessons/told.ts';
import { Tale } from './tale.ts';

export class Course {
  /** The world of the picture, or of the left one of two. */
  readonly a: Tale;
  readonly #lesson: Lesson;
  readonly #b: Tale;

  constructor(lesson: Lesson) {
    this.#lesson = lesson;
    this.a = new Tale(lesson, 'A');
    this.#b = new Tale(lesson, 'B');
  }

  /** What is said at the end of a step, counted from 0. */
  at(i: number) {
    const step = this.#lesson.steps[i]!;
    const { node = -1 } = selectionOf(this.#lesson, i);
    const worlds = this.#talesOf(i).map((tale) => {
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

  /** Of each world of a step who owns which key, after `at`. */
  ownersAt(i: number): Record<string, number>[] {
    return this.#talesOf(i).map((tale) => tale.owners());
  }

  textAtBeginningOf(i: number): string {
    const { model } = this.a.at(i + 1, stagingOf(this.#lesson, i).atMs);
    return said(this.#lesson.steps[i]!.text, new Told(model));
  }

  #talesOf(i: number): readonly Tale[] {
    const { beside } = stagingOf(this.#lesson, i);
    return beside === null ? [this.a] : [this.a, this.#b];
  }
}
