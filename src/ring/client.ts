/**
 * A client: a node without identities. It uses a ring through one of its members, remembers some of
 * those it meets on the way, asks owners directly, and is never asked anything.
 */
import type { Address } from '../core/address.ts';
import { MemoryStore } from '../core/memory-store.ts';
import { type Frame, FrameType } from './frames.ts';
import { RingNode } from './node.ts';
import { failure, type RingObserver } from './outcome.ts';
import type { RingSettings } from './settings.ts';
import type { RingWorld } from './state.ts';

export class RingClient extends RingNode {
  constructor(world: Omit<RingWorld, 'store'>, settings: RingSettings, observer: RingObserver) {
    super({ ...world, store: new MemoryStore(() => {}) }, settings, [], observer);
  }

  /**
   * Asks the nodes it was started with, one after the other, about themselves. `value` is the JSON of
   * a `RingInfo` and `found` true; a class program's own text has `found` false.
   */
  describe(now: number, call: number): void {
    const ways: Address[] = this.ways.map(({ address }) => address);
    const next = (at: number): void => {
      const address = ways.shift();
      if (address === undefined) return this.report(call, failure('unreachable'));
      const link = this.linkTo(at, this.shared.members.of(address));
      link.ask(at, FrameType.info, this.lines.replies, (then, reply) => {
        if (reply === null) next(then);
        else this.#described(call, address, reply);
      });
      link.send();
    };
    next(now);
    this.endCall(now);
  }

  #described(call: number, owner: Address, reply: Frame): void {
    const value = reply.copy(reply.left);
    this.report(call, { ...failure('ok'), found: true, value, owner });
  }
}
