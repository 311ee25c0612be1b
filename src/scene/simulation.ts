/**
 * A simulation: worlds of the lab, with hands on time. It takes the commands of a view and tells it what
 * there is to see (protocol/messages.ts); whoever owns a clock drives it.
 *
 *     command ──▶ begin, rewind, step ── a job, done slice by slice ──▶ work(isOver)
 *             ├─▶ play ── time passes as fast as was asked for ───────▶ advance(elapsedMs, isOver)
 *             └─▶ act, inspect, follow, explain ── at once
 *     show() ───▶ places, update, lookups, flights, outcomes, node: what is new
 *
 * Going back in time is beginning again: the same configuration and the acts before that moment give
 * the same world, bit for bit. What was done later is kept, and befalls the world again when it gets
 * there, until something else is done: then there is a new future.
 */
import { parseId } from '../core/id.ts';
import { populateMainline } from './mainline/inhabitants.ts';
import {
  type Act,
  type Command,
  checkCommand,
  type TimedAct,
  typedLength,
} from './protocol/commands.ts';
import type { SceneConfig, SceneOverlay } from './protocol/config.ts';
import { ACTS_LENGTH_MAX, ACTS_MAX, MOMENT_MS_MAX, SCENE_VERSION } from './protocol/limits.ts';
import type { SceneMessage } from './protocol/messages.ts';
import { populateRing } from './ring/inhabitants.ts';
import type { Populate } from './world/inhabitants.ts';
import { SceneWorld } from './world/scene-world.ts';
import { Updates } from './world/updates.ts';

/** Events between two looks at whether the slice is over: below a millisecond. */
const SLICE_EVENTS = 64;
/** Virtual time before a moment from which on flights are kept, so that those on their way are there. */
const FLIGHTS_BEFORE_MS = 2000;
/** A step to the next message ends here when there is none. */
const STEP_MS_MAX = 3_600_000;
/** Real time over which the pace is measured. */
const PACE_WINDOW_MS = 500;
/** Real time between two looks into the node that is inspected. */
const INSPECT_EVERY_MS = 500;
/** Commands that wait for a job to end. */
const WAITING_MAX = 1000;
/** Commands that do not wait for a job to end. */
const AT_ONCE: ReadonlySet<unknown> = new Set(['begin', 'rewind', 'inspect', 'follow']);
/** What a view shows as the work under way. */
const GOING_BACK = 'going back';

const POPULATE: Readonly<Record<SceneOverlay, Populate>> = {
  mainline: populateMainline,
  ring: populateRing,
};

/** Time has to get somewhere. */
interface Job {
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of a step: as many messages more have arrived. */
  readonly arrivals: number;
}

export class Simulation {
  readonly #emit: (message: SceneMessage) => void;
  #scene: SceneWorld | null = null;
  #updates: Updates | null = null;
  /** In the order of their times; the first `#done` of them have befallen the world. */
  #acts: readonly TimedAct[] = [];
  #done = 0;
  #job: Job | null = null;
  #waiting: Command[] = [];
  #isPlaying = false;
  #askedPace = 1000;
  #measuredPace = 0;
  /** Where time should be by now, with fractions. */
  #dueMs = 0;
  /** Where time stands still by itself. */
  #untilMs = MOMENT_MS_MAX;
  #window = { realMs: 0, virtualMs: 0 };
  #inspected = -1;
  #followed: readonly number[] = [];
  #sinceInspectedMs = 0;
  /** Something is to be shown although no time has passed. */
  #isFresh = false;
  #isWhole = false;
  #shownMs = -1;

  /** @param emit hears everything there is to see, in order; it must not give commands. */
  constructor(emit: (message: SceneMessage) => void) {
    this.#emit = emit;
  }

  /** A job is under way: call `work`. */
  get isWorking(): boolean {
    return this.#job !== null;
  }

  /** Time passes: call `advance`. */
  get isPlaying(): boolean {
    return this.#isPlaying && this.#job === null;
  }

