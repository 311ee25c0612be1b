/**
 * `ringlight/lab`: the product's own nodes by the thousand or million, under virtual time, in one
 * process, on real bytes, exactly repeatable. No Node.js is needed: it runs in a browser too.
 *
 *     import { createLab } from 'ringlight/lab';
 *     const lab = createLab({ seed: 1, nodes: 10_000 });
 *     await lab.nodes[3].announce(hash, { port: 6881 });      // awaiting moves virtual time
 *     const { peers } = await lab.nodes[7000].getPeers(hash);
 *     console.log(lab.now, lab.traceHash);
 */

export { createLab } from './api/lab/create-lab.ts';
export {
  DualStackLab,
  type DualStackLabOptions,
  type DualStackNetwork,
} from './api/lab/dual-stack-lab.ts';
export type { LabStats, LabWatcher } from './api/lab/family-lab.ts';
export { LabAdversary } from './api/lab/lab-adversary.ts';
export { GRADES_REMEMBERED } from './api/lab/lab-family.ts';
export { LabHost, type LabHostResult } from './api/lab/lab-host.ts';
export { LabNode } from './api/lab/lab-node.ts';
export { LAB_NODES_LIMIT, type LabNodeChoices, type LabOptions } from './api/lab/lab-plan.ts';
export type {
  LabAnnounceOptions,
  LabAnnounceResult,
  LabFindNodeResult,
  LabGetPeersResult,
  LabPingResult,
} from './api/lab/lab-results.ts';
export { Lab } from './api/lab/mainline-lab.ts';
export type { LabNodeStats } from './api/lab/node-stats.ts';
export type { LabNodeChooser, LabNodeOwn } from './api/lab/own-nodes.ts';
export type { LabQueryHook } from './api/lab/query-hook.ts';
export {
  RingLab,
  RingLabNode,
  type RingLabOptions,
  type RingLabResult,
  type RingLabWatcher,
} from './api/lab/ring-lab.ts';
export { scenarioOnWorkers } from './api/lab/scenario-on-workers.ts';
export { SplitLab, SplitLabNode, type SplitLabOptions } from './api/lab/split-lab.ts';
export type { RingNotice } from './api/ring/notice.ts';
export { shown } from './core/argument.ts';
export { DhtError } from './io/errors.ts';
export {
  type AdversaryKind,
  type AdversaryModel,
  type Company,
  checkAdversaries,
  type Engagement,
} from './lab/adversaries/adversary.ts';
export type { AtNode, Conduct, Place, Untruth } from './lab/adversaries/conduct.ts';
export { type Duration, durationMs } from './lab/duration.ts';
export { ATTACKS_DEFAULTS, type AttacksOptions, attacks } from './lab/experiments/attacks.ts';
export {
  CHORD_CHURN_DEFAULTS,
  type ChordChurnOptions,
  chordChurn,
  chordChurnSteps,
} from './lab/experiments/chord-churn.ts';
export {
  CHORD_LOAD_DEFAULTS,
  type ChordLoadOptions,
  chordLoad,
} from './lab/experiments/chord-load.ts';
export {
  CHORD_MASSFAIL_DEFAULTS,
  type ChordMassfailOptions,
  chordMassfail,
} from './lab/experiments/chord-massfail.ts';
export {
  CHORD_PATH_DEFAULTS,
  type ChordPathOptions,
  chordPath,
} from './lab/experiments/chord-path.ts';
export {
  CHORD_STRETCH_DEFAULTS,
  type ChordStretchOptions,
  chordStretch,
} from './lab/experiments/chord-stretch.ts';
export {
  CHURN_PVC_DEFAULTS,
  type ChurnPvcOptions,
  churnPvc,
} from './lab/experiments/churn-pvc.ts';
export {
  CRAWL_ERROR_DEFAULTS,
  type CrawlErrorOptions,
  crawlError,
} from './lab/experiments/crawl-error.ts';
export {
  DETECTORS_DEFAULTS,
  type DetectorsOptions,
  detectors,
} from './lab/experiments/detectors.ts';
export { KAD_HOPS_DEFAULTS, type KadHopsOptions, kadHops } from './lab/experiments/kad-hops.ts';
export {
  MDHT_LOOKUP_LATENCY_DEFAULTS,
  type MdhtLookupLatencyOptions,
  mdhtLookupLatency,
} from './lab/experiments/mdht-lookup-latency.ts';
export { NAT_REACH_DEFAULTS, type NatReachOptions, natReach } from './lab/experiments/nat-reach.ts';
export {
  REPLICA_SURVIVAL_DEFAULTS,
  type ReplicaSurvivalOptions,
  replicaSurvival,
} from './lab/experiments/replica-survival.ts';
export {
  RING_SPLIT_DEFAULTS,
  type RingSplitOptions,
  ringSplit,
} from './lab/experiments/ring-split.ts';
export {
  RING_SURVIVAL_DEFAULTS,
  type RingSurvivalOptions,
  ringSurvival,
} from './lab/experiments/ring-survival.ts';
export {
  SIZE_ESTIMATE_DEFAULTS,
  type SizeEstimateOptions,
  sizeEstimate,
} from './lab/experiments/size-estimate.ts';
export {
  SYBIL_ECLIPSE_DEFAULTS,
  type SybilEclipseOptions,
  sybilEclipse,
} from './lab/experiments/sybil-eclipse.ts';
export {
  TIMEOUT_POLICY_DEFAULTS,
  type TimeoutPolicyOptions,
  timeoutPolicy,
} from './lab/experiments/timeout-policy.ts';
export { CHURN_PRESETS, type ChurnModel, type ChurnPreset, type Rejoin } from './lab/life/churn.ts';
export { type ChurnChoice, churnFrom } from './lab/life/churn-model.ts';
export type { LifetimeModel } from './lab/life/lifetime.ts';
export { checkSchedule, type Step } from './lab/life/schedule.ts';
export type { Selection } from './lab/life/selection.ts';
export {
  type QueryFate,
  type ReplayReport,
  replayCapture,
} from './lab/mainline/capture-replay.ts';
export {
  type Expectation,
  SCENARIO_DEFAULTS,
  SCENARIO_METRICS,
  type ScenarioOptions,
  scenario,
  scenarioSteps,
} from './lab/mainline/scenario.ts';
export {
  SOAK_NODES_MIN,
  SoakFailure,
  type SoakOptions,
  type SoakReport,
  soak,
} from './lab/mainline/soak.ts';
export { checkStart, type StartModel } from './lab/mainline/start.ts';
export type { TrialPlan, TrialResult } from './lab/mainline/trial.ts';
export type { WorkloadModel } from './lab/mainline/workload.ts';
export type { LatencyModel } from './lab/network/latency.ts';
export {
  checkLatency,
  checkNetwork,
  type NetworkModel,
  parseMatrix,
} from './lab/network/network-model.ts';
export { PARTS_MAX as LAB_WORKERS_LIMIT } from './lab/parts/part.ts';
export {
  type Check,
  chanceOf,
  type ExperimentResult,
  type Progress,
  type Steps,
  type Sweep,
  type SweepPoint,
  type SweepSeries,
  type Watch,
  walk,
} from './lab/results/experiment.ts';
export type { Grade, Summary } from './lab/results/grade.ts';
export {
  Recorder,
  type RecorderOptions,
  RPC_SAMPLE,
  SNAPSHOT_NODES,
} from './lab/results/recorder.ts';
export {
  type Cell,
  type Column,
  type ColumnType,
  columnsOf,
  type Row,
  SCHEMA_VERSION,
  TABLES,
  type Table,
  type TableName,
} from './lab/results/tables.ts';
export {
  RingSoakFailure,
  type RingSoakReport,
  ringSoak,
} from './lab/ring/ring-soak.ts';
export type { RingTrialResult } from './lab/ring/ring-trial.ts';
export type { HookAnswer, IncomingQuery, OwnAnswer } from './mainline/answering/hook.ts';
export type { NodeChoices } from './mainline/choices.ts';
export type { LookupStep, LookupTrace, NodeInfo } from './mainline/trace.ts';
export type { TableEntry, TableView } from './mainline/views.ts';
