/**
 * The stage: the picture, and all that can be done to it with a pointer, a finger or a keyboard. Frames
 * are drawn by the browser's own beat, and only when there is something new to see.
 *
 *     wheel, pinch      zoom             click          select the node
 *     drag              move             arrows         walk from node to node along the ring
 *     0                 all in sight     + −            zoom
 *     rest on a crowd   a loupe          Tab            into the loupe, Enter selects
 */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { PaneProps } from '../model/pane.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import { usePaced } from '../ui/paced.ts';
import { useBesidePoint } from './beside-point.ts';
import { CalloutLayer, type PictureNote } from './callout-layer.tsx';
import { worldX, worldY } from './camera.ts';
import { nextPlace } from './circle-order.ts';
import { startFrameLoop } from './frame-loop.ts';
import { Legend } from './legend.tsx';
import { Loupe, type LoupeHold, useLoupe } from './loupe.tsx';
import { type MenuAt, menuAt, NodeMenu } from './node-menu.tsx';
import { readPalette } from './palette.ts';
import { cutByLine } from './picking.ts';
import { Picture } from './picture.ts';
import { type Cut, type Point, pickNode, usePointers } from './pointers.ts';
import { PointKind } from './points.ts';
import { showPicture } from './shown-pictures.ts';
import { StageTwin } from './stage-twin.tsx';
import { describeNode, tellStory } from './story.ts';
import './stage.css';

const ZOOM_STEP = 1.5;
/** Words do not change faster than they are read. */
const STORY_MS = 300;
/** From the pointer to the words on what is under it, in pixels. */
const TIP_GAP = 12;
/** A shorter line does not cut anything. */
const SHORTEST_CUT = 30;

export interface StageProps extends PaneProps {
  label: string;
  /** What is pointed at, as things are by now. */
  notesOf?: () => readonly PictureNote[];
}

const NO_NOTES = (): readonly PictureNote[] => [];

export function Stage({ model, send, label, notesOf = NO_NOTES }: StageProps) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const pictureRef = useRef<Picture | null>(null);
  /** Asks for a frame; set once the picture is there. */
  const wakeRef = useRef<() => void>(() => {});
  /** Called after each frame. */
  const drawnRef = useRef<() => void>(() => {});
  const cut = useSignal<Cut | null>(null);
  const tip = useSignal<{ x: number; y: number; node: number } | null>(null);
  const menu = useSignal<MenuAt | null>(null);
  const isDense = useSignal(false);
  const loupe = useLoupe();

  usePicture({ canvasRef, pictureRef, wakeRef, drawnRef, isDense }, model, notesOf);

  const look = (how: (picture: Picture) => void) => {
    if (pictureRef.current) how(pictureRef.current);
    wakeRef.current();
  };

  const onMenu = ({ x, y }: Point) => {
    const picture = pictureRef.current;
    tip.value = null;
    menu.value = picture && !view.picking.peek() ? menuAt(picture, model, x, y) : null;
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const picture = pictureRef.current;
    if (!picture) return;
    if (!isMenuKey(event, picture, onMenu) && !isKeyed(event.key, picture, model, loupe)) return;
    if (event.key === 'Escape') cut.value = null;
    event.preventDefault();
    wakeRef.current();
  };

  const endCut = (line: Cut) => {
    cut.value = null;
    cutOff(pictureRef.current!, model, line, send);
  };
  const pointer = usePointers({ pictureRef, wakeRef, cut, tip, model, endCut, onMenu, loupe });
  const closeMenu = useCallback(() => (menu.value = null), []);

  return (
    <div class="stage" data-tool={view.picking.value ? 'pick' : view.tool.value}>
      <div class="stage-picture">
        <div
          class="stage-surface"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is walked with the arrow keys
          tabIndex={0}
          role="application"
          aria-label={`${label}: picture of the nodes. Arrow keys walk from node to node, plus and minus zoom, 0 shows all.`}
          onKeyDown={onKeyDown}
          {...pointer}
        >
          <canvas ref={canvasRef} class="stage-canvas" />
        </div>
        <Loupe hold={loupe} model={model} pictureRef={pictureRef} />
        <CalloutLayer model={model} notesOf={notesOf} pictureRef={pictureRef} drawnRef={drawnRef} />
        <CutLine cut={cut.value} />
        <Tooltip model={model} tip={tip.value} />
        <Legend model={model} isDense={isDense} />
        <ZoomButtons look={look} />
        <Hint />
        {menu.value && (
          <NodeMenu
            at={menu.value}
            model={model}
            act={(act) => send({ do: 'act', act })}
            close={closeMenu}
          />
        )}
      </div>
      <Story model={model} />
      <StageTwin model={model} label={label} />
    </div>
  );
}

interface PictureRefs {
  canvasRef: { current: HTMLCanvasElement | null };
  pictureRef: { current: Picture | null };
  wakeRef: { current: () => void };
  drawnRef: { current: () => void };
  isDense: Signal<boolean>;
}

/** The picture of a model while the stage stands, in the colours of the page. */
function usePicture(
  { canvasRef, pictureRef, wakeRef, drawnRef, isDense }: PictureRefs,
  model: SceneModel,
  notesOf: () => readonly PictureNote[],
): void {
  const notesRef = useRef(notesOf);
  notesRef.current = notesOf;
  useEffect(() => {
    const canvas = canvasRef.current!;
    const picture = new Picture(canvas, model, readPalette(canvas), isDense);
    pictureRef.current = picture;
    showPicture(model, canvas, picture);
    const stop = startFrameLoop(
      ...([canvas, picture, model, wakeRef, drawnRef] as const),
      () => notesRef.current().length > 0,
    );
    return () => {
      stop();
      pictureRef.current = null;
    };
  }, [model]);

  useSignalEffect(() => {
    view.theme.value;
    // The page changes its variables in an effect too: look when all of them have run.
    queueMicrotask(() => {
      const canvas = canvasRef.current;
      if (canvas) pictureRef.current?.setPalette(readPalette(canvas));
      wakeRef.current();
    });
  });
}

