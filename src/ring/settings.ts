/**
 * How a ring node behaves: what a program may choose, with the reason for each default. Times are
 * milliseconds. Limits that are nobody's choice stand where they are enforced.
 */
import { shown, wholeNumber } from '../core/argument.ts';
import { CLASS_COMMANDS, type ClassCommands } from './dialects/terms.ts';
import { WIRES, type Wire } from './dialects/wire.ts';

/** How many durable copies a write waits for, or a read compares. */
export const LEVELS = ['one', 'quorum', 'all'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * How a node keeps its neighbours. `correct` is ours; the others are there to be compared with it:
 * `chord-2001` is the stabilisation of the first Chord paper, `class-2019` that of the course.
 */
export const POLICIES = ['correct', 'chord-2001', 'class-2019'] as const;
export type Policy = (typeof POLICIES)[number];

export interface RingSettings {
  /** Backups of each record, on the nearest predecessors of its owner. */
  k: number;
  /** The class dialect of the ring. */
  wire: Wire;
  /**
   * What class programs may ask: all that their dialect knows; lookups only, by which one finds out what
   * it speaks; or nothing but to go over to frames, where a secret is asked for.
   */
  classCommands: ClassCommands;
  /** False: be a class program among others, without frames, kept connections and backups. */
  frames: boolean;
  policy: Policy;
  /**
   * Owners act under titles, which a majority of electors has accepted, where there are backups. Class
   * programs know no titles: a ring that lets them in goes without (`openRing` with `wire`). Of members one by
   * one it cannot be chosen.
   */
  titles: boolean;
  /** Processes in a list of successors or predecessors, at least K + 2; 0: K + 3. */
  successors: number;
  /** Bytes of a value at most. */
  valueBytesMax: number;
  /** Two processes with the same label share a fate; '' goes by IP, and on loopback by nothing. */
  hostLabel: string;
  /** How often neighbours are asked how they are. The promise of K crashes holds per this and repair. */
  pulseMs: number;
  /** A silence of this length is a failed pulse. */
  pulseTimeoutMs: number;
  /** A TCP connection takes no longer (research §5.7). */
  connectTimeoutMs: number;
  /** A reply takes no longer. */
  replyTimeoutMs: number;
  /** A whole command of a program, all hops and retries included. */
  callTimeoutMs: number;
  /** A hand-over in which nothing moves for so long is broken off. */
  bulkIdleMs: number;
  /** A connection that nobody used for so long is closed; its peer is a finger, not a neighbour. */
  idleMs: number;
  /** How often each copy of an arc is compared with the owner's, when nothing happens. */
  repairMs: number;
  /** Bytes that repair may move per second, so that it leaves room for everybody else. */
  repairBytesPerSecond: number;
  /** How often a node looks itself up through somebody else; 0: never. */
  selfTestMs: number;
  /** How often one finger is looked up; 0: never. */
  fingerMs: number;
  /** How long a delete is remembered. Whoever was away for longer must not bring old data along. */
  tombstoneMs: number;
  /** Bytes of the last changes, kept for those who follow them; 0: none are. `openRing` keeps 8 MiB. */
  historyBytes: number;
  /** Streams that others may hold open to us at a time. */
  acceptedMax: number;
}

export const RING_DEFAULTS: RingSettings = {
  k: 0,
  wire: 'seed',
  classCommands: 'all',
  frames: true,
  policy: 'correct',
  titles: true,
  successors: 0,
  valueBytesMax: 64 * 1024 * 1024,
  hostLabel: '',
  pulseMs: 1000,
  pulseTimeoutMs: 2000,
  connectTimeoutMs: 2000,
  replyTimeoutMs: 5000,
  callTimeoutMs: 20_000,
  bulkIdleMs: 10_000,
  idleMs: 60_000,
  repairMs: 10_000,
  repairBytesPerSecond: 64 * 1024 * 1024,
  selfTestMs: 10_000,
  fingerMs: 5_000,
  tombstoneMs: 7 * 24 * 3_600_000,
  historyBytes: 0,
  acceptedMax: 10_000,
};

/** Backups at most: beyond it a list of neighbours no longer fits a frame's bounds. */
export const K_MAX = 16;
/** The largest value that a frame can carry: its length is 32 bits, and one ArrayBuffer holds it. */
export const VALUE_BYTES_MAX: number = 1024 * 1024 * 1024;
const DAY_MS = 24 * 3_600_000;

/** `[least, most]` of each number that a program may choose. */
const RANGES: { readonly [name in keyof RingSettings]?: readonly [number, number] } = {
  k: [0, K_MAX],
  successors: [0, 2 * K_MAX],
  valueBytesMax: [0, VALUE_BYTES_MAX],
  pulseMs: [10, DAY_MS],
  pulseTimeoutMs: [10, DAY_MS],
  connectTimeoutMs: [10, DAY_MS],
  replyTimeoutMs: [10, DAY_MS],
  callTimeoutMs: [10, DAY_MS],
  bulkIdleMs: [10, DAY_MS],
  idleMs: [10, DAY_MS],
  repairMs: [10, DAY_MS],
  repairBytesPerSecond: [1024, 2 ** 40],
  selfTestMs: [0, DAY_MS],
  fingerMs: [0, DAY_MS],
  tombstoneMs: [1000, 3650 * DAY_MS],
  historyBytes: [0, 2 ** 32],
  acceptedMax: [1, 1_000_000],
};

/** Defaults with `chosen` in their place. @throws TypeError or RangeError that names what is wrong. */
export function ringSettings(chosen: Partial<RingSettings> = {}): RingSettings {
  const settings: RingSettings = { ...RING_DEFAULTS };
  for (const [name, value] of Object.entries(chosen)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(RING_DEFAULTS, name)) {
      throw new TypeError(`"${name}" is no setting of a ring node`);
    }
    Object.assign(settings, { [name]: value });
  }
  for (const [name, range] of Object.entries(RANGES)) {
    wholeNumber(settings[name as keyof RingSettings], name, range[0], range[1]);
  }
  oneOf(settings.wire, 'wire', WIRES);
  oneOf(settings.classCommands, 'classCommands', CLASS_COMMANDS);
  oneOf(settings.policy, 'policy', POLICIES);
  for (const name of ['frames', 'titles'] as const) {
    const value: unknown = settings[name];
    if (typeof value === 'boolean') continue;
    throw new TypeError(`"${name}" expected true or false, got ${shown(value)}`);
  }
  if (typeof settings.hostLabel !== 'string') {
    throw new TypeError(`"hostLabel" expected a text, got ${shown(settings.hostLabel)}`);
  }
  if (settings.successors !== 0 && settings.successors < settings.k + 2) {
    throw new RangeError(`"successors" expected k + 2 at least, got ${settings.successors}`);
  }
  return settings;
}

function oneOf(value: unknown, name: string, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return;
  throw new TypeError(`"${name}" expected ${choices.join(' | ')}, got ${shown(value)}`);
}
