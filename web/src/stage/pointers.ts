/**
 * What pointers do on the stage: one moves the picture or selects, two pinch it, and with the tool for
 * partitions one draws the line.
 */
import { useRef } from 'preact/hooks';
import type { SceneModel } from '../model/scene-model.ts';
import { view } from '../model/view-state.ts';
import type { LoupeHold } from './loupe.tsx';
import type { Picture } from './picture.ts';

/** A press that moves less than this is a click, in pixels. */
const CLICK_SLACK = 4;

/** A pointer that moves less stays with its loupe, so that it can come onto it, in pixels. */
const LOUPE_HELD = 22;

/** A finger that rests so long asks for a menu. */
const PRESS_MS = 550;

/** A line from one pixel to another. */
export interface Cut {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

export interface Point {
  x: number;
  y: number;
}

interface PointerTask {
  pictureRef: { current: Picture | null };
  wakeRef: { current: () => void };
  cut: { value: Cut | null };
  tip: { value: { x: number; y: number; node: number } | null };
  model: SceneModel;
  endCut: (line: Cut) => void;
  /** A right click or a long press. */
  onMenu: (point: Point) => void;
  loupe: LoupeHold;
}

/** The handlers of an element, by their names. */
export function usePointers(task: PointerTask) {
  const { pictureRef, wakeRef, cut, tip, model, endCut, onMenu, loupe } = task;
  const downRef = useRef(new Map<number, Point>());
  const movedRef = useRef(0);
  const press = usePress((point) => {
    if (downRef.current.size !== 1 || movedRef.current > CLICK_SLACK) return;
    movedRef.current = Number.POSITIVE_INFINITY;
    onMenu(point);
  });

  const onPointerDown = (event: PointerEvent) => {
    const point = at(event);
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    downRef.current.set(event.pointerId, point);
    press.begin(event, point);
    if (downRef.current.size > 1) {
      // Two fingers pinch: what the first of them began was no line.
      cut.value = null;
      return;
    }
    movedRef.current = 0;
    if (view.tool.peek() === 'partition') {
      cut.value = { x0: point.x, y0: point.y, x1: point.x, y1: point.y };
    }
  };

  const onPointerMove = (event: PointerEvent) => {
    const picture = pictureRef.current;
    if (!picture) return;
    const point = at(event);
    const before = downRef.current.get(event.pointerId);
    if (!before) {
      hover(picture, task, point.x, point.y);
      return;
    }
    tip.value = null;
    if (cut.value) {
      cut.value = { ...cut.value, x1: point.x, y1: point.y };
      return;
    }
    loupe.hide();
    movedRef.current += Math.hypot(point.x - before.x, point.y - before.y);
    drag(picture, downRef.current, event.pointerId, point, movedRef.current > CLICK_SLACK);
    wakeRef.current();
  };

  const onPointerUp = (event: PointerEvent) => {
    const picture = pictureRef.current;
    press.end();
    const wasDown = downRef.current.delete(event.pointerId);
    if (!picture || !wasDown) return;
    const point = at(event);
    if (cut.value) {
      endCut({ ...cut.value, x1: point.x, y1: point.y });
      return;
    }
    if (movedRef.current > CLICK_SLACK || downRef.current.size > 0 || event.button === 2) return;
    if (view.picking.peek()) answer(picture, model, point);
    else select(picture, point);
    if (event.pointerType === 'touch') loupe.show(picture, picture.pick(point.x, point.y));
  };

  const onPointerCancel = (event: PointerEvent) => {
    press.end();
    downRef.current.delete(event.pointerId);
    cut.value = null;
  };

  const onPointerLeave = () => {
    tip.value = null;
    loupe.leave();
    view.hoveredNode.value = -1;
  };

  const onContextMenu = menuBy(press, onMenu);
  const down = { onContextMenu, onPointerDown, onPointerMove, onPointerUp };
  return { ...down, onPointerCancel, onPointerLeave, onWheel: wheelBy(task) };
}

/** Where something happens, on the element that hears of it. */
function at(event: MouseEvent): Point {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** A right click, or the key for menus. */
const menuBy = (press: { end(): void }, onMenu: (point: Point) => void) => (event: MouseEvent) => {
  event.preventDefault();
  press.end();
  onMenu(at(event));
};

/** A finger that rests. */
function usePress(onPress: (point: Point) => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  return {
    begin(event: PointerEvent, point: Point) {
      clearTimeout(timer.current);
      if (event.pointerType === 'touch') timer.current = setTimeout(() => onPress(point), PRESS_MS);
    },
    end() {
      clearTimeout(timer.current);
    },
  };
}

const wheelBy = (task: PointerTask) => (event: WheelEvent) => {
  event.preventDefault();
  const picture = task.pictureRef.current;
  if (!picture) return;
  task.loupe.hide();
  zoomByWheel(picture, event);
  task.wakeRef.current();
};

function zoomByWheel(picture: Picture, event: WheelEvent): void {
  const point = at(event);
  // Lines and pages instead of pixels, as some mice say it.
  const pixels = event.deltaY * (event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 16 : 400);
  picture.zoom(Math.exp(-pixels * 0.0016), point.x, point.y);
}

/** One of those that are down has moved: the picture goes with it. */
function drag(
  picture: Picture,
  down: Map<number, Point>,
  id: number,
  point: Point,
  isMove: boolean,
): void {
  const before = down.get(id)!;
  const other = [...down].find(([one]) => one !== id)?.[1];
  if (other) pinch(picture, before, point, other);
  else if (isMove) picture.pan(point.x - before.x, point.y - before.y);
  down.set(id, point);
}

/** One finger of two has moved: the picture keeps under both what was there. */
function pinch(picture: Picture, before: Point, point: Point, other: Point): void {
  const was = Math.hypot(before.x - other.x, before.y - other.y);
  const is = Math.hypot(point.x - other.x, point.y - other.y);
  if (was > 0) picture.zoom(is / was, (point.x + other.x) / 2, (point.y + other.y) / 2);
  picture.pan((point.x - before.x) / 2, (point.y - before.y) / 2);
}

/** The key or the node at a point becomes the one that is looked at. */
function select(picture: Picture, { x, y }: Point): void {
  const key = picture.pickKey(x, y);
  if (key !== null) {
    view.selectedKey.value = key;
    view.tab.value = 'keys';
    return;
  }
  const node = picture.pick(x, y);
  view.selectedNode.value = node;
  if (node >= 0) view.tab.value = 'node';
}

/** A question is answered with what lies at a point, if that is what is asked for. */
function answer(picture: Picture, model: SceneModel, { x, y }: Point): void {
  if (view.picking.peek()?.of === 'node') {
    pickNode(picture.pick(x, y));
    return;
  }
  const key = picture.pickKey(x, y);
  const name = key === null ? null : (model.keys.get(key)?.name ?? key);
  if (name !== null) view.picking.peek()?.take(name);
}

/** A node is the answer to the question that is asked; nothing happens where none is. */
export function pickNode(node: number): void {
  const picking = view.picking.peek();
  if (picking?.of === 'node' && node >= 0) picking.take(node);
}

/** What is said of the node under the pointer: of one, its name; of a crowd, a loupe. */
function hover(
  picture: Picture,
  { model, tip, loupe }: Pick<PointerTask, 'model' | 'tip' | 'loupe'>,
  x: number,
  y: number,
): void {
  const node = picture.pick(x, y);
  const open = loupe.at.peek();
  if (open && Math.hypot(open.x - x, open.y - y) < LOUPE_HELD) return;
  const isOther = view.hoveredNode.peek() !== node;
  if (isOther) view.hoveredNode.value = node;
  if (node < 0 || node >= model.nodeCount) {
    tip.value = null;
    loupe.leave();
    return;
  }
  if (isOther && loupe.show(picture, node)) tip.value = null;
  else if (loupe.at.peek() === null && tip.value?.node !== node) tip.value = { x, y, node };
}
