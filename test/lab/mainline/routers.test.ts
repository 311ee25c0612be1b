/** Routers: everybody knows them, and somebody looks after them. */
import { describe, expect, test } from 'vitest';
import { appointRouters } from '../../../src/lab/mainline/routers.ts';
import { scenarioWorld } from '../../../src/lab/mainline/scenario-world.ts';
import { livingWorld } from '../../../src/lab/mainline/start.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { CHOICES } from '../graded.ts';

const NOBODY = { onLookup() {}, onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} };

function world(nodes: number) {
  const living = livingWorld(
    {
      ...{ seed: 3, nodes, upkeep: true, settings: settingsFrom(CHOICES), sha1 },
      network: { latency: { kind: 'constant', ms: 40 } },
    },
    NOBODY,
  );
  appointRouters([living.overlay], living.life, nodes);
  return living;
}

describe('routers', () => {
  test.each([
    [1, [0]],
    [2, [0, 0]],
    [30, [0, 10, 20]],
  ])(
    'of %i nodes lie evenly over all ids, and everybody knows their addresses',
    (nodes, routers) => {
      const { overlay } = world(nodes);
      const doors = [...new Set(routers)].map((router) => overlay.addressOf(router));
      for (let node = 0; node < nodes; node++) expect(overlay.node(node).bootstrap).toEqual(doors);
    },
  );

  test('have addresses in the families that they are in', () => {
    const settings = settingsFrom(CHOICES);
    const latency = { kind: 'king' } as const;
    const network = { latency, family: 'both', ipv4Only: 0.4, ipv6Only: 0.2 } as const;
    const nodes = 60;
    const world = scenarioWorld(
      { seed: 3, nodes, upkeep: true, settings, sha1, network, adversaries: [] },
      NOBODY,
    );
    appointRouters(world.families, world.life, nodes);
    for (const family of world.families) {
      const own = [0, 20, 40].filter((router) => family.population.has(router));
      const doors = own.map((router) => family.addressOf(router));
      for (let node = 0; node < nodes; node++) {
        if (family.population.has(node)) expect(family.node(node).bootstrap).toEqual(doors);
      }
    }
  });

  test('that fall are up again after a minute, others stay down', () => {
    const { overlay, life } = world(30);
    const { world: virtual } = overlay;
    virtual.run(virtual.now); // all are looked after from the first millisecond on
    life.crash(10);
    life.crash(11);
    virtual.run(virtual.now + 59_999);
    expect([virtual.alive[10], virtual.alive[11]]).toEqual([0, 0]);
    virtual.run(virtual.now + 1);
    expect([virtual.alive[10], virtual.alive[11]]).toEqual([1, 0]);
  });
});
