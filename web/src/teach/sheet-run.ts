/**
 * A lesson, run once more out of sight, step by step: what its work sheet shows of each step.
 *
 *     begin at the start of a step ─▶ a picture ─▶ on to its moment ─▶ what it tells, what was right
 */
import type { SceneConfig } from 'ringlight/scene';
import type { Answer } from '../lessons/course.ts';
import { type Lesson, said, stagingOf } from '../lessons/lesson.ts';
import { Told } from '../lessons/told.ts';
import { SceneModel } from '../model/scene-model.ts';
import type { OpenSource, Source } from '../sources/source.ts';

export interface SheetStep {
  text: string;
  ask: string;
  choices: readonly string[];
  notice: string;
  right: readonly Answer[];
  /** Of each of the worlds at the beginning of the step. */
  pictures: readonly string[];
}

/** Draws a world as it is, for the step of this number: the address of an image. */
export type Draw = (model: SceneModel, index: number) => string;

/** Hands over each step as soon as it is there. `isOver` is asked in between. */
export async function runSheet(
  lesson: Lesson,
  open: OpenSource,
  draw: Draw,
  onStep: (step: SheetStep) => void,
  isOver: () => boolean,
): Promise<void> {
  const run = new SheetRun(open);
  try {
    for (let i = 0; i < lesson.steps.length && !isOver(); i++) {
      onStep(await stepOf(lesson, i, run, draw));
    }
  } finally {
    run.close();
  }
}

async function stepOf(lesson: Lesson, i: number, run: SheetRun, draw: Draw): Promise<SheetStep> {
  const step = lesson.steps[i];
  const { config, beside } = stagingOf(lesson, i);
  const configs = beside === null ? [config] : [config, beside];
  const pictures: string[] = [];
  const worlds: Told[] = [];
  for (const one of configs) {
    const early = await run.at(lesson, i, one, 'fromMs');
    pictures.push(draw(early, i));
    worlds.push(new Told(await run.at(lesson, i, one, 'toMs')));
  }
  const [a, b] = [worlds[0], worlds[1] ?? worlds[0]];
  const ask = step.ask;
  return {
    text: said(step.text, a, b),
    ask: ask ? said(ask.text, a, b) : '',
    choices: ask && typeof ask.of !== 'string' ? ask.of : [],
    notice: said(step.notice, a, b),
    right: ask?.answer(a, b) ?? [],
    pictures,
  };
}

/** One source; each moment has a model of its own, so that two worlds can be spoken of together. */
class SheetRun {
  readonly #source: Source;
  #model = new SceneModel();
  #look: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(open: OpenSource) {
    this.#source = open({
      onMessage: (message) => {
        this.#model.apply(message);
        this.#look();
      },
      onLink: (link) => {
        if (link.state === 'broken') this.#fail(new Error(link.message));
      },
    });
  }

  close(): void {
    this.#source.close();
  }

  at(lesson: Lesson, i: number, config: SceneConfig, end: 'fromMs' | 'toMs'): Promise<SceneModel> {
    const { acts, atMs, toMs } = stagingOf(lesson, i);
    const untilMs = end === 'fromMs' ? atMs : toMs;
    const model = new SceneModel();
    const node = lesson.steps[i].select?.node ?? -1;
    this.#model = model;
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#look = () => {
        const isThere = model.figures.last !== null && model.atMs >= untilMs && !model.busy.value;
        const isKnown = node < 0 || model.node?.node === node;
        if (isThere && isKnown) resolve(model);
      };
      this.#source.send({ do: 'begin', config, acts, atMs: untilMs });
      this.#source.send({ do: 'inspect', node });
    });
  }
}
