/**
 * What a lab of Mainline nodes may be told, checked and completed: the same for worlds of one address family
 * and of both.
 */
import type { Address } from '../../core/address.ts';
import { checkNames, checkToggle, wholeNumber } from '../../core/argument.ts';
import type { AdversaryModel } from '../../lab/adversaries/adversary.ts';
import type { ChurnPlan } from '../../lab/life/churn.ts';
import { type ChurnChoice, churnFrom } from '../../lab/life/churn-model.ts';
import { checkSchedule, type Step } from '../../lab/life/schedule.ts';
import { checkStart, type StartModel } from '../../lab/mainline/start.ts';
import type { LatencyModel } from '../../lab/network/latency.ts';
import type { NetworkModel } from '../../lab/network/network-model.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import type { Settings } from '../../mainline/state.ts';
import { checkPlaces, networkOf } from './lab-choices.ts';
import type { LabNodeChooser } from './own-nodes.ts';
import { type LabQueryHook, labHandler } from './query-hook.ts';

/** Nodes of one world at most: what 32-bit row numbers and the memory of a large machine allow. */
export const LAB_NODES_LIMIT = 10_000_000;

export interface LabOptions {
  /** What lives there: Mainline nodes, or with `ring` those of a replicated ring. Default `mainline`. */
  overlay?: 'mainline';
  /** The same seed gives the same run, bit for bit. Default 1. */
  seed?: number;
  /** Default 1000. */
  nodes?: number;
  /** Default `king`: round trips with a median of 156 ms and a mean of 178 ms. */
  latency?: LatencyModel;
  /** Share of datagrams that are lost, 0..1. Default 0. */
  loss?: number;
  /** All that may happen to a datagram, loss and latency too: then those are not given beside it. */
  network?: NetworkModel;
  /** Do nodes look after their tables? Default true. */
  upkeep?: boolean;
  /** `warm` (default): with the tables of a converged network. `protocol`: all nodes really join. */
  start?: 'warm' | 'protocol' | StartModel;
  /** How nodes come and go: a preset such as `kad`, two laws, or a trace. Default: nobody does. */
  churn?: ChurnChoice;
  /** What is to befall the world, and when. */
  schedule?: readonly Step[];
  /**
   * What every node is like. The table is always `kbuckets`. Bounds on strangers, BEP 42 and the limits per
   * IP and /24 are left out unless they are asked for: they mean something among `adversaries`. A function
   * says what one node has of its own.
   */
  node?: LabNodeChoices | LabNodeChooser;
  /** Who attacks, with how many nodes of which networks, and when; see `lab.adversaries`. */
  adversaries?: readonly AdversaryModel[];
  /** Does each node count what passes through it, for `stats`? 0.7 KB for each that does anything. Default false. */
  counts?: boolean;
  /** Sees every query, as `onQuery` of a live node does, and is told which node was asked. */
  onQuery?: LabQueryHook;
}

/** What a node of a lab may be told. */
export type LabNodeChoices = Pick<NodeChoices, (typeof NODE_OPTIONS)[number]>;

const OPTIONS: readonly (keyof LabOptions)[] = [
  ...(['overlay', 'seed', 'nodes', 'latency', 'loss', 'network', 'upkeep', 'start'] as const),
  ...(['churn', 'schedule', 'node', 'adversaries', 'counts', 'onQuery'] as const),
];
const NODE_OPTIONS = [
  ...(['k', 'alpha', 'shortTimeoutMs', 'shortTimeoutMsMin', 'timeoutMs'] as const),
  ...(['onePerIp', 'onePerNetwork', 'secureIds', 'inbound', 'outbound', 'peers', 'items'] as const),
  ...(['paths', 'expectedDistance'] as const),
] as const;
/** Those that people write beside `network`; `latency` and `loss` may stand there. */
const NETWORK_OPTIONS: readonly (keyof NetworkModel)[] = [
  ...(['bursts', 'jitter', 'reorder', 'duplicate', 'uplinks', 'nat', 'pieceBytes'] as const),
];

export interface LabPlan {
  seed: number;
  nodes: number;
  upkeep: boolean;
  network: NetworkModel;
  start: StartModel;
  churn: ChurnPlan | null;
  schedule: readonly Step[];
  /** Of nodes that have nothing of their own; and of one that has. */
  settings: Settings;
  settingsOf(choices?: Partial<NodeChoices>): Settings;
}

/**
 * @param numberOf the node at an address
 * @throws TypeError or RangeError that names the option.
 */
export function planFrom(options: LabOptions, numberOf: (address: Address) => number): LabPlan {
  checkPlaces(options, 'node', NODE_OPTIONS);
  checkPlaces(options, 'network', NETWORK_OPTIONS);
  checkNames(options, 'options', 'createLab', OPTIONS);
  const alike = typeof options.node === 'function' ? undefined : options.node;
  if (alike !== undefined) checkNames(alike, 'node', 'a node of a lab', NODE_OPTIONS, 'node.');
  checkToggle(options.upkeep, 'upkeep');
  checkToggle(options.counts, 'counts');
  const { seed = 1, nodes = 1000, upkeep = true, schedule = [], onQuery } = options;
  wholeNumber(seed, 'seed', 0, Number.MAX_SAFE_INTEGER);
  wholeNumber(nodes, 'nodes', 1, LAB_NODES_LIMIT);
  const network = networkOf(options);
  const start = checkStart(options.start ?? 'warm');
  const churn = options.churn === undefined ? null : churnFrom(options.churn, nodes);
  checkSchedule(schedule, nodes);
  const open = { onePerIp: false, inbound: false, outbound: false } as const;
  const answering = onQuery === undefined ? {} : { handler: labHandler(onQuery, numberOf) };
  const settingsOf = (choices: Partial<NodeChoices> = {}): Settings => ({
    ...settingsFrom({ ...open, readOnly: false, ...choices }),
    ...answering,
  });
  const settings = settingsOf(alike);
  return { seed, nodes, upkeep, network, start, churn, schedule, settings, settingsOf };
}
