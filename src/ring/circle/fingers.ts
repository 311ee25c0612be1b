/**
 * Fingers: short cuts over the circle. Finger i is the owner of hash + 2^i; those that point at the
 * same node are kept once, so there are about log2 N of them. They make lookups short, ½·log2 N hops
 * on average (Stoica et al. 2003, §IV-D), and nothing else: all correctness is the successors'.
 */
import { addPowerOfTwo, isInArc } from '../../core/arc.ts';
import { ID_BITS } from '../../core/id.ts';
import type { Member } from './member.ts';

const NO_MEMBERS: Member[] = [];

export class Fingers {
  /** Without repetitions, in no order. */
  members: Member[] = NO_MEMBERS;
  /** Which bit each was found for. */
  #bits: number[] = [];
  /** Which one is looked up next, from the farthest to the nearest. */
  #next = ID_BITS - 1;

  /** Sets all at once: what a lab knows beforehand. */
  fill(members: readonly Member[], bits: readonly number[]): void {
    this.members = [...members];
    this.#bits = [...bits];
  }

  /**
   * The bit to look up next; its target is written to `out`. -1 when all have been round: those that
   * remain point into the list of successors, up to `known`.
   */
  next(self: Member, known: Member | undefined, out: Uint8Array): number {
    if (known !== undefined && this.#next >= 0) {
      addPowerOfTwo(self.hash, 0, this.#next, out, 0);
      if (!isInArc(out, 0, self.hash, 0, known.hash, 0)) return this.#next--;
    }
    this.#next = ID_BITS - 1;
    return -1;
  }

  set(bit: number, member: Member, self: Member): void {
    const at = this.#bits.indexOf(bit);
    if (at >= 0) this.#removeAt(at);
    if (member.address === self.address || this.members.includes(member)) return;
    if (this.members === NO_MEMBERS) this.members = [];
    this.members.push(member);
    this.#bits.push(bit);
  }

  remove(member: Member): void {
    const at = this.members.indexOf(member);
    if (at >= 0) this.#removeAt(at);
  }

  #removeAt(at: number): void {
    this.members.splice(at, 1);
    this.#bits.splice(at, 1);
  }
}
