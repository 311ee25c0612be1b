/**
 * A lab of Mainline nodes, part of `ringlight/lab`: the product's own nodes on simulated datagrams,
 * with the calls of real ones. Awaiting moves virtual time, and each lookup that was called for is
 * graded by an oracle that knows everybody.
 */
import { besiegedWorld } from '../../lab/adversaries/besieged.ts';
import type { Life } from '../../lab/life/life.ts';
import type { StartModel } from '../../lab/mainline/start.ts';
import { type Grade, type Summary, summaryOf } from '../../lab/results/grade.ts';
import { sha1 } from '../../lab/sha1.ts';
import type { World } from '../../lab/world.ts';
import { FamilyLab } from './family-lab.ts';
import { LabAdversary } from './lab-adversary.ts';
import type { LabFamily } from './lab-family.ts';
import { LabNode } from './lab-node.ts';
import { type LabOptions, planFrom } from './lab-plan.ts';
import { lazyList } from './node-list.ts';
import { type OwnNodes, ownNodes } from './own-nodes.ts';

export class Lab extends FamilyLab {
  /** Node i has the i-th smallest id. */
  readonly nodes: readonly LabNode[];
  /** In the order in which they were asked for; their nodes are not among `nodes`. */
  readonly adversaries: readonly LabAdversary[];
  readonly #family: LabFamily;
  /** @internal */
  protected readonly world: World;
  /** @internal */
  protected readonly life: Life;

  constructor(options: LabOptions) {
    super();
    const family = this.newFamily();
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
    this.live(schedule);
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
