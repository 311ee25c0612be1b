/**
 * What the page does with its scenes: one, or two side by side that began with the same seed. Commands
 * go through here, for three of them mean more than they say:
 *
 * - time is common: both scenes play, pause, step and go back together;
 * - an act after a rewind cuts off what was done later, and that is said, with a way back;
 * - looking at a node, a lookup or a message asks the sources for it.
 */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Act, Command, Hello, SceneConfig } from 'ringlight/scene';
import type { LinkState, OpenSource, Source } from '../sources/source.ts';
import { Arrivals } from './arrivals.ts';
import { type Begun, hasBegun, withAct } from './begun.ts';
import { Branches } from './branches.ts';
import { askAgain, lookAtSelected } from './looking.ts';
import { ALL_MESSAGES } from './message-filter.ts';
import { actsThatFit, type Moment, momentOf, pastOf } from './moment.ts';
import { SceneModel } from './scene-model.ts';
import { Scrubber } from './scrubber.ts';
import type { Selection, ViewState } from './view-state.ts';
import { actText, clockText, countText } from './words.ts';

/** Virtual ms per second of the viewer. The opening scene shows messages on their way: slowly. */
export const PACES: readonly number[] = [
  10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 60_000, 600_000,
];

export const FIRST_PACE = 100;

/** Of two scenes that play, the one ahead waits for the other from so much of the viewer's time on. */
const AHEAD_MS_MAX = 150;

/** What changes nothing in a scene. */
const LOOKING: ReadonlySet<Command['do']> = new Set(['inspect', 'explain', 'follow']);

/** The timeline is never shorter than this. */
const SHORTEST_HORIZON_MS = 10_000;

export interface ScenePane {
  readonly name: 'A' | 'B';
  readonly model: SceneModel;
  readonly link: Signal<LinkState>;
}

interface OpenPane extends ScenePane {
  source: Source | null;
  /** Where it was last told to begin, for as long as it is not there. */
  begun: Begun | null;
  close: () => void;
}

/** Something to say, maybe with a button: to undo it, or to go on. */
export interface Notice {
  text: string;
  offer: { label: string; take: () => void } | null;
  /** It is true only until time goes on. */
  isOfStillTime?: boolean;
}

export class Session {
  readonly view: ViewState;
  readonly panes: Signal<readonly ScenePane[]> = signal([]);
  readonly notice: Signal<Notice | null> = signal(null);
  readonly paceAsked: Signal<number> = signal(FIRST_PACE);
  /** The latest moment that was seen: where the scrub bar ends. */
  readonly horizonMs: Signal<number> = signal(SHORTEST_HORIZON_MS);
  /** Where the scrub bar begins: recordings of live nodes do not begin at 0. */
  readonly startMs: Signal<number> = signal(0);
  readonly playing: ReadonlySignal<boolean> = computed(() =>
    this.panes.value.some((pane) => pane.model.playing.value),
  );

