import { expect, test } from 'vitest';
import { checkSceneConfig } from '../../../src/scene/protocol/config.ts';
import { ADVERSARY_NODES_MAX } from '../../../src/scene/protocol/limits.ts';
import { type Siege, siegeComplaint } from '../../../src/scene/protocol/siege.ts';

const KEY = '4a'.repeat(20);
const mainline = (siege: unknown) => checkSceneConfig({ overlay: 'mainline', nodes: 50, siege });

test('a siege is as the lab has it, and is kept as it was said', () => {
  const siege: Siege = {
    adversaries: [
      { kind: 'sybils', at: { key: KEY }, count: 24, networks: 1, schedule: { from: '10 s' } },
      { kind: 'droppers', share: 0.2 },
    ],
    node: { secureIds: true, peers: { perNetwork: 4 }, contacts: 'whoever-asks' },
  };
  expect(mainline(siege).siege).toEqual(siege);
  expect(JSON.parse(JSON.stringify(mainline(siege))).siege).toEqual(siege);
  // Nobody has to say anything of it.
  expect(checkSceneConfig({ overlay: 'mainline' })).not.toHaveProperty('siege');
});

test.each([
  [{ adversaries: 3 }, '"config.siege.adversaries" expected a list'],
  [{ adversaries: [3] }, '"config.siege.adversaries[0]" expected an adversary'],
  [{ adversaries: [], node: { brave: true } }, '"config.siege.node" expected an object with'],
  [{ adversaries: [{ kind: 'wizards' }] }, '"adversaries[0].kind" expected one of sybils'],
  [{ adversaries: [{ kind: 'eclipse', at: { node: 50 } }] }, '"adversaries[0].at.node"'],
  [{ adversaries: [{ kind: 'mirrors', count: 5000 }] }, `at most ${ADVERSARY_NODES_MAX} nodes`],
])('%j is refused', (siege, message) => {
  expect(() => mainline(siege)).toThrow(message);
});

test('a ring has none, nor has a network of IPv6: attackers are counted by their /24', () => {
  const siege = { adversaries: [] };
  expect(() => checkSceneConfig({ overlay: 'ring', siege })).toThrow('a world of Mainline');
  const v6 = { overlay: 'mainline', family: 6, siege };
  expect(() => checkSceneConfig(v6)).toThrow('a world of Mainline over IPv4');
  expect(siegeComplaint({ adversaries: [] }, 10)).toBeNull();
});
