/**
 * What a scenario may ask of the network, as plain data that can come out of a file. Everything but
 * the latency may be left out, and what is left out costs nothing.
 */
import { fieldsOf, numberIn, shown, wholeNumber } from '../../core/argument.ts';
import { PIECE_BYTES } from '../wire.ts';
import type { BurstModel } from './bursts.ts';
import type { JitterModel } from './jitter.ts';
import { LATENCY_MS_MAX, type LatencyModel } from './latency.ts';
import { NatClass, type NatModel } from './nats.ts';
import type { UplinkModel } from './uplinks.ts';

export type AddressFamily = 4 | 6 | 'both';

export interface NetworkModel {
  latency: LatencyModel;
  /**
   * Of what addresses are: 4, or 6 for Mainline nodes on IPv6 (BEP 32), each in a /64 of its own; `both`: each
   * node has one of each. Default 4.
   */
  family?: AddressFamily;
  /** Of `both`: shares of the nodes that have an address of one family only, 0..1. Default 0. */
  ipv4Only?: number;
  ipv6Only?: number;
  /** Share of the datagrams that are lost, each by itself, 0..1. */
  loss?: number;
  /** Losses that come in bursts; they come on top. */
  bursts?: BurstModel;
  jitter?: JitterModel;
  /** Share of the datagrams that are held back by 1 to `withinMs` more, so that later ones overtake. */
  reorder?: { share: number; withinMs: number };
  /** Share of the datagrams that arrive once more, 1 to `withinMs` after the first. */
  duplicate?: { share: number; withinMs: number };
  uplinks?: readonly UplinkModel[];
  nat?: NatModel;
  /** Streams deliver in pieces of at most so many bytes, to try who reads them. Default 65,536. */
  pieceBytes?: number;
}

const FIELDS: Readonly<Record<keyof NetworkModel, (value: never, name: string) => void>> = {
  latency: checkLatency,
  family: checkFamily,
  ipv4Only: (share: number, name) => void numberIn(share, name, 1),
  ipv6Only: (share: number, name) => void numberIn(share, name, 1),
  loss: (share: number, name) => void numberIn(share, name, 1),
  bursts: checkBursts,
  jitter: checkJitter,
  reorder: checkShareWithin,
  duplicate: checkShareWithin,
  uplinks: checkUplinks,
  nat: checkNat,
  pieceBytes: (bytes: number, name) => void wholeNumber(bytes, name, 1, PIECE_BYTES),
};
/** Hosts of a matrix at most: the King data set has 1,740. */
const HOSTS_MAX = 4096;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A terabyte: more than any line carries in a second, or any queue holds. */
const BYTES_MAX = 1e12;

/** @throws TypeError or RangeError that names the field. */
export function checkNetwork(model: unknown, name = 'network'): NetworkModel {
  const fields = fieldsOf(model, name, Object.keys(FIELDS));
  if (fields.latency === undefined) {
    throw new TypeError(`"${name}.latency" expected an object, got undefined`);
  }
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    FIELDS[field as keyof NetworkModel](value as never, `${name}.${field}`);
  }
  checkFamilies(model as NetworkModel, name);
  return model as NetworkModel;
}

function checkFamily(family: unknown, name: string): void {
  if (family === 4 || family === 6 || family === 'both') return;
  throw new TypeError(`"${name}" expected 4, 6 or both, got ${shown(family)}`);
}

function checkFamilies({ family = 4, nat, ipv4Only, ipv6Only }: NetworkModel, name: string): void {
  if (family !== 4 && nat !== undefined) {
    throw new TypeError(
      `"${name}.nat" translates addresses of IPv4, and "${name}.family" is ${family}`,
    );
  }
  for (const [field, share] of Object.entries({ ipv4Only, ipv6Only })) {
    if (share === undefined || family === 'both') continue;
    throw new TypeError(`"${name}.${field}" is for worlds whose "${name}.family" is both`);
  }
  checkTogether((ipv4Only ?? 0) + (ipv6Only ?? 0), `${name}.ipv4Only" and "${name}.ipv6Only`);
}

const LATENCY_FIELDS: { readonly [kind in LatencyModel['kind']]: readonly string[] } = {
  ...{ king: [], constant: ['ms'], uniform: ['lowMs', 'highMs'], space: ['sideMs'] },
  ...{ matrix: ['ms'], own: ['between'] },
};

/** @throws TypeError or RangeError that names the field. */
export function checkLatency(model: LatencyModel, name: string): void {
  const { kind } = fieldsOf(model, name, ['kind', 'ms', 'lowMs', 'highMs', 'sideMs', 'between']);
  const its = LATENCY_FIELDS[kind as LatencyModel['kind']];
  if (its !== undefined) fieldsOf(model, name, ['kind', ...its]);
  if (model.kind === 'constant') {
    wholeNumber(model.ms, `${name}.ms`, 1, LATENCY_MS_MAX);
  } else if (model.kind === 'uniform') {
    wholeNumber(model.lowMs, `${name}.lowMs`, 1, LATENCY_MS_MAX);
    wholeNumber(model.highMs, `${name}.highMs`, model.lowMs, LATENCY_MS_MAX);
  } else if (model.kind === 'space') {
    wholeNumber(model.sideMs, `${name}.sideMs`, 1, LATENCY_MS_MAX);
  } else if (model.kind === 'matrix') {
    checkMatrix(model.ms, `${name}.ms`);
  } else if (model.kind === 'own') {
    if (typeof model.between === 'function') return;
    throw new TypeError(`"${name}.between" expected a function, got ${shown(model.between)}`);
  } else if (model.kind !== 'king') {
    const kinds = 'constant, uniform, king, space, matrix or own';
    throw new TypeError(`"${name}.kind" expected ${kinds}, got ${shown(kind)}`);
  }
}

