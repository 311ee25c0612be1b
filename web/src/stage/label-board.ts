/**
 * The words of one frame: where each will stand is settled first, so that none lies on another or on the
 * mark of a node; they are written last, above all lines.
 */
import { type Box, overlap } from './callouts.ts';

export interface Word {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  readonly align: CanvasTextAlign;
  readonly font: string;
  /** Where it stands. */
  readonly box: Box;
}

export class LabelBoard {
  readonly words: Word[] = [];
  /** Of the words. */
  readonly boxes: Box[] = [];
  /** Marks of nodes, as far as words shall keep off them. */
  readonly #marks: readonly Box[];

  constructor(marks: readonly Box[] = []) {
    this.#marks = marks;
  }

  /** Would a box lie on nothing? `own`: a thing that it may touch, because it names it. */
  isFree(box: Box): boolean {
    const lies = (other: Box) => overlap(box, other) > 0;
    return !this.boxes.some(lies) && !this.#marks.some(lies);
  }

  /** Something stands there that is no word. */
  block(box: Box): void {
    this.boxes.push(box);
  }

  add(word: Word): void {
    this.words.push(word);
    this.boxes.push(word.box);
  }
}

/** The box of a word whose middle line is at `y`. */
export function boxOfWord(
  width: number,
  size: number,
  x: number,
  y: number,
  align: CanvasTextAlign,
): Box {
  const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
  return { x: left - 1, y: y - size / 2 - 1, width: width + 2, height: size + 2 };
}
