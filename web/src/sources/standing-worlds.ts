/**
 * Worlds that stand still at moments of the past, so that going back need not begin at the beginning. A
 * world cannot be copied: its nodes are objects with functions that wait. But the same seed and acts make
 * the same world, so each of these is run once, in a worker of its own, and waits where it is.
 *
 *     the world that is seen   ├──────────────────────────────────▶ now
 *     worlds that stand        ├─────▌      ├────────────────▌       each from the beginning
 *     going back to x                  ▌──▶x                         from the one before x: it is seen from now on
 *
 * They are `EVENTS_APART` events apart; when there are too many, every other
 * one goes and they stand twice as far apart. What they weigh is bounded. What is seen is what a straight
 * run would show, for it is one.
 *
 * One more is wanted just before the newest act: undoing that is beginning the same world with the acts
 * before it, and from there it is a moment's work. That one need not run from the beginning, either: the
 * last one that stands goes on to there.
 */
import type {
  Command,
  Hello,
  Outcomes,
  SceneConfig,
  SceneMessage,
  TimedAct,
} from 'ringlight/scene';
import type { OpenSource, Source, SourceListener } from './source.ts';

/** Events from one to the next: about 0.3 s of work for a ring, less for Mainline. */
const EVENTS_APART = 25_000;
/** More than that and making them takes longer than going back without them. */
export const STANDING_MAX = 12;
/** Of all that stand: what a page may take for comfort. */
export const WEIGHT_MAX_MB = 512;
/** A worker with the lab in it, and nothing else. */
const WORKER_MB = 12;
/** Measured: ring nodes hold stores and connections, those of Mainline are rows. */
const NODE_MB = { ring: 0.15, mainline: 0.004 } as const;
/** Under that part of the pace that was asked for, the world that is seen needs the machine. */
const BEHIND = 0.8;

interface World {
  source: Source | null;
  /** Where it stands, or will. */
  atMs: number;
  events: number;
  acts: readonly TimedAct[];
  isBeforeAct: boolean;
  /** All that it told on its way. */
  told: SceneMessage[];
  /** Where it has stood last: it is there or further on; -1 while it has not yet. */
  reachedMs: number;
  isUnderWay: boolean;
}

/** How many may stand beside a world. */
export function standingMost({ nodes, overlay }: SceneConfig): number {
  return Math.min(STANDING_MAX, Math.floor(WEIGHT_MAX_MB / (WORKER_MB + nodes * NODE_MB[overlay])));
}

/** @param cores of the machine: on one alone they would only be in the way. */
export function withStandingWorlds(
  open: OpenSource,
  cores: number,
  eventsApart: number = EVENTS_APART,
): OpenSource {
  return cores < 2 ? open : (listener) => new StandingWorlds(open, listener, eventsApart);
}

class StandingWorlds implements Source {
  readonly #open: OpenSource;
  readonly #listener: SourceListener;
  #seen: World;
  /** By time. */
  #standing: World[] = [];
  #hello: Hello | null = null;
  #acts: readonly TimedAct[] = [];
  readonly #firstApart: number;
  #eventsApart: number;
  #atMs = 0;
  #events = 0;
  #askedPace = 0;
  #isBusy = false;
  #isBehind = false;
  readonly #asked = new Map<Command['do'], Command>();

  constructor(open: OpenSource, listener: SourceListener, eventsApart: number) {
    this.#open = open;
    this.#listener = listener;
    this.#firstApart = this.#eventsApart = eventsApart;
    this.#seen = blank(0, 0, []);
    this.#seen.source = this.#openFor(this.#seen);
  }

  send(command: Command): void {
    if (command.do === 'play') this.#askedPace = command.pace;
    if (command.do === 'inspect' || command.do === 'follow') this.#asked.set(command.do, command);
    if (command.do === 'rewind') this.#goTo(command.toMs);
    else if (command.do !== 'begin' || !this.#beginNear(command)) this.#seen.source?.send(command);
  }

  close(): void {
    this.#forget(() => true);
    this.#seen.source?.close();
  }

  #openFor(world: World): Source {
    return this.#open({
      onMessage: (message) => {
        if (world === this.#seen) this.#show(message);
        else this.#hear(world, message);
      },
      onLink: (link) => {
        if (world === this.#seen) this.#listener.onLink(link);
        else if (link.state === 'broken') this.#forget((one) => one === world);
      },
    });
  }

