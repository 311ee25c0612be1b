/**
 * A history: what programs asked of a ring and what they were told, and what befell the ring meanwhile,
 * all in virtual time. It is what a checker needs (history-judge.ts), and as JSON lines it can be given
 * to others.
 *
 *     operations     ├── insert a=1 ──┤ acknowledged, 7        ├─ get a ─┤ 1, 7
 *                         ├── remove b ──── unknown
 *     disturbances                        crash 4    join 9
 *     whole          ✓         ✓         ✓                             ✓
 *     spells         ──────── calm ───────┤═══════ turmoil ════════════├──── calm
 *
 * An operation is *acknowledged*; or it *failed*, and then it certainly did not happen; or it is
 * *unknown*: it may have happened, or yet happen. One whose program died waiting is unknown as well.
 *
 * The ring is *whole* when every arc has its one owner, all lists are right and all copies agree.
 * Somebody who sees everything looks for that once a second and notes it. From a disturbance to the
 * next time that the ring is whole is a spell of turmoil, and that is the *repair interval* of all
 * promises: measured, not assumed.
 */
import type { OutcomeCode } from '../../ring/outcome.ts';
import type { Level } from '../../ring/settings.ts';

export type OperationKind = 'insert' | 'remove' | 'get' | 'exists';
export type Ending = 'acknowledged' | 'failed' | 'unknown';

export interface Operation {
  readonly id: number;
  readonly kind: OperationKind;
  readonly level: Level;
  readonly key: string;
  /** Through which node it was asked. */
  readonly node: number;
  readonly beganMs: number;
  /** Of a write: its program waits no longer than this, and after that it is not begun. 0: for as long as calls last. */
  readonly lifeMs: number;
  /** Infinity while it goes on, and when nobody was there any more to hear the end. */
  endedMs: number;
  ending: Ending;
  code: OutcomeCode | 'pending' | 'abandoned';
  /** insert: what was written; get: what was read. */
  value: string | null;
  /** There is such a key, or was one. */
  found: boolean;
  /** 32 hexadecimal digits, ordered as the versions are. */
  version: string | null;
  /** Durable copies when a write was acknowledged. */
  copies: number;
  /** Somebody was asked who did not answer: a write may have been sent more than once. */
  isRepeated: boolean;
}

export type DisturbanceKind =
  /** In good order: asked for, and again when it is done. */
  | 'join'
  | 'leave'
  /** A process is gone; its disk is not. */
  | 'crash'
  /** A process is gone with its disk. */
  | 'loss'
  /** It stands still, and neither hears nor acts. */
  | 'pause'
  /** A new process on the disk of the one that crashed. */
  | 'restart'
  /** One that stood still goes on, as if no time had passed. */
  | 'resume'
  /** Somebody is cut off from somebody, or that is over. */
  | 'cut'
  | 'mend';

export interface Disturbance {
  readonly kind: DisturbanceKind;
  readonly atMs: number;
  /** -1 where it is about more than one. */
  readonly node: number;
  /** Of a pause: its clock stands still, too. */
  readonly isTimeless?: true;
}

/** The ring was whole, with so many copies of everything. */
export interface Whole {
  readonly atMs: number;
  readonly copies: number;
}

/** Codes after which a write certainly did not happen (ring/outcome.ts). */
const NEVER: ReadonlySet<string> = new Set<OutcomeCode>([
  'not-a-member',
  'unreachable',
  'too-large',
  'busy',
  'not-supported',
  'not-permitted',
  'unavailable',
  'member-lives',
  'no-such-member',
  'too-many-hops',
]);

export function endingOf(code: OutcomeCode): Ending {
  if (code === 'ok') return 'acknowledged';
  return NEVER.has(code) ? 'failed' : 'unknown';
}

export interface Begun {
  kind: OperationKind;
  level: Level;
  key: string;
  node: number;
  /** insert: no two writes of a history have the same. */
  value?: string;
  lifeMs?: number;
}

export interface Ended {
  code: OutcomeCode;
  found: boolean;
  value?: string | null;
  version?: string | null;
  copies?: number;
  silent?: number;
}

export class History {
  readonly operations: Operation[] = [];
  readonly disturbances: Disturbance[] = [];
  readonly wholes: Whole[] = [];
  /**
   * Copies that there should be, where owners remember that and refuse with fewer; 0: as many as there
   * can be.
   */
  wanted = 0;

  /** Its number, by which it ends. */
  begin(atMs: number, { kind, level, key, node, value, lifeMs = 0 }: Begun): number {
    const id = this.operations.length;
    this.operations.push({
      ...{ id, kind, level, key, node, value: value ?? null, beganMs: atMs, endedMs: Infinity },
      ...{ ending: 'unknown', code: 'pending', found: false, version: null, copies: 0 },
      ...{ isRepeated: false, lifeMs },
    });
    return id;
  }

  end(id: number, atMs: number, ended: Ended): void {
    const { code, found, value, version = null, copies = 0, silent = 0 } = ended;
    const operation = this.operations[id];
    operation.endedMs = atMs;
    operation.ending = endingOf(code);
    operation.code = code;
    operation.found = found;
    operation.version = version;
    operation.copies = copies;
    operation.isRepeated = silent > 0;
    if (operation.kind === 'get') operation.value = value ?? null;
  }

  /** Whoever waited at this node is gone. */
  abandon(node: number): void {
    for (const operation of this.operations) {
      if (operation.node === node && operation.code === 'pending') operation.code = 'abandoned';
    }
  }

  disturb(atMs: number, kind: DisturbanceKind, node = -1, isTimeless = false): void {
    this.disturbances.push({ kind, atMs, node, ...(isTimeless && { isTimeless }) });
  }

  whole(atMs: number, copies: number): void {
    this.wholes.push({ atMs, copies });
  }

  /** One JSON object a line, in the order of time: `type` is operation, disturbance or whole. */
  toLines(): string[] {
    const all: { atMs: number; line: string }[] = [];
    for (const { endedMs, ...operation } of this.operations) {
      const ended = endedMs === Infinity ? null : endedMs;
      const line = JSON.stringify({ type: 'operation', ...operation, endedMs: ended });
      all.push({ atMs: operation.beganMs, line });
    }
    for (const what of this.disturbances) {
      all.push({ atMs: what.atMs, line: JSON.stringify({ type: 'disturbance', ...what }) });
    }
    for (const what of this.wholes) {
      all.push({ atMs: what.atMs, line: JSON.stringify({ type: 'whole', ...what }) });
    }
    return all.sort((a, b) => a.atMs - b.atMs).map(({ line }) => line);
  }

  /** The history of such lines. @throws RangeError that names the line. */
  static fromLines(lines: readonly string[]): History {
    const history = new History();
    for (const [i, line] of lines.entries()) {
      const { type, ...fields } = parsed(line, i);
      if (type === 'operation') {
        const operation = fields as unknown as Operation & { endedMs: number | null };
        history.operations.push({ ...operation, endedMs: operation.endedMs ?? Infinity });
      } else if (type === 'disturbance') {
        history.disturbances.push(fields as unknown as Disturbance);
      } else if (type === 'whole') {
        history.wholes.push(fields as unknown as Whole);
      } else {
        throw new RangeError(`line ${i + 1} expected a type that histories have`);
      }
    }
    history.operations.sort((a, b) => a.id - b.id);
    return history;
  }
}

function parsed(line: string, index: number): { type?: unknown } & Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    throw new RangeError(`line ${index + 1} expected one JSON object`);
  }
}
