/**
 * Which lab it is to be: one call for both overlays, and what comes back has the calls of the nodes
 * that live there.
 */
import { shown } from '../../core/argument.ts';
import { DualStackLab, type DualStackLabOptions, isDualStack } from './dual-stack-lab.ts';
import type { LabOptions } from './lab-plan.ts';
import { Lab } from './mainline-lab.ts';
import { RingLab, type RingLabOptions } from './ring-lab.ts';
import { SplitLab, type SplitLabOptions } from './split-lab.ts';

/**
 * Makes a world whose tables are those of a converged network. Takes about 20 µs a node. With `workers` it is
 * in parts, each in a thread of its own.
 * @throws TypeError or RangeError for a wrong option.
 */
export function createLab(options: SplitLabOptions): SplitLab;
export function createLab(options: DualStackLabOptions): DualStackLab;
export function createLab(options?: LabOptions): Lab;
export function createLab(options: RingLabOptions): RingLab;
export function createLab(
  options: LabOptions | SplitLabOptions | DualStackLabOptions | RingLabOptions = {},
): Lab | SplitLab | DualStackLab | RingLab {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`createLab expected an object of options, got ${shown(options)}`);
  }
  const { overlay = 'mainline', ...chosen } = options;
  if (overlay === 'ring') return ringLab(chosen);
  if (overlay !== 'mainline') {
    throw new TypeError(`"overlay" expected mainline or ring, got ${shown(overlay)}`);
  }
  if (isSplit(chosen)) return new SplitLab(chosen);
  return isDualStack(chosen) ? new DualStackLab(chosen) : new Lab(chosen);
}

function isSplit(options: object): options is SplitLabOptions {
  return 'workers' in options && options.workers !== undefined;
}

function ringLab(options: object): RingLab {
  if (!isSplit(options)) return new RingLab(options);
  throw new TypeError('"workers" are for Mainline nodes: the streams of a ring are in one thread');
}
