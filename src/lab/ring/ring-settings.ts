/**
 * Settings of ring nodes for experiments in which nothing happens but what is being measured: nobody
 * asks after neighbours, looks up fingers or compares copies by himself.
 */
import { type RingSettings, ringSettings } from '../../ring/settings.ts';

export const DAY_MS = 86_400_000;

/** Choices that keep a node quiet. */
export const QUIETLY: Partial<RingSettings> = {
  pulseMs: DAY_MS,
  selfTestMs: 0,
  fingerMs: 0,
  repairMs: DAY_MS,
  bulkIdleMs: DAY_MS,
  idleMs: DAY_MS,
};

export const QUIET: RingSettings = ringSettings(QUIETLY);
