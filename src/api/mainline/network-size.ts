/**
 * How many nodes the network has, from lookups that went well: the i-th closest to a target is i Nths of the
 * circle away. Each lookup gives one estimate by least squares; their spread gives the error.
 */
import type { LookupTrace } from '../../mainline/trace.ts';

/** An estimate and its error, of one standard deviation of the mean. */
export interface NetworkSize {
  nodes: number;
  error: number;
  /** Lookups that it rests on. */
  lookups: number;
}

/** The latest lookups that count: a node at rest makes some in an hour. */
const LOOKUPS = 32;
/** The density of fewer nodes than these is chance. */
const CLOSEST_MIN = 4;
const NO_ESTIMATES: readonly number[] = [];

export class NetworkSizer {
  /** As long as it has to be: a list that is added to takes room for sixteen more. */
  #estimates: readonly number[] = NO_ESTIMATES;

  /** A lookup is over, of a program's or the node's own. */
  add(trace: LookupTrace): void {
    if (trace.closest.length < CLOSEST_MIN) return;
    this.#estimates = [...this.#estimates.slice(1 - LOOKUPS), estimateOf(trace)];
  }

  /** Null before two lookups found somebody. */
  get size(): NetworkSize | null {
    return sizeFrom(this.#estimates);
  }
}

/** The same for lookups that are at hand. */
export function networkSizeOf(traces: readonly LookupTrace[]): NetworkSize | null {
  return sizeFrom(traces.filter(({ closest }) => closest.length > 0).map(estimateOf));
}

function sizeFrom(estimates: readonly number[]): NetworkSize | null {
  const lookups = estimates.length;
  if (lookups < 2) return null;
  const nodes = estimates.reduce((sum, one) => sum + one, 0) / lookups;
  const squares = estimates.reduce((sum, one) => sum + (one - nodes) ** 2, 0);
  return { nodes, error: Math.sqrt(squares / (lookups - 1) / lookups), lookups };
}

function estimateOf({ closest, target }: LookupTrace): number {
  let squares = 0;
  let products = 0;
  for (const [i, { id }] of closest.entries()) {
    const distance = BigInt(`0x${id}`) ^ BigInt(`0x${target}`);
    squares += (i + 1) ** 2;
    products += ((i + 1) * Number(distance >> 96n)) / 2 ** 64;
  }
  return squares / products;
}
