/**
 * What became of nodes that are not there any more, or do nothing: when, and how. Seen as it happens;
 * after a leap in time what was done to them is read from the history.
 */
import { NodeState, type Silence, type TimedAct } from 'ringlight/scene';

export type Manner = 'crashed' | 'left' | 'gone' | 'paused' | Silence['how'];

export interface Fate {
  how: Manner;
  /** Null where it is known only that it happened. */
  atMs: number | null;
  /** It may be there, but the others count it among themselves no more. */
  isMissed?: boolean;
}

/** Of what happened between two looks so far apart nobody can say when. */
const SEEN_WITHIN_MS = 250;

const MANNER_OF_ACT: Readonly<Record<string, Manner>> = {
  crash: 'crashed',
  leave: 'left',
  pause: 'paused',
};

const STATE_OF_MANNER: Readonly<Record<Manner, number>> = {
  crashed: NodeState.crashed,
  left: NodeState.absent,
  gone: NodeState.absent,
  paused: NodeState.paused,
  silent: NodeState.paused,
  'cut off': NodeState.paused,
};

export class Fates {
  readonly #seen = new Map<number, Fate>();
  /** Of those that are silent. */
  readonly #missed = new Set<number>();

  /** Nobody has been seen to go. */
  clear(): void {
    this.#seen.clear();
    this.#missed.clear();
  }

  /** A node is in another state. `isTold`: of a live node that is gone nobody knows whether it left, unless it was leaving. */
  see(
    node: number,
    before: number,
    state: number,
    looks: { beforeMs: number; nowMs: number },
    isTold: boolean,
  ): void {
    this.#missed.delete(node);
    const isClose = looks.nowMs - looks.beforeMs <= SEEN_WITHIN_MS;
    const atMs = isClose || !isTold ? looks.nowMs : null;
    if (state === NodeState.crashed) this.#seen.set(node, { how: 'crashed', atMs });
    else if (state === NodeState.paused) {
      // Told again, it has been so all the time.
      if (before !== state) this.#seen.set(node, { how: 'paused', atMs });
    } else if (state !== NodeState.absent) this.#seen.delete(node);
    else if (before !== NodeState.absent) {
      const hasLeft = isTold || before === NodeState.leaving;
      this.#seen.set(node, { how: hasLeft ? 'left' : 'gone', atMs });
    }
  }

  /** A live node does not answer; `atMs`: since when, null where that is not known. */
  hear({ node, how, isMissed }: Silence, atMs: number | null): void {
    const before = this.#seen.get(node);
    const sinceMs = before?.how === how ? before.atMs : atMs;
    this.#seen.set(node, { how, atMs: sinceMs, isMissed });
    if (isMissed) this.#missed.add(node);
  }

  get hasMissed(): boolean {
    return this.#missed.size > 0;
  }

  /** Is it there for nobody any more, as far as the others are concerned? */
  isMissed(node: number): boolean {
    return this.#missed.has(node);
  }

  /** Those that were seen to go. */
  get seen(): Iterable<[number, Fate]> {
    return this.#seen;
  }

  hasSeen(node: number): boolean {
    return this.#seen.has(node);
  }

  /** Of a node that is in a state by now; null where nothing is known. What was done to it says it best. */
  of(node: number, state: number, acts: readonly TimedAct[], nowMs: number): Fate | null {
    const seen = this.#seen.get(node) ?? null;
    for (let i = acts.length - 1; i >= 0; i--) {
      const { atMs, act } = acts[i];
      if (atMs > nowMs || !('nodes' in act) || !act.nodes.includes(node)) continue;
      const how = MANNER_OF_ACT[act.kind];
      if (how === undefined || STATE_OF_MANNER[how] !== state) return seen;
      return seen?.atMs != null && seen.how !== how ? seen : { how, atMs };
    }
    return seen;
  }
}
