/**
 * How long things last: the laws behind sessions and absences. A law is its *cumulative hazard*
 *
 *     H(t) = − ln P(lifetime > t)
 *
 *     exponential   t / mean                 whoever is up has no age
 *     weibull       (t / scale)^shape        shape < 1: the longer up, the longer still to come
 *     pareto        shape · ln(1 + t / scale)          the same, with a heavier tail; shifted to begin
 *                                            at 0, as OverSim has it
 *     lognormal     the hazard of the normal law at ln(t / median) / sigma
 *     points        straight lines between published points; beyond them as between the last two
 *
 * A unit exponential E makes a lifetime: H⁻¹(E). The rest of one that has lasted `age` is
 * H⁻¹(H(age) + E) − age. Those who are met *alive* at some moment are mostly those who live long (the
 * inspection paradox): their age has the density P(lifetime > t) / mean, for which each law has its
 * own way. Times are milliseconds.
 */
import type { Random } from '../../core/random.ts';
import { exponential, gamma, naturalLog, power } from './logarithm.ts';
import { normalHazard, normalReach } from './normal.ts';

/** What a scenario may ask for. */
export type LifetimeModel =
  | { kind: 'exponential'; meanMs: number }
  | { kind: 'weibull'; shape: number; scaleMs: number }
  /** P(lifetime > t) = (1 + t / scale)^−shape; without a mean, so without use here, up to shape 1. */
  | { kind: 'pareto'; shape: number; scaleMs: number }
  /** ln t is normal: half last longer than the median; sigma is the deviation of ln t. */
  | { kind: 'lognormal'; medianMs: number; sigma: number }
  /** `shares[i]` of all last longer than `timesMs[i]`. Times rise from above 0, shares fall from below 1. */
  | { kind: 'points'; timesMs: readonly number[]; shares: readonly number[] };

/** A law of lifetimes. What it draws is at least 1 ms and whole. */
export class Lifetime {
  readonly meanMs: number;
  readonly #law: Law;

  constructor(model: LifetimeModel) {
    this.#law = lawOf(model);
    this.meanMs = this.#law.mean;
  }

