/** Rings for tests of what joins them to the world: real members on loopback. */
import { openRing, type Ring, type RingOptions } from '../../../src/ring.ts';

export const text = (value: Uint8Array | null) => value && Buffer.from(value).toString();

/** A member of a ring of its own. */
export async function alone(options: RingOptions = {}): Promise<Ring> {
  const ring = await openRing(options);
  await ring.ready();
  return ring;
}
