/**
 * Playing a recording: the same commands and messages as a simulation's, but time is all that hands can
 * move. A moment is reached from the last whole update before it.
 *
 *     recording   hello places UPDATE update update … UPDATE update update …      UPDATE: whole
 *     rewind to t                                  └───────▶ t                 those in between, at once
 *     play                                                   t ──▶ as time passes
 *
 * Messages are read from their lines each time that they are told, so nobody can spoil them.
 */

import { explainMainline } from '../explain/mainline.ts';
import { explainRing } from '../explain/ring.ts';
import { ringContext } from '../explain/ring-messages.ts';
import type { Command } from '../protocol/commands.ts';
import type { Flights, Hello, LookupView, SceneMessage, Update } from '../protocol/messages.ts';
import { messageOfLine, type Recording } from './recording.ts';

/** Flights that were sent earlier than this before a moment that is jumped to are not told. */
const FLIGHTS_BEFORE_MS = 2000;
/** Lookups of before a jump that are told again. */
const LOOKUPS_TOLD = 50;
/** Messages that are due at once: more of them are jumped over. */
const LEAP_MESSAGES = 5000;
const PACE_MAX = 86_400_000;

export class Playback {
  readonly #emit: (message: SceneMessage) => void;
  readonly #recording: Recording;
  readonly #endMs: number;
  /** The next message that was not told. */
  #next = 0;
  #dueMs = 0;
  /** Where time stands still by itself. */
  #untilMs = Infinity;
  #isPlaying = false;
  #pace = 1000;
  #isFresh = false;
  /** Where to jump in the next `work`. */
  #jumpMs: number | null = null;
  #inspected = -1;
  readonly #hasNodes: boolean;
  readonly #hasBytes: boolean;
  #overlay: Hello['overlay'] = 'ring';
  /** What was told last: it is told again when only playing or pace changed. */
  #lastUpdate: Update | null = null;