  #panes: OpenPane[] = [];
  #open: OpenSource | null = null;
  #stopLooking: () => void;
  /** Of two scenes that play, the one that was ahead and waits. */
  #waiting: OpenPane | null = null;
  /** Where time stands still by itself, in all scenes at the same moment. */
  #untilMs = Infinity;
  /** What can be undone and done again, and the futures that were left. */
  readonly branches: Branches = new Branches({
    moments: () => this.#panes.flatMap((pane) => this.#momentIn(pane) ?? []),
    begin: (moments) => {
      if (moments.length !== this.#panes.length) this.stand(moments.length > 1 ? 2 : 1);
      for (const [i, moment] of moments.entries()) this.#beginIn(this.#panes[i], moment, false);
    },
    say: (notice) => {
      this.notice.value = notice;
    },
  });
  readonly #arrivals: Arrivals;
  readonly #scrubber = new Scrubber((toMs) => this.rewind(toMs));

  constructor(view: ViewState) {
    this.view = view;
    this.#arrivals = new Arrivals(view, (text) => this.#say(text));
    this.#stopLooking = lookAtSelected(view, (command) => this.#toAll(command));
  }

  /** The first scene: panels and timeline speak of it where there are two. */
  get main(): ScenePane | null {
    return this.#panes[0] ?? null;
  }

  /** Leaves what was shown before. `open` is used once more for the second of two scenes. */
  show(open: OpenSource): void {
    this.close();
    this.#open = open;
    batch(() => {
      this.#forgetSelection();
      this.#addPane('A');
    });
  }

  close(): void {
    for (const pane of this.#panes) pane.close();
    this.#panes = [];
    this.#scrubber.stop();
    this.#waiting = null;
    this.panes.value = [];
    this.branches.clear();
    this.notice.value = null;
    this.horizonMs.value = SHORTEST_HORIZON_MS;
    this.startMs.value = 0;
    this.view.layout.value = 'one';
    this.view.pane.value = 'both';
  }

  /** Ends for good: nothing is asked for any more. */
  dispose(): void {
    this.close();
    this.#stopLooking();
  }

  /**
   * `beside`: where two scenes stand, the second begins with this configuration and the same acts.
   * `untilMs`: where both stand still by themselves.
   */
  begin(
    moment: Moment,
    play: boolean,
    select: Selection = {},
    beside: SceneConfig | null = null,
    untilMs = Infinity,
  ): void {
    this.#untilMs = untilMs;
    this.branches.clear();
    batch(() => {
      this.#forgetSelection();
      this.select(select);
      this.notice.value = null;
      this.horizonMs.value = Math.max(SHORTEST_HORIZON_MS, moment.atMs);
    });
    for (const pane of this.#chosen()) {
      const config = pane.name === 'B' && beside !== null ? beside : moment.config;
      this.#beginIn(pane, { ...moment, config }, play);
    }
  }

  /** Keys by name, and lookups, are selected as soon as they are there. */
  select({ node, key, keyName, lookup, newestLookup, view, tab, ...more }: Selection): void {
    if (more.compared !== undefined) this.view.comparedNode.value = more.compared;
    if (more.belief !== undefined) this.view.showsBelief.value = more.belief;
    if (node !== undefined) this.view.selectedNode.value = node;
    if (key !== undefined) this.view.selectedKey.value = key;
    if (lookup !== undefined) this.view.selectedLookup.value = lookup;
    if (view !== undefined) this.view.viewKind.value = view;
    if (tab !== undefined) this.view.tab.value = tab;
    if (newestLookup) this.#arrivals.expectLookup();
    if (more.someKey) this.#arrivals.expectSomeKey();
    if (keyName !== undefined) this.#arrivals.expectKey(keyName, this.main?.model);
  }

  /** Where the main scene is: null when it has no world of the lab. */
  get moment(): Moment | null {
    const [first] = this.#panes;
    return first === undefined ? null : this.#momentIn(first);
  }

  /** Another world with the same seed, and what was done so far done again. */
  change(part: Partial<SceneConfig>): void {
    this.branches.remember();
    for (const pane of this.#chosen()) {
      const moment = momentOf(pane.model);
      if (!moment) continue;
      const acts = moment.acts.filter((timed) => timed.atMs <= moment.atMs);
      const config = { ...moment.config, ...part };
      this.#beginIn(
        pane,
        { config, acts: actsThatFit(acts, config), atMs: moment.atMs },
        this.playing.value,
      );
    }
    const seed = part.seed === undefined ? 'the same seed' : `seed ${part.seed}`;
    this.#say(`A new run with ${seed}, brought to the same moment.`);
  }

  /** One scene, or two beside each other, both in reach of the hands. The second is still empty. */
  stand(count: 1 | 2): void {
    batch(() => {
      while (this.#panes.length > count) this.#panes.pop()!.close();
      if (this.#panes.length < count) this.#addPane('B');
      this.panes.value = [...this.#panes];
      this.view.layout.value = count === 2 ? 'two' : 'one';
      this.view.pane.value = 'both';
    });
  }

  /** A second scene beside the first, from the same seed with the same acts; or back to one. */
  compare(): void {
    if (this.#panes.length > 1) {
      this.stand(1);
      return;
    }
    const moment = this.moment;
    if (!moment) return;
    this.pause();
    this.stand(2);
    this.#beginIn(this.#panes[1], { ...moment, acts: pastOf(moment) }, false);
    this.view.pane.value = 1;
    this.#say('B is the same world once more. Change something in it, then play both.');
  }

  /** From a stage or a panel: an act reaches the scenes that hands reach, the rest its own scene. */
  sender(pane: ScenePane): (command: Command) => void {
    return (command) => {
      if (command.do === 'act') this.act(command.act);
      else (pane as OpenPane).source?.send(command);
    };
  }

  act(act: Act): void {
    const cut = this.#futureCut();
    this.branches.remember();
    this.#arrivals.expectOf(act);
    for (const pane of this.#chosen()) {
      if (pane.begun) pane.begun = withAct(pane.begun, act);
      pane.source?.send({ do: 'act', act });
    }
    if (cut) {
      this.branches.leave(cut);
      this.horizonMs.value = Math.max(SHORTEST_HORIZON_MS, cut.atMs);
      const dropped = countText(cut.acts.length - pastOf(cut).length, 'later act');
      this.notice.value = {
        text: `A new branch from ${clockText(cut.atMs)}: ${dropped} undone.`,
        offer: { label: 'Undo', take: () => this.branches.undo() },
      };
    } else if (this.main?.model.hello.value?.origin !== 'live') {
      // Live nodes may refuse; what has come of it is seen on the stream.
      const text = actText(act);
      const isStill = !this.playing.value;
      const still = isStill ? ' Time stands still: play to see what follows.' : '';
      this.#say(`${text.charAt(0).toUpperCase()}${text.slice(1)}.${still}`, isStill);
    }
  }

  unlock(token: string | null): void {
    for (const pane of this.#panes) pane.source?.unlock?.(token);
  }

  play(): void {
    // Past a moment that was waited for, there is nothing to wait for.
    if ((this.main?.model.atMs ?? 0) >= this.#untilMs) this.#untilMs = Infinity;
    if (this.notice.peek()?.isOfStillTime) this.notice.value = null;
    this.#toAll(this.#playing);
  }

  /** The same, and pauses by itself at a moment of virtual time, to the millisecond. */
  playUntil(untilMs: number): void {
    this.#untilMs = untilMs;
    this.#toAll(this.#playing);
  }

  get #playing(): Command {
    const play = { do: 'play', pace: this.paceAsked.peek() } as const;
    return this.#untilMs === Infinity ? play : { ...play, untilMs: this.#untilMs };
  }

  pause(): void {
    this.#toAll({ do: 'pause' });
    this.#align();
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play();
  }

  setPace(pace: number): void {
    this.paceAsked.value = pace;
    if (this.playing.value) this.play();
  }

  stepMessage(): void {
    this.#toAll({ do: 'step', by: 'message', count: 1 });
  }

  stepMs(count: number): void {
    const atMs = this.main?.model.atMs ?? 0;
    if (count < 0) this.rewind(Math.max(this.startMs.value, atMs + count));
    else this.#toAll({ do: 'step', by: 'ms', count });
  }

  toStart(): void {
    this.rewind(this.startMs.value);
  }

  rewind(toMs: number): void {
    this.view.selectedFlight.value = 0; // messages have other numbers there
    for (const pane of this.#panes) {
      const moment = this.#momentIn(pane);
      if (moment && pane.begun) pane.begun = { ...pane.begun, moment: { ...moment, atMs: toMs } };
    }
    this.#toAll({ do: 'rewind', toMs });
  }

  /** The same while the bar is dragged. */
  scrub(toMs: number): void {
    const model = this.main?.model;
    if (model) this.#scrubber.scrub(model, toMs);
  }

  /** Two runs at the same pace drift apart when one has more to do: the one behind catches up. */
  #align(): void {
    if (this.#panes.length < 2) return;
    const [a, b] = this.#panes.map((pane) => pane.model.atMs) as [number, number];
    const behind = this.#panes[a < b ? 0 : 1];
    const count = Math.round(Math.abs(a - b));
    if (count > 0) behind.source?.send({ do: 'step', by: 'ms', count });
  }

  /** While both play, neither gets far ahead: what one sees side by side happens at the same time. */
  #keepAbreast(): () => void {
    return effect(() => {
      for (const pane of this.#panes) pane.model.tick.value;
      const [a, b] = this.#panes;
      if (!a || !b) return;
      const aheadMs = a.model.atMs - b.model.atMs;
      const mostMs = (this.paceAsked.peek() * AHEAD_MS_MAX) / 1000;
      const waiting = this.#waiting;
      if (waiting) {
        const isAhead = waiting === a ? aheadMs > 0 : aheadMs < 0;
        if (isAhead) return;
        this.#waiting = null;
        waiting.source?.send(this.#playing);
      } else if (a.model.playing.peek() && b.model.playing.peek() && Math.abs(aheadMs) > mostMs) {
        this.#waiting = aheadMs > 0 ? a : b;
        this.#waiting.source?.send({ do: 'pause' });
      }
    });
  }

  #beginIn(pane: OpenPane, { config, acts, atMs }: Moment, play: boolean): void {
    this.#waiting = null;
    pane.begun = { moment: { config, acts, atMs }, instead: pane.model.hello.peek() };
    pane.source?.send({ do: 'begin', config, acts, atMs });
    if (play) pane.source?.send(this.#playing);
    const node = this.view.selectedNode.value;
    if (node >= 0) pane.source?.send({ do: 'inspect', node });
  }

  #toAll(command: Command): void {
    if (!LOOKING.has(command.do)) this.#waiting = null;
    for (const pane of this.#panes) pane.source?.send(command);
  }

  /** Where a scene is, or will be as soon as it has begun. */
  #momentIn(pane: OpenPane): Moment | null {
    if (pane.begun && hasBegun(pane.begun, pane.model)) pane.begun = null;
    return pane.begun?.moment ?? momentOf(pane.model);
  }

  #chosen(): OpenPane[] {
    const chosen = this.view.pane.value;
    return this.#panes.filter(
      (_, i) => chosen === 'both' || chosen === i || this.#panes.length < 2,
    );
  }

  #addPane(name: 'A' | 'B'): OpenPane {
    const model = new SceneModel();
    const link = signal<LinkState>({ state: 'opening' });
    const stops = [this.#watchHorizon(model)];
    if (name === 'A') stops.push(this.#arrivals.watch(model));
    const pane: OpenPane = {
      name,
      model,
      link,
      source: null,
      begun: null,
      close: () => {
        for (const stop of stops) stop();
        pane.source?.close();
      },
    };
    pane.source = this.#open!({
      onMessage: (message) => model.apply(message),
      onLink: (state) => {
        link.value = state;
        if (state.state === 'open') askAgain(this.view, (command) => pane.source?.send(command));
      },
    });
    this.#panes.push(pane);
    this.panes.value = [...this.#panes];
    if (this.#panes.length === 2) stops.push(this.#keepAbreast());
    return pane;
  }

  #watchHorizon(model: SceneModel): () => void {
    let begun: Hello | null = null;
    return effect(() => {
      model.tick.value;
      const hello = model.hello.value;
      if (hello === null || hello.origin === 'live') return;
      // A recording is first shown at its beginning; nothing has a time before its first frame.
      if (hello !== begun && model.figures.last !== null) {
        begun = hello;
        this.startMs.value = hello.origin === 'recording' ? model.atMs : 0;
      }
      if (hello.endMs !== null) this.horizonMs.value = hello.endMs;
      else if (model.atMs > this.horizonMs.peek()) this.horizonMs.value = model.atMs;
    });
  }

  /** Where we are, if something was done later that an act would undo. */
  #futureCut(): Moment | null {
    const moment = this.moment;
    return moment && pastOf(moment).length < moment.acts.length ? moment : null;
  }

  #forgetSelection(): void {
    this.view.selectedNode.value = -1;
    this.view.hoveredNode.value = -1;
    this.view.selectedKey.value = null;
    this.view.selectedLookup.value = 0;
    this.view.selectedFlight.value = 0;
    this.view.messageFilter.value = ALL_MESSAGES;
    this.view.comparedNode.value = -1;
    this.view.showsBelief.value = false;
    this.view.lookupStep.value = -1;
    this.#arrivals.forget();
  }

  #say(text: string, isOfStillTime = false): void {
    this.notice.value = { text, offer: null, isOfStillTime };
  }
}