  /** The share of all lifetimes that last longer than this. */
  survival(ms: number): number {
    return exponential(-this.#law.hazard(ms));
  }

  draw(random: Random): number {
    return whole(this.#law.reach(unitExponential(random)));
  }

  /** The age of somebody met alive. */
  drawAge(random: Random): number {
    return whole(this.#law.drawAge(random));
  }

  /** How much is still to come for somebody of that age. */
  drawRest(random: Random, ageMs: number): number {
    const { hazard, reach } = this.#law;
    return whole(reach(hazard(ageMs) + unitExponential(random)) - ageMs);
  }
}

interface Law {
  readonly mean: number;
  hazard(ms: number): number;
  /** The time at which the hazard has come to this much. */
  reach(hazard: number): number;
  drawAge(random: Random): number;
}

function lawOf(model: LifetimeModel): Law {
  switch (model.kind) {
    case 'exponential':
      return exponentialLaw(model.meanMs);
    case 'weibull':
      return weibullLaw(model.shape, model.scaleMs);
    case 'pareto':
      return paretoLaw(model.shape, model.scaleMs);
    case 'lognormal':
      return lognormalLaw(model.medianMs, model.sigma);
    case 'points':
      return pointsLaw(model.timesMs, model.shares);
  }
}

function exponentialLaw(mean: number): Law {
  return {
    mean,
    hazard: (ms) => ms / mean,
    reach: (hazard) => hazard * mean,
    drawAge: (random) => unitExponential(random) * mean,
  };
}

/** Ages: (t / scale)^shape of those met alive is gamma-distributed with shape 1 / `shape`. */
function weibullLaw(shape: number, scale: number): Law {
  const inverse = 1 / shape;
  return {
    mean: scale * gamma(1 + inverse),
    hazard: (ms) => power(ms / scale, shape),
    reach: (hazard) => scale * power(hazard, inverse),
    drawAge: (random) => scale * power(unitGamma(random, inverse), inverse),
  };
}

/** Ages follow the same law with a shape smaller by one. */
function paretoLaw(shape: number, scale: number): Law {
  const reach = (hazard: number, by: number): number => scale * (exponential(hazard / by) - 1);
  return {
    mean: scale / (shape - 1),
    hazard: (ms) => shape * naturalLog(1 + ms / scale),
    reach: (hazard) => reach(hazard, shape),
    drawAge: (random) => reach(unitExponential(random), shape - 1),
  };
}

/**
 * Those met alive will have lasted by a log-normal law whose median is e^(sigma²) times as large, and the
 * moment at which they are met is any of their lives.
 */
function lognormalLaw(median: number, sigma: number): Law {
  const at = (x: number): number => median * exponential(sigma * x);
  return {
    mean: median * exponential((sigma * sigma) / 2),
    hazard: (ms) => (ms <= 0 ? 0 : normalHazard(naturalLog(ms / median) / sigma)),
    reach: (hazard) => at(normalReach(hazard)),
    drawAge: (random) => unit(random) * at(normalReach(unitExponential(random)) + sigma),
  };
}

/**
 * Between two points the hazard rises evenly, so that a piece is an exponential law cut off at its
 * end. A piece is chosen by its share of all time lived, an age in it by inversion.
 */
function pointsLaw(timesMs: readonly number[], shares: readonly number[]): Law {
  const pieces = piecesOf(timesMs, shares);
  const mean = pieces.reduce((sum, { lived }) => sum + lived, 0);
  const pieceAt = (isBefore: (piece: Piece) => boolean): Piece =>
    pieces.findLast(isBefore) ?? pieces[0];
  return {
    mean,
    hazard: (ms) => {
      const piece = pieceAt(({ start }) => start <= ms);
      return piece.hazard + (ms - piece.start) * piece.rate;
    },
    reach: (hazard) => {
      const piece = pieceAt((piece) => piece.hazard <= hazard);
      return piece.start + (hazard - piece.hazard) / piece.rate;
    },
    drawAge: (random) => {
      let left = unit(random) * mean;
      const piece = pieces.find(({ lived }) => (left -= lived) < 0) ?? pieces.at(-1)!;
      const ended = 1 - exponential(-piece.rate * (piece.end - piece.start));
      return piece.start - naturalLog(1 - unit(random) * ended) / piece.rate;
    },
  };
}

interface Piece {
  start: number;
  end: number;
  /** The hazard at its start, and per ms. */
  hazard: number;
  rate: number;
  /** Time that an average lifetime spends in it. */
  lived: number;
}

function piecesOf(timesMs: readonly number[], shares: readonly number[]): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let hazard = 0;
  for (const [i, share] of shares.entries()) {
    const isLast = i === shares.length - 1;
    const end = timesMs[i];
    const reached = -naturalLog(share);
    const rate = (reached - hazard) / (end - start);
    const lived = (exponential(-hazard) - (isLast ? 0 : share)) / rate;
    pieces.push({ start, end: isLast ? Infinity : end, hazard, rate, lived });
    start = end;
    hazard = reached;
  }
  return pieces;
}

/** A number in (0, 1). */
function unit(random: Random): number {
  return (random.uint32() + 0.5) / 0x100000000;
}

function unitExponential(random: Random): number {
  return -naturalLog(unit(random));
}

/**
 * Gamma-distributed with scale 1: an exponential for each whole part of the shape, and for the rest
 * Ahrens and Dieter's rejection from two pieces (algorithm GS, 1974).
 */
function unitGamma(random: Random, shape: number): number {
  const whole = Math.floor(shape);
  let sum = 0;
  for (let i = 0; i < whole; i++) sum += unitExponential(random);
  const rest = shape - whole;
  if (rest < 1e-9) return sum;
  const border = 1 + rest / exponential(1);
  for (;;) {
    const place = border * unit(random);
    if (place <= 1) {
      const x = power(place, 1 / rest);
      if (unit(random) <= exponential(-x)) return sum + x;
    } else {
      const x = -naturalLog((border - place) / rest);
      if (unit(random) <= power(x, rest - 1)) return sum + x;
    }
  }
}

/** Longer than 24 virtual years nothing runs. */
const LONGEST_MS = 2 ** 39 + 2 ** 38;

function whole(ms: number): number {
  return Math.max(1, Math.min(LONGEST_MS, Math.round(ms)));
}
