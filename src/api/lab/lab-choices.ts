/** What people write for either lab: whom something befalls, and what the network is like. */
import { numberIn, wholeNumber } from '../../core/argument.ts';
import { checkSelection, type Selection } from '../../lab/life/selection.ts';
import type { LatencyModel } from '../../lab/network/latency.ts';
import { checkLatency, checkNetwork, type NetworkModel } from '../../lab/network/network-model.ts';

/** Numbers of nodes, or one selection. */
export type Whom = number[] | [Selection];

/** @throws TypeError or RangeError that names the node or the field. */
export function selectionOf(whom: Whom, count: number): Selection {
  const [first] = whom;
  if (typeof first === 'object') return checkSelection(first, 'whom', count);
  return { nodes: (whom as number[]).map((node) => wholeNumber(node, 'node', 0, count - 1)) };
}

/** Latency and loss by themselves, or all of it in one. */
export interface NetworkChoices {
  network?: NetworkModel;
  latency?: LatencyModel;
  loss?: number;
}

/** @throws TypeError or RangeError that names the option. */
export function networkOf({ network, latency, loss }: NetworkChoices): NetworkModel {
  if (network === undefined) {
    if (latency !== undefined) checkLatency(latency, 'latency');
    if (loss !== undefined) numberIn(loss, 'loss', 1);
    return { latency: latency ?? { kind: 'king' }, loss: loss ?? 0 };
  }
  for (const [name, value] of Object.entries({ latency, loss })) {
    if (value !== undefined) throw new TypeError(`"${name}" belongs into "network", not beside it`);
  }
  return checkNetwork(network);
}

/** Commands of a program are numbered from here on, the steps of its schedule from 0. */
export const COMMANDS = 20_000;

/** @throws TypeError for what stands beside the option that it belongs into. */
export function checkPlaces(options: object, place: string, names: readonly string[]): void {
  const [name] = Object.keys(options).filter((given) => names.includes(given));
  if (name !== undefined) {
    throw new TypeError(`"${name}" is no option of createLab; it belongs into "${place}"`);
  }
}
