/**
 * The recorder: what a run leaves behind. An experiment that is given one tells it of its world, of
 * the passing of time and of each lookup, and at the end it has the tables of `tables.ts`:
 *
 *     enter(world, …)  a world's turn has come: the lookups from now on are its
 *     begin(recorded)  once, before the first event of the world that is kept whole
 *     passed()         after every event: looks at one number, mostly; not needed where messages abound
 *     ended(…)         for each finished lookup, with its grade
 *     finish()         once: the tables of a sample of nodes, the last row of `metrics`
 *
 * An experiment of many worlds leaves the lookups of all of them, each with the number of its world and
 * the condition that made it (`dead 0.2`); nodes, sessions, tables and metrics are of the one that began.
 *
 * It only reads, so a recorded run and one that is not recorded are the same run. How long a run will
 * last nobody knows beforehand: `metrics` begins with a row for every 50 virtual ms, and whenever it
 * is full drops every second row and from then on takes half as many. Its counts are totals, so
 * nothing is lost by that but detail.
 */

import { formatIp, ipOf, portOf } from '../../core/address.ts';
import { wholeNumber } from '../../core/argument.ts';
import { assert } from '../../core/assert.ts';
import { formatId } from '../../core/id.ts';
import { Failure } from '../../mainline/rows/candidate.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { LookupKind } from '../../mainline/rows/purpose.ts';
import { kindName, traceOf } from '../../mainline/trace.ts';
import type { World } from '../world.ts';
import type { Watcher } from '../world-state.ts';
import type { Grade } from './grade.ts';
import type { Homes, Recorded } from './recorded.ts';
import { Rows } from './rows.ts';
import { type Row, type Table, tableOf } from './tables.ts';

/** Nodes whose tables are looked at, at most: 1000 tables of a million nodes are 136,000 rows. */
export const SNAPSHOT_NODES = 1000;
/** Nodes whose tables are counted for a row of `metrics`, at most. */
const COUNTED_NODES = 100;
/** Rows of `metrics` at most: more than a plot is wide. */
export const METRICS_ROWS = 1024;
/** Virtual time between two rows of `metrics` at first. */
const METRICS_EVERY_MS = 50;

export interface RecorderOptions {
  /** The requests of one lookup in so many become rows of `rpcs`. Default 10. */
  sample?: number;
}

export const RPC_SAMPLE = 10;

export class Recorder implements Watcher {
  readonly sample: number;
  readonly #sessions = new Rows('sessions');
  readonly #lookups = new Rows('lookups');
  readonly #rpcs = new Rows('rpcs');
  readonly #neighbors = new Rows('snapshots_neighbors');
  readonly #metrics = new Rows('metrics');
  /** The row of each node's session that has not ended. */
  readonly #openSessions = new Map<number, number>();
  #recorded: Recorded | null = null;
  /** One for each node, or for each of its addresses. */
  #homes: Homes = NO_HOMES;
  /** Whose lookups end now, and its number, from 1. */
  #entered: World | null = null;
  #worlds = 0;
  #condition = '';
  /** Lookups of the world that began. */
  #done = 0;
  #received = new Uint32Array(0);
  #counted: Uint32Array = new Uint32Array(0);
  #nextMetricsMs = 0;
  #metricsEveryMs = METRICS_EVERY_MS;
  #failed = 0;
  #exact = 0;

  /** @throws RangeError for a sample that is none. */
  constructor({ sample = RPC_SAMPLE }: RecorderOptions = {}) {
    this.sample = wholeNumber(sample, 'sample', 1, 2 ** 31);
  }

