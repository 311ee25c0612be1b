/**
 * Adversaries in a world: each band enters when its time comes, its nodes join by protocol through honest
 * ones and behave as its kind does, and when its time is over all of them are gone without a word.
 *
 *     began ── fromMs ─▶ enlisted, joined, answering ── every so often ─▶ deeds ── toMs ─▶ crashed
 *
 * A node of theirs is the product's own, with other settings: it keeps to nobody's rules, hands out lies
 * where its kind does, and everything else about it is as it should be.
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES, randomId } from '../../core/id.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import { copied } from '../../mainline/krpc/reading.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Settings } from '../../mainline/state.ts';
import { durationMs } from '../duration.ts';
import type { MainlineOverlay } from '../mainline/mainline-overlay.ts';
import { sybilHandler } from '../mainline/sybils.ts';
import { SeedStream } from '../seed.ts';
import { START_MS } from '../world-state.ts';
import type { Band } from './adversary.ts';
import { fieldOf } from './conduct.ts';
import { type Habit, habitOf, type Means, POISON } from './deeds.ts';
import { forge } from './forgery.ts';
import { capturing, echoing, inventing, misleading, sampling, silent } from './lies.ts';

/** Numbers of adversaries' calls begin here, where no program's do: they count from 1. */
const CALLS_FROM = 0x80000000;

/** Whatever they do they do without the bounds of honest nodes. */
const UNBOUND: NodeChoices = {
  ...{ readOnly: false, inbound: false, outbound: false },
  ...{ onePerIp: false, onePerNetwork: false, secureIds: false },
};

/** A band as it stands in its world. */
export interface Actors {
  readonly band: Band;
  readonly nodes: readonly number[];
  isThere: boolean;
  /** Datagrams and bytes that were sent under a false name or past a node. */
  forged: number;
  forgedBytes: number;
}

/** Hears of bands that have come, and of those that are gone. */
export interface CastWatcher {
  entered(nodes: readonly number[]): void;
  left(nodes: readonly number[]): void;
}

export class Cast {
  readonly actors: readonly Actors[];
  readonly #overlay: MainlineOverlay;
  readonly #honest: number;
  readonly #habits: (Habit | null)[] = [];
  readonly #turns: number[] = [];
  readonly #randoms: SeededRandom[];
  readonly #tokens = new Map<number, (token: Uint8Array) => void>();
  readonly #acting: number;
  readonly #watcher: CastWatcher | null;
  #calls = CALLS_FROM;

