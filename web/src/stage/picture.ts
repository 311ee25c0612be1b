/**
 * The whole picture, layer on layer. What stands still (the ring or the trie, and all nodes) has
 * canvases of its own and is drawn again only when it changed or the camera moved. What moves or is
 * selected is drawn in each frame, between and above copies of them.
 *
 *     above     keys, route, rims ──────────┐   each frame
 *     nodes     marks or points             │   when changed
 *     beneath   ownership, buckets, flights ├─▶ the canvas that is seen
 *     ground    ring and arcs, or trie ─────┘   when changed
 */
import { type Signal, signal } from '@preact/signals';
import type { LookupView } from 'ringlight/scene';
import { turnOfText } from '../model/ids.ts';
import type { SceneModel } from '../model/scene-model.ts';
import type { ViewKind } from '../model/view-state.ts';
import { drawBelief } from './belief-layer.ts';
import type { Box } from './callouts.ts';
import {
  type Camera,
  HOME,
  type Projection,
  pan,
  project,
  reveal,
  screenX,
  screenY,
  zoomAt,
} from './camera.ts';
import { drawCampNames, drawCamps } from './camp-layer.ts';
import { DENSE_FROM } from './density.ts';
import { DensityLayer } from './density-layer.ts';
import { type DrawContext, KEYS_Y, keysRadius, writeLabels } from './draw-context.ts';
import { drawFlights } from './flight-layer.ts';
import { drawGraves } from './grave-layer.ts';
import { drawHolders, drawKeys, drawOwnership } from './key-layer.ts';
import { LabelBoard, type Word } from './label-board.ts';
import { StageLayout } from './layout.ts';
import { drawContacts, drawFromNode, markNode } from './node-layer.ts';
import { drawNodeMarks, largestMark, markRadius } from './node-marks.ts';
import { type Palette, pixelOf } from './palette.ts';
import { type Pickable, pickInTrie, pickOnRing } from './picking.ts';
import { POINT_KINDS, PointKind, paintPoints, pointSize } from './points.ts';
import { ringX, ringY } from './ring-geometry.ts';
import { drawDeviations, drawOwnedArc, drawRing, keepOffScale } from './ring-layer.ts';
import { drawRoute } from './route-layer.ts';
import { SceneClock } from './scene-clock.ts';
import { drawSybilNames } from './sybil-layer.ts';
import { trieX } from './trie-geometry.ts';
import { drawTrie } from './trie-layer.ts';
import { findDeviations, newDeviations } from './truth.ts';

/** So many are drawn with a shape, more as points. */
export const MARKS_SHOWN = 2000;
/** A world larger than this is painted again at most every so often while only states change. */
const LARGE_WORLD = 20_000;
const LARGE_WORLD_MS = 100;
/** Pixels between marks that touch. */
const RIM = 2;
/** On the smallest of screens marks may lie on each other a little, in radii. */
const LOOSEST = 0.2;
/** A smaller picture has no room for the names of keys that nobody speaks of, in pixels. */
const TIGHT = 340;
/** Where more stand, words lie on marks. */
const NOTED_UP_TO = 600;
const KEYS_NOTED_UP_TO = 40;
/** How near a click must be, in pixels. */
const REACH = 14;
const KEY_REACH = 7;
/** Points so near to each other are hard to hit, in pixels. */
const CROWDED = 6;

export interface Selection {
  readonly node: number;
  readonly hovered: number;
  readonly key: string | null;
  readonly lookup: LookupView | null;
  readonly lookupStep: number;
  /** Whose path is drawn beside that of the selected node; -1 for none. */
  readonly compared?: number;
  /** What the selected node believes is drawn over what is so. */
  readonly belief?: boolean;
  /** A lesson names what is to be seen. */
  readonly isNoted?: boolean;
}

export class Picture {
  readonly layout = new StageLayout();
  camera: Camera = HOME;
  projection: Projection;
  readonly #model: SceneModel;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #ground: CanvasRenderingContext2D;
  readonly #nodes: CanvasRenderingContext2D;
  #image: ImageData | null = null;
  #pixels = new Uint32Array(0);
  readonly #density: DensityLayer;
  /** Is what is in sight drawn as density? */
  readonly isDense: Signal<boolean>;
  readonly #clock = new SceneClock();
  readonly #deviations = newDeviations();
  /** The words of this frame. */
  #labels = new LabelBoard();
  #deviationsTick = -1;
  #deviationsMs = 0;
  /** Flights in the frame before. */
  #crowd = 0;
  /** Places within sight, to be drawn as marks. */
  #marks = new Uint32Array(MARKS_SHOWN);
  #colours = new Uint32Array(POINT_KINDS);
  #palette: Palette;
  #width = 0;
  #height = 0;
  #ratio = 1;
  /** What the base was drawn of. */
  #drawnVersion = -1;
  #drawnCamera: Camera | null = null;
  #drawnMs = 0;
  #stale = true;
  /** Was the ground last drawn without its canvas? */
  #isGroundStale = true;

