/**
 * Options of experiments, as zod schemas: each knows its range, its default and what it is about, and
 * from that follow the flag on the command line, the field in a file, the help, and the one line that
 * is said when a value is wrong.
 *
 *     afterMs: duration(…)     --after-ms 3h        { "afterMs": "3 h" }       10800000 either way
 *     steps: data(…)           --steps '[{ … }]'    { "steps": [{ … }] }
 */
import { z } from 'zod';
import { checkLatency, durationMs, LAB_NODES_LIMIT, type LatencyModel, shown } from '../../lab.ts';
import { latency as latencyText } from '../arguments.ts';

declare module 'zod' {
  interface GlobalMeta {
    about?: string;
    /** What a value has to be, as a message says it. */
    expected?: string;
    /** How help calls the value. */
    placeholder?: string;
  }
}

export function whole(low: number, high: number, about: string): z.ZodNumber {
  const expected = `a whole number in ${low}..${high}`;
  return z.int().min(low).max(high).meta({ about, expected, placeholder: 'n' });
}

export function real(low: number, high: number, about: string): z.ZodNumber {
  const expected = `a number in ${low}..${high}`;
  return z.number().min(low).max(high).meta({ about, expected, placeholder: 'x' });
}

export function choice<T extends string>(choices: readonly T[], about: string): z.ZodType<T> {
  const expected = choices.join(', ');
  return z.enum(choices).meta({ about, expected, placeholder: choices.join('|') });
}

export function toggle(about: string): z.ZodBoolean {
  return z.boolean().meta({ about, expected: 'true or false' });
}

/** The schema of what a function reads. */
export type Read<T> = z.ZodPipe<z.ZodUnknown, z.ZodTransform<Awaited<T>, unknown>>;

/** What a function reads that throws an error of the house, which says all, when it cannot. */
export function read<T>(
  about: string,
  placeholder: string,
  reader: (value: unknown) => T,
): Read<T> {
  return z
    .unknown()
    .transform((value, context): T => {
      try {
        return reader(value);
      } catch (error) {
        if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    })
    .meta({ about, placeholder });
}

/** Values of a list at most: each is a part of the run. */
const LIST_LIMIT = 100;

/** `0.1,0.2` as text, an array in a file; each value once. */
export function numbers(
  name: string,
  low: number,
  high: number,
  about: string,
  isWhole = false,
): Read<readonly number[]> {
  const expected = `${isWhole ? 'whole numbers' : 'numbers'} in ${low}..${high} such as ${isWhole ? '1,2' : '0.1,0.2'}`;
  return read(`${about}; ${expected}`, 'x,y,…', (value): readonly number[] => {
    const list = typeof value === 'string' ? value.split(',').map(numberOf) : [value].flat();
    const isOne = (one: unknown) =>
      typeof one === 'number' && one >= low && one <= high && (!isWhole || Number.isInteger(one));
    if (list.length === 0 || list.length > LIST_LIMIT || !list.every(isOne)) {
      const got = Array.isArray(value) ? JSON.stringify(value).slice(0, 60) : shown(value);
      throw new TypeError(`"${name}" expected ${expected}, got ${got}`);
    }
    return [...new Set(list as number[])];
  });
}

/** `a,b` as text, an array in a file: some of what there is, each once. */
export function names(
  name: string,
  all: readonly string[],
  about: string,
): Read<readonly string[]> {
  return read(`${about}; some of ${all.join(', ')}`, 'a,b,…', (value): readonly string[] => {
    const list = typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value;
    if (!Array.isArray(list) || list.length === 0) {
      throw new TypeError(`"${name}" expected names such as ${all[0]}, got ${shown(value)}`);
    }
    const odd = list.find((one) => !all.includes(one));
    if (odd === undefined) return [...new Set(list as string[])];
    throw new TypeError(`"${name}" knows no ${shown(odd)}; there are ${all.join(', ')}`);
  });
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

// Fields that many experiments have.

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

export const seed: z.ZodNumber = whole(
  0,
  Number.MAX_SAFE_INTEGER,
  'the same seed gives the same run',
);
/** One alone has nobody to ask. */
export const nodes: z.ZodNumber = whole(2, LAB_NODES_LIMIT, 'how many nodes');
/** For what is said of a share of them: some who live, some who are out of reach. */
export const manyNodes: z.ZodNumber = whole(20, LAB_NODES_LIMIT, 'how many nodes');
export const lookups: z.ZodNumber = whole(1, 10_000_000, 'how many lookups');
export const k: z.ZodNumber = whole(1, 64, 'contacts per bucket and reply');
export const alpha: z.ZodNumber = whole(1, 64, 'requests of a lookup at a time');

export function share(about: string): z.ZodNumber {
  return real(0, 1, about);
}

/** Milliseconds, or text with a unit; at most a year. */
export function duration(name: string, lowMs: number, about: string): Read<number> {
  return read(about, 'duration', (value): number => {
    const isNumber = typeof value === 'string' && /^\d+$/.test(value);
    const ms = durationMs(isNumber ? Number(value) : value, name);
    if (ms >= lowMs && ms <= YEAR_MS) return ms;
    throw new RangeError(`"${name}" expected ${lowMs} ms to a year, got ${ms} ms`);
  });
}

export const latency: Read<LatencyModel> = read(
  'one way: king, a number of ms, or LOW-HIGH in ms',
  'model',
  (value) => latencyFrom(value, 'latency'),
);

/** @throws TypeError or RangeError that names the field. */
export function latencyFrom(value: unknown, name: string): LatencyModel {
  if (typeof value !== 'string' && typeof value !== 'number') {
    checkLatency(value as LatencyModel, name);
    return value as LatencyModel;
  }
  try {
    return latencyText(String(value));
  } catch {
    const expected = 'king, a number of ms such as 100, or a range such as 20-200';
    throw new TypeError(`"${name}" expected ${expected}, got ${shown(value)}`);
  }
}
