/**
 * A lab on several cores, part of `ringlight/lab`: one world of Mainline nodes in parts, each in a thread of
 * its own. What happens in it is what happens in a lab on one core, datagram by datagram, with the same
 * trace hash; but time passes elsewhere, so `run` is awaited, and nodes are called, not looked into.
 *
 *     lab.nodes[3].findNode(…) ──▶ the part of node 3 ── runs with all others ──▶ the outcome
 */
import { wholeNumber } from '../../core/argument.ts';
import { parseId } from '../../core/id.ts';
import { DhtError, type DhtErrorCode } from '../../io/errors.ts';
import { type Duration, durationMs } from '../../lab/duration.ts';
import type { Step } from '../../lab/life/schedule.ts';
import { type Tally, together } from '../../lab/mainline/mainline-part.ts';
import { PORT } from '../../lab/mainline/population.ts';
import { checkNetworkParts } from '../../lab/mainline/scenario-parts.ts';
import { PARTS_MAX } from '../../lab/parts/part.ts';
import { type PlacedGrade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import { START_MS } from '../../lab/world-state.ts';
import type { NodeChoices } from '../../mainline/choices.ts';
import type { Announcement, LookupKind } from '../../mainline/rows/purpose.ts';
import { metricsText } from '../metrics.ts';
import { type LabStats, labStats } from './family-lab.ts';
import { COMMANDS, selectionOf, type Whom } from './lab-choices.ts';
import { CallingNode } from './lab-node.ts';
import { type LabOptions, planFrom } from './lab-plan.ts';
import type { LabAnnounceResult, LabPingResult } from './lab-results.ts';
import { lazyList } from './node-list.ts';
import type { Call, Outcome } from './threads/part-office.ts';
import { type Run, Team } from './threads/team.ts';
import { VirtualCalls } from './virtual-calls.ts';

export interface SplitLabOptions extends LabOptions {
  /** So many threads have a part of the world each: as many as there are cores, or fewer. */
  workers: number;
}

const YOURS = 'a function of yours is in one thread only';
/** What a lab in parts cannot have, and why. */
const WHOLE_ONLY: readonly (readonly [keyof LabOptions, string])[] = [
  ['onQuery', YOURS],
  ['adversaries', 'adversaries act on all nodes at once'],
  ['counts', 'no node of a lab on several cores is looked into'],
];

/** @throws TypeError or RangeError for what a world in parts cannot have. */
function checkSplit(options: SplitLabOptions): void {
  const workers = wholeNumber(options.workers, 'workers', 1, PARTS_MAX);
  for (const [name, reason] of WHOLE_ONLY) {
    if (options[name] === undefined || options[name] === false) continue;
    if (Array.isArray(options[name]) && options[name].length === 0) continue;
    doesNotGo(name, reason);
  }
  if (typeof options.node === 'function') doesNotGo('node', YOURS);
  if (options.latency?.kind === 'own') doesNotGo('latency.between', YOURS);
  if (options.network !== undefined) checkNetworkParts(options.network, doesNotGo);
  const { nodes = 1000 } = options;
  if (workers > nodes) {
    const expected = `at most one for each of ${nodes} nodes`;
    throw new RangeError(`"workers" expected ${expected}, got ${workers}`);
  }
}

function doesNotGo(name: string, reason: string): never {
  throw new TypeError(`"${name}" does not go with "workers": ${reason}`);
}

export class SplitLab {
  /** Node i has the i-th smallest id. */
  readonly nodes: readonly SplitLabNode[];
  readonly workers: number;
  readonly #team: Team;
  readonly #count: number;
  // Whoever waits for a call is told what failed by `#runUntil`.
  readonly #calls = new VirtualCalls(() => this.#runUntil(Infinity, true).catch(() => {}));
  #nowMs = START_MS;
  #commands = 0;
  /** Runs come one after the other. */
  #running: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor({ workers, ...options }: SplitLabOptions) {
    const { seed, nodes, network, upkeep, start, schedule } = planFrom(options, () => -1);
    checkSplit({ ...options, nodes, workers });
    const { churn = null } = options;
    const node = { readOnly: false, ...(options.node as NodeChoices | undefined) };
    const world = { seed, nodes, network, upkeep, start, schedule };
    const programs = { routers: false, workload: null, lanes: null };
    this.workers = workers;
    this.#count = nodes;
    this.#team = new Team({ ...world, ...programs, node, churn }, workers);
    this.nodes = lazyList(nodes, (number) => new SplitLabNode(number, this));
  }

  /** Virtual ms since the world began. */
  get now(): number {
    return this.#nowMs - START_MS;
  }

  /** Lets virtual time pass: ms, or text such as '10 min', '30 s', '2 h'. */
  async run(duration: Duration): Promise<void> {
    const ms = durationMs(duration);
    await this.#runUntil(() => this.#nowMs + ms, false);
  }

  /** 16 hexadecimal digits that stand for everything delivered so far: those of the same lab on one core. */
  async traceHash(): Promise<string> {
    return (await this.#tally()).traceHash;
  }

  /** All lookups that were called for, as they ended, graded by the oracle. */
  async grades(): Promise<readonly PlacedGrade[]> {
    return (await this.#tally()).grades;
  }

  /** The grades together, and what the wire carried. */
  async metrics(): Promise<Summary & { delivered: number; lost: number; undeliverable: number }> {
    const { grades, traffic } = await this.#tally();
    const { delivered, lost, undeliverable } = traffic;
    return { ...summaryOf(grades), delivered, lost, undeliverable };
  }

  /** The same and more as plain numbers. */
  async stats(): Promise<LabStats> {
    const { grades, traffic, virtualMs } = await this.#tally();
    return labStats({ ...traffic, virtualMs, nodes: this.#count }, grades);
  }

  /** The numbers of `stats` in the text format of Prometheus. */
  async metricsText(): Promise<string> {
    return metricsText('lab', [{ stats: await this.stats() }]);
  }

  /** Ends processes without a word. */
  crash(...whom: Whom): void {
    this.#befall({ crash: selectionOf(whom, this.#count) });
  }

  /** Stops nodes, clock and memory intact. */
  pause(...whom: Whom): void {
    this.#befall({ pause: selectionOf(whom, this.#count) });
  }

  /** Lets those who are paused go on. */
  resume(...whom: Whom): void {
    this.#befall({ resume: selectionOf(whom, this.#count) });
  }

  /** Begins those who are down; they join through living nodes. */
  join(...whom: Whom): void {
    this.#befall({ join: selectionOf(whom, this.#count) });
  }

  /** Ends processes and begins new ones at once, which still know whom they knew. */
  restart(...whom: Whom): void {
    this.#befall({ restart: selectionOf(whom, this.#count) });
  }

  /** Cuts nodes off from all others, both ways, until `heal`. */
  partition(...whom: Whom): void {
    this.#befall({ partition: selectionOf(whom, this.#count) });
  }

  /** Ends all partitions. */
  heal(): void {
    this.#befall({ heal: true });
  }

  /** A call that is awaited keeps the process alive, as at first. */
  ref(): void {
    this.#team.ref();
  }

  /** The process may end whatever is awaited. */
  unref(): void {
    this.#team.unref();
  }

  /** Ends the threads. A lab that nobody waits for keeps no process alive. */
  async close(): Promise<void> {
    await this.#team.close();
  }

  /** @internal */
  lookup(
    node: number,
    kind: LookupKind,
    target: string | Uint8Array,
    announcement: Announcement | null,
  ): Promise<LabAnnounceResult> {
    return this.#call(node, (number) => {
      const id = parseId(target, 'target');
      return { number, node, what: 'lookup', kind, target: id, announcement };
    });
  }

  /** @internal */
  ping(node: number, other: number): Promise<LabPingResult> {
    wholeNumber(other, 'node', 0, this.#count - 1);
    return this.#call(node, (number) => ({ number, node, what: 'ping', other }));
  }

  #call<T>(node: number, callOf: (number: number) => Call): Promise<T> {
    return this.#calls.open<T>(node, (number) => {
      this.#team.tell({ kind: 'call', call: callOf(number) });
    });
  }

  #befall(step: Omit<Step, 'at'>): void {
    this.#team.tell({ kind: 'befall', step, number: COMMANDS + this.#commands++ });
  }

  async #tally(): Promise<Tally & { traceHash: string }> {
    await this.#running.catch(() => {});
    return together(await this.#team.tally());
  }

  /** Runs when it is our turn; for an outcome only while anybody waits for one. */
  #runUntil(untilMs: number | (() => number), stops: boolean): Promise<void> {
    const run = this.#running
      .catch(() => {})
      .then(async () => {
        if (stops && !this.#calls.isWaiting) return;
        const limitMs = typeof untilMs === 'number' ? untilMs : untilMs();
        try {
          this.#ran(await this.#team.run(limitMs, stops));
        } catch (error) {
          this.#calls.failAll(error as Error);
          throw error;
        }
      });
    this.#running = run;
    return run;
  }

  #ran({ nowMs, outcomes }: Run): void {
    this.#nowMs = nowMs;
    for (const outcome of outcomes.toSorted((a, b) => a.call - b.call)) this.#settle(outcome);
  }

  #settle(outcome: Outcome): void {
    if (!outcome.isFailed) this.#calls.settle(outcome.call, outcome.value);
    else {
      const error = new DhtError(outcome.code as DhtErrorCode, outcome.message);
      this.#calls.fail(outcome.call, error);
    }
  }
}

/** One node of a lab on several cores: it can be called. */
export class SplitLabNode extends CallingNode {
  /** All have the port of Mainline here. */
  readonly port = PORT;
}
