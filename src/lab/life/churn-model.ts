/**
 * Churn as a scenario names it, checked and completed: a preset, two laws, or a trace.
 *
 *     'kad'
 *     { up: { kind: 'weibull', shape: 0.5, scaleMs: 600_000 }, rejoin: 'memory' }
 *     { trace: '0 17 leave\\n60 17 join' }
 */
import { fieldsOf, shown } from '../../core/argument.ts';
import {
  CHURN_PRESETS,
  type ChurnModel,
  type ChurnPlan,
  type ChurnPreset,
  parseTrace,
} from './churn.ts';
import type { LifetimeModel } from './lifetime.ts';

export type ChurnChoice = ChurnPreset | ChurnModel | { trace: string };

/** Lifetimes of a law at most, in its scale or mean: a thousand years are no help to anybody. */
const SCALE_MS_MAX = 2 ** 40;
/** Weibull shapes beyond these are a single moment, or no distribution that anybody measured. */
const SHAPE_MIN = 0.1;
const SHAPE_MAX = 10;

/** e^5 times the median or a fraction of it, every third time: nothing that lives is so uneven. */
const SIGMA_MAX = 5;

const LAWS: Readonly<Record<LifetimeModel['kind'], readonly string[]>> = {
  exponential: ['meanMs'],
  weibull: ['shape', 'scaleMs'],
  pareto: ['shape', 'scaleMs'],
  lognormal: ['medianMs', 'sigma'],
  points: ['timesMs', 'shares'],
};

/** @throws TypeError or RangeError that names the field. */
export function churnFrom(choice: unknown, nodes: number, name = 'churn'): ChurnPlan {
  if (typeof choice === 'string') {
    if (Object.hasOwn(CHURN_PRESETS, choice)) return CHURN_PRESETS[choice as ChurnPreset];
    const known = Object.keys(CHURN_PRESETS).join(', ');
    throw new TypeError(`"${name}" expected ${known} or an object, got ${shown(choice)}`);
  }
  const fields = fieldsOf(choice, name, ['up', 'down', 'rejoin', 'trace']);
  if (fields['trace'] !== undefined) {
    if (typeof fields['trace'] === 'string') return { trace: parseTrace(fields['trace'], nodes) };
    throw new TypeError(`"${name}.trace" expected text, got ${shown(fields['trace'])}`);
  }
  const { up, down, rejoin } = fields;
  checkLifetime(up, `${name}.up`);
  if (down !== undefined) checkLifetime(down, `${name}.down`);
  if (rejoin !== undefined && !['memory', 'blank', 'newcomer'].includes(rejoin as string)) {
    throw new TypeError(
      `"${name}.rejoin" expected memory, blank or newcomer, got ${shown(rejoin)}`,
    );
  }
  return choice as ChurnModel;
}

function checkLifetime(model: unknown, name: string): void {
  const known = ['kind', ...new Set(Object.values(LAWS).flat())];
  const { kind, ...parameters } = fieldsOf(model, name, known);
  const wanted = Object.hasOwn(LAWS, kind as string) ? LAWS[kind as LifetimeModel['kind']] : null;
  if (!wanted) {
    const kinds = Object.keys(LAWS).join(', ');
    throw new TypeError(`"${name}.kind" expected ${kinds}, got ${shown(kind)}`);
  }
  for (const key of Object.keys(parameters)) {
    if (!wanted.includes(key)) throw new TypeError(`"${name}.${key}" is no parameter of ${kind}`);
  }
  if (kind === 'points') return checkPoints(model as { timesMs: unknown; shares: unknown }, name);
  const { shape, scaleMs, meanMs, medianMs, sigma } = parameters;
  if (kind === 'lognormal') {
    numberAbove(medianMs, `${name}.medianMs`, 0, SCALE_MS_MAX);
    return numberAbove(sigma, `${name}.sigma`, 0, SIGMA_MAX);
  }
  if (kind === 'exponential') numberAbove(meanMs, `${name}.meanMs`, 0, SCALE_MS_MAX);
  else numberAbove(scaleMs, `${name}.scaleMs`, 0, SCALE_MS_MAX);
  if (kind === 'weibull') numberAbove(shape, `${name}.shape`, SHAPE_MIN, SHAPE_MAX);
  if (kind === 'pareto') numberAbove(shape, `${name}.shape`, 1, 1000);
}

function checkPoints(
  { timesMs, shares }: { timesMs: unknown; shares: unknown },
  name: string,
): void {
  for (const [key, values] of Object.entries({ timesMs, shares })) {
    if (Array.isArray(values) && values.length > 0) continue;
    throw new TypeError(`"${name}.${key}" expected an array of numbers, got ${shown(values)}`);
  }
  const times = timesMs as unknown[];
  if (times.length !== (shares as unknown[]).length) {
    throw new RangeError(`"${name}" expected as many timesMs as shares`);
  }
  for (const [i, share] of (shares as unknown[]).entries()) {
    const before = i === 0 ? 0 : (times[i - 1] as number);
    numberAbove(times[i], `${name}.timesMs[${i}]`, before, SCALE_MS_MAX);
    numberAbove(share, `${name}.shares[${i}]`, 0, 1);
    const above = i === 0 ? 1 : ((shares as unknown[])[i - 1] as number);
    if ((share as number) < above) continue;
    throw new RangeError(`"${name}.shares[${i}]" expected less than ${above}, got ${share}`);
  }
}

/** @throws TypeError or RangeError unless it is a number above `low` and at most `high`. */
function numberAbove(value: unknown, name: string, low: number, high: number): void {
  if (typeof value !== 'number') {
    throw new TypeError(`"${name}" expected a number above ${low}, got ${shown(value)}`);
  }
  if (value > low && value <= high) return;
  throw new RangeError(`"${name}" expected a number above ${low} and up to ${high}, got ${value}`);
}
