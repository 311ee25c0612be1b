/**
 * How members went. Who was told to leave, or said that it was leaving, has left. Who was taken for dead has
 * crashed: somebody who is still there counts one more that was silent. Whoever leaves is taken out of the lists of the others before it goes, so one
 * that nobody names any more when it is gone is not meant by what they count later.
 *
 *     leaving ─▶ absent         a member that left
 *     up ─▶ absent ─▶ crashed   one that was killed: gone, still in the lists of others, then missed
 */
import type { RingInfo } from '../../ring.ts';
import { NodeState } from '../../scene.ts';
import { namedBy } from './survey.ts';

/** A member is missed by its neighbours so soon; what is counted later is about somebody else. */
const MISSED_WITHIN_MS = 30_000;

export interface Seen {
  home: string;
  info: Pick<RingInfo, 'identities' | 'counters'> | null;
}

export class Departures {
  /** Processes that were told to leave. */
  readonly #left = new Set<string>();
  /** Who is gone, and nobody knows how: until when the others may miss it. */
  readonly #gone = new Map<number, number>();
  /** By member, how many others it has taken for dead, as it says. */
  readonly #counts = new Map<string, number>();

  toldToLeave(home: string): void {
    this.#left.add(home);
  }

  /** It is there. */
  isThere(node: number, home: string): void {
    this.#left.delete(home);
    this.#gone.delete(node);
  }

  /** What becomes of those that are not there any more, and of those that were gone and are missed by now. */
  judge(
    departed: Iterable<readonly [node: number, Seen & { isOwn: boolean }]>,
    there: readonly Seen[],
    nowMs: number,
  ): Map<number, number> {
    const states = new Map<number, number>();
    const named = new Set(there.flatMap(({ info }) => namedBy(info)));
    for (const [node, one] of departed) {
      states.set(node, this.#stateOf(one));
      if (states.get(node) === NodeState.crashed || this.#hasLeft(one)) continue;
      this.#gone.set(node, named.has(one.home) ? nowMs + MISSED_WITHIN_MS : nowMs);
    }
    const isMissed = this.#haveRisen(there);
    for (const [node, untilMs] of this.#gone) {
      if (isMissed) states.set(node, NodeState.crashed);
      if (isMissed || untilMs <= nowMs) this.#gone.delete(node);
    }
    return states;
  }

  #stateOf(one: Seen & { isOwn: boolean }): number {
    if (this.#hasLeft(one)) return NodeState.absent;
    return one.isOwn ? NodeState.crashed : NodeState.absent;
  }

  #hasLeft({ home, info }: Seen): boolean {
    const identities = info?.identities ?? [];
    const wasLeaving = identities.every(({ state }) => state === 'leaving' || state === 'left');
    return this.#left.has(home) || (identities.length > 0 && wasLeaving);
  }

  #haveRisen(there: readonly Seen[]): boolean {
    let haveRisen = false;
    for (const { home, info } of there) {
      const count = info?.counters['takenForDead'] ?? 0;
      if (count > (this.#counts.get(home) ?? count)) haveRisen = true;
      this.#counts.set(home, count);
    }
    return haveRisen;
  }
}
