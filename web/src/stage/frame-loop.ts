/**
 * When the picture is drawn: at the browser's own beat, once for all that is new, and not at all while
 * nothing is. While time runs each beat has something new, for messages fly between the source's frames.
 */
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { chosenLookup } from './chosen-lookup.ts';
import { readPalette } from './palette.ts';
import type { Picture, Selection } from './picture.ts';

/** Finer than this is not seen, and costs four times the pixels. */
const FINEST_RATIO = 2;

/** Draws whenever something is new, at the browser's beat; answers how to stop. `isNoted`: a lesson names things. */
export function startFrameLoop(
  canvas: HTMLCanvasElement,
  picture: Picture,
  model: SceneModel,
  wakeRef: { current: () => void },
  drawnRef: { current: () => void },
  isNoted: () => boolean,
): () => void {
  const motion = matchMedia('(prefers-reduced-motion: reduce)');
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  let asked = 0;
  const frame = (nowMs: number) => {
    asked = 0;
    picture.draw(view.viewKind.peek(), selectionOf(model, isNoted()), nowMs, motion.matches);
    drawnRef.current();
    // While time runs messages move between the frames of the source.
    if (model.playing.peek()) wake();
  };
  const wake = () => {
    if (asked === 0) asked = requestAnimationFrame(frame);
  };
  wakeRef.current = wake;
  const measure = () => {
    const { width, height } = canvas.parentElement!.getBoundingClientRect();
    picture.resize(width, height, Math.min(FINEST_RATIO, devicePixelRatio || 1));
    wake();
  };
  const recolour = () => {
    picture.setPalette(readPalette(canvas));
    wake();
  };
  const observer = new ResizeObserver(measure);
  observer.observe(canvas.parentElement!);
  scheme.addEventListener('change', recolour);
  const signals = [
    model.tick,
    model.keysTick,
    model.lookupsTick,
    model.nodeTick,
    model.playing,
    view.selectedNode,
    view.hoveredNode,
    view.selectedKey,
    view.selectedLookup,
    view.lookupStep,
    view.viewKind,
    view.comparedNode,
    view.showsBelief,
  ];
  const ends = signals.map((signal) => signal.subscribe(wake));
  measure();
  return () => {
    for (const end of ends) end();
    observer.disconnect();
    scheme.removeEventListener('change', recolour);
    if (asked !== 0) cancelAnimationFrame(asked);
    wakeRef.current = () => {};
  };
}

function selectionOf(model: SceneModel, isNoted: boolean): Selection {
  return {
    isNoted,
    node: view.selectedNode.peek(),
    hovered: view.hoveredNode.peek(),
    key: view.selectedKey.peek(),
    lookup: chosenLookup(model, view.selectedLookup.peek()),
    lookupStep: view.lookupStep.peek(),
    compared: view.comparedNode.peek(),
    belief: view.showsBelief.peek(),
  };
}
