/**
 * The words of a lesson beside what they name, each tied to it by a line. They are elements of the page,
 * so that they can be read out, and are moved after each frame to where their things are by then.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SceneModel } from '../model/scene-model.ts';
import { usePaced } from '../ui/paced.ts';
import { nearestPoint, placeCallouts, type Wanted } from './callouts.ts';
import type { Picture } from './picture.ts';

/** A few words beside a thing in the picture. */
export interface PictureNote {
  node?: number;
  /** By its name. */
  key?: string;
  /** Or a point: 40 hexadecimal digits. */
  hash?: string;
  text: string;
  tone?: string;
}

interface CalloutProps {
  model: SceneModel;
  notesOf: () => readonly PictureNote[];
  pictureRef: { current: Picture | null };
  /** Called after each frame. */
  drawnRef: { current: () => void };
}

/** Words do not change faster than they are read. */
const REDRAW_MS = 150;

export function CalloutLayer({ model, notesOf, pictureRef, drawnRef }: CalloutProps) {
  usePaced([model.tick, model.keysTick, model.nodeTick, model.lookupsTick], REDRAW_MS);
  const box = useRef<HTMLDivElement>(null);
  const lines = useRef<SVGPathElement>(null);
  const notes = notesOf();
  const key = JSON.stringify(notes);
  useLayoutEffect(() => {
    const move = () => place(pictureRef.current, model, notes, box.current, lines.current);
    drawnRef.current = move;
    move();
    return () => {
      drawnRef.current = () => {};
    };
  }, [key, model]);
  return (
    <>
      <svg class="stage-ties" aria-hidden="true">
        <path ref={lines} />
      </svg>
      <div class="stage-notes" ref={box}>
        {notes.map((note, i) => (
          <span key={i} class={`stage-note is-${note.tone ?? 'plain'}`}>
            {note.text}
          </span>
        ))}
      </div>
    </>
  );
}

/** A line ends so far from the middle of what it leads to, in pixels. */
const RIM = 12;

function place(
  picture: Picture | null,
  model: SceneModel,
  notes: readonly PictureNote[],
  box: HTMLElement | null,
  lines: SVGPathElement | null,
): void {
  if (!picture || !box || !lines) return;
  const { width, height } = picture.projection;
  const elements = [...box.children] as HTMLElement[];
  let dots = '';
  const seen: { element: HTMLElement; wanted: Wanted }[] = [];
  for (const [i, note] of notes.entries()) {
    const element = elements[i];
    if (!element) continue;
    const at = whereIs(picture, model, note);
    const isIn = at !== null && at.x >= 0 && at.y >= 0 && at.x <= width && at.y <= height;
    if (isIn && note.hash !== undefined) dots += dotAt(at);
    element.hidden = !isIn || note.text === '';
    if (element.hidden || !isIn) continue;
    const size = { width: element.offsetWidth, height: element.offsetHeight };
    seen.push({ element, wanted: { ...at, ...size, angle: picture.freeWay(at) } });
  }
  const bounds = { x: 4, y: 4, width: width - 8, height: height - 8 };
  const boxes = placeCallouts(
    seen.map(({ wanted }) => wanted),
    picture.obstacles,
    bounds,
  );
  let path = '';
  for (const [i, { element, wanted }] of seen.entries()) {
    const to = boxes[i];
    element.style.transform = `translate(${Math.round(to.x)}px, ${Math.round(to.y)}px)`;
    const from = nearestPoint(to, wanted.x, wanted.y);
    const away = Math.hypot(from.x - wanted.x, from.y - wanted.y);
    if (away <= RIM) continue;
    const x = wanted.x + ((from.x - wanted.x) * RIM) / away;
    const y = wanted.y + ((from.y - wanted.y) * RIM) / away;
    path += `M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  lines.setAttribute('d', path + dots);
}

/** A point of the circle where nothing stands. */
const dotAt = ({ x, y }: { x: number; y: number }): string =>
  `M${(x - 4).toFixed(1)} ${y.toFixed(1)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`;

function whereIs(
  picture: Picture,
  model: SceneModel,
  { node, key, hash }: PictureNote,
): { x: number; y: number } | null {
  if (hash !== undefined) return picture.whereIsKey(hash);
  if (node !== undefined) return picture.whereIs(node);
  for (const view of model.keys.values()) {
    if (view.name === key) return picture.whereIsKey(view.key);
  }
  return null;
}