  constructor(
    canvas: HTMLCanvasElement,
    model: SceneModel,
    palette: Palette,
    isDense: Signal<boolean> = signal(false),
  ) {
    this.isDense = isDense;
    this.#canvas = canvas;
    this.#model = model;
    this.#context = canvas.getContext('2d')!;
    this.#ground = canvas.ownerDocument.createElement('canvas').getContext('2d')!;
    this.#nodes = canvas.ownerDocument.createElement('canvas').getContext('2d')!;
    this.#density = new DensityLayer(canvas.ownerDocument);
    this.#palette = palette;
    this.#takePalette(palette);
    this.projection = project(HOME, this.layout.world, 1, 1);
  }

  /** Sizes in CSS pixels; `ratio` pixels of the device for each. */
  resize(width: number, height: number, ratio: number): void {
    if (width === this.#width && height === this.#height && ratio === this.#ratio) return;
    this.#width = width;
    this.#height = height;
    this.#ratio = ratio;
    for (const { canvas } of [this.#context, this.#ground, this.#nodes]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    this.#image = null;
    this.#density.resize(this.#canvas.width, this.#canvas.height, ratio);
    this.#stale = true;
  }

  setPalette(palette: Palette): void {
    this.#takePalette(palette);
    this.#stale = true;
  }

  zoom(factor: number, x = this.#width / 2, y = this.#height / 2): void {
    this.camera = zoomAt(this.camera, this.layout.world, this.projection, factor, x, y);
  }

  pan(dx: number, dy: number): void {
    this.camera = pan(this.camera, this.layout.world, this.projection, dx, dy);
  }

  reset(): void {
    this.camera = HOME;
  }

  /** Moves the camera so far that a node can be seen. */
  reveal(node: number): void {
    const place = this.layout.homeOf(node);
    if (place < 0 || this.camera.zoom === 1) return;
    const { positions, world } = this.layout;
    const x = positions[2 * place];
    if (Number.isNaN(x)) return;
    this.camera = reveal(this.camera, world, this.projection, x, positions[2 * place + 1]);
  }

  get pickable(): Pickable {
    const { positions, circle, kinds } = this.layout;
    return { positions, circle, shown: (place) => kinds[place] !== PointKind.hidden };
  }

  /** Marks nearer to each other than this are a crowd, in pixels. */
  get crowdReach(): number {
    return Math.max(CROWDED, markRadius(this.layout, this.projection.scaleX) * 1.2);
  }

  /** The node under a point of the canvas; -1 for none. */
  pick(x: number, y: number): number {
    const { layout, pickable } = this;
    const pick = layout.kind === 'ring' ? pickOnRing : pickInTrie;
    const place = pick(pickable, this.projection, x, y, REACH);
    return place < 0 ? -1 : this.#model.nodeOf[place];
  }

  /** The key under a point of the canvas; null for none. */
  pickKey(x: number, y: number): string | null {
    let found: string | null = null;
    let least = KEY_REACH * KEY_REACH;
    const { layout, projection } = this;
    const ring = layout.kind === 'ring';
    const radius = keysRadius(layout, projection, markRadius(layout, projection.scaleX));
    for (const [key, { state }] of this.#model.keys) {
      if (state === 'removed') continue;
      const turn = turnOfText(key);
      const dx = screenX(this.projection, ring ? ringX(turn, radius) : trieX(turn)) - x;
      const dy = screenY(this.projection, ring ? ringY(turn, radius) : KEYS_Y) - y;
      if (dx * dx + dy * dy > least) continue;
      least = dx * dx + dy * dy;
      found = key;
    }
    return found;
  }

  /** Where a node is on the canvas; null when it is not on it. */
  whereIs(node: number): { x: number; y: number } | null {
    const place = this.layout.homeOf(node);
    if (place < 0) return null;
    const x = screenX(this.projection, this.layout.positions[2 * place]);
    const y = screenY(this.projection, this.layout.positions[2 * place + 1]);
    return Number.isNaN(x) ? null : { x, y };
  }

  /** The same of a key. */
  whereIsKey(key: string): { x: number; y: number } {
    const { layout, projection } = this;
    const turn = turnOfText(key);
    const ring = layout.kind === 'ring';
    const radius = keysRadius(layout, projection, markRadius(layout, projection.scaleX));
    return {
      x: screenX(projection, ring ? ringX(turn, radius) : trieX(turn)),
      y: screenY(projection, ring ? ringY(turn, radius) : KEYS_Y),
    };
  }

  /** Which way from a point nothing stands: towards the middle of a circle, up from the leaves of a tree. */
  freeWay({ x, y }: { x: number; y: number }): number {
    if (this.layout.kind === 'trie') return -Math.PI / 2;
    return Math.atan2(screenY(this.projection, 0) - y, screenX(this.projection, 0) - x);
  }

  /** What is written in the picture, and where. */
  get words(): readonly Word[] {
    return this.#labels.words;
  }

  /** What words should not lie on: marks that are drawn as such, and labels. */
  get obstacles(): Box[] {
    const half = markRadius(this.layout, this.projection.scaleX) + 2;
    return [...this.#labels.boxes, ...this.#markBoxes(half), ...this.#keyBoxes()];
  }

  #keyBoxes(): Box[] {
    if (this.#model.keys.size > KEYS_NOTED_UP_TO) return [];
    return [...this.#model.keys.keys()].map((key) => {
      const { x, y } = this.whereIsKey(key);
      return { x: x - KEY_REACH, y: y - KEY_REACH, width: 2 * KEY_REACH, height: 2 * KEY_REACH };
    });
  }

  #markBoxes(half: number): Box[] {
    const { positions, kinds, placeCount } = this.layout;
    const boxes: Box[] = [];
    if (placeCount > NOTED_UP_TO) return boxes;
    for (let place = 0; place < placeCount; place++) {
      if (kinds[place] === PointKind.hidden) continue;
      const x = screenX(this.projection, positions[2 * place]);
      const y = screenY(this.projection, positions[2 * place + 1]);
      boxes.push({ x: x - half, y: y - half, width: 2 * half, height: 2 * half });
    }
    return boxes;
  }

  draw(kind: ViewKind, selection: Selection, nowMs: number, calm: boolean): void {
    const model = this.#model;
    const { layout } = this;
    if (kind !== layout.kind) this.camera = HOME;
    // How large a mark is on a ring of this size, before any zooming.
    const home = project(HOME, layout.world, this.#width, this.#height);
    layout.isTight = Math.min(this.#width * 0.9, this.#height) < TIGHT;
    const apart = Math.round((100 * (2 * largestMark(layout) + RIM)) / home.scaleX) / 100;
    layout.update(model, kind, Math.min(LOOSEST, apart));
    this.projection = project(this.camera, layout.world, this.#width, this.#height);
    const pace = model.playing.peek() ? model.pace : 0;
    this.#clock.put(model.atMs, pace, nowMs);
    const context = this.#context;
    const mark = markRadius(layout, this.projection.scaleX);
    const draw: DrawContext = {
      model,
      layout,
      context,
      projection: this.projection,
      palette: this.#palette,
      markRadius: mark,
      keysRadius: keysRadius(layout, this.projection, mark),
      atMs: this.#clock.at(nowMs),
      nowMs: calm ? 0 : nowMs,
      calm,
      labels: new LabelBoard(this.#markBoxes(mark + 2)),
    };
    this.#labels = draw.labels;
    if (kind === 'ring') keepOffScale(draw);
    const isMoving = this.#drawnCamera !== null && this.camera !== this.#drawnCamera;
    const isNews = this.#mustDrawStill(nowMs);
    if (isNews) this.#drawStill(draw, nowMs);
    clear(context, this.#ratio);
    this.#drawGround(draw, isNews, isMoving);
    this.#drawBeneath(draw, selection);
    this.#crowd = drawFlights(draw, selection.lookup?.id ?? 0, pace, this.#crowd);
    if (this.isDense.peek()) this.#density.drawOn(context);
    else context.drawImage(this.#nodes.canvas, 0, 0, this.#width, this.#height);
    this.#drawAbove(draw, selection);
  }

  #mustDrawStill(nowMs: number): boolean {
    if (this.#stale || this.camera !== this.#drawnCamera) return true;
    if (this.layout.version === this.#drawnVersion) return false;
    return this.layout.placeCount <= LARGE_WORLD || nowMs - this.#drawnMs >= LARGE_WORLD_MS;
  }

  #drawStill(draw: DrawContext, nowMs: number): void {
    const { layout } = draw;
    this.#stale = false;
    this.#drawnCamera = this.camera;
    this.#drawnVersion = layout.version;
    this.#drawnMs = nowMs;
    const marks = this.#findMarks();
    this.isDense.value = marks > DENSE_FROM;
    if (this.isDense.peek()) {
      this.#density.paint(this.projection, layout, this.#colours);
    } else if (marks > MARKS_SHOWN) {
      this.#paintPoints();
    } else {
      clear(this.#nodes, this.#ratio);
      drawNodeMarks({ ...draw, context: this.#nodes }, this.#marks, marks);
    }
  }

  /** On its canvas, to be used again; while the camera moves there is nothing to be used again. */
  #drawGround(draw: DrawContext, isNews: boolean, isMoving: boolean): void {
    if (isMoving || isNews || this.#isGroundStale) {
      this.#isGroundStale = isMoving;
      const on = isMoving ? draw : { ...draw, context: this.#ground };
      if (!isMoving) clear(this.#ground, this.#ratio);
      if (draw.layout.kind === 'ring') drawRing(on);
      else drawTrie(on);
      drawCamps(on);
    }
    if (!isMoving) draw.context.drawImage(this.#ground.canvas, 0, 0, this.#width, this.#height);
  }

  /** Counts what is in sight, a crowd no further than it is one, and collects as much of it as may be drawn as marks. */
  #findMarks(): number {
    const { positions, kinds, placeCount } = this.layout;
    const { projection } = this;
    const margin = 16;
    let count = 0;
    for (let place = 0; place < placeCount; place++) {
      if (kinds[place] === PointKind.hidden) continue;
      const x = screenX(projection, positions[2 * place]);
      const y = screenY(projection, positions[2 * place + 1]);
      if (!(x > -margin && x < this.#width + margin)) continue;
      if (!(y > -margin && y < this.#height + margin)) continue;
      if (count < MARKS_SHOWN) this.#marks[count] = place;
      if (++count > DENSE_FROM) break;
    }
    return count;
  }

  #paintPoints(): void {
    const { positions, kinds, placeCount } = this.layout;
    const { width, height } = this.#canvas;
    if (!this.#image) {
      this.#image = this.#nodes.createImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    const canvas = { pixels: this.#pixels, width, height, ratio: this.#ratio };
    const size = pointSize(placeCount, this.#ratio, this.camera.zoom);
    paintPoints(canvas, this.projection, positions, kinds, placeCount, this.#colours, size);
    this.#nodes.putImageData(this.#image, 0, 0);
  }

  #drawBeneath(draw: DrawContext, selection: Selection): void {
    const { layout, model } = draw;
    const overlay = model.hello.peek()?.overlay;
    if (selection.key !== null) {
      drawOwnership(draw, selection.key);
    } else if (selection.node >= 0 && layout.kind === 'ring' && overlay === 'ring') {
      if (model.isMember(selection.node)) {
        for (const place of model.placesOf(selection.node)) drawOwnedArc(draw, place);
      }
    }
    if (selection.node >= 0) {
      if (layout.kind === 'trie') drawFromNode(draw, selection.node, selection.compared);
      else if (selection.belief) drawBelief(draw, selection.node);
      else drawContacts(draw, selection.node);
    }
    if (layout.kind === 'ring' && overlay === 'ring') {
      if (this.#mustFindDeviations(draw.nowMs)) {
        this.#deviationsTick = model.tick.peek();
        this.#deviationsMs = draw.nowMs;
        findDeviations(this.#deviations, layout.camps.list, model.successorOf);
      }
      drawDeviations(draw, this.#deviations);
    }
  }

  #mustFindDeviations(nowMs: number): boolean {
    if (this.#deviationsTick === this.#model.tick.peek()) return false;
    const isLarge = this.layout.placeCount > LARGE_WORLD && this.#deviationsTick >= 0;
    return !isLarge || nowMs === 0 || nowMs - this.#deviationsMs >= LARGE_WORLD_MS;
  }

  #drawAbove(draw: DrawContext, selection: Selection): void {
    drawGraves(draw);
    drawKeys(draw, selection.key);
    if (selection.key !== null) drawHolders(draw, selection.key);
    drawCampNames(draw, selection.key);
    if (!selection.isNoted) drawSybilNames(draw);
    const { lookup } = selection;
    if (lookup) drawRoute(draw, lookup, selection.lookupStep, selection.key);
    if (selection.node >= 0) markNode(draw, selection.node, draw.palette.accent, 3);
    if (selection.hovered >= 0 && selection.hovered !== selection.node) {
      markNode(draw, selection.hovered, draw.palette.ink, 1.5);
    }
    writeLabels(draw);
  }

  #takePalette(palette: Palette): void {
    this.#palette = palette;
    this.#colours[PointKind.up] = pixelOf(palette.node, 0.92);
    this.#colours[PointKind.joining] = pixelOf(palette.node, 0.4);
    this.#colours[PointKind.paused] = pixelOf(palette.warn);
    this.#colours[PointKind.crashed] = pixelOf(palette.danger);
    this.#colours[PointKind.sybil] = pixelOf(palette.sybil);
  }
}

function clear(context: CanvasRenderingContext2D, ratio: number): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}
