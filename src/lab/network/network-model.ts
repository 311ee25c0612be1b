/**
 * What a scenario may ask of the network, as plain data that can come out of a file. Everything but
 * the latency may be left out, and what is left out costs nothing.
 */
import { fieldsOf, numberIn, shown, wholeNumber } from '../../core/argument.ts';
import { PIECE_BYTES } from '../wire.ts';
import type { BurstModel } from './bursts.ts';
import type { JitterModel } from './jitter.ts';
import type { LatencyModel } from './latency.ts';
import { NatClass, type NatModel } from './nats.ts';
import type { UplinkModel } from './uplinks.ts';

export interface NetworkModel {
  latency: LatencyModel;
  /** Of what addresses are: 4, or 6 for Mainline nodes on IPv6 (BEP 32), each in a /64 of its own. Default 4. */
  family?: 4 | 6;
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
  loss: (share: number, name) => void numberIn(share, name, 1),
  bursts: checkBursts,
  jitter: checkJitter,
  reorder: checkShareWithin,
  duplicate: checkShareWithin,
  uplinks: checkUplinks,
  nat: checkNat,
  pieceBytes: (bytes: number, name) => void wholeNumber(bytes, name, 1, PIECE_BYTES),
};
/** One way; longer than any time-out of a node. */
const LATENCY_MS_MAX = 60_000;
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
  if (fields.family === 6 && fields.nat !== undefined) {
    throw new TypeError(`"${name}.nat" translates addresses of IPv4, and "${name}.family" is 6`);
  }
  return model as NetworkModel;
}

function checkFamily(family: unknown, name: string): void {
  if (family === 4 || family === 6) return;
  throw new TypeError(`"${name}" expected 4 or 6, got ${shown(family)}`);
}

const LATENCY_FIELDS: { readonly [kind in LatencyModel['kind']]: readonly string[] } = {
  ...{ king: [], constant: ['ms'], uniform: ['lowMs', 'highMs'] },
};

/** @throws TypeError or RangeError that names the field. */
export function checkLatency(model: LatencyModel, name: string): void {
  const { kind } = fieldsOf(model, name, ['kind', 'ms', 'lowMs', 'highMs']);
  const its = LATENCY_FIELDS[kind as LatencyModel['kind']];
  if (its !== undefined) fieldsOf(model, name, ['kind', ...its]);
  if (model.kind === 'constant') {
    wholeNumber(model.ms, `${name}.ms`, 1, LATENCY_MS_MAX);
  } else if (model.kind === 'uniform') {
    wholeNumber(model.lowMs, `${name}.lowMs`, 1, LATENCY_MS_MAX);
    wholeNumber(model.highMs, `${name}.highMs`, model.lowMs, LATENCY_MS_MAX);
  } else if (model.kind !== 'king') {
    throw new TypeError(`"${name}.kind" expected constant, uniform or king, got ${shown(kind)}`);
  }
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
