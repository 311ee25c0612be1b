/**
 * Small rings with titles, and what their tests ask of them.
 */
import { compareIds } from '../../src/core/id.ts';
import type { Identity } from '../../src/ring/circle/identity.ts';
import type { Title } from '../../src/ring/titles/title.ts';
import { keyOf, type Process, SmallRing } from './small-ring.ts';

export interface TitledRing {
  readonly world: SmallRing;
  readonly nodes: Process[];
}

/** A ring whose titles name as many as they should. */
export function titledRing(count: number, k: number, seed = 1, identities = 1): TitledRing {
  const world = new SmallRing({ seed, settings: { k, titles: true } });
  const nodes = world.ring(count, identities);
  settle(world, k);
  return { world, nodes };
}

/** Runs until every living member's title is whole and all arcs meet. */
export function settle(world: SmallRing, k: number, limitMs = 60_000): void {
  world.runUntil(() => isWhole(world, k), limitMs);
}

export function isWhole(world: SmallRing, k: number): boolean {
  const all = identitiesOf(world).sort((a, b) => compareIds(a.hash, 0, b.hash, 0));
  const homes = new Set(world.living.map(({ node }) => node.home));
  return all.every(({ holding, end, isMember, isSettled }, i) => {
    if (!isMember || holding === null || holding.isChanging || !isSettled) return false;
    const { copies, electors } = holding.title;
    const voters = Math.min(2 * k + 1, homes.size);
    if (electors.length !== voters - ((voters + 1) % 2)) return false;
    if (!electors.every(({ home }) => homes.has(home))) return false;
    if (copies.length !== Math.min(k + 1, homes.size)) return false;
    if (!copies.every(({ home }) => homes.has(home))) return false;
    return compareIds(end, 0, all[(i + 1) % all.length].hash, 0) === 0;
  });
}

export function identitiesOf(world: SmallRing): Identity[] {
  return world.living.flatMap(({ node }) => [...node.identities]);
}

export function identityOf(process: Process): Identity {
  return process.node.identities[0];
}

export function titleAt(process: Process): Title {
  return identityOf(process).holding!.title;
}

/** The process that answers for a key. */
export function ownerOf(world: SmallRing, name: string): Process {
  return world.living.find(({ node }) => node.ownerOf(keyOf(name), 0) !== null)!;
}

export function others(nodes: readonly Process[], ...without: Process[]): Process[] {
  return nodes.filter((process) => !without.includes(process));
}

/** A key that a process answers for. */
export function nameOwnedBy(process: Process): string {
  for (let i = 0; ; i++) if (process.node.ownerOf(keyOf(`name ${i}`), 0)) return `name ${i}`;
}
