/**
 * Who stays: a leaver waits for somebody to take its arc and confirm its records, but not when all others are
 * leaving, too, as when a whole ring is stopped at once. Everybody it knows is asked for a sign of life:
 *
 *     "I am a member"              it stays: what we hold belongs there
 *     "I am one, and leave"        it may yet take our arc, or need ours
 *     "I am none", nobody listens  it has left
 *     silence                      nobody can tell, unless it said before that it leaves
 *
 * When all our neighbours have left and nobody else is a member, the ring is over. When all that are left are
 * leaving it is being stopped: with titles nobody hands anything on then, for all have on their disks what
 * they answer for, and whoever went first would only take votes from the rest.
 */
import type { Address } from '../../core/address.ts';
import type { Member } from '../circle/member.ts';
import { askPulse, type Sign } from '../membership/life.ts';
import type { RingState } from '../state.ts';

/** Somebody stays; all others are about to leave; all others have left. */
export type Rest = 'stays' | 'leaving' | 'gone';

export class Staying {
  readonly #node: RingState;
  /** Who was a neighbour when we began to leave, or has become one since. */
  readonly #neighbours = new Set<Member>();
  /** Who said that it leaves, or has left. */
  readonly #leavers = new Set<Address>();

  constructor(node: RingState) {
    this.#node = node;
  }

  /** Others leave at the same time as we do. */
  get hasOthers(): boolean {
    return this.#leavers.size > 0;
  }

  /** Notes who our neighbours are. */
  look(): void {
    for (const member of this.#node.neighbours()) this.#neighbours.add(member);
  }

  /** Is there somebody to whom our records could go? `done` may be called at once. */
  ask(now: number, done: (now: number, rest: Rest) => void): void {
    const node = this.#node;
    this.look();
    const others = new Set([...this.#neighbours, ...node.waysIn()]);
    let left = others.size;
    let rest: Rest = 'gone';
    if (left === 0) return done(now, rest);
    for (const member of others) {
      askPulse(node, now, member, (at, sign) => {
        left--;
        const its = this.#restOf(member, sign);
        if (its === 'stays' || rest === 'gone') rest = its;
        if (left === 0) done(at, rest);
      });
    }
  }

  #restOf(member: Member, sign: Sign): Rest {
    const { address } = member;
    if (sign === 'leaving' || sign === 'none') this.#leavers.add(address);
    if (sign === 'member') return 'stays';
    if (sign === 'leaving') return 'leaving';
    if (sign !== 'silent') return 'gone';
    return this.#leavers.has(address) || !this.#neighbours.has(member) ? 'gone' : 'stays';
  }
}