  /** Virtual ms since the world began. */
  get nowMs(): number {
    return this.#scene?.nowMs ?? 0;
  }

  /** 16 hexadecimal digits that stand for all that was delivered so far; '' before a world began. */
  get traceHash(): string {
    return this.#scene?.world.traceHash ?? '';
  }

  /** Nodes that the world began with. */
  get nodes(): number {
    return this.#scene?.inhabitants.founders ?? 0;
  }

  /** The bytes of a message that was told of not long ago. */
  bytesOf(flight: number): Uint8Array | undefined {
    return this.#scene?.flights.messageOf(flight)?.bytes;
  }

  /** Never throws for what a view may send: what is wrong with it is told. */
  command(command: Command): void {
    // A job makes void what waited for the one before; what is looked at is not.
    if (this.#job !== null && !AT_ONCE.has(command.do)) {
      if (this.#waiting.length < WAITING_MAX) this.#waiting.push(command);
      return;
    }
    try {
      this.#carryOut(checkCommand(command));
    } catch (error) {
      if (!isComplaint(error)) throw error;
      this.#emit({ type: 'trouble', message: error.message });
    }
    this.#isFresh = true;
  }

  /** Goes on with the job until it is done, or `isOver`, which is asked now and then. */
  work(isOver: () => boolean): void {
    const job = this.#job;
    const scene = this.#scene;
    if (job === null || scene === null) return;
    const hasArrived = (): boolean => scene.flights.arrivals >= job.arrivals;
    const rest = sliced(isOver);
    const isStill = this.#reach(job.toMs, () => hasArrived() || rest());
    if (isStill || hasArrived()) {
      this.#finish(job);
    } else if (job.what !== '') {
      const span = Math.max(1, job.toMs - job.fromMs);
      const done = Math.min(0.999, (scene.nowMs - job.fromMs) / span);
      this.#emit({ type: 'busy', what: job.what, done });
    }
  }

  /**
   * Lets virtual time pass for so many real ms since the last call, as far as `isOver` lets it. What
   * could not be reached is not made up for: then the pace is lower than asked for, and shown so.
   */
  advance(elapsedMs: number, isOver: () => boolean): void {
    const scene = this.#scene;
    if (scene === null || !this.isPlaying || !(elapsedMs > 0)) return;
    const beforeMs = scene.nowMs;
    this.#dueMs = Math.min(this.#dueMs + (elapsedMs * this.#askedPace) / 1000, this.#untilMs);
    this.#reach(Math.floor(this.#dueMs), sliced(isOver));
    if (scene.nowMs < Math.floor(this.#dueMs)) this.#dueMs = scene.nowMs;
    this.#sinceInspectedMs += elapsedMs;
    this.#measure(elapsedMs, scene.nowMs - beforeMs);
    if (scene.nowMs >= this.#untilMs) {
      this.#isPlaying = false;
      this.#isFresh = true;
    }
  }

  /** Tells what is new since the last time; nothing when nothing is. */
  show(): void {
    const scene = this.#scene;
    if (scene === null || this.#job?.what) return;
    const hasMoved = scene.nowMs !== this.#shownMs;
    if (!hasMoved && !this.#isFresh && !this.#isWhole) return;
    const pace = { playing: this.#isPlaying, pace: this.#isPlaying ? this.#measuredPace : 0 };
    if (this.#isWhole) this.#updates = new Updates(scene);
    this.#updates!.tell(pace, this.#isWhole, this.#emit);
    // Where time stands still, nobody would tell of the node later.
    const isDue = !this.isPlaying || this.#sinceInspectedMs >= INSPECT_EVERY_MS;
    if (this.#isFresh || this.#isWhole || isDue) this.#showNode();
    this.#isFresh = false;
    this.#isWhole = false;
    this.#shownMs = scene.nowMs;
  }

  #showNode(): void {
    this.#sinceInspectedMs = 0;
    if (this.#inspected < 0) return;
    const view = this.#updates!.nodeView(this.#inspected);
    if (view) this.#emit(view);
  }

  #measure(realMs: number, virtualMs: number): void {
    const window = this.#window;
    window.realMs += realMs;
    window.virtualMs += virtualMs;
    if (window.realMs < PACE_WINDOW_MS) return;
    this.#measuredPace = (window.virtualMs * 1000) / window.realMs;
    this.#window = { realMs: 0, virtualMs: 0 };
  }

  // Commands.

  #carryOut(command: Command): void {
    switch (command.do) {
      case 'begin':
        return this.#begin(command.config, command.acts, Math.floor(command.atMs));
      case 'play':
        this.#isPlaying = true;
        this.#untilMs = Math.max(this.nowMs, Math.floor(command.untilMs ?? MOMENT_MS_MAX));
        this.#askedPace = command.pace;
        this.#measuredPace = this.#askedPace;
        this.#window = { realMs: 0, virtualMs: 0 };
        this.#dueMs = this.nowMs;
        return;
      case 'pause':
        this.#isPlaying = false;
        return;
      case 'step':
        return this.#step(command.by, command.count);
      case 'rewind':
        return this.#rewind(Math.floor(command.toMs), command.acts ?? null);
      case 'act':
        return this.#act(command.act);
      case 'inspect':
        this.#inspected = command.node;
        return;
      case 'follow':
        this.#followed = command.nodes;
        this.#scene?.flights.follow(this.#followed);
        return;
      case 'explain':
        return this.#explain(command.flight);
    }
  }

  #begin(config: SceneConfig, acts: readonly TimedAct[], toMs: number): void {
    this.#isPlaying = false;
    this.#waiting = [];
    this.#acts = acts;
    this.#found(config);
    this.#emit({
      type: 'hello',
      version: SCENE_VERSION,
      overlay: config.overlay,
      origin: 'lab',
      title: titleOf(config),
      config,
      abilities: ['time', 'rewind', 'act', 'nodes', 'inspect', 'explain', 'settings'],
      k: config.k,
      endMs: null,
    });
    this.#emit({ type: 'history', acts: this.#acts });
    this.#open({ what: 'beginning', fromMs: 0, toMs, arrivals: Infinity });
  }

  #rewind(toMs: number, acts: readonly TimedAct[] | null): void {
    const scene = this.#scene;
    if (scene === null) return;
    this.#isPlaying = false;
    this.#waiting = [];
    const isSamePast = acts === null || this.#hasBefallen(acts);
    if (acts !== null) {
      this.#acts = acts;
      this.#emit({ type: 'history', acts });
    }
    if (toMs < scene.nowMs || !isSamePast) {
      this.show(); // what has happened until now is told before it is void
      this.#found(scene.config);
      this.#open({ what: GOING_BACK, fromMs: 0, toMs, arrivals: Infinity });
    } else {
      this.#open({ what: 'going on', fromMs: scene.nowMs, toMs, arrivals: Infinity });
    }
  }

  /** Is what these say of the time until now what has been done? */
  #hasBefallen(acts: readonly TimedAct[]): boolean {
    const past = acts.filter(({ atMs }) => atMs <= this.nowMs);
    return JSON.stringify(past) === JSON.stringify(this.#acts.slice(0, this.#done));
  }

  #step(by: 'message' | 'ms', count: number): void {
    const scene = this.#scene;
    if (scene === null) return;
    this.#isPlaying = false;
    const steps = Math.max(1, Math.floor(count));
    const fromMs = scene.nowMs;
    const toMs = Math.min(MOMENT_MS_MAX, fromMs + (by === 'ms' ? steps : STEP_MS_MAX));
    const arrivals = by === 'ms' ? Infinity : scene.flights.arrivals + steps;
    this.#job = { what: '', fromMs, toMs, arrivals };
  }

  #act(act: Act): void {
    const scene = this.#scene;
    if (scene === null) return;
    // What was remembered of a future that will not be.
    const acts = this.#acts.slice(0, this.#done);
    acts.push({ atMs: scene.nowMs, act });
    if (acts.length > ACTS_MAX || typedLength(acts) > ACTS_LENGTH_MAX) {
      throw new RangeError(
        `"act" expected at most ${ACTS_MAX} in one world, of ${ACTS_LENGTH_MAX} characters: begin another`,
      );
    }
    scene.runTo(scene.nowMs, () => false); // all of this moment comes before what is done at its end
    this.#acts = acts;
    this.#done++;
    scene.perform(act, this.#done);
    if (scene.complaint !== '') this.#emit({ type: 'trouble', message: scene.complaint });
    this.#emit({ type: 'history', acts: this.#acts });
  }

  #explain(flight: number): void {
    const scene = this.#scene;
    const message = scene?.flights.messageOf(flight);
    if (!scene || !message) {
      this.#emit({ type: 'trouble', message: 'the bytes of that message are not kept any more' });
      return;
    }
    const { bytes, call } = message;
    const target = call === 0 ? undefined : scene.inhabitants.lookupView(call)?.target;
    const about = target === undefined ? null : parseId(target);
    const { kind, root } = scene.inhabitants.explain(bytes, about);
    this.#emit({ type: 'explanation', flight, kind, bytes, root });
  }

