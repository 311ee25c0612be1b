/**
 * What part of the world is seen, and how large. The world is a box around the origin, y downwards;
 * the screen is counted in CSS pixels.
 *
 *     screen = centre + (world - looked at) × unit × zoom
 *
 * `unit` is what makes the whole world fit at zoom 1. A ring is zoomed alike both ways. A trie is
 * zoomed in width only: its levels stay where they are while ever longer prefixes come apart.
 */

export interface Camera {
  /** The point of the world in the middle of the screen. */
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** A camera on a screen of a certain size: all that is needed to place a point. */
export interface Projection {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly originX: number;
  readonly originY: number;
  readonly width: number;
  readonly height: number;
}

/** How a picture wants to be fitted and zoomed. */
export interface World {
  /** Half of its width and height. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** Is its width stretched to fill the screen, and zoomed alone? */
  readonly stretched: boolean;
  readonly maxZoom: number;
  /** Pixels on either side that are kept free for names. */
  readonly marginX: number;
  readonly marginY: number;
}

export const HOME: Camera = { x: 0, y: 0, zoom: 1 };

export function project(camera: Camera, world: World, width: number, height: number): Projection {
  // However small a screen is, some of it is left for the picture.
  const fitX = Math.max(width * 0.4, width - 2 * world.marginX) / (2 * world.halfWidth);
  const fitY = Math.max(height * 0.4, height - 2 * world.marginY) / (2 * world.halfHeight);
  const unitX = world.stretched ? fitX : Math.min(fitX, fitY);
  const scaleX = unitX * camera.zoom;
  const scaleY = world.stretched ? fitY : scaleX;
  return {
    scaleX,
    scaleY,
    originX: width / 2 - camera.x * scaleX,
    originY: height / 2 - camera.y * scaleY,
    width,
    height,
  };
}

export function screenX(p: Projection, x: number): number {
  return p.originX + x * p.scaleX;
}

export function screenY(p: Projection, y: number): number {
  return p.originY + y * p.scaleY;
}

export function worldX(p: Projection, x: number): number {
  return (x - p.originX) / p.scaleX;
}

export function worldY(p: Projection, y: number): number {
  return (y - p.originY) / p.scaleY;
}

/** Zooms by a factor so that what lies under the pointer stays there. */
export function zoomAt(
  camera: Camera,
  world: World,
  p: Projection,
  factor: number,
  atX: number,
  atY: number,
): Camera {
  const zoom = Math.min(world.maxZoom, Math.max(1, camera.zoom * factor));
  const kept = camera.zoom / zoom;
  const x = worldX(p, atX);
  const y = worldY(p, atY);
  return confine(
    {
      x: x + (camera.x - x) * kept,
      y: world.stretched ? 0 : y + (camera.y - y) * kept,
      zoom,
    },
    world,
  );
}

/** Moves the picture by so many pixels. */
export function pan(camera: Camera, world: World, p: Projection, dx: number, dy: number): Camera {
  const y = world.stretched ? 0 : camera.y - dy / p.scaleY;
  return confine({ x: camera.x - dx / p.scaleX, y, zoom: camera.zoom }, world);
}

/** The world cannot be lost: at zoom 1 it rests in the middle, closer up its edge is the limit. */
function confine(camera: Camera, world: World): Camera {
  const slack = 1 - 1 / camera.zoom;
  const limitX = world.halfWidth * slack;
  const limitY = world.halfHeight * slack;
  return {
    x: Math.min(limitX, Math.max(-limitX, camera.x)),
    y: Math.min(limitY, Math.max(-limitY, camera.y)),
    zoom: camera.zoom,
  };
}

/** Brings a point into view when it is outside of it; the zoom stays. */
export function reveal(camera: Camera, world: World, p: Projection, x: number, y: number): Camera {
  const margin = 24;
  const sx = screenX(p, x);
  const sy = screenY(p, y);
  const dx = sx < margin ? margin - sx : sx > p.width - margin ? p.width - margin - sx : 0;
  const dy = sy < margin ? margin - sy : sy > p.height - margin ? p.height - margin - sy : 0;
  return dx === 0 && dy === 0 ? camera : pan(camera, world, p, dx, dy);
}
