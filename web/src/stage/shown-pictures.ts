/** The pictures that are on the page, by their scenes: for whoever asks where on it something is. */
import type { SceneModel } from '../model/scene-model.ts';
import type { Picture } from './picture.ts';

export interface ShownPicture {
  readonly canvas: HTMLCanvasElement;
  readonly picture: Picture;
}

const shown = new WeakMap<SceneModel, ShownPicture>();

export function showPicture(model: SceneModel, canvas: HTMLCanvasElement, picture: Picture): void {
  shown.set(model, { canvas, picture });
}

export function shownPicture(model: SceneModel): ShownPicture | null {
  return shown.get(model) ?? null;
}
