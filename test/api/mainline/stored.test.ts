import { expect, test } from 'vitest';
import { storedPeers } from '../../../src/api/mainline/stored.ts';
import { idOf, inPublic, SmallWorld } from '../../mainline/small-world.ts';

test('no more info-hashes are listed than were asked for', () => {
  const { node } = new SmallWorld({ address: inPublic }).open();
  expect(storedPeers(node, 5)).toEqual([]);
  for (let n = 0; n < 4; n++) node.peerStore().announce(0, idOf(`${n}1`), 0, inPublic(n), 7, false);
  expect(storedPeers(node, 3)).toHaveLength(3);
  expect(storedPeers(node, 9)).toHaveLength(4);
});
