/**
 * `ringlight/scene`: a DHT as something to look at. A simulation of the lab, or live nodes, tell what
 * happens as plain data (scene/protocol/messages.ts); a view asks for it with commands. No Node.js is needed.
 */

export { gammaBelow } from './lab/attacks/likelihood.ts';
export { CHURN_PRESETS } from './lab/life/churn.ts';
export { FrameType, Status } from './ring/frames.ts';
export { HELLO_LIST_AT } from './ring/greeting/hello.ts';
export { type ExchangeMark, Exchanges } from './scene/explain/exchanges.ts';
export {
  type FrameHead,
  frameEnd,
  frameHead,
  isGreeting,
  RING_GREETING_BYTES,
} from './scene/explain/frame-head.ts';
export { explainMainline, kindOfMainline, mainlineExchange } from './scene/explain/mainline.ts';
export { explainRing, kindOfRing } from './scene/explain/ring.ts';
export { ringExchange } from './scene/explain/ring-messages.ts';
export {
  Act,
  Command,
  checkAct,
  checkActs,
  checkCommand,
  type TimedAct,
} from './scene/protocol/commands.ts';
export {
  checkSceneConfig,
  SCENE_DEFAULTS,
  SceneConfig,
  SceneOverlay,
} from './scene/protocol/config.ts';
export * from './scene/protocol/limits.ts';
export * from './scene/protocol/messages.ts';
export { isHash, keyName, keyOf } from './scene/protocol/names.ts';
export { captureScene } from './scene/recording/capture-scene.ts';
export { Playback } from './scene/recording/playback.ts';
export {
  KEYFRAME_MS,
  type Recorded,
  Recorder,
  type RecordingChoice,
  recordSimulation,
  UpdateSum,
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
export { outcomesOf } from './scene/views/outcomes.ts';
export { lineOfRingEvent } from './scene/views/ring-words.ts';
export { KeptMessages } from './scene/world/kept-messages.ts';