  // Time.

  /** A world at its very beginning. */
  #found(config: SceneConfig): void {
    const lastFlight = this.#scene?.flights.lastId ?? 0;
    this.#scene = null; // the memory of one world at a time
    this.#updates = null;
    this.#scene = new SceneWorld(config, POPULATE[config.overlay], lastFlight);
    this.#scene.flights.follow(this.#followed);
    this.#done = 0;
    this.#isWhole = true;
  }

  #open(job: Job): void {
    this.#job = job;
    this.#emit({ type: 'busy', what: job.what, done: 0 });
  }

  #finish({ what }: Job): void {
    this.#job = null;
    this.#scene!.flights.isShowing = true;
    if (what === GOING_BACK) this.#scene!.outcomes = []; // they were told the first time
    this.#isFresh = true;
    if (what !== '') this.#emit({ type: 'busy', what, done: 1 });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const command of waiting) this.command(command);
  }

  /** Moves time to a moment, and lets befall what is to befall; false when `isOver` came first. */
  #reach(toMs: number, isOver: () => boolean): boolean {
    const scene = this.#scene!;
    for (;;) {
      const next = this.#acts[this.#done];
      const untilMs = Math.min(toMs, next?.atMs ?? Infinity, this.#showFromMs(toMs));
      if (!scene.runTo(untilMs, isOver)) return false;
      if (next !== undefined && next.atMs <= scene.nowMs) scene.perform(next.act, ++this.#done);
      else if (scene.nowMs >= toMs) return true;
      else scene.flights.isShowing = true;
    }
  }

  /** When flights begin to be shown, if time is catching up; otherwise they are. */
  #showFromMs(toMs: number): number {
    if (this.#scene!.flights.isShowing) return Infinity;
    return Math.max(this.#scene!.nowMs, toMs - FLIGHTS_BEFORE_MS);
  }
}

/** Asks only now and then. */
function sliced(isOver: () => boolean): () => boolean {
  let events = 0;
  return () => ++events % SLICE_EVENTS === 0 && isOver();
}

/** One that names what it complains of; any other is a fault of ours. */
function isComplaint(error: unknown): error is Error {
  return (
    (error instanceof TypeError || error instanceof RangeError) && error.message.startsWith('"')
  );
}

function titleOf({ overlay, nodes, seed, k, identities }: SceneConfig): string {
  const what = overlay === 'ring' ? 'A replicated ring' : 'Mainline DHT';
  const places = identities > 1 && overlay === 'ring' ? `, ${identities} identities each` : '';
  return `${what}: ${nodes} nodes${places}, k ${k}, seed ${seed}`;
}
