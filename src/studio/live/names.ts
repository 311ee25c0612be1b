/** Names as the hashes that they stand for, in the hexadecimal digits that pictures are full of. */
import { keyOf } from '../../scene.ts';

/** A name, or an address of a ring, is hashed; 40 hexadecimal digits are taken as they are. */
export function hashOf(name: string): string {
  return Buffer.from(keyOf(name)).toString('hex');
}
