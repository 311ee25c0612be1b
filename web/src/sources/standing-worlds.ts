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
 */
import type { Command, Outcomes, SceneConfig, SceneMessage, TimedAct } from 'ringlight/scene';
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
  readonly atMs: number;
  readonly events: number;
  readonly acts: readonly TimedAct[];
  /** All that it told on its way. */
  told: SceneMessage[];
  isReady: boolean;
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
  #config: SceneConfig | null = null;
  #acts: readonly TimedAct[] = [];
  readonly #firstApart: number;
  #eventsApart: number;
  #atMs = 0;
  #askedPace = 0;
  #isBusy = false;
  #isBehind = false;
  readonly #asked = new Map<Command['do'], Command>();

  constructor(open: OpenSource, listener: SourceListener, eventsApart: number) {
    this.#open = open;
    this.#listener = listener;
    this.#firstApart = this.#eventsApart = eventsApart;
    this.#seen = { ...blank(0, 0, []), isReady: true };
    this.#seen.source = this.#openFor(this.#seen);
  }

  send(command: Command): void {
    if (command.do === 'play') this.#askedPace = command.pace;
    if (command.do === 'inspect' || command.do === 'follow') this.#asked.set(command.do, command);
    if (command.do === 'rewind') this.#goTo(command.toMs);
    else this.#seen.source?.send(command);
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
      this.#config = message.config;
      this.#eventsApart = this.#firstApart;
    } else if (message.type === 'history') {
      this.#acts = message.acts;
      this.#forget(({ acts, atMs }) => !isSame(acts, this.#pastOf(atMs)));
    }
    if (message.type === 'busy') this.#isBusy = message.done < 1;
    this.#listener.onMessage(message);
    if (message.type !== 'frame') return;
    this.#atMs = message.atMs;
    this.#mark(message.atMs, message.figures.events);
    this.#isBehind = message.playing && message.pace < BEHIND * this.#askedPace;
    this.#makeNext();
  }

  #pastOf(atMs: number): readonly TimedAct[] {
    return this.#acts.filter((timed) => timed.atMs <= atMs);
  }

  /** Far enough from the last one, another is wanted here. */
  #mark(atMs: number, events: number): void {
    const last = this.#standing.at(-1);
    const most = this.#config === null ? 0 : standingMost(this.#config);
    if (most === 0 || atMs <= (last?.atMs ?? 0)) return;
    if (events < (last?.events ?? 0) + this.#eventsApart) return;
    this.#standing.push(blank(atMs, events, this.#pastOf(atMs)));
    if (this.#standing.length <= most) return;
    const every = new Set(this.#standing.filter((_, i) => i % 2 === 0));
    this.#forget((world) => every.has(world));
    this.#eventsApart *= 2;
  }

  /** One at a time, and none while the world that is seen needs the machine. */
  #makeNext(): void {
    if (this.#isBusy || this.#isBehind) return;
    if (this.#standing.some(({ source, isReady }) => source !== null && !isReady)) return;
    const next = this.#standing.find(({ source }) => source === null);
    if (next === undefined || this.#config === null) return;
    next.source = this.#openFor(next);
    next.source.send({ do: 'begin', config: this.#config, acts: next.acts, atMs: next.atMs });
  }

  /** Of a world that runs to where it will stand. */
  #hear(world: World, message: SceneMessage): void {
    if (message.type === 'busy' || message.type === 'hello' || message.type === 'history') return;
    world.told.push(message);
    if (message.type === 'frame') world.isReady = true;
    if (world.isReady) this.#makeNext();
  }

  #goTo(toMs: number): void {
    const isNearer = ({ isReady, atMs }: World): boolean =>
      isReady && atMs <= toMs && (toMs < this.#atMs || atMs > this.#atMs);
    const world = this.#standing.findLast(isNearer);
    if (world === undefined) {
      this.#seen.source?.send({ do: 'rewind', toMs });
      return;
    }
    this.#seen.source?.close();
    const at = this.#standing.indexOf(world);
    this.#standing[at] = blank(world.atMs, world.events, world.acts);
    this.#seen = world;
    this.#isBusy = true;
    const sinceMs = this.#atMs;
    const acts = this.#acts;
    for (const message of world.told) {
      this.#show(message.type === 'outcomes' ? endedAfter(message, sinceMs) : message);
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
  return { source: null, atMs, events, acts, told: [], isReady: false };
}

function isSame(a: readonly TimedAct[], b: readonly TimedAct[]): boolean {
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