  /** The world has a place for each node of `bands` behind its honest ones. */
  constructor(
    overlay: MainlineOverlay,
    bands: readonly Band[],
    honest: number,
    watcher: CastWatcher | null = null,
  ) {
    const { world } = overlay;
    this.#watcher = watcher;
    this.#overlay = overlay;
    this.#honest = honest;
    this.actors = bands.map((band) => ({
      ...{ band, isThere: false, forged: 0, forgedBytes: 0 },
      nodes: Array.from({ length: band.count }, (_, i) => band.first + i),
    }));
    this.#randoms = bands.map((_, i) => new SeededRandom(world.seed, SeedStream.adversaries + i));
    const entering = world.subscribe((index) => this.#enter(index));
    const leaving = world.subscribe((index) => this.#leave(index));
    this.#acting = world.subscribe((index) => this.#act(index));
    for (const [i, { fromMs, toMs }] of bands.entries()) {
      world.schedule(START_MS + fromMs, entering, i, 0);
      if (toMs !== Infinity) world.schedule(START_MS + toMs, leaving, i, 0);
    }
  }

  /** An answer to a call of this number; true when it was one of theirs. */
  onAnswer(call: number, { bytes, tokenStart, tokenLength }: Message): boolean {
    if (call < CALLS_FROM) return false;
    const then = this.#tokens.get(call);
    this.#tokens.delete(call);
    if (then && tokenStart > 0) then(copied(bytes, tokenStart, tokenStart + tokenLength));
    return true;
  }

  /** Nobody answered; true when the call was one of theirs. */
  onSilence(call: number): boolean {
    return call >= CALLS_FROM && (this.#tokens.delete(call) || true);
  }

  #enter(index: number): void {
    const overlay = this.#overlay;
    const { world } = overlay;
    const actors = this.actors[index];
    const { band, nodes } = actors;
    actors.isThere = true;
    const settingsOf = this.#settingsOf(index);
    for (const node of nodes) {
      overlay.enlist(node, null, settingsOf(node));
      overlay.restart(node, this.#doors(index), false);
    }
    if (band.model.kind === 'delayers') {
      const delayMs = durationMs(band.model.by);
      const untilMs = START_MS + band.toMs;
      world.network.clog({ kind: 'delay', from: nodes, to: null, delayMs, untilMs });
    }
    this.#watcher?.entered(nodes);
    this.#habits[index] = habitOf(this.#meansOf(index));
    this.#turns[index] = 0;
    this.#act(index);
  }

  #leave(index: number): void {
    const actors = this.actors[index];
    actors.isThere = false;
    for (const node of actors.nodes) this.#overlay.crash(node);
    this.#watcher?.left(actors.nodes);
  }

  #act(index: number): void {
    const { isThere, nodes } = this.actors[index];
    const habit = this.#habits[index];
    if (!isThere || !habit) return;
    for (let i = 0; i < habit.times; i++) {
      const turn = this.#turns[index]++;
      habit.deed(nodes[turn % nodes.length], turn);
    }
    const { world } = this.#overlay;
    world.schedule(world.now + habit.everyMs, this.#acting, index, 0);
  }

  /** Somebody honest who is there: whoever joins finds one in the end. */
  #doors(index: number): Address[] {
    const { world } = this.#overlay;
    for (let i = 0; i < DRAWS; i++) {
      const node = randomBelow(this.#randoms[index], this.#honest);
      if (world.alive[node] === 1) return [this.#overlay.addressOf(node)];
    }
    return [];
  }

  /** What each of a group is like: all the same, but for ids that change. */
  #settingsOf(index: number): (node: number) => Settings {
    const { model } = this.actors[index].band;
    if (model.kind === 'changing-ids') {
      return (node) => settingsFrom({ ...UNBOUND, identity: this.#changing(index, node) });
    }
    const settings = this.#settingsOfAll(index, model.kind === 'liars' ? model.about : model.kind);
    return () => settings;
  }

  #settingsOfAll(index: number, kind: string): Settings {
    const { nodes } = this.actors[index];
    const random = this.#randoms[index];
    switch (kind) {
      case 'sybils':
      case 'nodes':
        return {
          ...settingsFrom(UNBOUND),
          handler: sybilHandler(nodes.map((other) => other + 1)),
        };
      case 'shown-ids': {
        const friends = nodes.map((other) => ({
          id: this.#idOf(other),
          address: this.#overlay.addressOf(other),
        }));
        return settingsFrom({ ...UNBOUND, onQuery: capturing(friends, random) });
      }
      case 'mirrors':
        return settingsFrom({ ...UNBOUND, onQuery: echoing });
      case 'droppers':
        return settingsFrom({ ...UNBOUND, onQuery: silent });
      case 'addresses':
        return settingsFrom({ ...UNBOUND, onQuery: misleading(random) });
      case 'values':
        return settingsFrom({ ...UNBOUND, onQuery: inventing(random) });
      case 'samples':
        return settingsFrom({ ...UNBOUND, onQuery: sampling(random) });
      case 'index-poison':
        return settingsFrom({ ...UNBOUND, readOnly: true });
      default:
        return settingsFrom(UNBOUND);
    }
  }

  /** An id of its own until the first period is over, then another one in each. */
  #changing(index: number, node: number): () => Uint8Array {
    const { world } = this.#overlay;
    const everyMs = durationMs(fieldOf(this.actors[index].band.model, 'every'));
    const sinceMs = world.now;
    let period = 0;
    let id = this.#idOf(node);
    return () => {
      const periodNow = Math.floor((world.now - sinceMs) / everyMs);
      if (periodNow !== period) {
        period = periodNow;
        id = randomId(this.#randoms[index]);
      }
      return id;
    };
  }

  #idOf(node: number): Uint8Array {
    const start = (node + 1) * CONTACT_BYTES;
    return this.#overlay.contactBytes.slice(start, start + ID_BYTES);
  }

  #meansOf(index: number): Means {
    const overlay = this.#overlay;
    const { world } = overlay;
    const actors = this.actors[index];
    const random = this.#randoms[index];
    const ask = (actor: number, to: Address, method: Method, target: Uint8Array, call: number) => {
      const wasSent = overlay.node(actor).ask(world.now, to, method, target, call);
      world.arm(actor);
      return wasSent;
    };
    return {
      ...{ overlay, random, band: actors.band, honest: this.#honest },
      idOf: (node) => this.#idOf(node),
      forge(actor, from, to, bytes) {
        actors.forged++;
        actors.forgedBytes += bytes.length;
        forge(world, actor, from, to, bytes);
      },
      token: (actor, to, method, target, then) => {
        const call = this.#calls++;
        this.#tokens.set(call, then);
        if (!ask(actor, to, method, target, call)) this.#tokens.delete(call);
      },
      announce(actor, infoHash) {
        overlay.node(actor).lookup(world.now, POISON.kind, infoHash, 0, POISON.errand);
        world.arm(actor);
      },
      speak: (actor, to) => {
        ask(actor, to, Method.findNode, randomId(random), this.#calls++);
      },
    };
  }
}

/** Tries to find somebody honest who is up. */
const DRAWS = 64;
