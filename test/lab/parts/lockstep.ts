/** All parts of a world in one thread, window by window: what threads do, without threads. */
import { MainlinePart, type PartPlan, together } from '../../../src/lab/mainline/mainline-part.ts';
import { Inbox } from '../../../src/lab/parts/mail.ts';
import { Part } from '../../../src/lab/parts/part.ts';
import { type Word, windows } from '../../../src/lab/parts/windows.ts';

export class Lockstep {
  readonly parts: MainlinePart[];
  /** Windows run, and datagrams that crossed. */
  windows = 0;
  crossed = 0;

  constructor(plan: PartPlan, count: number) {
    this.parts = Array.from(
      { length: count },
      (_, number) => new MainlinePart(plan, new Part(number, count, plan.nodes)),
    );
  }

  run(untilMs: number, outcomes: (part: MainlinePart) => number = () => 0, stops = false): void {
    const runs = this.parts.map((part) =>
      windows(part.world, untilMs, () => outcomes(part), stops),
    );
    let words = runs.map((run) => run.next());
    while (words.every(({ done }) => !done)) {
      this.windows++;
      this.#deliver();
      const all: Word = { nextMs: Infinity, outcomes: 0 };
      for (const { value } of words as { value: Word }[]) {
        all.nextMs = Math.min(all.nextMs, value.nextMs);
        all.outcomes += value.outcomes;
      }
      words = runs.map((run) => run.next(all));
    }
    if (!words.every(({ done }) => done)) throw new Error('parts end together');
  }

  get whole() {
    return together(this.parts.map((part) => part.tally()));
  }

  #deliver(): void {
    for (const { world: sender } of this.parts) {
      for (const [to, outbox] of sender.part!.outboxes.entries()) {
        if (outbox.length === 0) continue;
        const { world } = this.parts[to];
        new Inbox(outbox.bytes.slice(0, outbox.length)).read(outbox.length, {
          take: (...datagram) => {
            this.crossed++;
            world.take(...datagram);
          },
          tell: (...told) => world.tell(...told),
        });
        outbox.clear();
      }
    }
  }
}
