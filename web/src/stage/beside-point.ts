/**
 * What opens at a point of the picture, a menu or the words on a node, stays wholly on it: to the right of the
 * point and below it, or on the other side where there is no room.
 */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Where the left upper corner of a box comes, in pixels of the picture. */
export function besidePoint(
  { x, y }: { x: number; y: number },
  box: Extent,
  room: Extent,
  gap = 0,
): { left: number; top: number } {
  return {
    left: beyond(x, box.width, room.width, gap),
    top: beyond(y, box.height, room.height, gap),
  };
}

/** Behind a point, before it where the room ends too soon, and never out of the room. */
function beyond(at: number, length: number, room: number, gap: number): number {
  if (at + gap + length <= room) return at + gap;
  return Math.max(0, Math.min(at - gap - length, room - length));
}

/** Keeps an element of the picture beside a point, whatever is in it. */
export function useBesidePoint(
  point: { x: number; y: number } | null,
  gap = 0,
): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    const room = element?.parentElement;
    if (!element || !room || point === null) return;
    const { left, top } = besidePoint(
      point,
      { width: element.offsetWidth, height: element.offsetHeight },
      { width: room.clientWidth, height: room.clientHeight },
      gap,
    );
    element.style.left = `${left}px`;
    element.style.top = `${top}px`;
  });
  return box;
}
