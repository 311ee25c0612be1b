/**
 * A lab whose nodes have addresses of both families (`network: { family: 'both' }`): two networks in one world,
 * and hosts that are in both, unless they have an address of one only.
 *
 *     lab.nodes[7].ipv6.table          its table in the network of IPv6
 *     await lab.nodes[7].getPeers(h)   peers of both
 */
import { shown } from '../../core/argument.ts';
import type { Life } from '../../lab/life/life.ts';
import { type DualStack, livingDualStack } from '../../lab/mainline/dual-stack.ts';
import type { NetworkModel } from '../../lab/network/network-model.ts';
import { type Grade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { World } from '../../lab/world.ts';
import { FamilyLab } from './family-lab.ts';
import { LabHost } from './lab-host.ts';
import { LabNode } from './lab-node.ts';
import { type LabOptions, planFrom } from './lab-plan.ts';
import { lazyList } from './node-list.ts';

export type DualStackNetwork = NetworkModel & { family: 'both' };

export interface DualStackLabOptions extends Omit<LabOptions, 'adversaries' | 'latency' | 'loss'> {
  network: DualStackNetwork;
}

/** Is it a world of both that is asked for? @throws as `createLab` for a network that is none. */
export function isDualStack(options: LabOptions): options is DualStackLabOptions {
  const { network } = options;
  return typeof network === 'object' && network !== null && network.family === 'both';
}

export class DualStackLab extends FamilyLab {
  /** Hosts; their numbers say nothing of their ids. */
  readonly nodes: readonly LabHost[];
  readonly #stack: DualStack;
  /** @internal */
  protected readonly world: World;
  /** @internal */
  protected readonly life: Life;

  constructor(options: DualStackLabOptions) {
    super();
    checkChoices(options);
    const plan = planFrom(options, (address) => this.#stack.nodeAt(address));
    const network = plan.network as DualStackNetwork;
    const v4 = this.newFamily();
    const v6 = this.newFamily();
    const { stack, life } = livingDualStack(
      { ...plan, network, sha1, counts: options.counts === true },
      [v4.observer, v6.observer],
    );
    v4.inhabit(stack.families[0]);
    v6.inhabit(stack.families[1]);
    this.#stack = stack;
    this.world = stack.world;
    this.life = life;
    this.live(plan.schedule);
    this.nodes = lazyList(plan.nodes, (number) => this.#hostOf(number));
  }

  #hostOf(number: number): LabHost {
    const [ipv4, ipv6] = this.families.map((family) =>
      family.overlay.population.has(number) ? new LabNode(family, number) : null,
    );
    return new LabHost(number, ipv4!, ipv6!);
  }

  /** The latest lookups that were called for in the network of a family, graded by its oracle. */
  gradesOf(family: 4 | 6): readonly Grade[] {
    return this.families[indexOf(family)]!.grades;
  }

  /** All of them together. */
  metricsOf(family: 4 | 6): Summary {
    return summaryOf(this.gradesOf(family));
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
