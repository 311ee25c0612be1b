/** `ringlight lab run scenario --workers N`: the scenario of one thread, on several. */
import { wholeNumber } from '../../core/argument.ts';
import { together } from '../../lab/mainline/mainline-part.ts';
import type { ScenarioOptions } from '../../lab/mainline/scenario.ts';
import {
  checkScenarioParts,
  scenarioEndMs,
  scenarioPlan,
  scenarioResult,
} from '../../lab/mainline/scenario-parts.ts';
import { PARTS_MAX } from '../../lab/parts/part.ts';
import type { ExperimentResult, Watch } from '../../lab/results/experiment.ts';
import { START_MS } from '../../lab/world-state.ts';
import { Team } from './threads/team.ts';

/** Progress is told this often, in virtual time. */
const REPORT_EVERY_MS = 5000;

/**
 * @throws TypeError or RangeError for what does not go with workers
 * @throws DhtError WORKER when one of them ends
 */
export async function scenarioOnWorkers(
  options: ScenarioOptions,
  workers: number,
  watch: Watch = () => {},
): Promise<ExperimentResult> {
  wholeNumber(workers, 'workers', 1, Math.min(PARTS_MAX, options.nodes));
  checkScenarioParts(options);
  const team = new Team(scenarioPlan(options), workers);
  try {
    const endMs = scenarioEndMs(options, await team.made);
    const of = Math.round((endMs - START_MS) / 1000);
    for (let nowMs = START_MS; nowMs < endMs; ) {
      const run = await team.run(Math.min(endMs, nowMs + REPORT_EVERY_MS), false);
      nowMs = run.nowMs;
      const virtualMs = nowMs - START_MS;
      const done = Math.round(virtualMs / 1000);
      watch({ unit: 'second', done, of, messages: run.delivered, virtualMs });
    }
    return scenarioResult(options, together(await team.tally()));
  } finally {
    await team.close();
  }
}
