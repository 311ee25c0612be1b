/**
 * How a step of a lesson goes: what is asked, what the visitor thinks, then the world plays and tells.
 *
 *     asking ── an answer, or "show me" ──▶ playing ── the moment is reached ──▶ told
 *        ▲                                     ▲
 *        └── a step with a question            └── a step without
 *
 * Answers stay on the page: nothing is sent anywhere.
 */
import { batch, effect, type Signal, signal } from '@preact/signals';
import type { TimedAct } from 'ringlight/scene';
import { hashText } from '../model/ids.ts';
import { FIRST_PACE, type ScenePane, type Session } from '../model/session.ts';
import type { Selection } from '../model/view-state.ts';
import { lessonsDone, rememberDone } from './done.ts';
import { type Lesson, type LessonStep, type Note, selectionOf, stagingOf } from './lesson.ts';
import { Told } from './told.ts';

/** Points of so many letters are shown. */
const LETTERS_SHOWN = 8;

export interface OpenLesson {
  lesson: Lesson;
  index: number;
}

export type Phase = 'asking' | 'playing' | 'told';

/** A node by its number, a key or a choice by its words. */
export type Answer = number | string;

/** What was answered in a step; `isRight`: null where nobody knows. */
export interface Answered {
  step: number;
  answer: Answer;
  isRight: boolean | null;
}

export class Course {
  readonly open: Signal<OpenLesson | null> = signal(null);
  readonly phase: Signal<Phase> = signal('playing');
  readonly answer: Signal<Answer | null> = signal(null);
  /** Of the steps of the open lesson, in their order. */
  readonly answered: Signal<readonly Answered[]> = signal([]);
  /** What was typed in a step that hashes it. */
  readonly typed: Signal<string> = signal('');
  readonly done: Signal<ReadonlySet<string>> = signal(lessonsDone());
  /** The controls of the page, out of the way in a lesson unless they are asked for. */
  readonly toolsOpen: Signal<boolean> = signal(false);
  readonly #session: Session;
  readonly #calm: boolean;
  #stop: () => void = () => {};

  constructor(session: Session, isCalm: boolean) {
    this.#session = session;
    this.#calm = isCalm;
  }

  get step(): LessonStep | null {
    const open = this.open.value;
    return open ? open.lesson.steps[open.index] : null;
  }

  /** The open step from where it begins. */
  play(open: OpenLesson): void {
    const { lesson, index } = open;
    const step = lesson.steps[index];
    const { toMs, beside, ...moment } = stagingOf(lesson, index);
    const isAsked = step.ask !== undefined;
    const select = selectedIn(lesson, index, moment.acts, step.ask?.hides ?? false);
    this.#stop();
    batch(() => {
      if (this.open.value?.lesson !== lesson) this.answered.value = [];
      this.open.value = open;
      this.answer.value = null;
      this.phase.value = isAsked ? 'asking' : 'playing';
      this.#session.stand(beside === null ? 1 : 2);
    });
    const before = this.#session.panes.value.map(({ model }) => model.hello.peek());
    this.#session.setPace(step.pace ?? FIRST_PACE);
    const isStill = this.#calm && !isAsked;
    const at = isStill ? { ...moment, atMs: toMs } : moment;
    const plays = !this.#calm && !isAsked;
    this.#session.begin(at, plays, select, beside, toMs);
    this.#stop = this.#watch(toMs, (pane, i) => pane.model.hello.value !== before[i]);
    this.#offer();
  }

