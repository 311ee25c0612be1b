/**
 * `ringlight/scene`: a DHT as something to look at. A simulation of the lab, or live nodes, tell what
 * happens as plain data (scene/protocol/messages.ts); a view asks for it with commands. No Node.js is needed.
 */

export { CHURN_PRESETS } from './lab/life/churn.ts';
export { FrameType, Status } from './ring/frames.ts';
export {
  type FrameHead,
  frameEnd,
  frameHead,
  isGreeting,
  RING_GREETING_BYTES,
} from './scene/explain/frame-head.ts';
export { explainMainline, kindOfMainline } from './scene/explain/mainline.ts';
export { explainRing, kindOfRing } from './scene/explain/ring.ts';
export {
  ACTS_MAX,
  ADDED_MAX,
  ALPHA_MAX,
  BACKUPS_MAX,
  BUCKET_SIZE_MAX,
  CHURN_MINUTES_MAX,
  CHURN_MINUTES_MIN,
  checkAct,
  checkActs,
  checkSceneConfig,
  IDENTITIES_MAX,
  KEYS_MAX,
  LATENCY_MS_MAX,
  LOOKUPS_PER_SECOND_MAX,
  MAINLINE_NODES_MAX,
  MOMENT_MS_MAX,
  NAME_LENGTH_MAX,
  RING_NODES_MAX,
  SCENE_DEFAULTS,
  VALUE_LENGTH_MAX,
} from './scene/protocol/config.ts';
export * from './scene/protocol/messages.ts';
export { isHash, keyName, keyOf } from './scene/protocol/names.ts';
export { Playback } from './scene/recording/playback.ts';
export {
  FrameSum,
  KEYFRAME_MS,
  type Recorded,
  Recorder,
  type RecordingChoice,
  recordSimulation,
} from './scene/recording/recorder.ts';
export {
  headerLine,
  lineOfMessage,
  messageOfLine,
  type Recording,
  RecordingError,
  RecordingReader,
  readRecording,
} from './scene/recording/recording.ts';
export { Simulation } from './scene/simulation.ts';
export {
  clockwiseBits,
  LookupDraft,
  RING_LOOKUP_KINDS,
} from './scene/views/lookup-draft.ts';
export { lineOfRingEvent } from './scene/views/ring-words.ts';
