/**
 * Whoever was asked and says nothing may stand still, with its connection open. Somebody else of the ring is
 * asked who owns the key by now; when that is another one, there is nothing to wait for any more.
 *
 *     we ── get ──▶ A              stands still
 *        ── owner of the key? ──▶ B    "A": asked again with the next look
 *        ── owner of the key? ──▶ C    "D": the ring has replaced it, D is asked
 */
import type { Member } from '../circle/member.ts';
import { type Frame, FrameType, Status } from '../frames.ts';
import { Waiter } from '../patience.ts';
import type { RingState } from '../state.ts';
import { candidatesLimit, closestBefore, remembered } from './closest.ts';

export class OwnerWatch extends Waiter {
  readonly #node: RingState;
  readonly #key: Uint8Array;
  readonly #asked: Member;
  readonly #replaced: (now: number, owner: Member) => void;
  #looks = 0;
  #isOver = false;

  /** @param asked who has not answered yet. */
  constructor(
    node: RingState,
    key: Uint8Array,
    asked: Member,
    replaced: (now: number, owner: Member) => void,
  ) {
    super();
    this.#node = node;
    this.#key = key;
    this.#asked = asked;
    this.#replaced = replaced;
  }

  start(now: number): void {
    this.#node.lines.pulses.join(now, this);
  }

  stop(): void {
    this.#isOver = true;
    this.line?.leave(this);
  }

  expired(now: number): void {
    const others = this.#others();
    if (others.length === 0) return this.start(now);
    this.#ask(now, others[this.#looks++ % others.length]);
  }

  #others(): Member[] {
    const node = this.#node;
    const known = node.isMember
      ? closestBefore(node, this.#key, 0, candidatesLimit(node))
      : remembered(node, this.#key);
    return known.filter((member) => !this.#isAsked(member) && !node.isPlain(member));
  }

  #isAsked(member: Member): boolean {
    return member === this.#asked || member.home === this.#asked.home;
  }

  #ask(now: number, other: Member): void {
    const node = this.#node;
    const link = node.linkTo(now, other);
    const out = link.ask(now, FrameType.owner, node.lines.pulses, (at, reply) => {
      if (reply === null) return this.#isOver ? undefined : this.expired(at);
      const owner = this.#ownerOf(reply);
      reply.at = reply.end;
      if (this.#isOver) return;
      if (owner === null || this.#isAsked(owner)) this.start(at);
      else this.#replaced(at, owner);
    });
    out.raw(this.#key);
    link.send();
  }

  /** Whom the reply takes for the owner, or nearer to it than the one who says nothing. */
  #ownerOf(reply: Frame): Member | null {
    const { members } = this.#node.shared;
    const status = reply.u8();
    if (status === Status.ok) {
      const owner = reply.member(members);
      reply.id();
      return owner;
    }
    if (status !== Status.notOwner) return null;
    // The nearest comes first; as long as that is the one who was asked nobody has taken its place.
    const [nearest = null] = reply.list(members);
    return nearest;
  }
}