/** The key for menus: it opens that of the node that is selected. */
function isMenuKey(
  { key, shiftKey }: KeyboardEvent,
  picture: Picture,
  onMenu: (point: Point) => void,
): boolean {
  if (key !== 'ContextMenu' && !(key === 'F10' && shiftKey)) return false;
  const at = picture.whereIs(view.selectedNode.peek());
  if (at) onMenu(at);
  return at !== null;
}

/** Keys after which a crowd is elsewhere, or not wanted. */
const LOUPE_CLOSED_BY: ReadonlySet<string> = new Set(['+', '=', '-', '0', 'Escape']);

/** Does a key do something on the stage? Then it is done. */
function isKeyed(key: string, picture: Picture, model: SceneModel, loupe: LoupeHold): boolean {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
  if (LOUPE_CLOSED_BY.has(key)) loupe.hide();
  if (by === 1 || by === -1) {
    walk(picture, model, by);
    loupe.show(picture, view.selectedNode.peek());
  } else if (key === 'Enter') pickNode(view.selectedNode.peek());
  else if (key === '+' || key === '=') picture.zoom(ZOOM_STEP);
  else if (key === '-') picture.zoom(1 / ZOOM_STEP);
  else if (key === '0') picture.reset();
  else if (key === 'Escape') {
    view.tool.value = 'select';
    view.selectedNode.value = -1;
  } else return false;
  return true;
}

/** What the next press of the pointer means, where it is not the usual. */
function Hint() {
  const picking = view.picking.value;
  if (picking) {
    return <p class="stage-hint is-asked">Click the {picking.of}</p>;
  }
  if (view.tool.value !== 'partition') return null;
  return <p class="stage-hint">Draw a line: the nodes on either side lose sight of each other.</p>;
}

function ZoomButtons({ look }: { look: (how: (picture: Picture) => void) => void }) {
  const by = (factor: number) => () => look((picture) => picture.zoom(factor));
  return (
    <div class="stage-zoom">
      <button type="button" onClick={by(ZOOM_STEP)} aria-label="Closer" title="Closer (+)">
        +
      </button>
      <button type="button" onClick={by(1 / ZOOM_STEP)} aria-label="Farther" title="Farther (−)">
        −
      </button>
      <button
        type="button"
        onClick={() => look((picture) => picture.reset())}
        aria-label="Show all"
        title="Show all (0)"
      >
        ⤢
      </button>
    </div>
  );
}

/** The network is cut along a line, unless that was hardly one. */
function cutOff(picture: Picture, model: SceneModel, line: Cut, send: PaneProps['send']): void {
  if (Math.hypot(line.x1 - line.x0, line.y1 - line.y0) < SHORTEST_CUT) return;
  const nodes = nodesCutOff(picture, model, line);
  view.tool.value = 'select';
  if (nodes.length > 0) send({ do: 'act', act: { kind: 'partition', nodes, oneWay: false } });
}

/** The nodes on the smaller side of a line that was drawn on the screen. */
function nodesCutOff({ projection: p, layout }: Picture, model: SceneModel, line: Cut): number[] {
  return cutByLine(layout.positions, model.placeCount, model.nodeOf, model.nodeCount, {
    x0: worldX(p, line.x0),
    y0: worldY(p, line.y0),
    x1: worldX(p, line.x1),
    y1: worldY(p, line.y1),
  });
}

function Story({ model }: { model: SceneModel }) {
  model.hello.value;
  usePaced([model.tick, model.keysTick], STORY_MS);
  const text = tellStory(model, view.selectedKey.value, view.selectedNode.value);
  return (
    <p class="stage-story" aria-live="polite">
      {text}
    </p>
  );
}

function CutLine({ cut }: { cut: Cut | null }) {
  if (!cut) return null;
  return (
    <svg class="stage-cut" aria-hidden="true">
      <line x1={cut.x0} y1={cut.y0} x2={cut.x1} y2={cut.y1} />
    </svg>
  );
}

function Tooltip({
  model,
  tip,
}: {
  model: SceneModel;
  tip: { x: number; y: number; node: number } | null;
}) {
  const box = useBesidePoint(tip, TIP_GAP);
  if (!tip) return null;
  const [title, ...lines] = describeNode(model, tip.node);
  return (
    <div class="stage-tip" ref={box} aria-hidden="true">
      <strong>{title}</strong>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </div>
  );
}

/** Selects the next node along the ring, and brings it into sight. */
function walk(picture: Picture, model: SceneModel, by: 1 | -1): void {
  const { layout } = picture;
  if (layout.placeCount === 0) return;
  const shown = (place: number) => layout.kinds[place] !== PointKind.hidden;
  const from = layout.homeOf(view.selectedNode.peek());
  const start = from >= 0 ? from : layout.circle.order[layout.placeCount - 1];
  let place = nextPlace(layout.circle, start, by, shown);
  // Identities of one host side by side are one step.
  for (let tried = 0; place >= 0 && model.nodeOf[place] === view.selectedNode.peek(); tried++) {
    if (tried === 64) break;
    place = nextPlace(layout.circle, place, by, shown);
  }
  if (place < 0) return;
  view.selectedNode.value = model.nodeOf[place];
  picture.reveal(view.selectedNode.value);
}
