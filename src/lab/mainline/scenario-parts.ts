/**
 * A scenario in parts: what each part of its world has to know, and what all of them come to. It is the scenario of
 * one thread, with the same trace hash, as far as it needs nobody who looks at everything at once.
 */
import { settingsFrom } from '../../mainline/choices.ts';
import type { ExperimentResult } from '../results/experiment.ts';
import { lookupBoundMs } from './checks.ts';
import type { PartPlan, Tally } from './mainline-part.ts';
import { expectationsOf, measuredOf, type ScenarioOptions } from './scenario.ts';

/** What a scenario in parts cannot have. @throws TypeError that names it. */
export function checkScenarioParts(options: ScenarioOptions): void {
  const { network, adversaries, healingMs, safety } = options;
  const no = (name: string, reason: string): never => {
    throw new TypeError(`"${name}" does not go with workers: ${reason}`);
  };
  if (safety) no('safety', 'it looks into all nodes at once');
  if (healingMs > 0) no('healingMs', 'what has healed is looked for in all nodes at once');
  if (adversaries.length > 0) no('adversaries', 'they act on all nodes at once');
  checkNetworkParts(network, no);
}

/** @param no is given what does not go, and why */
export function checkNetworkParts(
  { nat, family, latency }: ScenarioOptions['network'],
  no: (name: string, reason: string) => never,
): void {
  if (nat !== undefined) no('network.nat', 'what NATs let in hangs on what both sides sent');
  if (family === 'both') no('network.family', 'each of two networks looks at the other');
  if (latency.kind === 'own') {
    no('network.latency.between', 'a function of yours is in one thread only');
  }
}

/** What each part is made from. */
export function scenarioPlan(options: ScenarioOptions): PartPlan {
  const { seed, nodes, network, node, start, churn, schedule, workload, faultsMs } = options;
  return {
    ...{ seed, nodes, network, node, start, churn, schedule },
    ...{ upkeep: true, routers: true, lanes: null },
    workload: { ...workload, forMs: faultsMs },
  };
}

/** When it is over, if all have joined at `joinedMs`: what has begun may take so long to end. */
export function scenarioEndMs({ node, faultsMs }: ScenarioOptions, joinedMs: number): number {
  const open = { onePerIp: false, inbound: false, outbound: false } as const;
  return joinedMs + faultsMs + lookupBoundMs(settingsFrom({ ...open, ...node }));
}

export function scenarioResult(
  { seed, nodes, expect }: ScenarioOptions,
  whole: Tally & { traceHash: string },
): ExperimentResult {
  const { virtualMs, traceHash, traffic } = whole;
  const measured = measuredOf({ ...whole, delivered: traffic.delivered }, nodes);
  const checks = expectationsOf(expect, measured);
  return {
    ...{ experiment: 'scenario', seed, nodes, traceHash, checks, virtualMs },
    ...measured,
    pass: checks.every(({ pass }) => pass),
    messages: traffic.delivered,
  };
}
