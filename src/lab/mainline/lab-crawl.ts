/**
 * The crawl of `ringlight mainline crawl`, let loose on a world of the lab: the same machine says whom to ask
 * what, a node of the world asks, under virtual time and inside a budget of new endpoints per second.
 */
import type { Crawl, Question } from '../../mainline/crawl/crawl.ts';
import { Kind } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import { TokenBucket } from '../../mainline/rows/meter.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';

/** Questions under way at a time. */
const AT_A_TIME = 256;
/** Between two looks at the budget. */
const PACE_MS = 50;
/** A call of 0 is one that nobody waits for. */
const FIRST_CALL = 1;

export class LabCrawl implements MainlineObserver {
  #crawl: Crawl | null = null;
  #overlay: MainlineOverlay | null = null;

  /**
   * Crawls from node `crawler`, to the end. Begins with whom it has in its table. False: the crawler itself
   * has gone meanwhile, and with it whatever was under way.
   */
  run(
    overlay: MainlineOverlay,
    crawler: number,
    crawl: Crawl,
    endpointsPerSecond: number,
    isThere: () => boolean = () => true,
  ): boolean {
    const { world, shared } = overlay;
    const { contacts } = shared;
    this.#crawl = crawl;
    this.#overlay = overlay;
    const node = overlay.node(crawler);
    node.table.visit((handle) => {
      crawl.meet(contacts.bytes, handle * CONTACT_BYTES, contacts.addressOf(handle));
    });
    const budget = new TokenBucket(endpointsPerSecond, Math.max(1, endpointsPerSecond / 10));
    while (!crawl.isOver) {
      if (!isThere()) return false;
      this.#ask(crawler, budget);
      world.arm(crawler);
      world.run(world.now + PACE_MS);
    }
    return true;
  }

  #ask(crawler: number, budget: TokenBucket): void {
    const crawl = this.#crawl!;
    const { world } = this.#overlay!;
    const node = this.#overlay!.node(crawler);
    while (crawl.underWay < AT_A_TIME) {
      if (budget.readyAt(world.now) > world.now) return;
      const question: Question | null = crawl.next(world.now);
      if (question === null) return;
      if (question.isFirst) budget.take(world.now);
      const { to, method, target } = question;
      if (node.ask(world.now, to, method, target, FIRST_CALL + question.node)) continue;
      return crawl.postpone(question);
    }
  }

  onAnswer(call: number, message: Message, rttMs: number): void {
    const { now } = this.#overlay!.world;
    if (message.kind === Kind.error) this.#crawl!.refused(call - FIRST_CALL, now);
    else this.#crawl!.answered(call - FIRST_CALL, now, rttMs, message);
  }

  onSilence(call: number): void {
    this.#crawl!.silent(call - FIRST_CALL, this.#overlay!.world.now);
  }

  onPeer(): void {}
  onLookup(): void {}
  onJoin(): void {}
}