  /** What the visitor thinks; null wants to be shown. Then it plays. */
  take(answer: Answer | null): void {
    const open = this.open.value;
    if (open === null || this.phase.value !== 'asking') return;
    this.answer.value = answer;
    this.phase.value = 'playing';
    this.#session.view.picking.value = null;
    const { toMs, acts } = stagingOf(open.lesson, open.index);
    this.#session.select(selectedIn(open.lesson, open.index, acts, false));
    if (this.#calm) this.#session.rewind(toMs);
    else this.#session.playUntil(toMs);
  }

  leave(): void {
    this.#stop();
    batch(() => {
      this.open.value = null;
      this.answer.value = null;
      this.answered.value = [];
      this.toolsOpen.value = false;
      this.#session.view.picking.value = null;
    });
  }

  /** The worlds as they are; null until there is something to tell of. */
  get told(): [Told, Told] | null {
    const worlds = this.#session.panes.value.map(({ model }) => new Told(model));
    if (worlds.length === 0 || worlds.some((world) => !world.isThere)) return null;
    return [worlds[0], worlds[1] ?? worlds[0]];
  }

  /** What was right; null before that is known, and where nobody knows. */
  get right(): readonly Answer[] | null {
    const ask = this.step?.ask;
    const { told } = this;
    if (!ask || !told || this.phase.value !== 'told') return null;
    const right = ask.answer(...told);
    return right.length === 0 ? null : right;
  }

  /** What is pointed at in a pane: what the step names, and what was guessed. */
  notesOf(pane: ScenePane): Note[] {
    const { step } = this;
    const world = new Told(pane.model);
    if (step === null || !world.isThere) return [];
    const notes = this.phase.value === 'asking' ? step.ask?.points : step.notes?.(world);
    const typed = step.exhibit === 'hash' ? typedNotes(this.typed.value) : [];
    return [...(notes ?? []), ...typed, ...this.#guessed(step)];
  }

  #guessed({ ask }: LessonStep): Note[] {
    const answer = this.answer.value;
    if (answer === null || ask === undefined || typeof ask.of !== 'string') return [];
    const isRight = this.right?.includes(answer);
    const text = isRight === undefined ? 'your guess' : isRight ? 'your guess ✓' : 'your guess ✗';
    return [typeof answer === 'number' ? { node: answer, text } : { key: answer, text }];
  }

  /** Questions of the picture are answered there. */
  #offer(): void {
    const of = this.step?.ask?.of;
    const isAsked = this.phase.value === 'asking' && (of === 'node' || of === 'key');
    this.#session.view.picking.value = isAsked ? { of, take: (answer) => this.take(answer) } : null;
  }

  /** `isNew`: the world before may have been at a later moment. */
  #watch(toMs: number, isNew: (pane: ScenePane, i: number) => boolean): () => void {
    return effect(() => {
      const panes = this.#session.panes.value;
      for (const { model } of panes) model.tick.value;
      const isPlaying = this.#session.playing.value;
      const phase = this.phase.peek();
      if (phase === 'told' || panes.length === 0 || !panes.every(isNew)) return;
      const isThere = panes.every(
        ({ model }) => model.figures.last !== null && model.atMs >= toMs && !model.busy.value,
      );
      if (isThere && !isPlaying) this.#tell();
      else if (phase === 'asking' && isPlaying) this.take(null);
    });
  }

  #tell(): void {
    const { lesson, index } = this.open.peek()!;
    this.#session.view.picking.value = null;
    this.phase.value = 'told';
    this.#remember(index);
    if (index !== lesson.steps.length - 1 || this.done.peek().has(lesson.id)) return;
    this.done.value = new Set([...this.done.peek(), lesson.id]);
    rememberDone(this.done.peek());
  }

  #remember(step: number): void {
    const answer = this.answer.peek();
    if (answer === null) return;
    const others = this.answered.peek().filter((one) => one.step !== step);
    const isRight = this.right?.includes(answer) ?? null;
    this.answered.value = [...others, { step, answer, isRight }].sort((a, b) => a.step - b.step);
  }
}

/** The points of what was typed so far, the last one with its name. */
function typedNotes(typed: string): Note[] {
  const letters = [...typed];
  return letters.slice(-LETTERS_SHOWN).map((_, i, shown): Note => {
    const length = letters.length - shown.length + i + 1;
    const name = letters.slice(0, length).join('');
    const isLast = length === letters.length;
    return { hash: hashText(name), text: isLast ? `“${name}”` : '', tone: 'key' };
  });
}

function selectedIn(
  lesson: Lesson,
  index: number,
  acts: readonly TimedAct[],
  isHidden: boolean,
): Selection {
  const select = selectionOf(lesson, index);
  if (isHidden) return select.view === undefined ? {} : { view: select.view };
  return {
    ...(select.node === undefined ? {} : { node: select.node }),
    ...(select.key === undefined ? {} : { keyName: select.key }),
    ...(select.hash === undefined ? {} : { key: select.hash }),
    ...(select.view === undefined ? {} : { view: select.view }),
    ...(select.compared === undefined ? {} : { compared: select.compared }),
    ...(select.belief === undefined ? {} : { belief: select.belief }),
    ...(select.tab === undefined ? {} : { tab: select.tab }),
    ...(select.lookup ? { lookup: callsOf(acts) } : {}),
  };
}

/** The number of the newest look-up: those that hands begin are counted from 1. */
function callsOf(acts: readonly TimedAct[]): number {
  return acts.filter(({ act }) => ['put', 'get', 'remove', 'lookup'].includes(act.kind)).length;
}
