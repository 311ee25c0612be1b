/**
 * How life begins: who is up when a world begins, and what is to become of all, by churn, by a trace, or not
 * at all. Under churn everybody is met in the middle of a session or of an absence, so that nothing has to
 * warm up for hours.
 *
 *     whatever makes the world asks who is up ── the world ── Life ── `begin`: from now on they come and go
 *
 * What is drawn for a node is drawn from a stream of its own, by a key that is the node's for good: one
 * node more changes nothing for the others.
 */
import { SeededRandom } from '../../core/random.ts';
import { SeedStream } from '../seed.ts';
import { Churn, type ChurnPlan, upAtFirst } from './churn.ts';
import type { Life } from './life.ts';

export class Beginning {
  /** 1 for each node that is up at first. */
  readonly isUp: Uint8Array;
  readonly #plan: ChurnPlan | null;
  readonly #churn: Churn | null;
  /** How long each stays as it is, where churn decides. */
  readonly #restsMs: Float64Array;

  /**
   * @param plan null for a world in which nobody comes or goes
   * @param keyOf what tells a node from all others in any world, 48 bits at most; its number, where that does
   * @param upShare who is up where there is no churn: default all
   */
  constructor(
    plan: ChurnPlan | null,
    nodes: number,
    seed: number,
    keyOf: (node: number) => number = (node) => node,
    upShare = 1,
  ) {
    this.#plan = plan;
    this.#churn = plan !== null && !('trace' in plan) ? new Churn(plan) : null;
    this.#restsMs = new Float64Array(this.#churn ? nodes : 0);
    this.isUp = new Uint8Array(nodes).fill(1);
    if (plan !== null && 'trace' in plan) this.isUp.set(upAtFirst(plan.trace, nodes));
    else if (plan !== null || upShare < 1) this.#draw(seed, keyOf, upShare * 0x100000000);
  }

  /** How many are up. */
  get upCount(): number {
    return this.isUp.reduce((sum, up) => sum + up, 0);
  }

  /** Who is up, ascending. */
  get members(): Uint32Array {
    const members = new Uint32Array(this.upCount);
    let count = 0;
    for (const [node, up] of this.isUp.entries()) if (up === 1) members[count++] = node;
    return members;
  }

  /** Gives the lowest numbers to those who are up, for worlds in which a number says nothing of a node. */
  bringUpFirst(): void {
    const { isUp, upCount } = this;
    const order = Array.from(isUp.keys()).sort((a, b) => isUp[b] - isUp[a]);
    const restsMs = this.#restsMs.slice();
    if (this.#churn) for (const [i, node] of order.entries()) this.#restsMs[i] = restsMs[node];
    isUp.fill(1, 0, upCount).fill(0, upCount);
  }

  /** From now on nodes come and go as is planned. */
  begin(life: Life): void {
    if (this.#churn) life.beginChurn(this.#churn, this.#restsMs);
    else if (this.#plan && 'trace' in this.#plan) life.follow(this.#plan.trace);
  }

  #draw(seed: number, keyOf: (node: number) => number, upBelow: number): void {
    const stream = new SeededRandom(seed, SeedStream.churn).uint32();
    const own = new SeededRandom(0);
    for (let node = 0; node < this.isUp.length; node++) {
      own.begin(keyOf(node), stream);
      if (this.#churn) {
        const standing = this.#churn.standing(own);
        this.isUp[node] = standing.isUp ? 1 : 0;
        this.#restsMs[node] = standing.restMs;
      } else {
        this.isUp[node] = own.uint32() < upBelow ? 1 : 0;
      }
    }
  }
}
