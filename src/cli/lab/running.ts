/**
 * Cells that run at the same time, each in a process of its own: as many as there are cores and memory
 * for. One that fails does not stop the others; Ctrl-C ends all of them, and leaves nothing half-written.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Source } from '../../results/run.ts';
import { CommandError, type Console, counted, red } from '../console.ts';
import { type Cell, type CellOutcome, type CellProgress, originOf } from './cell.ts';
import { runApart } from './cell-process.ts';
import { lengthText, showFailures } from './lab-text.ts';
import { checkMemory, freeBytes, heapMbFor } from './memory.ts';
import type { Options } from './options.ts';
import type { Plan, PlannedCell } from './plan.ts';

/** A cell and where it belongs. */
export interface Place {
  planned: PlannedCell;
  run: string;
  config: string;
  /** Null where nothing is kept. */
  folder: string | null;
}

/** What is kept of each cell that has a folder. */
export interface KeepOptions {
  csv?: boolean;
  sample?: number;
}

/** A sweep that was interrupted, as shells have it. */
const INTERRUPTED_STATUS = 130;

/** The cells that are under way, and those that wait. */
export class Running {
  readonly #plan: Plan;
  readonly #waiting: Place[];
  readonly #total: number;
  readonly #jobs: number;
  readonly #options: KeepOptions;
  readonly #console: Console;
  readonly #abort = new AbortController();
  readonly #progress = new Map<Place, CellProgress | null>();
  readonly #startedAtMs = performance.now();
  #done = 0;
  #status = 0;

  constructor(plan: Plan, todo: Place[], jobs: number, options: KeepOptions, console: Console) {
    this.#plan = plan;
    this.#waiting = [...todo];
    this.#total = todo.length;
    this.#jobs = jobs;
    this.#options = options;
    this.#console = console;
  }

  /** Resolves with the exit status when all have ended, or all that ran when somebody stopped it. */
  async all(onEnd: (place: Place, outcome: CellOutcome) => void): Promise<number> {
    const stop = (): void => {
      this.#status = INTERRUPTED_STATUS;
      this.#waiting.length = 0;
      this.#abort.abort();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    const workers = Array.from({ length: this.#jobs }, () => this.#work(onEnd));
    await Promise.all(workers);
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    this.#console.progress('');
    if (this.#abort.signal.aborted) {
      this.#console.say(`Stopped; ${counted(this.#done, 'cell')} of ${this.#total} done.`);
    }
    return this.#status;
  }

  async #work(onEnd: (place: Place, outcome: CellOutcome) => void): Promise<void> {
    for (let place = this.#waiting.shift(); place; place = this.#waiting.shift()) {
      this.#progress.set(place, null);
      try {
        const outcome = await this.#run(place);
        this.#done++;
        onEnd(place, outcome);
        showFailures(outcome, this.#console);
      } catch (error) {
        this.#failed(place, error);
      }
      this.#progress.delete(place);
    }
  }

  #run(place: Place): Promise<CellOutcome> {
    const { experiment } = this.#plan;
    const { options } = place.planned;
    const { csv = false, sample } = this.#options;
    const keep =
      place.folder === null ? null : { folder: place.folder, csv, ...(sample && { sample }) };
    const { name, module } = experiment;
    const cell: Cell = { experiment: name, options, keep, module };
    return runApart(cell, {
      heapMb: heapMbFor(experiment.footprint(options)),
      signal: this.#abort.signal,
      report: (progress) => {
        this.#progress.set(place, progress);
        this.#console.progress(this.#text());
      },
    });
  }

  /** One that fails does not stop the others. */
  #failed({ planned, run }: Place, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    if (!(error instanceof CommandError)) throw error;
    const { seed, varied } = planned;
    const { message, code } = error;
    this.#status = Math.max(this.#status, error.status);
    this.#console.emit('error', { code, message, seed, varied, run });
    this.#console.say(`${red('FAIL')} seed ${seed} ${variedText(varied)}: ${message}`);
  }

  #text(): string {
    const under = [...this.#progress.values()];
    let share = 0;
    let messages = 0;
    let rssBytes = 0;
    for (const progress of under) {
      if (!progress) continue;
      share += progress.done / progress.of;
      messages += progress.messages / progress.wallMs;
      rssBytes += progress.rssBytes;
    }
    const elapsedMs = performance.now() - this.#startedAtMs;
    const done = this.#done + share;
    const left = done === 0 ? '?' : lengthText((elapsedMs * (this.#total - done)) / done);
    return (
      `${this.#done} of ${counted(this.#total, 'cell')} done, ${under.length} under way  ` +
      `${Math.round(messages)}k messages/s  ${Math.round(rssBytes / 1e6)} MB  ${left} left`
    );
  }
}

/** All cores, fewer if memory does not allow; too large a cell is told before any is run. */
export function jobsFor(
  { cells, experiment }: Plan,
  wanted: number = availableParallelism(),
): number {
  const free = freeBytes();
  let jobs = Math.min(wanted, cells.length);
  for (const { options } of cells) {
    const footprint = experiment.footprint(options);
    checkMemory(footprint, Number(options['nodes']), free);
    jobs = Math.min(jobs, Math.max(1, Math.floor(free / footprint.bytes)));
  }
  return jobs;
}

export function placeOf(planned: PlannedCell, plan: Plan, source: Source, out?: string): Place {
  const { name } = plan.experiment;
  const { run, config } = originOf(name, planned.options, source);
  return { planned, run, config, folder: out === undefined ? null : join(out, `${name}-${run}`) };
}

export function variedText(varied: Options): string {
  return Object.entries(varied)
    .map(([path, value]) => `${path} ${valueText(value)}`)
    .join(', ');
}

export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
