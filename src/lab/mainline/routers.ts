/**
 * Routers: a few nodes that everybody has heard of, as real networks have them. Somebody looks after them,
 * so that one that fell is up again after a minute.
 */
import type { Life } from '../life/life.ts';
import { NatClass } from '../network/nats.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

const ROUTERS = 3;
/** After how long one that fell is up again. */
const REPAIR_MS = 60_000;

/**
 * Evenly spread over all ids of the first `count` nodes, and such as can be reached.
 * @param families the networks that these are in
 */
export function appointRouters(
  families: readonly MainlineOverlay[],
  life: Life,
  count: number,
): void {
  const { world } = life;
  const classOf = world.network.nats?.classOf;
  const routers = new Set<number>();
  for (let i = 0; i < Math.min(ROUTERS, count); i++) {
    let node = Math.floor((i * count) / ROUTERS);
    while (classOf && classOf[node] !== NatClass.open && node < count - 1) node++;
    routers.add(node);
  }
  life.appoint([...routers]);
  for (const family of families) {
    const { population } = family;
    const own = [...routers].filter((router) => population.has(router));
    const doors = own.map((router) => family.addressOf(router));
    for (let node = 0; node < count; node++) {
      if (world.isHere(node) && population.has(node)) family.node(node).bootstrap = doors;
    }
  }
  const repair = world.subscribe((router) => void life.begin(router, 'memory'));
  const { began, ended, resumed } = life.observer;
  life.observer = {
    ...{ began, resumed },
    ended: (node) => {
      ended(node);
      if (routers.has(node)) world.schedule(world.now + REPAIR_MS, repair, node, 0);
    },
  };
  for (const router of routers) world.schedule(world.now, repair, router, 0);
}
