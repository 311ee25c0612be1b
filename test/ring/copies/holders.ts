/**
 * Who should hold a record: what the tests of copies look up.
 */
import { keyOf, type Process, type SmallRing } from '../small-ring.ts';

/** The owner of a key first, then its backups. */
export function holdersOf(world: SmallRing, name: string): Process[] {
  const owner = world.living.find(({ node }) => node.ownerOf(keyOf(name), 0))!;
  const { copies } = owner.node.ownerOf(keyOf(name), 0)!;
  const at = (address: number) => world.processes.find((p) => p.addresses.includes(address))!;
  return [owner, ...copies.map(({ member }) => at(member.address))];
}