  /** Of the world that is seen. */
  #show(message: SceneMessage): void {
    if (message.type === 'hello') {
      this.#forget(() => true);
      this.#hello = message;
      this.#acts = [];
      this.#atMs = 0;
      this.#eventsApart = this.#firstApart;
    } else if (message.type === 'history') {
      this.#hearActs(message.acts);
    }
    if (message.type === 'busy') this.#isBusy = message.done < 1;
    this.#listener.onMessage(message);
    if (message.type !== 'frame') return;
    this.#atMs = message.atMs;
    this.#mark(message.atMs, message.figures.events);
    this.#isBehind = message.playing && message.pace < BEHIND * this.#askedPace;
    this.#makeNext();
  }

  #hearActs(acts: readonly TimedAct[]): void {
    const isNew = acts.length > 0 && !isSame(acts, this.#acts);
    this.#acts = acts;
    this.#forget((world) => !isSame(world.acts, pastOf(acts, world.atMs)));
    const newestMs = acts.at(-1)?.atMs ?? 0;
    // Acts that a world begins with are nobody's to undo.
    if (isNew && this.#atMs > 0 && newestMs >= this.#atMs) this.#wantBefore(newestMs);
  }

  get #most(): number {
    const config = this.#hello?.config ?? null;
    return config === null ? 0 : standingMost(config);
  }

  /** Just before an act; before the acts of one moment it is the same. */
  #wantBefore(actMs: number): void {
    const atMs = actMs - 1;
    if (this.#most === 0 || atMs <= 0) return;
    const last = this.#standing.at(-1);
    if (last?.atMs === atMs) {
      last.isBeforeAct = true;
      return;
    }
    const acts = pastOf(this.#acts, atMs);
    const wanted: World = { ...blank(atMs, this.#events, acts), isBeforeAct: true };
    const before = this.#nearest(atMs, acts);
    const isFull = this.#standing.length >= this.#most;
    this.#standing.push(wanted);
    if (isFull && before !== undefined) this.#moveOn(before, wanted);
    else this.#thin();
  }

  /** Far enough from the last one, another is wanted here. */
  #mark(atMs: number, events: number): void {
    this.#events = events;
    const last = this.#standing.at(-1);
    if (this.#most === 0 || atMs <= (last?.atMs ?? 0)) return;
    if (events < (last?.events ?? 0) + this.#eventsApart) return;
    this.#standing.push(blank(atMs, events, pastOf(this.#acts, atMs)));
    if (this.#thin()) this.#eventsApart *= 2;
  }

  get #beforeNewest(): World | undefined {
    return this.#standing.findLast(({ isBeforeAct }) => isBeforeAct);
  }

  /** Too many: every other one goes, but not the one before the newest act. */
  #thin(): boolean {
    if (this.#standing.length <= this.#most) return false;
    const kept = this.#beforeNewest;
    const every = this.#standing.filter((world, i) => i % 2 === 0 && world !== kept);
    const going = new Set(every.length > 0 ? every : this.#standing.slice(-1));
    this.#forget((world) => going.has(world));
    return true;
  }

  /** One at a time, and none while the world that is seen needs the machine. */
  #makeNext(): void {
    if (this.#isBusy || this.#isBehind) return;
    if (this.#standing.some(({ isUnderWay }) => isUnderWay)) return;
    const undone = this.#beforeNewest;
    const isUndoFirst = undone !== undefined && undone.source === null;
    const next = isUndoFirst ? undone : this.#standing.find(({ source }) => source === null);
    const config = this.#hello?.config ?? null;
    if (next === undefined || config === null) return;
    const before = isUndoFirst ? this.#nearest(next.atMs, next.acts) : undefined;
    if (before !== undefined) {
      this.#moveOn(before, next);
      return;
    }
    next.isUnderWay = true;
    next.source = this.#openFor(next);
    next.source.send({ do: 'begin', config, acts: next.acts, atMs: next.atMs });
  }

  /** A world that stands goes on to where another is wanted; a place that is still of use is taken again. */
  #moveOn(world: World, wanted: World): void {
    const left = placeOf(world);
    const hasRoom = this.#standing.length <= this.#most && !left.isBeforeAct;
    const { source, told, reachedMs } = world;
    Object.assign(world, wanted, { source, told, reachedMs, isUnderWay: true });
    this.#standing = this.#standing.flatMap((one) => {
      if (one === wanted) return [world];
      if (one !== world) return [one];
      return hasRoom ? [left] : [];
    });
    source?.send({ do: 'rewind', toMs: world.atMs, acts: world.acts });
  }

  /** Of a world that runs to where it will stand. */
  #hear(world: World, message: SceneMessage): void {
    if (message.type === 'busy' || message.type === 'hello' || message.type === 'history') return;
    // Those that were on their way where it stood before have arrived long since.
    if (message.type === 'flights')
      world.told = world.told.filter(({ type }) => type !== 'flights');
    world.told.push(message);
    if (message.type === 'frame') {
      world.reachedMs = message.atMs;
      world.isUnderWay = false;
    }
    if (!world.isUnderWay) this.#makeNext();
  }

  /** Of those that have stood before a moment of these acts, the one that came furthest. */
  #nearest(toMs: number, acts: readonly TimedAct[]): World | undefined {
    let nearest: World | undefined;
    for (const world of this.#standing) {
      const isBefore = world.reachedMs >= 0 && world.atMs <= toMs;
      if (!isBefore || !isSame(world.acts, pastOf(acts, world.atMs))) continue;
      if (nearest === undefined || world.reachedMs >= nearest.reachedMs) nearest = world;
    }
    return nearest;
  }

  #goTo(toMs: number): void {
    const world = this.#nearest(toMs, this.#acts);
    if (world === undefined || (toMs >= this.#atMs && world.reachedMs <= this.#atMs)) {
      this.#seen.source?.send({ do: 'rewind', toMs });
      return;
    }
    const toldMs = this.#atMs;
    this.#takeOver(world);
    this.#goOn(world, toMs, toldMs);
  }

  /** The same world with other acts, from one that stands before they differ; false when none does. */
  #beginNear({ config, acts, atMs }: Extract<Command, { do: 'begin' }>): boolean {
    const hello = this.#hello;
    if (hello === null || !isSame([hello.config], [config])) return false;
    const world = this.#nearest(atMs, acts);
    if (world === undefined) return false;
    this.#takeOver(world);
    const standing = this.#standing;
    const eventsApart = this.#eventsApart;
    this.#standing = [];
    this.#show({ ...hello });
    this.#standing = standing;
    this.#eventsApart = eventsApart;
    this.#show({ type: 'history', acts });
    this.#goOn(world, atMs, -1);
    return true;
  }

  /** A world that stood is seen from now on, and its place is to be taken again. */
  #takeOver(world: World): void {
    this.#seen.source?.close();
    const left = placeOf(world);
    this.#standing = this.#standing.map((one) => (one === world ? left : one));
    this.#seen = world;
    this.#isBusy = true;
  }

  /** What it told while it was not seen is told; look-ups that ended by `toldMs` were told of before. */
  #goOn(world: World, toMs: number, toldMs: number): void {
    const acts = this.#acts;
    for (const message of world.told) {
      this.#show(message.type === 'outcomes' ? endedAfter(message, toldMs) : message);
    }
    world.told = [];
    for (const command of this.#asked.values()) world.source?.send(command);
    world.source?.send({ do: 'rewind', toMs, acts });
  }

  #forget(which: (world: World) => boolean): void {
    for (const world of this.#standing) if (which(world)) world.source?.close();
    this.#standing = this.#standing.filter((world) => !which(world));
  }
}

function blank(atMs: number, events: number, acts: readonly TimedAct[]): World {
  return {
    ...{ source: null, atMs, events, acts, isBeforeAct: false },
    ...{ told: [], reachedMs: -1, isUnderWay: false },
  };
}

/** The same place, with nobody there. */
function placeOf({ atMs, events, acts, isBeforeAct }: World): World {
  return { ...blank(atMs, events, acts), isBeforeAct };
}

function pastOf(acts: readonly TimedAct[], atMs: number): readonly TimedAct[] {
  return acts.filter((timed) => timed.atMs <= atMs);
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}

/** Look-ups that ended by `sinceMs` were told of already, or are void. */
function endedAfter(outcomes: Outcomes, sinceMs: number): Outcomes {
  const isNew = (_: number, i: number): boolean => outcomes.endedMs[i] > sinceMs;
  return {
    type: 'outcomes',
    endedMs: outcomes.endedMs.filter(isNew),
    durationsMs: outcomes.durationsMs.filter(isNew),
    hops: outcomes.hops.filter(isNew),
    messages: outcomes.messages.filter(isNew),
    results: outcomes.results.filter(isNew),
  };
}
