/**
 * A node whose clock is wrong: the same machine, told another time than that of the world.
 *
 *     world   at 12:00:00.000 ─── tick ──▶ + 3000 ──▶ the machine, at 12:00:03.000
 *     world ◀── deadline − 3000 ◀───────────────────── deadline
 *
 * A clock may be off from the beginning, or jump forwards while the process runs, as after a laptop's
 * sleep; or it stands still together with its process, as that of a virtual machine does. It never goes
 * back under a running process: a driver's clock is monotonic (io/clock.ts); the next process may well
 * begin earlier than the last one ended.
 */
import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import type { Closed, Stream, StreamMachine } from '../../core/host.ts';
import type { StoreMachine, StoreToken } from '../../core/store.ts';

type Machine = StreamMachine & StoreMachine;

export class SkewedMachine implements StreamMachine, StoreMachine {
  readonly #machine: Machine;
  #aheadMs: number;

  constructor(machine: Machine, aheadMs: number) {
    this.#machine = machine;
    this.#aheadMs = aheadMs;
  }

  /** How far its clock is ahead of the world's; negative when it is behind. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Look at the deadline anew after it. */
  jump(byMs: number): void {
    assert(byMs >= 0, 'the clock of a running process does not go back');
    this.#aheadMs += byMs;
  }

  /** Its process was told nothing for so long, and to its clock that was no time. */
  standStill(forMs: number): void {
    assert(forMs >= 0, 'a clock stands still for a while');
    this.#aheadMs -= forMs;
  }

  get deadline(): number {
    return this.#machine.deadline - this.#aheadMs;
  }

  tick(now: number): void {
    this.#machine.tick(now + this.#aheadMs);
  }

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    this.#machine.accepted(now + this.#aheadMs, stream, from, to);
  }

  opened(now: number, stream: Stream): void {
    this.#machine.opened(now + this.#aheadMs, stream);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    this.#machine.arrived(now + this.#aheadMs, stream, bytes, start, end);
  }

  drained(now: number, stream: Stream): void {
    this.#machine.drained(now + this.#aheadMs, stream);
  }

  ended(now: number, stream: Stream): void {
    this.#machine.ended(now + this.#aheadMs, stream);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    this.#machine.closed(now + this.#aheadMs, stream, why);
  }

  stored(now: number, token: StoreToken, error: string | null): void {
    this.#machine.stored(now + this.#aheadMs, token, error);
  }
}
