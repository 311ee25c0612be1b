/**
 * What labs of Mainline nodes have in common, whether these are of one network or of two: calls that let virtual
 * time pass, whoever looks on, and figures of all lookups that were called for.
 */
import { DhtError, warn } from '../../io/errors.ts';
import { Watchers } from '../../io/watchers.ts';
import { follow, type Step } from '../../lab/life/schedule.ts';
import { type Grade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import type { LookupTrace } from '../../mainline/trace.ts';
import type { Whom } from './lab-choices.ts';
import { LabFamily } from './lab-family.ts';
import { LabWorld, type WorldStats } from './lab-world.ts';
import { VirtualCalls } from './virtual-calls.ts';

/** A lab in plain numbers. */
export interface LabStats extends WorldStats {
  lookups: { count: number } & Omit<Summary, 'lookups'>;
}

/**
 * What a lab tells somebody who looks on, at its moment of virtual time. Looking changes nothing; call
 * nothing of the lab from here.
 */
export interface LabWatcher {
  /** A lookup that was called for has ended; `node` is its number, the grade the oracle's. */
  onLookup?(trace: LookupTrace, node: number, grade: Grade): void;
}

/** @param world what it carried, and for how long */
export function labStats(world: WorldStats, grades: readonly Grade[]): LabStats {
  const { lookups: count, ...summary } = summaryOf(grades);
  const { virtualMs, nodes, delivered, lost, undeliverable } = world;
  return {
    ...{ virtualMs, nodes, lookups: { count, ...summary } },
    ...{ delivered, lost, undeliverable },
  };
}

export abstract class FamilyLab extends LabWorld {
  /** @internal One for each network. */
  protected readonly families: LabFamily[] = [];
  readonly #calls = new VirtualCalls((isOver) => {
    this.world.run(Infinity, isOver);
    this.world.run(this.world.now); // a program hears of it when the millisecond is over
  });
  readonly #watchers = new Watchers<LabWatcher>(['onLookup'], warn);

  /** @internal */
  protected newFamily(): LabFamily {
    const family = new LabFamily({
      calls: this.#calls,
      isAlive: (number) => this.isAlive(number),
      whyNot: (number) => this.whyNot(number),
      ended: (trace, number, grade) => {
        for (const hear of this.#watchers.of('onLookup')) hear(trace, number, grade);
      },
    });
    this.families.push(family);
    return family;
  }

  /** @internal Once the world is there: what befalls it by plan, and calls of nodes that end with them. */
  protected live(schedule: readonly Step[]): void {
    const ended = (node: number): void =>
      this.#calls.failAllOf(node, new DhtError('CLOSED', `node ${node} crashed`));
    this.life.observer = { began() {}, ended, resumed() {} };
    follow(this.life, schedule);
  }

  /** As plain numbers, as other doors have them: of all lookups that were called for, and of the wire. */
  get stats(): LabStats {
    const { delivered, lost, undeliverable } = this.world;
    const { now: virtualMs, nodes } = this;
    const carried = { virtualMs, nodes: nodes.length, delivered, lost, undeliverable };
    return labStats(
      carried,
      this.families.flatMap(({ grades }) => grades),
    );
  }

  /** Ends processes and begins new ones at once, which still know whom they knew. */
  restart(...whom: Whom): void {
    this.befall({ restart: this.selected(whom) });
  }

  /** Tells `watcher` what happens until the returned function is called. */
  watch(watcher: LabWatcher): () => void {
    return this.#watchers.add(watcher);
  }
}
