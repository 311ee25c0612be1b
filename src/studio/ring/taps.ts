/** Who listens at which member of this process: once at each, and not at those that are gone. */
import type { Ring, RingWatcher } from '../../ring.ts';

export class Taps {
  readonly #ends = new Map<Ring, () => void>();

  /** Nothing new where there is one already. */
  tap(ring: Ring, watcher: RingWatcher): void {
    if (!this.#ends.has(ring)) this.#ends.set(ring, ring.watch(watcher));
  }

  /** Ends those at anybody else. */
  keep(members: readonly Ring[]): void {
    for (const ring of this.#ends.keys()) if (!members.includes(ring)) this.#end(ring);
  }

  endAll(): void {
    for (const ring of this.#ends.keys()) this.#end(ring);
  }

  #end(ring: Ring): void {
    this.#ends.get(ring)?.();
    this.#ends.delete(ring);
  }
}
