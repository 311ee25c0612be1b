/**
 * Owner lookups and inserts in a ring world, each graded by the oracle when it ends.
 *
 *     asker ──▶ A ──▶ ✗ ──▶ B ──▶ owner        path 3 (the asker not counted), one time-out
 *
 * The path is counted as Chord's authors must have: up to the last node before the key, which with
 * them is the predecessor of the key and with us its owner. A dead node costs a time-out or a refused
 * connection, once per lookup. A lookup that failed keeps what it cost and is never left out.
 */

import { randomId } from '../../core/id.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import type { RingEvent, RingOutcome } from '../../ring/outcome.ts';
import type { Progress, Watch } from '../results/experiment.ts';
import type { Grade } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { mean, percentile } from '../statistics.ts';
import type { Place } from './circle.ts';
import { RecordedRing } from './recorded-ring.ts';
import type { RingOverlay, RingWatcher } from './ring-overlay.ts';

export interface RingGrade extends Grade {
  /** Nodes asked that did not answer. */
  timeouts: number;
}

interface Asked {
  kind: 'owns' | 'insert';
  node: number;
  key: Uint8Array;
  owner: Place;
  atMs: number;
}

/** What many lookups cost. */
export interface Cost {
  path: number;
  /** 1st and 99th percentile. */
  pathFirst: number;
  pathLast: number;
  timeouts: number;
  timeoutsLast: number;
  /** Lookups that did not end at the owner. */
  failed: number;
}

export function costOf(grades: readonly RingGrade[]): Cost {
  const paths = grades.map(({ hops }) => hops);
  const timeouts = grades.map((grade) => grade.timeouts);
  return {
    path: mean(paths),
    pathFirst: percentile(paths, 0.01),
    pathLast: percentile(paths, 0.99),
    timeouts: mean(timeouts),
    timeoutsLast: percentile(timeouts, 0.99),
    failed: grades.filter(({ exact }) => !exact).length,
  };
}

const PROGRESS_EVENTS = 200_000;

/** Begins lookups in one world, whose watcher it is. */
export class RingLookups implements RingWatcher {
  readonly random: SeededRandom;
  readonly grades: RingGrade[] = [];
  #recorder: Recorder | null = null;
  #overlay: RingOverlay | null = null;
  readonly #asked = new Map<number, Asked>();
  #calls = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed, SeedStream.lookups);
  }

  get underWay(): number {
    return this.#asked.size;
  }

  /**
   * From now on the recorder hears of each lookup that ends in this world, and of the world itself if it
   * is the one to be kept whole.
   */
  record(overlay: RingOverlay, recorder: Recorder | null, condition = '', isWhole = true): void {
    this.#recorder = recorder;
    recorder?.enter(overlay.world, condition);
    if (isWhole) recorder?.begin(new RecordedRing(overlay));
  }

  /** Begins a lookup of the owner of a key chosen by chance. */
  begin(overlay: RingOverlay, node: number): void {
    const key = randomId(this.random);
    const call = this.#expect(overlay, 'owns', node, key);
    overlay.node(node).owner(overlay.world.now, call, key);
    overlay.world.arm(node);
  }

  /** Begins an insert, acknowledged by the owner. */
  insert(overlay: RingOverlay, node: number, key: Uint8Array, value: Uint8Array): void {
    const call = this.#expect(overlay, 'insert', node, key);
    overlay.node(node).insert(overlay.world.now, call, key, value, 'one');
    overlay.world.arm(node);
  }

  #expect(overlay: RingOverlay, kind: Asked['kind'], node: number, key: Uint8Array): number {
    this.#overlay = overlay;
    const call = ++this.#calls;
    const owner = overlay.oracle.ownerOf(key);
    this.#asked.set(call, { kind, node, key, owner, atMs: overlay.world.now });
    return call;
  }

  /** Lets the world go on until all that were begun have ended. */
  finish(overlay: RingOverlay, of: number, watch: Watch): void {
    const { world } = overlay;
    for (let events = 1; this.underWay > 0 && world.step(Infinity); events++) {
      if (events % PROGRESS_EVENTS === 0) watch(this.progress(overlay, of));
    }
  }

  progress({ world }: RingOverlay, of: number): Progress {
    const messages = world.streams.traffic.pieces;
    const done = this.grades.length;
    return { unit: 'lookup', done, of, messages, virtualMs: world.elapsedMs };
  }

  /** Somebody who is a member of the ring, chosen by chance. */
  someone({ circle, oracle }: RingOverlay): number {
    for (;;) {
      const place = randomBelow(this.random, circle.count);
      if (oracle.isMember(place)) return circle.nodeOf(place);
    }
  }

  onOutcome(node: number, call: number, outcome: RingOutcome): void {
    const asked = this.#asked.get(call);
    if (!asked) return;
    this.#asked.delete(call);
    const { circle, oracle, world } = this.#overlay!;
    const failed = outcome.code !== 'ok';
    // It may have changed its owner meanwhile: both were right at their time.
    const isOwner = (place: Place) => place >= 0 && oracle.addressAt(place) === outcome.owner;
    const exact = !failed && (isOwner(asked.owner) || isOwner(oracle.ownerOf(asked.key)));
    const isOwn = !failed && circle.nodeAt(outcome.owner) === node;
    const hops = outcome.hops + (failed || isOwn ? 0 : 1);
    const timeouts = outcome.silent;
    const latencyMs = world.now - asked.atMs;
    const found = exact ? 1 : 0;
    const rpcs = hops + timeouts;
    const grade = { node, exact, found, wanted: 1, rpcs, hops, latencyMs, failed, timeouts };
    this.grades.push(grade);
    this.#recorder?.endedCall(asked.kind, asked.key, grade);
  }

  onEvent(_node: number, _event: RingEvent): void {}
}
