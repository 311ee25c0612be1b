/**
 * A scene that was told to begin at a moment shows for a while what it showed before: whoever undoes twice
 * in a row means the moment that it is on its way to.
 */
import type { Act, Hello } from 'ringlight/scene';
import { type Moment, pastOf } from './moment.ts';
import type { SceneModel } from './scene-model.ts';

export interface Begun {
  readonly moment: Moment;
  /** What it shows until then. */
  readonly instead: Hello | null;
}

/** Is it there? Or will it never be, because that was refused? */
export function hasBegun({ moment, instead }: Begun, model: SceneModel): boolean {
  if (model.trouble.value !== null) return true;
  const isOther = model.hello.value !== instead;
  return isOther && model.busy.value === null && model.atMs >= moment.atMs;
}

/** Something is done to it before it is there. */
export function withAct({ moment, instead }: Begun, act: Act): Begun {
  const acts = [...pastOf(moment), { atMs: moment.atMs, act }];
  return { moment: { ...moment, acts }, instead };
}