  /** Bytes of what was recorded so far, texts apart. */
  get byteLength(): number {
    const tables = [this.#sessions, this.#lookups, this.#rpcs, this.#neighbors, this.#metrics];
    return tables.reduce((sum, rows) => sum + rows.byteLength, this.#received.byteLength);
  }

  /** Lookups that end from now on do so in this world; `condition` is what sets it apart from others. */
  enter(world: World, condition = ''): void {
    if (world !== this.#entered) this.#worlds++;
    this.#entered = world;
    this.#condition = condition;
  }

  /** Before the first event of the one world that is recorded whole. */
  begin(recorded: Recorded): void {
    assert(this.#recorded === null, 'a recorder keeps one world whole');
    this.#recorded = recorded;
    const { world } = recorded;
    if (this.#entered !== world) this.enter(world);
    this.#received = new Uint32Array(world.count);
    this.#homes = recorded.homes ?? {
      count: world.count,
      nodeOf: (node) => node,
      receivedOf: (node) => this.#received[node],
    };
    this.#counted = spread(this.#homes.count, COUNTED_NODES);
    world.watcher = this;
    for (let node = 0; node < world.count; node++) if (world.alive[node] === 1) this.started(node);
    this.#measure();
  }

  /** After an event: takes a row of `metrics` when it is time for one. */
  passed(): void {
    if (this.#recorded !== null && this.#world.elapsedMs >= this.#nextMetricsMs) this.#measure();
  }

  delivered(to: number): void {
    this.#received[to] = this.#received[to] + 1;
    this.passed();
  }

  started(node: number): void {
    const row = { node, started_ms: this.#world.elapsedMs, ended_ms: null };
    this.#openSessions.set(node, this.#sessions.add(row));
  }

  stopped(node: number): void {
    const row = this.#openSessions.get(node);
    if (row === undefined) return;
    this.#openSessions.delete(node);
    this.#sessions.set(row, 'ended_ms', this.#world.elapsedMs);
  }

  /** A lookup has just ended and was graded. */
  ended(lookup: Lookup, grade: Grade): void {
    const { now } = this.#entered!;
    const trace = this.#lookups.count % this.sample === 0 ? traceOf(lookup, now) : null;
    const { answeredCount } = lookup;
    this.#ended(kindName(lookup.kind), lookup.target, grade, answeredCount, timeoutsOf(lookup));
    trace?.steps.forEach((step, index) => {
      this.#rpcs.add({
        lookup: this.#lookups.count,
        step: index + 1,
        told_by: typeof step.toldBy === 'number' ? step.toldBy + 1 : 0,
        peer_discovery_id_prefix: step.id === null ? 0n : BigInt(`0x${step.id.slice(0, 16)}`),
        hops: step.hops,
        distance_bits: step.distanceBits,
        sent_ms: step.sentMs,
        rtt_ms: step.rttMs,
        verdict: step.verdict,
      });
    });
  }

  /** A lookup that could not even begin: a failure like any other. */
  unbegun(kind: LookupKind, target: Uint8Array, grade: Grade): void {
    this.#ended(kindName(kind), target, grade, 0, 0);
  }

  /** A call of another overlay, a ring's or somebody's own, has just ended and was graded. */
  endedCall(kind: string, key: Uint8Array, grade: Grade & { timeouts: number }): void {
    this.#ended(kind, key, grade, grade.rpcs - grade.timeouts, grade.timeouts);
  }

  #ended(kind: string, target: Uint8Array, grade: Grade, answered: number, timeouts: number): void {
    const { node, latencyMs, failed, exact, found, wanted, hops, rpcs } = grade;
    const world = this.#entered!;
    this.#lookups.add({
      lookup: this.#lookups.count + 1,
      world: this.#worlds,
      condition: this.#condition,
      node,
      kind,
      target_id_prefix: prefix64(target, 0),
      started_ms: world.elapsedMs - latencyMs,
      latency_ms: latencyMs,
      failed,
      exact,
      found,
      wanted,
      hops,
      rpcs,
      answered,
      timeouts,
    });
    if (world !== this.#recorded?.world) return;
    this.#done++;
    if (failed) this.#failed++;
    if (exact) this.#exact++;
  }

  /** After the last event. */
  finish(): void {
    const world = this.#world;
    // What has happened in the same ms since it was measured belongs to it.
    if (this.#metrics.at(this.#metrics.count - 1, 'at_ms') === world.elapsedMs) {
      this.#metrics.count--;
    }
    this.#measure();
    for (const home of spread(this.#homes.count, SNAPSHOT_NODES)) {
      if (world.alive[this.#homes.nodeOf(home)] === 1) this.#snapshot(home);
    }
  }

  /**
   * All tables. Those with a row per node read the world as it is then; an experiment that has told
   * nothing of its world has the row of its run, and otherwise empty tables.
   */
  tables(run: Row<'runs'>, runId: string): Table[] {
    const recorded = this.#recorded!;
    const isBegun = this.#recorded !== null;
    const { alive } = isBegun ? recorded.world : { alive: NOBODY };
    const homes = this.#homes;
    const runs = new Rows('runs');
    runs.add(run);
    return [
      tableOf('runs', runId, 1, runs.readers),
      tableOf('nodes', runId, homes.count, {
        node: (i) => homes.nodeOf(i),
        peer_id: (i) => formatId(recorded.idOf(i)),
        discovery_id_prefix: (i) => prefix64(recorded.idOf(i), 0),
        address: (i) => {
          const address = recorded.addressOf(i);
          return `${formatIp(ipOf(address))}:${portOf(address)}`;
        },
        alive: (i) => alive[homes.nodeOf(i)] === 1,
        contacts: (i) => recorded.contactsOf(i),
        buckets: (i) => recorded.partsOf(i),
        messages_received: (i) => homes.receivedOf(i),
      }),
      tableOf('sessions', runId, this.#sessions.count, this.#sessions.readers),
      tableOf('lookups', runId, this.#lookups.count, this.#lookups.readers),
      tableOf('rpcs', runId, this.#rpcs.count, this.#rpcs.readers),
      tableOf('snapshots_neighbors', runId, this.#neighbors.count, this.#neighbors.readers),
      tableOf('metrics', runId, this.#metrics.count, this.#metrics.readers),
    ];
  }

  get #world(): World {
    return this.#recorded!.world;
  }

  #measure(): void {
    const world = this.#world;
    const { traffic, sentBytes, timeouts } = this.#recorded!;
    if (this.#metrics.count === METRICS_ROWS) {
      this.#metrics.halve();
      this.#metricsEveryMs *= 2;
    }
    this.#metrics.add({
      at_ms: world.elapsedMs,
      nodes_alive: this.#openSessions.size,
      lookups_done: this.#done,
      lookups_failed: this.#failed,
      lookups_exact: this.#exact,
      messages_sent: traffic.sent,
      messages_duplicated: traffic.duplicated,
      messages_delivered: traffic.delivered,
      messages_undeliverable: traffic.undeliverable,
      messages_lost: traffic.lost,
      messages_queue_dropped: traffic.queueDropped,
      messages_cut: traffic.cut,
      messages_clogged: traffic.clogged,
      messages_nat_blocked: traffic.natBlocked,
      sent_bytes: sentBytes,
      timeouts,
      contacts_mean: this.#contactsMean(),
    });
    const every = this.#metricsEveryMs;
    this.#nextMetricsMs = (Math.floor(world.elapsedMs / every) + 1) * every;
  }

  #contactsMean(): number {
    const world = this.#world;
    let living = 0;
    let contacts = 0;
    for (const home of this.#counted) {
      if (world.alive[this.#homes.nodeOf(home)] === 0) continue;
      living++;
      contacts += this.#recorded!.contactsOf(home);
    }
    return living === 0 ? 0 : contacts / living;
  }

  #snapshot(home: number): void {
    const recorded = this.#recorded!;
    const at_ms = this.#world.elapsedMs;
    const peer = prefix64(recorded.idOf(home), 0);
    recorded.visit(home, (id, start, bucket, failures, heardAgoMs, isAlive) => {
      this.#neighbors.add({
        at_ms,
        peer_discovery_id_prefix: peer,
        neighbor_discovery_id_prefix: prefix64(id, start),
        bucket,
        failures,
        heard_ago_ms: heardAgoMs,
        alive: isAlive,
      });
    });
  }
}

const NOBODY = new Uint8Array(0);
const NO_HOMES: Homes = { count: 0, nodeOf: () => 0, receivedOf: () => 0 };

/** Up to `limit` of `count` numbers, evenly spread; as ids ascend with numbers, over all ids too. */
function spread(count: number, limit: number): Uint32Array {
  const size = Math.min(count, limit);
  return Uint32Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** The first 64 bits of an id. */
function prefix64(id: Uint8Array, start: number): bigint {
  let prefix = 0n;
  for (let i = 0; i < 8; i += 4) {
    const at = start + i;
    const word = ((id[at] << 24) | (id[at + 1] << 16) | (id[at + 2] << 8) | id[at + 3]) >>> 0;
    prefix = (prefix << 32n) | BigInt(word);
  }
  return prefix;
}

function timeoutsOf(lookup: Lookup): number {
  let timeouts = 0;
  for (let row = 0; row < lookup.count; row++) {
    if (lookup.failureOf(row) === Failure.timeout) timeouts++;
  }
  return timeouts;
}
