/**
 * The agenda of a node: what it does by itself from time to time, each concern with the one time at
 * which it is due next. Who finds something to do puts it here; upkeep.ts does it.
 */
import { type Random, randomBelow } from '../core/random.ts';
import type { RingSettings } from './settings.ts';

/** In the first round fingers are looked up so quickly one after the other. */
const FIRST_FINGERS_MS = 50;
/** Foreign records are looked for so long after the ring has moved, and again while there are some. */
const RELEASE_MS = 2000;
/** A new member looks at itself this many times sooner, and from then on half as often each time. */
const FIRST_SELF_TEST = 16;
/** Tombstones are looked for this many times in their lifetime. */
const FORGET_TIMES = 64;

export class Agenda {
  /** Copies are compared. */
  repairAtMs: number = Infinity;
  /** Records of others are looked for. */
  releaseAtMs: number = Infinity;
  selfTestAtMs: number = Infinity;
  /** Of `selfTestMs`, until the next one. */
  #selfTestShare = 1 / FIRST_SELF_TEST;
  fingerAtMs: number = Infinity;
  /** Connections that nobody uses are closed. */
  sweepAtMs: number = Infinity;
  /** Old tombstones are dropped. */
  forgetAtMs: number = Infinity;
  /** All fingers have been looked up once. */
  #areFingersSet = false;
  readonly #settings: RingSettings;
  readonly #random: Random;

  constructor(settings: RingSettings, random: Random) {
    this.#settings = settings;
    this.#random = random;
  }

  get deadline(): number {
    const next = Math.min(this.repairAtMs, this.selfTestAtMs, this.fingerAtMs);
    return Math.min(next, this.sweepAtMs, this.forgetAtMs, this.releaseAtMs);
  }

  start(now: number): void {
    this.swept(now);
    this.forgot(now);
  }

  /** An identity has become a member. */
  joined(now: number, testsItself: boolean): void {
    const { selfTestMs, fingerMs } = this.#settings;
    const chance = (ms: number) => randomBelow(this.#random, Math.ceil(ms));
    if (selfTestMs > 0 && testsItself && this.selfTestAtMs === Infinity) {
      this.selfTestAtMs = now + chance(selfTestMs * this.#selfTestShare);
    }
    if (fingerMs > 0) this.fingerAtMs = now + chance(Math.min(fingerMs, FIRST_FINGERS_MS));
    this.repairAtMs = now;
  }

  /** Whether we stand where we should is looked at again after a while. */
  selfTested(now: number): void {
    const { selfTestMs } = this.#settings;
    this.selfTestAtMs = selfTestMs > 0 ? now + selfTestMs * this.#selfTestShare : Infinity;
    this.#selfTestShare = Math.min(1, 2 * this.#selfTestShare);
  }

  /** Fingers were set beforehand, in a calm ring: no first round, and no hurry to look at ourselves. */
  fingered(now: number): void {
    this.#areFingersSet = true;
    this.#selfTestShare = 1;
    const { fingerMs, selfTestMs } = this.#settings;
    if (this.selfTestAtMs < Infinity) {
      this.selfTestAtMs = now + randomBelow(this.#random, Math.ceil(selfTestMs));
    }
    if (fingerMs > 0) this.fingerAtMs = now + randomBelow(this.#random, fingerMs);
  }

  /** A finger of each identity is being looked up; `isRound`: all have been by now. */
  fingersAsked(now: number, isRound: boolean): void {
    if (isRound) this.#areFingersSet = true;
    const { fingerMs } = this.#settings;
    this.fingerAtMs = now + (this.#areFingersSet ? fingerMs : Math.min(FIRST_FINGERS_MS, fingerMs));
  }

  swept(now: number): void {
    const { idleMs, bulkIdleMs } = this.#settings;
    this.sweepAtMs = now + Math.min(idleMs, bulkIdleMs) / 2;
  }

  forgot(now: number): void {
    this.forgetAtMs = now + this.#settings.tombstoneMs / FORGET_TIMES;
  }

  /** Old tombstones are to be dropped at this time, if not before. */
  forgetBy(atMs: number): void {
    this.forgetAtMs = Math.min(this.forgetAtMs, atMs);
  }

  /** Copies are to be compared at this time, if not before. */
  repairBy(atMs: number): void {
    this.repairAtMs = Math.min(this.repairAtMs, atMs);
  }

  /** Some of what is here may be others': it is looked for a little later, if not before. */
  releaseSoon(now: number): void {
    this.releaseAtMs = Math.min(this.releaseAtMs, now + RELEASE_MS);
  }

  /** The same, not before: until then the ring will have moved. */
  releaseLater(now: number): void {
    this.releaseAtMs = now + RELEASE_MS;
  }

  /** Nothing is done any more but closing connections and dropping tombstones. */
  stop(): void {
    this.releaseAtMs = Infinity;
    this.selfTestAtMs = Infinity;
    this.fingerAtMs = Infinity;
    this.repairAtMs = Infinity;
  }
}
