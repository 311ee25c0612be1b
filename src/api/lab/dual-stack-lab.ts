/**
 * A lab whose nodes have addresses of both families (`network: { family: 'both' }`): two networks in one world,
 * and hosts that are in both, unless they have an address of one only.
 *
 *     lab.nodes[7].ipv6.table          its table in the network of IPv6
 *     await lab.nodes[7].getPeers(h)   peers of both
 */
import { shown } from '../../core/argument.ts';
import { DhtError, warn } from '../../io/errors.ts';
import { Watchers } from '../../io/watchers.ts';
import type { Life } from '../../lab/life/life.ts';
import { follow } from '../../lab/life/schedule.ts';
import { type DualStack, livingDualStack } from '../../lab/mainline/dual-stack.ts';
import type { NetworkModel } from '../../lab/network/network-model.ts';
import { type Grade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { World } from '../../lab/world.ts';
import type { Whom } from './lab-choices.ts';
import { LabFamily } from './lab-family.ts';
import { LabHost } from './lab-host.ts';
import { LabNode } from './lab-node.ts';
import { type LabOptions, planFrom } from './lab-plan.ts';
import { LabWorld } from './lab-world.ts';
import type { LabStats, LabWatcher } from './mainline-lab.ts';
import { lazyList } from './node-list.ts';
import { VirtualCalls } from './virtual-calls.ts';

export type DualStackNetwork = NetworkModel & { family: 'both' };

export interface DualStackLabOptions extends Omit<LabOptions, 'adversaries' | 'latency' | 'loss'> {
  network: DualStackNetwork;
}

/** Is it a world of both that is asked for? @throws as `createLab` for a network that is none. */
export function isDualStack(options: LabOptions): options is DualStackLabOptions {
  const { network } = options;
  return typeof network === 'object' && network !== null && network.family === 'both';
}

export class DualStackLab extends LabWorld {
  /** Hosts; their numbers say nothing of their ids. */
  readonly nodes: readonly LabHost[];
  readonly #families: readonly [LabFamily, LabFamily];
  readonly #stack: DualStack;
  /** @internal */
  protected readonly world: World;
  /** @internal */
  protected readonly life: Life;
  readonly #calls = new VirtualCalls((isOver) => this.world.run(Infinity, isOver));
  readonly #watchers = new Watchers<LabWatcher>(['onLookup'], warn);

  constructor(options: DualStackLabOptions) {
    super();
    checkChoices(options);
    const plan = planFrom(options, (address) => this.#stack.nodeAt(address));
    const network = plan.network as DualStackNetwork;
    const v4 = this.#newFamily();
    const v6 = this.#newFamily();
    this.#families = [v4, v6];
    const { stack, life } = livingDualStack(
      { ...plan, network, sha1, counts: options.counts === true },
      [v4.observer, v6.observer],
    );
    v4.inhabit(stack.families[0]);
    v6.inhabit(stack.families[1]);
    this.#stack = stack;
    this.world = stack.world;
    this.life = life;
    const ended = (node: number): void =>
      this.#calls.failAllOf(node, new DhtError('CLOSED', `node ${node} crashed`));
    life.observer = { began() {}, ended, resumed() {} };
    follow(life, plan.schedule);
    this.nodes = lazyList(plan.nodes, (number) => this.#hostOf(number));
  }

  #newFamily(): LabFamily {
    return new LabFamily({
      calls: this.#calls,
      isAlive: (number) => this.isAlive(number),
      whyNot: (number) => this.whyNot(number),
      ended: (trace, number, grade) => {
        for (const hear of this.#watchers.of('onLookup')) hear(trace, number, grade);
      },
    });
  }

  #hostOf(number: number): LabHost {
    const [ipv4, ipv6] = this.#families.map((family) =>
      family.overlay.population.has(number) ? new LabNode(family, number) : null,
    );
    return new LabHost(number, ipv4!, ipv6!);
  }

  /** The latest lookups that were called for in the network of a family, graded by its oracle. */
  gradesOf(family: 4 | 6): readonly Grade[] {
    return this.#families[indexOf(family)].grades;
  }

  /** All of them together. */
  metricsOf(family: 4 | 6): Summary {
    return summaryOf(this.gradesOf(family));
  }

  /** Of both families, as plain numbers. */
  get stats(): LabStats {
    const grades = this.#families.flatMap((family) => family.grades);
    const { lookups: count, ...summary } = summaryOf(grades);
    const { delivered, lost, undeliverable } = this.world;
    const { now, nodes } = this;
    return {
      ...{ virtualMs: now, nodes: nodes.length, lookups: { count, ...summary } },
      ...{ delivered, lost, undeliverable },
    };
  }

  /** Ends processes and begins new ones at once, which still know whom they knew. */
  restart(...whom: Whom): void {
    this.befall({ restart: this.selected(whom) });
  }

  /** Tells `watcher` what happens until the returned function is called; traces say of which family they are. */
  watch(watcher: LabWatcher): () => void {
    return this.#watchers.add(watcher);
  }
}

function indexOf(family: 4 | 6): 0 | 1 {
  if (family === 4) return 0;
  if (family === 6) return 1;
  throw new TypeError(`"family" expected 4 or 6, got ${shown(family)}`);
}

/** @throws TypeError for what is of worlds of one family. */
function checkChoices(options: LabOptions): void {
  const { adversaries = [], node } = options;
  if (adversaries.length > 0) {
    throw new TypeError('"adversaries" are of worlds of IPv4, and "network.family" is both');
  }
  if (typeof node === 'function') {
    throw new TypeError(
      '"node" as a function is of worlds of one family, and "network.family" is both',
    );
  }
}
