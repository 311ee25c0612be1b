/**
 * What all labs have in common, whatever lives there: time that passes when it is told to, and all that can
 * befall nodes. Whom: numbers, or a selection such as `{ share: 0.2 }`.
 */
import { type Duration, durationMs } from '../../lab/duration.ts';
import { type Life, State } from '../../lab/life/life.ts';
import { carryOut, type Step } from '../../lab/life/schedule.ts';
import type { Selection } from '../../lab/life/selection.ts';
import type { World } from '../../lab/world.ts';
import { metricsText } from '../metrics.ts';
import { COMMANDS, selectionOf, type Whom } from './lab-choices.ts';

/** What a world carried so far, in plain numbers. */
export interface WorldStats {
  virtualMs: number;
  nodes: number;
  /** Messages, by what became of them. */
  delivered: number;
  lost: number;
  undeliverable: number;
}

export abstract class LabWorld {
  abstract readonly nodes: readonly unknown[];
  /** The same and more as plain numbers, as other doors have them. */
  abstract readonly stats: WorldStats;
  #commands = 0;

  /** @internal */
  protected abstract readonly world: World;
  /** @internal */
  protected abstract readonly life: Life;

  /** Virtual ms since the world began. */
  get now(): number {
    return this.world.elapsedMs;
  }

  /** 16 hexadecimal digits that stand for everything delivered so far. */
  get traceHash(): string {
    return this.world.traceHash;
  }

  /** The numbers of `stats` in the text format of Prometheus. */
  metricsText(): string {
    return metricsText('lab', [{ stats: this.stats }]);
  }

  /** Lets virtual time pass: ms, or text such as '10 min', '30 s', '2 h'. */
  run(duration: Duration): void {
    this.world.run(this.world.now + durationMs(duration));
  }

  isAlive(number: number): boolean {
    return this.world.alive[number] === 1;
  }

  /**
   * Ends processes without a word. What disks hold, they hold, and under churn nodes come back when it is
   * time.
   */
  crash(...whom: Whom): void {
    this.befall({ crash: this.selected(whom) });
  }

  /** Stops nodes, clock and memory intact: they neither hear nor act, as a laptop whose lid is closed. */
  pause(...whom: Whom): void {
    this.befall({ pause: this.selected(whom) });
  }

  /** Lets those who are paused go on: their memory is as it was, the clock has jumped. */
  resume(...whom: Whom): void {
    this.befall({ resume: this.selected(whom) });
  }

  /** Begins those who are down; they join through living nodes. */
  join(...whom: Whom): void {
    this.befall({ join: this.selected(whom) });
  }

  /** Cuts nodes off from all others, both ways, until `heal`. */
  partition(...whom: Whom): void {
    this.befall({ partition: this.selected(whom) });
  }

  /** Ends all partitions. */
  heal(): void {
    this.befall({ heal: true });
  }

  /** @internal */
  protected selected(whom: Whom): Selection {
    return selectionOf(whom, this.nodes.length);
  }

  /** @internal */
  protected befall(step: Omit<Step, 'at'>): void {
    carryOut(this.life, step, COMMANDS + this.#commands++);
  }

  /** @internal */
  protected whyNot(number: number): string {
    return whyNot(this.life, number);
  }
}

/** Why nobody can call a node that is not up. */
export function whyNot(life: Life, number: number): string {
  const isPaused = life.states[number] === State.paused;
  return `node ${number} is ${isPaused ? 'paused' : 'down: it crashed, left or has not begun'}`;
}
