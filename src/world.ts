/**
 * `ringlight/world`: the seam, for a protocol of your own. You write a machine that is handed the time,
 * its chance and one way out; a colony gives a world to thousands of them, the same in which the lab runs
 * the product's own nodes. No Node.js is needed.
 *
 *     import { Colony, churnFrom } from 'ringlight/world';
 *     const colony = new Colony(
 *       { seed: 1, nodes: 500, network: { latency: { kind: 'king' } }, churn: churnFrom('kad', 500) },
 *       (birth) => new MyMachine(birth),
 *     );
 *     colony.run('10 min');
 *     console.log(colony.world.traceHash);
 */

export {
  type Address,
  addressOf,
  COMPACT_ADDRESS_BYTES,
  formatAddress,
  ipOf,
  portOf,
  readAddress,
  writeAddress,
} from './core/address.ts';
export { addPowerOfTwo, arcLength, isInArc } from './core/arc.ts';
export {
  Closed,
  type Host,
  type Machine,
  STREAM_QUEUE_BYTES,
  type Stream,
  type StreamHost,
  type StreamMachine,
} from './core/host.ts';
export { compareDistance, compareIds, formatId, ID_BYTES, parseId } from './core/id.ts';
export { MemoryStore } from './core/memory-store.ts';
export { fillRandom, type Random, randomBelow, SeededRandom } from './core/random.ts';
export type { Store, StoreMachine, StoreToken } from './core/store.ts';
export { type Duration, durationMs } from './lab/duration.ts';
export { type Asked, OWNERS, type OwnerRule } from './lab/exam/asked.ts';
export { Exam, type ExamResult, type Turn } from './lab/exam/exam.ts';
export { CONSISTENCIES, type Consistency } from './lab/exam/judging.ts';
export {
  EXAM_DEFAULTS,
  EXAM_NODES_LIMIT,
  type ExamOptions,
  FAULTS,
  type Fault,
  type Trial,
} from './lab/exam/trial.ts';
export {
  type Answer,
  type Json,
  LINE_BYTES_LIMIT,
  type Reply,
  type Request,
  TASKS,
  type Task,
  type Told,
} from './lab/exam/turns.ts';
export type { ChurnModel, ChurnPlan } from './lab/life/churn.ts';
export { type ChurnChoice, churnFrom } from './lab/life/churn-model.ts';
export { Life, type LifeObserver, type Mortals, State } from './lab/life/life.ts';
export { carryOut, checkSchedule, follow, type Step } from './lab/life/schedule.ts';
export { checkNetwork, type NetworkModel } from './lab/network/network-model.ts';
export { Traffic } from './lab/network/traffic.ts';
export type { Overlay } from './lab/overlay.ts';
export { type Birth, Colony, type ColonyMachine, type ColonyOptions } from './lab/own/colony.ts';
export { hashOf, type Insight, RecordedColony } from './lab/own/recorded-colony.ts';
export {
  type Check,
  check,
  EXACT,
  type Progress,
  type Tolerance,
  type Watch,
  within,
} from './lab/results/experiment.ts';
export { type Grade, type Summary, summaryOf } from './lab/results/grade.ts';
export type { Recorded } from './lab/results/recorded.ts';
export { Recorder } from './lab/results/recorder.ts';
export { type DiskModel, Disks } from './lab/streams/disk.ts';
export { Wheel } from './lab/wheel.ts';
export { World } from './lab/world.ts';
export { START_MS, type Tap, type Watcher, type WorldOptions } from './lab/world-state.ts';
