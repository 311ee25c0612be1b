import { describe, expect, test } from 'vitest';
import { LOOKUPS_KEPT, SceneModel } from '../../../web/src/model/scene-model.ts';
import { chosenLookup } from '../../../web/src/stage/chosen-lookup.ts';
import { frame, hello } from '../model/messages.ts';
import { lookup } from './lookups.ts';

describe('the chosen lookup', () => {
  test('stays when newer ones have pushed it out, until time goes back before it', () => {
    const model = new SceneModel();
    model.apply(hello());
    model.apply(frame({ atMs: 2000 }));
    model.apply(lookup);
    expect(chosenLookup(model, lookup.id)).toBe(lookup);
    for (let id = 100; id < 100 + LOOKUPS_KEPT; id++) model.apply({ ...lookup, id });
    expect(model.lookups.has(lookup.id)).toBe(false);
    expect(chosenLookup(model, lookup.id)).toBe(lookup);
    expect(chosenLookup(model, 1)).toBeNull();
    model.apply(frame({ atMs: 500 }));
    expect(chosenLookup(model, lookup.id)).toBeNull();
  });

  test('is not taken into another world', () => {
    const model = new SceneModel();
    model.apply(frame({ atMs: 2000 }));
    model.apply(lookup);
    chosenLookup(model, lookup.id);
    model.apply(hello());
    model.apply(frame({ atMs: 2000 }));
    expect(chosenLookup(model, lookup.id)).toBeNull();
  });
});
