/**
 * A lab of Mainline nodes, part of `ringlight/lab`: the product's own nodes on simulated datagrams,
 * with the calls of real ones. Awaiting moves virtual time, and each lookup that was called for is
 * graded by an oracle that knows everybody.
 */

import { DhtError, warn } from '../../io/errors.ts';
import { Watchers } from '../../io/watchers.ts';
import { besiegedWorld } from '../../lab/adversaries/besieged.ts';
import type { Life } from '../../lab/life/life.ts';
import { follow } from '../../lab/life/schedule.ts';
import type { StartModel } from '../../lab/mainline/start.ts';
import { type Grade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { World } from '../../lab/world.ts';
import type { LookupTrace } from '../../mainline/trace.ts';
import { LabAdversary } from './lab-adversary.ts';
import type { Whom } from './lab-choices.ts';
import { LabFamily } from './lab-family.ts';
import { LabNode } from './lab-node.ts';
import { type LabOptions, planFrom } from './lab-plan.ts';
import { LabWorld, type WorldStats } from './lab-world.ts';
import { lazyList } from './node-list.ts';
import { type OwnNodes, ownNodes } from './own-nodes.ts';
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

export class Lab extends LabWorld {
  /** Node i has the i-th smallest id. */
  readonly nodes: readonly LabNode[];
  /** In the order in which they were asked for; their nodes are not among `nodes`. */
  readonly adversaries: readonly LabAdversary[];
  readonly #family: LabFamily;
  /** @internal */
  protected readonly world: World;
  /** @internal */
  protected readonly life: Life;
  readonly #calls = new VirtualCalls((isOver) => {
    this.world.run(Infinity, isOver);
    this.world.run(this.world.now); // a program hears of it when the millisecond is over
  });
  readonly #watchers = new Watchers<LabWatcher>(['onLookup'], warn);

  constructor(options: LabOptions) {
    super();
    const family = new LabFamily({
      calls: this.#calls,
      isAlive: (number) => this.isAlive(number),
      whyNot: (number) => this.whyNot(number),
      ended: (trace, number, grade) => {
        for (const hear of this.#watchers.of('onLookup')) hear(trace, number, grade);
      },
    });
    this.#family = family;
    const plan = planFrom(options, (address) => family.overlay.nodeAt(address));
    const { seed, nodes, network, settings, settingsOf, upkeep, start, churn, schedule } = plan;
    const { adversaries = [] } = options;
    const choose = typeof options.node === 'function' ? options.node : null;
    const own = choose && ownNodes(choose, nodes, settingsOf);
    if (own) checkOwn(own, options, start);
    const { overlay, life, cast } = besiegedWorld(
      {
        ...{ seed, nodes, network, settings, upkeep, sha1, start, churn, adversaries },
        settlement: own?.settlement ?? null,
        settingsOfNode: own && ((node) => own.settings.get(node) ?? null),
        contactsOfNode: own && ((node) => own.tables.get(node) ?? null),
        counts: options.counts === true,
      },
      family.observer,
    );
    family.inhabit(overlay);
    this.world = overlay.world;
    this.life = life;
    const ended = (node: number): void =>
      this.#calls.failAllOf(node, new DhtError('CLOSED', `node ${node} crashed`));
    life.observer = { began() {}, ended, resumed() {} };
    follow(life, schedule);
    this.nodes = lazyList(nodes, (number) => new LabNode(family, number));
    const actors = cast?.actors ?? [];
    this.adversaries = actors.map((band) => new LabAdversary(overlay, band));
  }

  /** The latest lookups that were called for, graded by the oracle. */
  get grades(): readonly Grade[] {
    return this.#family.grades;
  }

  /** All of `grades` together, and what the wire carried. */
  get metrics(): Summary & { delivered: number; lost: number; undeliverable: number } {
    const { delivered, lost, undeliverable } = this.world;
    return { ...summaryOf(this.#family.grades), delivered, lost, undeliverable };
  }

  /** The same and more as plain numbers, as other doors have them. */
  get stats(): LabStats {
    const { lookups: count, ...summary } = summaryOf(this.#family.grades);
    const { delivered, lost, undeliverable } = this.world;
    const { now, nodes } = this;
    return {
      ...{ virtualMs: now, nodes: nodes.length, lookups: { count, ...summary } },
      ...{ delivered, lost, undeliverable },
    };
  }

  /** Tells `watcher` what happens until the returned function is called. */
  watch(watcher: LabWatcher): () => void {
    return this.#watchers.add(watcher);
  }

  /** Ends processes and begins new ones at once, which still know whom they knew. */
  restart(...whom: Whom): void {
    this.befall({ restart: this.selected(whom) });
  }
}

/** What nodes have of their own and a world cannot give them. @throws TypeError that names the field. */
function checkOwn(
  { settlement, tables }: OwnNodes,
  { network, adversaries = [] }: LabOptions,
  start: StartModel,
): void {
  const [first] = tables.keys();
  if (first !== undefined && start.kind === 'protocol') {
    throw new TypeError(`"node(${first}).table" is for a warm start: here all join by themselves`);
  }
  if (settlement === null) return;
  if (adversaries.length > 0) {
    throw new TypeError(
      '"node(0).id" is for worlds without adversaries, among whom ids follow from addresses',
    );
  }
  if (network?.family === 6) throw new TypeError('"node(0).id" is for worlds of IPv4');
}
