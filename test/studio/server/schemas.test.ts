/** A scene as it is now, as rows that people can read and the schema knows. */
import { expect, test } from 'vitest';
import type { Update } from '../../../src/scene.ts';
import { Picture } from '../../../src/studio/live/picture.ts';
import { rowsOf, SceneAnswer } from '../../../src/studio/server/schemas.ts';

test('places and a whole update become rows that the schema knows', () => {
  const picture = new Picture();
  const node = picture.node('a');
  const place = picture.place('ab'.repeat(20), '127.0.0.1:7', node);
  picture.setSafety(place, 2);
  picture.setSuccessor(place, place);
  picture.setLoad(node, 9);
  const [places, update] = picture.whole(5);
  const rows = rowsOf(places, update as Update, () => 'an address');
  expect(rows).toMatchObject({
    places: [{ id: 'ab'.repeat(20), address: 'an address', node: 0, successor: 0, safety: 2 }],
    nodes: [{ state: 0, load: 9 }],
    keys: [],
    atMs: 5,
  });
  expect(SceneAnswer.safeParse(rows).error!.issues.map(({ path }) => path)).toEqual([['hello']]);
});
