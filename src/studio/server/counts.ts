/**
 * What a studio counts, as its door shows it: who looked on, what was asked for, and what came of it.
 */
import { metricsText } from '../../mainline.ts';

/** Requests, by what came of them. */
export interface RequestCounts {
  requests: number;
  /** With a status from 400 on: refused, not there, not worked out. */
  requestsFailed: number;
  acts: number;
}

export interface ViewerCounts {
  /** Who look on now, who ever did, and who were sent away. */
  readonly viewers: number;
  readonly viewersAdmitted: number;
  readonly viewersRefused: number;
}

export interface StudioStats extends Readonly<RequestCounts>, ViewerCounts {
  readonly scenes: number;
}

/** The same for Prometheus: `ringlight_studio_viewers 2`. */
export function studioMetrics(stats: StudioStats): string {
  return metricsText('studio', [{ stats }]);
}
