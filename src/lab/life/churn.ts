/**
 * Churn: how long nodes stay, and how long they stay away. Either by two laws, or by a trace of what
 * once happened. The presets are what was measured, as it was published:
 *
 *     session                            median    mean    source
 *     bt-redhat, -debian, -flatout       7…23 min  64…119  Stutzbach and Rejaie, IMC 2006
 *     kad, kad-first-crawl               93, 183   247,618 Steiner's six-month crawl, as in PeerfactSim
 *     oversim                            116       167     OverSim's default: a Weibull of shape 1
 *     li                                 42        60      Li et al., INFOCOM 2005; a new id each time
 *     ipfs                               24        (fit)   Trautwein et al., SIGCOMM 2022, Hong Kong
 *     mldht-2013                         200       (fit)   Wang and Kangasharju's crawl of Mainline
 *
 * Only Kad's absences were published. The others stay away by the law by which they stay, as in
 * OverSim, so that on average half of a world is up.
 */
import type { Random } from '../../core/random.ts';
import { Lifetime, type LifetimeModel } from './lifetime.ts';

const MINUTE_MS = 60_000;

/** What a node is like that comes back after a crash. */
export type Rejoin =
  /** Same id and address; its former contacts are its bootstrap, as a state file gives them. */
  | 'memory'
  /** Same id and address, but it knows only the bootstrap nodes. */
  | 'blank'
  /** It stays away for good; somebody else with another id and address begins instead. */
  | 'newcomer';

export interface ChurnModel {
  up: LifetimeModel;
  /** Default: the same as `up`. */
  down?: LifetimeModel;
  /** Default `blank`. */
  rejoin?: Rejoin;
}

/** What is to become of all: two laws and what comes between them, or a trace. */
export type ChurnPlan = ChurnModel | { readonly trace: readonly TraceStep[] };

export type ChurnPreset =
  | 'bt-redhat'
  | 'bt-debian'
  | 'bt-flatout'
  | 'kad'
  | 'kad-first-crawl'
  | 'oversim'
  | 'li'
  | 'ipfs'
  | 'mldht-2013';

export const CHURN_PRESETS: Readonly<Record<ChurnPreset, ChurnModel>> = {
  'bt-redhat': { up: { kind: 'weibull', shape: 0.34, scaleMs: 21.3 * MINUTE_MS } },
  'bt-debian': { up: { kind: 'weibull', shape: 0.38, scaleMs: 42.4 * MINUTE_MS } },
  'bt-flatout': { up: { kind: 'weibull', shape: 0.59, scaleMs: 41.9 * MINUTE_MS } },
  kad: {
    up: { kind: 'weibull', shape: 0.61511, scaleMs: 169.5385 * MINUTE_MS },
    down: { kind: 'weibull', shape: 0.47648, scaleMs: 413.6765 * MINUTE_MS },
  },
  'kad-first-crawl': {
    up: { kind: 'weibull', shape: 0.54512, scaleMs: 357.7152 * MINUTE_MS },
    down: { kind: 'weibull', shape: 0.47648, scaleMs: 413.6765 * MINUTE_MS },
  },
  oversim: { up: { kind: 'weibull', shape: 1, scaleMs: 10_000_000 } },
  li: { up: { kind: 'exponential', meanMs: 60 * MINUTE_MS }, rejoin: 'newcomer' },
  ipfs: {
    up: {
      kind: 'points',
      timesMs: [24.2 * MINUTE_MS, 8 * 60 * MINUTE_MS, 24 * 60 * MINUTE_MS],
      shares: [0.5, 0.124, 0.025],
    },
  },
  'mldht-2013': {
    up: { kind: 'points', timesMs: [200 * MINUTE_MS, 9000 * MINUTE_MS], shares: [0.5, 0.03] },
  },
};

/** Where a node stands when a world begins, in the middle of everybody's life. */
export interface Standing {
  isUp: boolean;
  /** Since when it is up, or down. */
  ageMs: number;
  /** Until it changes. */
  restMs: number;
}

export class Churn {
  readonly up: Lifetime;
  readonly down: Lifetime;
  readonly rejoin: Rejoin;

  constructor(model: ChurnModel) {
    this.up = new Lifetime(model.up);
    this.down = new Lifetime(model.down ?? model.up);
    this.rejoin = model.rejoin ?? 'blank';
  }

  /** The share of all nodes that is up at any time. */
  get availability(): number {
    return this.up.meanMs / (this.up.meanMs + this.down.meanMs);
  }

  /** Draws how a node is met at a time at which churn has gone on for ever: no warming up is needed. */
  standing(random: Random): Standing {
    const isUp = random.uint32() < this.availability * 0x100000000;
    const law = isUp ? this.up : this.down;
    const ageMs = law.drawAge(random);
    return { isUp, ageMs, restMs: law.drawRest(random, ageMs) };
  }

  /** How long the state lasts that a node has just entered. */
  draw(random: Random, isUp: boolean): number {
    return (isUp ? this.up : this.down).draw(random);
  }
}

/** One line of a trace. */
export interface TraceStep {
  atMs: number;
  node: number;
  isUp: boolean;
}

/**
 * Reads a trace: one `time node join|leave` a line, times in seconds from the start and not falling;
 * empty lines and those that begin with # are passed over. A node that never joins was there before.
 * @throws RangeError that names the line.
 */
export function parseTrace(text: string, nodes: number): TraceStep[] {
  const steps: TraceStep[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim();
    if (words === '' || words.startsWith('#')) continue;
    const match = /^(\d+(?:\.\d+)?)\s+(\d+)\s+(join|leave)$/i.exec(words);
    if (!match) throw new RangeError(lineError(index, '`time node join` or `leave`', words));
    const step = {
      atMs: Math.round(Number(match[1]) * 1000),
      node: Number(match[2]),
      isUp: match[3].toLowerCase() === 'join',
    };
    if (step.node >= nodes) {
      throw new RangeError(lineError(index, `a node below ${nodes}`, match[2]));
    }
    if (step.atMs < (steps.at(-1)?.atMs ?? 0)) {
      throw new RangeError(lineError(index, 'a time not before the last', match[1]));
    }
    steps.push(step);
  }
  return steps;
}

function lineError(index: number, expected: string, got: string): string {
  return `"trace" line ${index + 1} expected ${expected}, got ${JSON.stringify(got.slice(0, 60))}`;
}

/** Who is up when a trace begins: all but those whose first step is to join. */
export function upAtFirst(steps: readonly TraceStep[], nodes: number): Uint8Array {
  const isUp = new Uint8Array(nodes).fill(1);
  const isSeen = new Uint8Array(nodes);
  for (const step of steps) {
    if (isSeen[step.node] === 1) continue;
    isSeen[step.node] = 1;
    if (step.isUp) isUp[step.node] = 0;
  }
  return isUp;
}
