/**
 * Finds out which dialect a ring speaks before anybody joins or uses it: a machine of its own that
 * asks one member after the other until one has answered, and is then thrown away.
 *
 *     start ─▶ detection at the first ─ nobody ─▶ at the second ─ … ─▶ done(wire), or done(null)
 */
import type { Address } from '../../core/address.ts';
import type { Closed, Stream, StreamHost, StreamMachine } from '../../core/host.ts';
import type { StoreMachine } from '../../core/store.ts';
import { Allowance } from './allowance.ts';
import { Detection, type DetectionListener } from './detection.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeListener, Request } from './request.ts';
import type { Terms } from './terms.ts';
import { VALUE_BYTES_MAX, type Wire } from './wire.ts';
import { WireCounters } from './wire-counters.ts';

export class WireProbe implements StreamMachine, StoreMachine, DetectionListener {
  deadline: number = Infinity;
  readonly #host: StreamHost;
  readonly #from: Address;
  readonly #entries: Address[];
  readonly #key: Uint8Array;
  readonly #done: (wire: Wire | null) => void;
  readonly #terms: Terms = {
    wire: 'seed',
    served: 'none',
    valueBytesMax: VALUE_BYTES_MAX,
    memory: new Allowance(),
    counters: new WireCounters(),
  };
  #exchange: Exchange | null = null;

  /**
   * @param from an address of ours, or 0; @param key any 20 bytes, which are looked up on the way;
   * @param done hears the dialect, or null when nobody of `entries` speaks one.
   */
  constructor(
    host: StreamHost,
    from: Address,
    entries: readonly Address[],
    key: Uint8Array,
    done: (wire: Wire | null) => void,
  ) {
    this.#host = host;
    this.#from = from;
    this.#entries = [...entries];
    this.#key = key;
    this.#done = done;
  }

  start(now: number): void {
    if (this.#entries.length === 0) return this.#done(null);
    new Detection(this, this.#key).start(now);
    this.#settle();
  }

  beginDetection(now: number, request: Request, listener: ExchangeListener): void {
    const stream = this.#host.connect(this.#from, this.#entries[0]);
    this.#exchange = new Exchange(this.#host, stream, this.#terms, request, listener, now);
  }

  detected(_now: number, wire: Wire): void {
    this.#exchange = null;
    this.#done(wire);
  }

  undetected(now: number): void {
    this.#exchange = null;
    this.#entries.shift();
    this.start(now);
  }

  opened(now: number, stream: Stream): void {
    this.#on(stream)?.opened(now);
    this.#settle();
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    this.#on(stream)?.take(now, bytes, start, end);
    this.#settle();
  }

  drained(now: number, stream: Stream): void {
    this.#on(stream)?.drained(now);
    this.#settle();
  }

  ended(now: number, stream: Stream): void {
    this.#on(stream)?.ended(now);
    this.#settle();
  }

  closed(now: number, stream: Stream, why: Closed): void {
    this.#on(stream)?.closed(now, why);
    this.#settle();
  }

  tick(now: number): void {
    if (this.#exchange !== null && this.#exchange.deadline <= now) this.#exchange.tick(now);
    this.#settle();
  }

  /** It listens nowhere and keeps nothing. */
  accepted(_now: number, stream: Stream): void {
    this.#host.destroy(stream);
  }

  stored(): void {}

  #on(stream: Stream): Exchange | null {
    return this.#exchange?.stream === stream ? this.#exchange : null;
  }

  #settle(): void {
    this.deadline = this.#exchange?.deadline ?? Infinity;
  }
}
