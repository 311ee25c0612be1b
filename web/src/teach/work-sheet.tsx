/**
 * The work sheet of a lesson, for paper: each step with a picture of how it begins, its question and room
 * to write; the answers on a page of their own, for the teacher.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Lesson, selectionOf } from '../lessons/lesson.ts';
import { Told } from '../lessons/told.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { readPalette } from '../stage/palette.ts';
import { Picture } from '../stage/picture.ts';
import type { Studio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { runSheet, type SheetStep } from './sheet-run.ts';
import './work-sheet.css';

const WIDTH = 640;
const HEIGHT = 460;
/** Sharp enough for paper. */
const RATIO = 2;

export function WorkSheet({ studio, lesson }: { studio: Studio; lesson: Lesson }) {
  const [steps, setSteps] = useState<readonly SheetStep[]>([]);
  const [trouble, setTrouble] = useState('');
  const dialog = useRef<HTMLDialogElement>(null);
  const page = useRef<HTMLElement>(null);
  useEffect(() => {
    let isOver = false;
    dialog.current?.showModal();
    document.body.classList.add('has-sheet');
    const draw = (model: SceneModel, i: number) => pictureOf(page.current!, model, lesson, i);
    const found: SheetStep[] = [];
    const add = (step: SheetStep) => {
      found.push(step);
      if (!isOver) setSteps([...found]);
    };
    runSheet(lesson, studio.openLab, draw, add, () => isOver).catch((error: Error) =>
      setTrouble(error.message),
    );
    return () => {
      isOver = true;
      document.body.classList.remove('has-sheet');
    };
  }, [lesson, studio]);
  const isWhole = steps.length === lesson.steps.length;
  const close = () => (studio.sheet.value = null);
  return (
    <dialog class="sheet" ref={dialog} aria-labelledby="sheet-title" onClose={close}>
      <header class="sheet-tools">
        <button type="button" class="primary" disabled={!isWhole} onClick={() => print()}>
          Print
        </button>
        <span role="status">
          {trouble ||
            (isWhole ? '' : `Drawing step ${steps.length + 1} of ${lesson.steps.length} …`)}
        </span>
        <button type="button" class="plain icon" aria-label="Close the work sheet" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <article class="sheet-page" ref={page}>
        <h1 id="sheet-title">{lesson.title}</h1>
        <p>{lesson.about}</p>
        <p class="sheet-name">Name: ______________________________ Date: ______________</p>
        {steps.map((step, i) => (
          <Step key={i} step={step} number={i + 1} />
        ))}
        {isWhole && <Answers steps={steps} />}
        <p class="sheet-foot">{linkOf(lesson)}</p>
      </article>
    </dialog>
  );
}

function Step({ step, number }: { step: SheetStep; number: number }) {
  return (
    <section class="sheet-step">
      <h2>{number}</h2>
      {step.text !== '' && <p>{step.text}</p>}
      <div class="sheet-pictures">
        {step.pictures.map((address, i) => (
          <img
            key={i}
            src={address}
            width={WIDTH}
            height={HEIGHT}
            alt={`How step ${number} begins`}
          />
        ))}
      </div>
      <p class="sheet-question">
        {step.ask === '' ? 'What do you see happen, and why?' : onPaper(step.ask)}
      </p>
      {step.choices.length > 0 && (
        <ul>
          {step.choices.map((choice) => (
            <li key={choice}>☐ {choice}</li>
          ))}
        </ul>
      )}
      <div class="sheet-lines" />
    </section>
  );
}

/** Nobody clicks on paper. */
export function onPaper(ask: string): string {
  return ask.replace(/ Click [^.?]*\.$/, ' Mark it in the picture.');
}

function Answers({ steps }: { steps: readonly SheetStep[] }) {
  return (
    <section class="sheet-answers">
      <h2>Answers</h2>
      <ol>
        {steps.map(({ notice, right }, i) => (
          <li key={i}>
            {right.length > 0 && <strong>{right.map(wordsOf).join(' or ')}. </strong>}
            {notice}
          </li>
        ))}
      </ol>
    </section>
  );
}

const wordsOf = (answer: number | string) =>
  typeof answer === 'number' ? `Node ${answer}` : answer;

function linkOf(lesson: Lesson): string {
  return new URL(`#lesson=${lesson.id}`, location.href).href;
}

/** As the step begins, with what it selects but what would give its answer away. */
function pictureOf(page: HTMLElement, model: SceneModel, lesson: Lesson, i: number): string {
  const canvas = document.createElement('canvas');
  const picture = new Picture(canvas, model, readPalette(page));
  picture.resize(WIDTH, HEIGHT, RATIO);
  const { view = 'ring', key, node = -1 } = selectionOf(lesson, i);
  const isHidden = lesson.steps[i].ask?.hides ?? false;
  const selected = key === undefined || isHidden ? undefined : new Told(model).key(key);
  const selection = {
    ...{ node, hovered: -1, lookup: null, lookupStep: -1 },
    key: selected?.key ?? null,
  };
  picture.draw(view, selection, 0, true);
  return canvas.toDataURL('image/png');
}
