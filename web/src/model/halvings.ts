/** How many nodes are left in question with each bit of a key: all, about a half, about a quarter … */
import { hashText } from './ids.ts';
import type { SceneModel } from './scene-model.ts';

const DIGIT_BITS = 4;

/** Nodes that share at least so many leading bits with the hash of a name, from 0 bits on; the last is none or one. */
export function halvings(model: SceneModel, name: string): number[] {
  const key = hashText(name);
  const shared: number[] = [];
  for (const place of model.sortedPlaces) shared.push(sharedBitsOf(model.idText(place), key));
  const counts: number[] = [];
  for (let bits = 0; bits <= key.length * DIGIT_BITS; bits++) {
    const count = shared.filter((one) => one >= bits).length;
    counts.push(count);
    if (count <= 1) break;
  }
  return counts;
}

/** Leading bits that two hexadecimal texts have in common. */
export function sharedBitsOf(one: string, other: string): number {
  let digit = 0;
  while (digit < one.length && one[digit] === other[digit]) digit++;
  if (digit === one.length) return digit * DIGIT_BITS;
  const difference = Number.parseInt(one[digit], 16) ^ Number.parseInt(other[digit], 16);
  return digit * DIGIT_BITS + Math.clz32(difference) - (32 - DIGIT_BITS);
}