function checkMatrix(rows: unknown, name: string): void {
  if (!Array.isArray(rows) || rows.length < 2 || rows.length > HOSTS_MAX) {
    const got = Array.isArray(rows) ? `${rows.length} rows` : shown(rows);
    throw new RangeError(`"${name}" expected 2 to ${HOSTS_MAX} rows of numbers, got ${got}`);
  }
  for (const [a, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== rows.length) {
      throw new RangeError(`"${name}[${a}]" expected as many numbers as there are rows`);
    }
    for (const [b, ms] of row.entries()) {
      if (typeof ms === 'number' && ms <= LATENCY_MS_MAX) continue;
      const expected = `a number of ms up to ${LATENCY_MS_MAX}`;
      throw new RangeError(`"${name}[${a}][${b}]" expected ${expected}, got ${shown(ms)}`);
    }
  }
}

/**
 * Reads measured times: a square of numbers, or the pairs of p2psim's King files, `a,b time` with hosts from
 * 1 on, both ways alike. `msPerUnit` is 0.001 where they are microseconds, half of that for round trips.
 * @throws RangeError that names the line.
 */
export function parseMatrix(text: string, msPerUnit: number): number[][] {
  const lines = text.split('\n').map((line) => line.trim());
  const pairs = lines.flatMap((line) => {
    const [, a, b, time] = /^(\d+),(\d+)\s+(\d+(?:\.\d+)?)$/.exec(line) ?? [];
    return time === undefined ? [] : [[Number(a), Number(b), Number(time) * msPerUnit]];
  });
  if (pairs.length > 0) return matrixOf(pairs);
  const rows: number[][] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const row = line.split(/[\s,;]+/).map((word) => Number(word) * msPerUnit);
    if (row.some(Number.isNaN)) {
      const got = JSON.stringify(line.slice(0, 60));
      throw new RangeError(`"matrix" line ${index + 1} expected numbers, got ${got}`);
    }
    rows.push(row);
  }
  checkMatrix(rows, 'matrix');
  return rows;
}

function matrixOf(pairs: readonly (readonly number[])[]): number[][] {
  const hosts = pairs.reduce((most, [a, b]) => Math.max(most, a, b), 0);
  if (hosts > HOSTS_MAX) throw new RangeError(`"matrix" expected at most ${HOSTS_MAX} hosts`);
  const rows = Array.from({ length: hosts }, () => new Array<number>(hosts).fill(0));
  for (const [a, b, ms] of pairs) {
    if (a < 1 || b < 1) throw new RangeError('"matrix" expected hosts from 1 on');
    rows[a - 1][b - 1] = ms;
    rows[b - 1][a - 1] ||= ms;
  }
  checkMatrix(rows, 'matrix');
  return rows;
}

function checkBursts(model: BurstModel, name: string): void {
  fieldsOf(model, name, ['enter', 'leave', 'loss']);
  numberIn(model.enter, `${name}.enter`, 1);
  if (numberIn(model.leave, `${name}.leave`, 1) === 0) {
    throw new RangeError(`"${name}.leave" expected more than 0, got 0`);
  }
  if (model.loss !== undefined) numberIn(model.loss, `${name}.loss`, 1);
}

function checkJitter(model: JitterModel, name: string): void {
  const { kind } = fieldsOf(model, name, ['kind', 'highMs', 'meanMs']);
  if (model.kind === 'uniform') wholeNumber(model.highMs, `${name}.highMs`, 0, LATENCY_MS_MAX);
  else if (model.kind === 'exponential') numberIn(model.meanMs, `${name}.meanMs`, LATENCY_MS_MAX);
  else throw new TypeError(`"${name}.kind" expected uniform or exponential, got ${shown(kind)}`);
}

function checkShareWithin(model: { share: number; withinMs: number }, name: string): void {
  fieldsOf(model, name, ['share', 'withinMs']);
  numberIn(model.share, `${name}.share`, 1);
  wholeNumber(model.withinMs, `${name}.withinMs`, 1, HOUR_MS);
}

function checkUplinks(models: readonly UplinkModel[], name: string): void {
  if (!Array.isArray(models))
    throw new TypeError(`"${name}" expected an array, got ${shown(models)}`);
  let share = 0;
  for (const [i, model] of models.entries()) {
    const own = `${name}[${i}]`;
    fieldsOf(model, own, ['share', 'bytesPerSecond', 'queueBytes']);
    share += model.share === undefined ? 1 : numberIn(model.share, `${own}.share`, 1);
    wholeNumber(model.bytesPerSecond, `${own}.bytesPerSecond`, 1, BYTES_MAX);
    if (model.queueBytes !== undefined) {
      wholeNumber(model.queueBytes, `${own}.queueBytes`, 0, BYTES_MAX);
    }
  }
  checkTogether(share, name);
}

function checkNat(model: NatModel, name: string): void {
  fieldsOf(model, name, ['shares', 'mappingMs']);
  const kinds = Object.keys(NatClass).filter((kind) => kind !== 'open');
  const shares = fieldsOf(model.shares, `${name}.shares`, kinds);
  let together = 0;
  for (const [kind, share] of Object.entries(shares)) {
    if (share !== undefined) together += numberIn(share, `${name}.shares.${kind}`, 1);
  }
  checkTogether(together, `${name}.shares`);
  if (model.mappingMs !== undefined) wholeNumber(model.mappingMs, `${name}.mappingMs`, 0, DAY_MS);
}

/** Sums of decimal fractions miss 1 by some 1e-16. */
function checkTogether(share: number, name: string): void {
  if (share > 1 + 1e-9)
    throw new RangeError(`"${name}" expected shares of at most 1, got ${share}`);
}
