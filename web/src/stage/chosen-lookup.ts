/**
 * The lookup that is looked at. A model keeps the newest few, and in a busy world that is a second's
 * worth: the chosen one stays for as long as it is chosen.
 */
import type { LookupView } from 'ringlight/scene';
import type { SceneModel } from '../model/scene-model.ts';

const kept = new WeakMap<SceneModel, LookupView>();

/** The lookup with this number; null when there is none, or it has not happened yet any more. */
export function chosenLookup(model: SceneModel, id: number): LookupView | null {
  const found = model.lookups.get(id);
  if (found) {
    kept.set(model, found);
    return found;
  }
  const before = kept.get(model);
  return before?.id === id && before.startedMs <= model.atMs && model.lookups.size > 0
    ? before
    : null;
}
