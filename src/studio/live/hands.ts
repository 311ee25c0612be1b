/**
 * Hands on live nodes: what every kind of live scene does to its nodes in the same way. Only who opened the
 * nodes can do it; a scene that only looks on has no hands.
 */
import { CommandRefused } from './live-scene.ts';

/** @throws CommandRefused where there are none. `whose`: `members`, `nodes`. */
export function handsOf<Hands>(hands: Hands | undefined, whose: string, what: string): Hands {
  if (hands !== undefined) return hands;
  throw new CommandRefused('IMPOSSIBLE', `only ${whose} of "ringlight up" can ${what}`);
}

/** Opens so many, one after the other, and says so. */
export async function addEach(hands: { add(): Promise<unknown> }, count: number): Promise<string> {
  for (let i = 0; i < count; i++) await hands.add();
  return `${count} joined`;
}

/** Does the same to each, one after the other, and says so. */
export async function toEach(
  nodes: readonly number[],
  what: string,
  one: (node: number) => Promise<unknown>,
): Promise<string> {
  for (const node of nodes) await one(node);
  return `${what}: node ${nodes.join(', ')}`;
}

/** Of `IP:port`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
