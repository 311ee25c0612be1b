/**
 * Who stays: a leaver waits for somebody to confirm its records, but not when all others are leaving, too,
 * as when a whole ring is stopped at once. Everybody it knows is asked for a sign of life:
 *
 *     "I am a member"              it stays: what we hold belongs there
 *     "I am one, and leave"        it may yet take our arc, or need ours
 *     "I am none", nobody listens  it has left
 *     silence                      nobody can tell, unless it said before that it leaves
 *
 * When all our neighbours have left and nobody else is a member, the ring is over.
 */
import type { Address } from '../../core/address.ts';
import type { Member } from '../circle/member.ts';
import { askPulse, type Sign } from '../membership/life.ts';
import type { RingState } from '../state.ts';

export class Staying {
  readonly #node: RingState;
  /** Who was a neighbour when we began to leave, or has become one since. */
  readonly #neighbours = new Set<Member>();
  /** Who said that it leaves, or has left. */
  readonly #leavers = new Set<Address>();

  constructor(node: RingState) {
    this.#node = node;
  }

  /** Notes who our neighbours are. */
  look(): void {
    for (const member of this.#node.neighbours()) this.#neighbours.add(member);
  }

  /** Is there nobody left to whom our records could go? `done` may be called at once. */
  isOver(now: number, done: (now: number, isOver: boolean) => void): void {
    const node = this.#node;
    this.look();
    const others = new Set([...this.#neighbours, ...node.waysIn()]);
    let left = others.size;
    let isOver = true;
    if (left === 0) return done(now, true);
    for (const member of others) {
      askPulse(node, now, member, (at, sign) => {
        left--;
        if (!this.#hasLeft(member, sign)) isOver = false;
        if (left === 0) done(at, isOver);
      });
    }
  }

  #hasLeft(member: Member, sign: Sign): boolean {
    const { address } = member;
    if (sign === 'leaving' || sign === 'none') this.#leavers.add(address);
    if (sign === 'member' || sign === 'leaving') return false;
    if (sign !== 'silent') return true;
    return this.#leavers.has(address) || !this.#neighbours.has(member);
  }
}
