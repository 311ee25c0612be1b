/**
 * Running nodes as a scene. It looks at them four times a second, and only while somebody looks at
 * it; what has changed goes to all onlookers as updates.
 *
 *     nodes ◀─ look ─ adapter ──▶ Picture ── news ──▶ onlooker, onlooker …
 *       └── taps (messages) ────▶ FlightSample ──────▶
 *     inspect, follow, explain ◀── one onlooker          act ◀── who has the control token
 *
 * Looking never takes more than a twentieth of the time: with many nodes it is done less often.
 */

import type { RingService } from '../../ring.ts';
import type {
  Ability,
  Act,
  Command,
  Explanation,
  Hello,
  KeyView,
  LookupView,
  NodeView,
  SceneMessage,
  SceneOverlay,
} from '../../scene.ts';
import { outcomesOf, SCENE_VERSION } from '../../scene.ts';
import type { FlightSample } from './flights.ts';
import { hashOf } from './names.ts';
import { Picture } from './picture.ts';

/** Between two looks, and between two flushes of messages. */
const LOOK_MS = 250;
const FLUSH_MS = 100;
/** A look may take this part of the time between looks. */
const LOOK_SHARE = 20;
/** A node that is looked into is told of so often. */
const VIEW_MS = 500;
/** Lookups remembered for those who come later. */
export const LOOKUPS_KEPT = 50;

/** Somebody who looks on. `tell` must not block: whoever is slow drops what he cannot take. */
export interface Onlooker {
  tell(message: SceneMessage): void;
}

/** A command that was not carried out, told in one line. */
export class CommandRefused extends Error {
  override name = 'CommandRefused';
  readonly code: 'UNKNOWN' | 'IMPOSSIBLE' | 'FAILED';

  constructor(code: 'UNKNOWN' | 'IMPOSSIBLE' | 'FAILED', message: string) {
    super(message);
    this.code = code;
  }
}

export interface LiveSceneOptions {
  /** Names it in paths: lower-case letters, digits, hyphens. */
  name: string;
  title: string;
}

interface Interest {
  inspected: number;
  followed: readonly number[];
}

export abstract class LiveScene {
  readonly name: string;
  readonly title: string;
  abstract readonly overlay: SceneOverlay;
  /** Backups asked for, or the size of a bucket. */
  abstract readonly k: number;
  /** Can its nodes be acted on, by who has the token? */
  abstract readonly hasHands: boolean;
  /** There is a token: whoever has it may use its hands. The server says so. */
  isControlled = false;
  protected picture: Picture = new Picture();
  protected abstract readonly flights: FlightSample;
  protected readonly messages: Tally = new Tally();
  /** What names were typed, by their hashes. */
  protected readonly names: Map<string, string> = new Map();
  /** Lookups that ended, and those of them that failed. */
  protected readonly ended = { all: 0, failed: 0 };
  readonly #onlookers = new Map<Onlooker, Interest>();
  readonly #lookups = new Map<number, LookupView>();
  #lastLookup = 0;
  #timers: NodeJS.Timeout[] = [];
  #lookedAtMs = 0;
  #isClosed = false;

  constructor({ name, title }: LiveSceneOptions) {
    if (!/^[a-z0-9-]{1,40}$/.test(name)) {
      throw new TypeError(`"name" expected letters, digits and hyphens, got ${name}`);
    }
    this.name = name;
    this.title = title;
  }

  /** Puts everything there is to see into the picture. */
  protected abstract look(): void;
  /** A node as it is now, null when nobody can look into it. */
  protected abstract viewOf(node: number): NodeView | null;
  protected abstract explain(flight: number, bytes: Uint8Array): Explanation | null;
  /** Does it, and says in one line what came of it. @throws CommandRefused. */
  protected abstract act(act: Act): Promise<string>;
  /** Can its nodes be crashed, restarted, added to? */
  protected get reachesNodes(): boolean {
    return false;
  }
  /** Somebody begins to look on, nobody does any more. */
  protected begin(): void {}
  protected end(): void {}
  /** A new picture begins: numbers of nodes and places mean nothing any more. */
  protected abstract forget(): void;
  /** Fetches what `look` cannot see at once; true when there is more to see now. */
  protected async prepare(): Promise<boolean> {
    return false;
  }

