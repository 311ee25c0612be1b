/**
 * Which dialect does a ring speak? Asked of the node that we join through, before anything else.
 *
 *     LOCATE key ── "ip:port" ─────────────────────────▶ text
 *         └─ closed, or silent for 2 s ─▶ OWN key ── 00 … ─▶ string
 *                                                └── ip … ─▶ seed
 *
 * Text is tried first. Each order gives one family a command that it does not know, and a three-letter
 * program takes "LOC" for just that, while OWN with 20 raw bytes behind it is no line of the text
 * protocol: there is a program that takes what it cannot read for a leaver's goodbye. Of the
 * three-letter programs two close at once on a word they do not know; one keeps silent, and costs 2 s.
 */
import type { Address } from '../../core/address.ts';
import type { Asked, ExchangeListener, Failure, Outcome, Request } from './request.ts';
import type { Wire } from './wire.ts';

/** What a detection wants done, and whom it tells. */
export interface DetectionListener {
  /** Connect to the node in question and begin this exchange there. */
  beginDetection(now: number, request: Request, listener: ExchangeListener): void;
  /** It speaks `wire`, and named `closest` as the closest node to the key. */
  detected(now: number, wire: Wire, closest: Address): void;
  /** Nobody is there, or it speaks none of the three. */
  undetected(now: number, why: Failure): void;
}

export class Detection implements ExchangeListener {
  readonly #listener: DetectionListener;
  /** What is looked up on the way: our own hash, which has to be looked up anyway. Not copied. */
  readonly #key: Uint8Array;
  #isSecond = false;

  constructor(listener: DetectionListener, key: Uint8Array) {
    this.#listener = listener;
    this.#key = key;
  }

  /** Begins; call it once. */
  start(now: number): void {
    this.#try(now, true);
  }

  finished(now: number, _exchange: Asked, outcome: Outcome): void {
    if (outcome.kind === 'detected') {
      return this.#listener.detected(now, outcome.wire, outcome.address);
    }
    const why = outcome.kind === 'failed' ? outcome.why : 'malformed';
    // Who says anything else to LOCATE is no node at all, but a web server, say.
    const mayBeBinary = why === 'cut-short' || why === 'timeout';
    if (this.#isSecond || !mayBeBinary) return this.#listener.undetected(now, why);
    this.#isSecond = true;
    this.#try(now, false);
  }

  #try(now: number, isText: boolean): void {
    this.#listener.beginDetection(now, { command: 'detect', key: this.#key, isText }, this);
  }
}
