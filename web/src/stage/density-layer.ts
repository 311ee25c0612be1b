/**
 * The density of a large world on a canvas of its own, a pixel for each cell: a ninth of what there would be
 * to paint and to hand over, and as sharp, since a cell is drawn as whole pixels of the screen.
 */
import type { Projection } from './camera.ts';
import { type CellGrid, cellsOf, Density } from './density.ts';
import type { StageLayout } from './layout.ts';

export class DensityLayer {
  readonly #cells: CanvasRenderingContext2D;
  readonly #density = new Density();
  #grid: CellGrid = cellsOf(1, 1, 1);
  #ratio = 1;
  #image: ImageData | null = null;

  constructor(document: Document) {
    this.#cells = document.createElement('canvas').getContext('2d')!;
  }

  /** Of the canvas that it will be drawn on, in pixels of the device. */
  resize(width: number, height: number, ratio: number): void {
    this.#grid = cellsOf(width, height, ratio);
    this.#ratio = ratio;
    this.#image = null;
  }

  paint(p: Projection, { positions, kinds, placeCount }: StageLayout, colours: Uint32Array): void {
    const grid = this.#grid;
    if (this.#image === null) {
      this.#cells.canvas.width = grid.across;
      this.#cells.canvas.height = grid.down;
      this.#image = this.#cells.createImageData(grid.across, grid.down);
    }
    const pixels = new Uint32Array(this.#image.data.buffer);
    this.#density.paint(pixels, grid, p, positions, kinds, placeCount, colours);
    this.#cells.putImageData(this.#image, 0, 0);
  }

  drawOn(context: CanvasRenderingContext2D): void {
    const { across, down, side } = this.#grid;
    const size = side / this.#ratio;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#cells.canvas, 0, 0, across * size, down * size);
    context.imageSmoothingEnabled = true;
  }
}
