/**
 * Attacks by silence and by slowness: nodes that answer pings, so that they stay in tables, and nothing
 * else; nodes whose every answer takes almost a second. What a lookup loses by them is time.
 */
import type { NodeChoices } from '../../mainline/choices.ts';
import { DEFAULTS } from '../../mainline/settings.ts';
import { percentile } from '../statistics.ts';
import { type Attack, honestSettings, within } from './attack.ts';
import type { Stage } from './stage.ts';

const SILENT_SHARE = 0.2;
/** What a lookup without a short time-out waits for each of them. */
const TIMEOUT_MS = 6000;
const LATE_MS = 900;

/** One time-out of six seconds for everything, as BEP 5 leaves it to whoever implements it. */
const PATIENT: NodeChoices = {
  timeoutMs: TIMEOUT_MS,
  shortTimeoutMs: TIMEOUT_MS,
  shortTimeoutMsMin: TIMEOUT_MS,
};
const DEFENCE = `a lookup goes on after ${DEFAULTS.shortTimeoutMsMin} to ${DEFAULTS.shortTimeoutMs} ms, as long as round trips are seen to take`;

/** The median of fewer hangs on whether they met any of them. */
const LOOKUPS_LEAST = 25;

function medianMs(stage: Stage, trials: number): number {
  const times = Array.from({ length: Math.max(LOOKUPS_LEAST, trials) }, () => {
    return stage.getPeers(stage.someone(), stage.someId()).latencyMs;
  });
  return percentile(times, 0.5);
}

const dropping: Attack = {
  name: 'droppersMs',
  about: 'one node in five answers pings and nothing else',
  measures: 'median time of a lookup, in ms',
  isShare: false,
  defence: DEFENCE,
  measure(trial, isDefended) {
    const settings = honestSettings(isDefended ? {} : PATIENT);
    const stage = trial.against({ kind: 'droppers', share: SILENT_SHARE }, settings);
    return medianMs(stage, trial.count);
  },
  undefended: within(
    1000,
    2 * TIMEOUT_MS,
    'one silent node is waited for, or two one after the other',
  ),
  defended: within(0, 1000, 'a few short time-outs'),
};

const delaying: Attack = {
  name: 'delayersMs',
  about: `one node in five answers ${LATE_MS} ms late`,
  measures: 'median time of a lookup, in ms',
  isShare: false,
  defence: DEFENCE,
  measure(trial, isDefended) {
    const settings = honestSettings(isDefended ? {} : PATIENT);
    const late = { kind: 'delayers', by: LATE_MS, share: SILENT_SHARE } as const;
    const stage = trial.against(late, settings);
    return medianMs(stage, trial.count);
  },
  undefended: within(600, 6000, 'a late answer is waited for, or several'),
  defended: within(0, 1500, 'the late ones count when they come'),
};

const learning: Attack = {
  name: 'nodesThatLearn',
  about: 'whoever is asked for an info-hash learns who wants it',
  measures: 'nodes that a lookup tells its info-hash to',
  isShare: false,
  defence: 'none here (libtorrent asks for a random id of the same prefix until it is close)',
  measure(trial) {
    const stage = trial.stage({ adversaries: [], settings: honestSettings() });
    let told = 0;
    for (let i = 0; i < trial.count; i++) {
      told += stage.getPeers(stage.someone(), stage.someId()).requests;
    }
    return told / trial.count;
  },
  undefended: null,
  defended: within(8, 20, 'as many as a lookup asks'),
};

export const SILENCE: readonly Attack[] = [dropping, delaying, learning];