  /** @param emit hears what there is to see; it must not give commands. */
  constructor(recording: Recording, emit: (message: SceneMessage) => void) {
    this.#recording = recording;
    this.#emit = emit;
    this.#endMs = recording.timesMs.reduce((most, ms) => Math.max(most, ms), 0);
    this.#hasNodes = recording.types.includes('node');
    this.#hasBytes = recording.lines.some(
      (line, i) => recording.types[i] === 'flights' && line.includes('"data":{"u8"'),
    );
    this.#dueMs = recording.timesMs[0] ?? 0;
    const first = recording.isWhole.indexOf(1);
    this.#jumpMs = recording.timesMs[first] ?? 0;
    this.#isFresh = true;
  }

  get isWorking(): boolean {
    return this.#jumpMs !== null;
  }

  get isPlaying(): boolean {
    return this.#isPlaying && this.#jumpMs === null;
  }

  get nowMs(): number {
    return this.#dueMs;
  }

  get endMs(): number {
    return this.#endMs;
  }

  /** Never throws for what a view may send: what cannot be done is told. */
  command(command: Command): void {
    this.#isFresh = true;
    switch (command.do) {
      case 'play':
        if (!(command.pace >= 0 && command.pace <= PACE_MAX)) {
          return this.#complain(`"pace" expected a number in 0..${PACE_MAX}, got ${command.pace}`);
        }
        this.#pace = command.pace;
        this.#isPlaying = true;
        this.#untilMs = command.untilMs ?? Infinity;
        // Pressed at the end, it begins anew.
        if (this.#dueMs >= this.#endMs) this.#jumpMs = this.#beginMs;
        return;
      case 'pause':
        this.#isPlaying = false;
        return;
      case 'rewind':
        this.#isPlaying = false;
        if (!Number.isFinite(command.toMs)) return this.#complain('"toMs" expected a number');
        this.#jumpMs = Math.min(Math.max(command.toMs, this.#beginMs), this.#endMs);
        return;
      case 'step':
        return this.#step(command.by, command.count);
      case 'inspect':
        this.#inspected = command.node;
        if (command.node >= 0 && !this.#hasNodes) {
          this.#complain('this recording does not show what its nodes know');
        }
        return;
      case 'follow':
        return;
      case 'explain':
        return this.#explain(command.flight);
      default:
        return this.#complain('a recording cannot be changed: begin a simulation instead');
    }
  }

  /** Jumps, if a jump is under way. It is done at once. */
  work(_isOver: () => boolean): void {
    const toMs = this.#jumpMs;
    if (toMs === null) return;
    this.#jumpMs = null;
    this.#jump(toMs);
  }

  /** Lets so many ms of the viewer's pass. */
  advance(elapsedMs: number, _isOver: () => boolean): void {
    if (!this.isPlaying || !(elapsedMs > 0)) return;
    const lastMs = Math.min(this.#untilMs, this.#endMs);
    this.#dueMs = Math.min(
      this.#dueMs + (elapsedMs * this.#pace) / 1000,
      Math.max(this.#dueMs, lastMs),
    );
    if (this.#dueMs < lastMs) return;
    this.#isPlaying = false;
    this.#isFresh = true;
  }

  /** Tells what has become due; after a command, that time runs or stands. */
  show(): void {
    if (this.isWorking) return;
    const { timesMs } = this.#recording;
    let end = this.#next;
    while (end < timesMs.length && timesMs[end] <= this.#dueMs) end++;
    // What is far away is reached by its whole update, not by everything in between.
    if (end - this.#next > LEAP_MESSAGES && this.#wholeBefore(this.#dueMs) > this.#next) {
      this.#jump(this.#dueMs);
    } else {
      for (; this.#next < end; this.#next++) this.#tell(this.#next);
    }
    if (this.#isFresh && this.#lastUpdate) this.#emit(nothingNew(this.#lastUpdate, this.#running));
    this.#isFresh = false;
  }

  get #beginMs(): number {
    return this.#recording.timesMs[this.#recording.isWhole.indexOf(1)] ?? 0;
  }

  get #running(): { playing: boolean; pace: number } {
    return { playing: this.#isPlaying, pace: this.#isPlaying ? this.#pace : 0 };
  }

  #step(by: 'message' | 'ms', count: number): void {
    this.#isPlaying = false;
    const steps = Math.max(1, Math.floor(count) || 1);
    if (by === 'ms') {
      this.#dueMs = Math.min(this.#dueMs + steps, this.#endMs);
      return;
    }
    const { timesMs, types } = this.#recording;
    let at = this.#next;
    for (let left = steps; left > 0 && at < timesMs.length; at++) {
      if (types[at] === 'flights') left--;
      this.#dueMs = Math.max(this.#dueMs, timesMs[at]);
    }
  }

  #explain(flight: number): void {
    const bytes = this.#bytesOf(flight);
    if (bytes === undefined) {
      return this.#complain('this recording does not have the bytes of that message');
    }
    const isRing = this.#overlay === 'ring';
    const { kind, root } = isRing
      ? explainRing(bytes, ringContext(bytes, 0, bytes.length))
      : explainMainline(bytes);
    this.#emit({ type: 'explanation', flight, kind, bytes, root });
  }

  /** Of a message that was told of, the newest by that number. */
  #bytesOf(flight: number): Uint8Array | undefined {
    const { lines, types } = this.#recording;
    const name = `"id":${flight},`;
    for (let i = this.#next - 1; i >= 0; i--) {
      if (types[i] !== 'flights' || !lines[i].includes(name)) continue;
      const { flights } = messageOfLine(lines[i]) as Flights;
      const found = flights.find(({ id }) => id === flight);
      if (found !== undefined) return found.data;
    }
    return undefined;
  }

  #complain(message: string): void {
    this.#emit({ type: 'trouble', message });
  }

  // Telling.

  #tell(index: number): void {
    const message = messageOfLine(this.#recording.lines[index]);
    if (message.type === 'hello') {
      this.#emit(this.#helloOf(message));
      // After the hello, with which all that was said before is forgotten.
      if (this.#recording.trouble !== null) this.#complain(this.#recording.trouble);
      return;
    }
    if (message.type === 'node' && message.node !== this.#inspected) return;
    if (message.type !== 'frame') return this.#emit(message);
    const update = { ...message, ...this.#running };
    this.#lastUpdate = update;
    this.#isFresh = false;
    this.#emit(update);
  }

  #helloOf(hello: Hello): Hello {
    this.#overlay = hello.overlay;
    const abilities: Hello['abilities'][number][] = ['time', 'rewind'];
    if (this.#hasNodes) abilities.push('inspect');
    if (this.#hasBytes) abilities.push('explain');
    return { ...hello, origin: 'recording', abilities, endMs: this.#endMs };
  }

  // Jumping.

  /** The last whole update at or before a moment; the first, where there is none. */
  #wholeBefore(atMs: number): number {
    const { isWhole, timesMs } = this.#recording;
    let found = isWhole.indexOf(1);
    for (let i = found + 1; i < isWhole.length; i++) {
      if (isWhole[i] === 1 && timesMs[i] <= atMs) found = i;
    }
    return found;
  }

  #jump(toMs: number): void {
    const { timesMs, types } = this.#recording;
    const start = this.#wholeBefore(toMs);
    const hello = types.lastIndexOf('hello', start);
    if (this.#next === 0 || types.lastIndexOf('hello', this.#next - 1) !== hello) this.#tell(hello);
    for (let i = hello + 1; i < start; i++) {
      if (types[i] === 'places' || types[i] === 'history') this.#tell(i);
    }
    this.#tell(start);
    this.#tellLookups(hello, start);
    let at = start + 1;
    for (; at < types.length && timesMs[at] <= toMs; at++) {
      const isOld = types[at] === 'flights' && timesMs[at] < toMs - FLIGHTS_BEFORE_MS;
      if (!isOld) this.#tell(at);
    }
    this.#next = at;
    this.#dueMs = toMs;
  }

  /** How the latest lookups stood at a whole update. */
  #tellLookups(from: number, to: number): void {
    const latest = new Map<number, LookupView>();
    for (let i = to - 1; i > from && latest.size < LOOKUPS_TOLD; i--) {
      if (this.#recording.types[i] !== 'lookup') continue;
      const view = messageOfLine(this.#recording.lines[i]) as LookupView;
      if (!latest.has(view.id)) latest.set(view.id, view);
    }
    for (const view of [...latest.values()].reverse()) this.#emit(view);
  }
}

/** A update that says no more than whether time is running. */
function nothingNew(update: Update, running: { playing: boolean; pace: number }): Update {
  return {
    ...update,
    ...running,
    whole: false,
    nodes: new Uint32Array(0),
    states: new Uint8Array(0),
    places: new Uint32Array(0),
    successors: new Int32Array(0),
    safeties: new Uint8Array(0),
    sybils: new Uint32Array(0),
    sides: null,
    keys: [],
    loads: null,
  };
}
