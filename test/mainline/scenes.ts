import { type Counters, DROP_REASONS, type DropReason } from '../../src/mainline/counters.ts';
import { encode } from '../../src/mainline/krpc/bencode.ts';
import {
  byDistanceTo,
  hex,
  idOf,
  MINUTE_MS,
  type Resident,
  SmallWorld,
  type WorldOptions,
} from './small-world.ts';

export const TARGET = idOf('77aa');
export const INFO_HASH = idOf('5c0ffee5');
export const ANNOUNCEMENT = { port: 4242, impliedPort: false, seed: false };

/** A network that has joined through its first node. */
export function network(count: number, options: WorldOptions = {}): SmallWorld {
  const world = new SmallWorld({ latencyMs: [5, 60], ...options });
  world.keeps = 0;
  for (let n = 0; n < count; n++) {
    const resident = world.open();
    resident.join(...(n === 0 ? [] : [world.residents[0].address]));
    world.run(50);
  }
  world.run(MINUTE_MS);
  return world;
}

/** Ids of all living nodes but the asker, closest to the target first. */
export function truth(world: SmallWorld, asker: Resident, target: Uint8Array): string[] {
  return world.residents
    .filter((resident) => resident !== asker && resident.alive)
    .map(({ id }) => id)
    .sort(byDistanceTo(target))
    .slice(0, 8)
    .map(hex);
}

export function dropped(us: Resident, reason: DropReason): number {
  return us.counters.dropped[DROP_REASONS.indexOf(reason)];
}

/** Every datagram in ends in exactly one of these. */
export function accountedFor(counters: Counters): number {
  const sum = (column: readonly number[]) => column.reduce((all, one) => all + one, 0);
  return sum(counters.queries) + counters.replies + counters.errors + sum(counters.dropped);
}

export function query(id: Uint8Array): Uint8Array {
  return encode({ t: 'aa', y: 'q', q: 'ping', a: { id } });
}