  /** The ring that is shown, asked through one of its members; null where there is none. @throws DhtError. */
  async ring(): Promise<RingService | null> {
    return null;
  }

  /** Does it keep chat rooms? */
  protected get keepsRooms(): boolean {
    return false;
  }

  /** Names whose hashes are shown by name. */
  learn(names: readonly string[]): void {
    for (const name of names) this.keyOf(name);
  }

  /** What a name is hashed to, remembered. */
  protected keyOf(name: string): string {
    const key = hashOf(name);
    if (name !== key) this.names.set(key, name);
    return key;
  }

  get abilities(): readonly Ability[] {
    const abilities: Ability[] = ['inspect', 'explain'];
    if (this.keepsRooms) abilities.push('rooms');
    if (!this.hasHands || !this.isControlled) return abilities;
    return [...abilities, 'act', ...(this.reachesNodes ? (['nodes'] as const) : [])];
  }

  get nodeCount(): number {
    return this.picture.nodeCount;
  }

  hello(): Hello {
    return {
      type: 'hello',
      version: SCENE_VERSION,
      overlay: this.overlay,
      origin: 'live',
      title: this.title,
      config: null,
      abilities: this.abilities,
      k: this.k,
      endMs: null,
    };
  }

  /** Everything as it is now: hello, places, a whole update, the last lookups. */
  async opening(): Promise<SceneMessage[]> {
    await this.#refresh();
    return [this.hello(), ...this.picture.whole(Date.now()), ...this.#lookups.values()];
  }

  async node(node: number): Promise<NodeView | null> {
    await this.#refresh();
    return this.#viewOf(node);
  }

  async keys(): Promise<KeyView[]> {
    await this.#refresh();
    return [...this.picture.keys];
  }

  lookups(): LookupView[] {
    return [...this.#lookups.values()];
  }

  /** All that happens from now on goes to `onlooker`. @returns how to stop it. */
  watch(onlooker: Onlooker): () => void {
    if (this.#isClosed) return () => {};
    this.#onlookers.set(onlooker, { inspected: -1, followed: [] });
    if (this.#onlookers.size === 1) this.#start();
    return () => {
      if (this.#onlookers.delete(onlooker) && this.#onlookers.size === 0) this.#stop();
      this.#follow();
    };
  }

  /** What an onlooker asks for himself. @throws CommandRefused for what a live scene cannot do. */
  ask(onlooker: Onlooker, command: Command): void {
    const interest = this.#onlookers.get(onlooker);
    if (interest === undefined) return;
    switch (command.do) {
      case 'inspect': {
        interest.inspected = command.node;
        const view = command.node < 0 ? null : this.#viewOf(command.node);
        if (view !== null) onlooker.tell(view);
        else if (command.node >= 0) throw unknownNode(command.node);
        return;
      }
      case 'follow':
        interest.followed = command.nodes;
        return this.#follow();
      case 'explain': {
        const bytes = this.flights.bytesOf(command.flight);
        const explanation = bytes === undefined ? null : this.explain(command.flight, bytes);
        if (explanation === null) {
          throw new CommandRefused('UNKNOWN', `message ${command.flight} is not kept any more`);
        }
        return onlooker.tell(explanation);
      }
      case 'act':
        throw new CommandRefused('IMPOSSIBLE', 'acts are posted, with the control token');
      default:
        throw new CommandRefused('IMPOSSIBLE', `live nodes know no "${command.do}": time is real`);
    }
  }

  /** Carries an act out, and says in one line what came of it. @throws CommandRefused. */
  async perform(act: Act): Promise<string> {
    if (!this.hasHands) {
      throw new CommandRefused('IMPOSSIBLE', `nothing can be done to "${this.name}" from here`);
    }
    if ('nodes' in act && act.nodes.length === 0) {
      throw new CommandRefused('IMPOSSIBLE', `"${act.kind}" needs a node to befall`);
    }
    await this.#refresh();
    const said = await this.act(act);
    this.lookNow();
    return said;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#onlookers.size > 0) this.#stop();
    this.#onlookers.clear();
  }

  /** Numbers for lookups, counting up from 1. */
  protected nextLookup(): number {
    return ++this.#lastLookup;
  }

  /** A lookup has begun or moved on. */
  protected tellLookup(view: LookupView): void {
    this.#lookups.delete(view.id);
    this.#lookups.set(view.id, view);
    for (const old of this.#lookups.keys()) {
      if (this.#lookups.size <= LOOKUPS_KEPT) break;
      this.#lookups.delete(old);
    }
    this.broadcast(view);
  }

  /** A lookup has ended: it is counted, and told for statistics. */
  protected conclude(view: LookupView, hops: number): void {
    const { startedMs, state, steps } = view;
    const endedMs = view.endedMs ?? Date.now();
    const result = state === 'failed' ? 0 : 1;
    this.ended.all++;
    if (result === 0) this.ended.failed++;
    const durationMs = endedMs - startedMs;
    this.broadcast(outcomesOf([{ endedMs, durationMs, hops, messages: steps.length, result }]));
  }

  protected broadcast(message: SceneMessage): void {
    for (const onlooker of this.#onlookers.keys()) onlooker.tell(message);
  }

  protected get isWatched(): boolean {
    return this.#onlookers.size > 0;
  }

  /** Looks out of turn, when something is known to have happened. */
  protected lookNow(): void {
    if (this.#isClosed) return;
    this.look();
    this.#lookedAtMs = performance.now();
    const nowMs = Date.now();
    if (this.picture.isFull) this.#turnThePage(nowMs);
    else for (const message of this.picture.news(nowMs)) this.broadcast(message);
  }

  #viewOf(node: number): NodeView | null {
    return node < this.picture.nodeCount ? this.viewOf(node) : null;
  }

  /** Too many have come and gone: a new picture begins, with those who are there. */
  #turnThePage(nowMs: number): void {
    this.picture = new Picture();
    this.forget();
    this.look();
    this.picture.news(nowMs);
    for (const message of [this.hello(), ...this.picture.whole(nowMs)]) this.broadcast(message);
  }

  #start(): void {
    this.begin();
    this.#lookAndGoOn();
    this.#timers.push(
      setInterval(() => this.#flush(), FLUSH_MS),
      setInterval(() => this.#tellViews(), VIEW_MS),
    );
  }

  #stop(): void {
    clearTimeout(this.#lookTimer);
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.end();
    this.flights.flush();
  }

  #lookTimer: NodeJS.Timeout | undefined;

  #lookAndGoOn(): void {
    const beganAtMs = performance.now();
    this.lookNow();
    const tookMs = performance.now() - beganAtMs;
    this.#lookTimer = setTimeout(() => this.#lookAndGoOn(), Math.max(LOOK_MS, tookMs * LOOK_SHARE));
  }

  #flush(): void {
    const told = this.flights.flush();
    if (told !== null) this.broadcast(told);
  }

  #tellViews(): void {
    for (const [onlooker, { inspected }] of this.#onlookers) {
      if (inspected < 0) continue;
      const view = this.#viewOf(inspected);
      if (view !== null) onlooker.tell(view);
    }
  }

  #follow(): void {
    const all = [...this.#onlookers.values()].flatMap(({ followed }) => followed);
    this.flights.follow(new Set(all));
  }

  /** For those who ask once, or have just come. */
  async #refresh(): Promise<void> {
    if (this.#isClosed) return;
    const hasNews = await this.prepare();
    if (hasNews || performance.now() - this.#lookedAtMs >= LOOK_MS) this.lookNow();
  }
}

/** Counters of processes that come and go, as one that only grows. */
export class Tally {
  sum = 0;
  readonly #last = new Map<string, number>();

  /** What the counter of a process says now; one that has begun anew counts from 0. */
  count(name: string, value: number): void {
    const last = this.#last.get(name) ?? 0;
    this.sum += value < last ? value : value - last;
    this.#last.set(name, value);
  }
}

function unknownNode(node: number): CommandRefused {
  return new CommandRefused('UNKNOWN', `there is no node ${node} to look into`);
}
