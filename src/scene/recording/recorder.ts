/**
 * Making a recording: what a simulation, or live nodes, tell goes to a file as it comes, and now and
 * then an update is made whole, so that playing can begin there.
 *
 *     update  update  update  …  update           only what is new
 *       │                       └─ after KEYFRAME_MS: all there is, as it adds up from those before
 *       └─ whole
 */
import { checkActs, type TimedAct } from '../protocol/commands.ts';
import { checkSceneConfig, type SceneConfig } from '../protocol/config.ts';
import type { Flights, KeyView, SceneMessage, Update } from '../protocol/messages.ts';
import { Simulation } from '../simulation.ts';
import { headerLine, lineOfMessage } from './recording.ts';

/** A whole update comes at least so often, in the time of the source, when there is something new. */
export const KEYFRAME_MS = 10_000;
/** Characters written at most, unless told otherwise: then recording ends. */
const RECORDED_LENGTH_MAX: number = 2 ** 27;
/** Of the source's time, between two updates of a recording that is made at once. */
export const RECORDED_FRAME_MS = 100;

/** Updates added up: what a view knows after having been told all of them. */
export class UpdateSum {
  #last: Update | null = null;
  readonly #states = new Map<number, number>();
  readonly #links = new Map<number, { successor: number; safety: number }>();
  readonly #sybils = new Set<number>();
  readonly #keys = new Map<string, KeyView>();
  #sides: Uint8Array | null = null;
  #loads: Uint32Array | null = null;

  add(update: Update): void {
    if (update.whole) this.#clear();
    this.#last = update;
    for (const [i, node] of update.nodes.entries()) this.#states.set(node, update.states[i]);
    for (const [i, place] of update.places.entries()) {
      const successor = update.successors[i];
      this.#links.set(place, { successor, safety: update.safeties[i] });
    }
    for (const node of update.sybils) this.#sybils.add(node);
    for (const key of update.keys) this.#keys.set(key.key, key);
    this.#sides = update.sides ?? this.#sides;
    this.#loads = update.loads ?? this.#loads;
  }

  #clear(): void {
    this.#states.clear();
    this.#links.clear();
    this.#sybils.clear();
    this.#keys.clear();
    this.#sides = null;
    this.#loads = null;
  }

  /** All that was told, as one update at the time of the last. Call it only after `add`. */
  whole(): Update {
    const links = [...this.#links.values()];
    return {
      ...this.#last!,
      whole: true,
      nodes: Uint32Array.from(this.#states.keys()),
      states: Uint8Array.from(this.#states.values()),
      places: Uint32Array.from(this.#links.keys()),
      successors: Int32Array.from(links, ({ successor }) => successor),
      safeties: Uint8Array.from(links, ({ safety }) => safety),
      sybils: Uint32Array.from(this.#sybils),
      sides: this.#sides,
      keys: [...this.#keys.values()],
      loads: this.#loads,
    };
  }
}

/**
 * Writes what it is told, line by line, until there is too much of it, or time goes back: a recording
 * shows one course of things.
 */
export class Recorder {
  readonly #writeLine: (line: string) => void;
  readonly #lengthMax: number;
  readonly #sum = new UpdateSum();
  #keyframeMs = -Infinity;
  #atMs = -Infinity;
  /** Characters written. */
  length = 0;
  /** No more is written: it is too long, or time went back. */
  isOver = false;

  /** @param writeLine takes a line without its end. */
  constructor(writeLine: (line: string) => void, lengthMax: number = RECORDED_LENGTH_MAX) {
    this.#writeLine = writeLine;
    this.#lengthMax = lengthMax - FULL_LINE.length - 1;
    this.#write(headerLine());
  }

  take(message: SceneMessage): void {
    if (this.isOver || PASSING.has(message.type)) return;
    if (message.type !== 'frame') return this.#write(lineOfMessage(message));
    if (message.atMs < this.#atMs) {
      this.isOver = true;
      return;
    }
    this.#atMs = message.atMs;
    this.#sum.add(message);
    const isDue = message.atMs - this.#keyframeMs >= KEYFRAME_MS;
    if (message.whole || isDue) this.#keyframeMs = message.atMs;
    this.#write(lineOfMessage(isDue && !message.whole ? this.#sum.whole() : message));
  }

  #write(line: string): void {
    if (this.length + line.length + 1 > this.#lengthMax) {
      this.isOver = true;
      this.#writeLine(FULL_LINE); // whoever plays it is to know that more happened
      this.length += FULL_LINE.length + 1;
      return;
    }
    this.length += line.length + 1;
    this.#writeLine(line);
  }
}

/** The last line of a recording that ended because it was full. */
const FULL_LINE = lineOfMessage({
  type: 'trouble',
  message: 'the recording ends here: it is as long as one may be, and more happened afterwards',
});

/** Bytes of one message that are recorded; the rest of a longer one says no more of what it is. */
const MESSAGE_BYTES_MAX = 4096;

/** What is asked for of a simulation has to be there already in a recording. */
function withBytes(message: Flights, simulation: Simulation): Flights {
  const flights = message.flights.map((flight) => {
    const data = simulation.bytesOf(flight.id)?.slice(0, MESSAGE_BYTES_MAX);
    return data === undefined ? flight : { ...flight, data };
  });
  return { ...message, flights };
}

/** What concerns the moment and the viewer only. */
const PASSING: ReadonlySet<SceneMessage['type']> = new Set(['busy', 'trouble', 'explanation']);

export interface RecordingChoice {
  frameMs?: number;
  lengthMax?: number;
  /** A node to look into twice a second; none by default. */
  inspect?: number;
  /** Hears how far it is, 0..1; false ends it there. */
  progress?: (done: number) => boolean;
}

/** What became of it. */
export interface Recorded {
  /** Where it ends. */
  endMs: number;
  length: number;
  /** It was ended for its length, before `untilMs`. */
  isFull: boolean;
  traceHash: string;
}

/**
 * Runs a world from its beginning to `untilMs`, with acts at their times, and records it.
 * @throws TypeError or RangeError that names what is wrong with the configuration or the acts.
 */
export function recordSimulation(
  config: SceneConfig,
  acts: readonly TimedAct[],
  untilMs: number,
  writeLine: (line: string) => void,
  choice: RecordingChoice = {},
): Recorded {
  const { frameMs = RECORDED_FRAME_MS, lengthMax, inspect = -1, progress = () => true } = choice;
  const world = { config: checkSceneConfig(config), acts: checkActs(acts), atMs: 0 };
  const recorder = new Recorder(writeLine, lengthMax);
  const simulation: Simulation = new Simulation((message) =>
    recorder.take(message.type === 'flights' ? withBytes(message, simulation) : message),
  );
  const go = () => {
    while (simulation.isWorking) simulation.work(() => false);
    simulation.show();
  };
  simulation.command({ do: 'begin', ...world });
  if (inspect >= 0) simulation.command({ do: 'inspect', node: inspect });
  go();
  simulation.command({ do: 'play', pace: 1000 });
  while (simulation.nowMs < untilMs && !recorder.isOver) {
    if (!progress(simulation.nowMs / untilMs)) break;
    const beforeMs = simulation.nowMs;
    simulation.advance(Math.min(frameMs, untilMs - beforeMs), () => false);
    simulation.show();
    if (simulation.nowMs === beforeMs) break; // the world has no more time
  }
  return {
    endMs: simulation.nowMs,
    length: recorder.length,
    isFull: recorder.isOver,
    traceHash: simulation.traceHash,
  };
}
