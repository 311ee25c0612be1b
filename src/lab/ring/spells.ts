/**
 * Spells: from a disturbance to the next time that the ring is whole, with the worst that went on meanwhile
 * and who was gone. What may be asked of a ring depends on nothing else (history-judge.ts).
 *
 *     disturbances      crash 4   join 9                          cut
 *     whole         ✓                        ✓            ✓               ✓
 *     spells            ╞═ crash, 4 gone ════╡                    ╞═ cut ═╡
 */
import type { History, Whole } from './history.ts';

/** What goes on: the worst of a spell. */
export const Grade = { planned: 1, crash: 2, cut: 3 } as const;
export type Grade = (typeof Grade)[keyof typeof Grade];

export interface Gone {
  atMs: number;
  /** When its disk was back in a whole ring; Infinity for never. */
  backMs: number;
  /** With its disk. */
  readonly isLost: boolean;
}

/** From a disturbance to the next time that the ring was whole. */
export interface Spell {
  readonly fromMs: number;
  untilMs: number;
  grade: Grade;
  readonly gone: Gone[];
  /** When somebody began to leave. */
  readonly leavesMs: number[];
}

const GRADES: Readonly<Record<string, Grade>> = {
  join: Grade.planned,
  leave: Grade.planned,
  crash: Grade.crash,
  loss: Grade.crash,
  pause: Grade.crash,
  restart: Grade.crash,
  resume: Grade.cut,
  cut: Grade.cut,
  mend: Grade.cut,
};

export function spellsOf(disturbances: History['disturbances'], wholes: readonly Whole[]): Spell[] {
  const spells: Spell[] = [];
  const away = new Map<number, Gone>();
  const sorted = [...disturbances].sort((a, b) => a.atMs - b.atMs);
  let next = 0;
  for (const { kind, atMs, node } of sorted) {
    while (wholes[next] !== undefined && wholes[next].atMs <= atMs) next++;
    const untilMs = wholes[next]?.atMs ?? Infinity;
    let spell = spells.at(-1);
    if (spell === undefined || spell.untilMs <= atMs) {
      spell = { fromMs: atMs, untilMs, grade: Grade.planned, gone: [], leavesMs: [] };
      spells.push(spell);
    }
    spell.untilMs = untilMs;
    if (GRADES[kind] > spell.grade) spell.grade = GRADES[kind];
    if (kind === 'leave') spell.leavesMs.push(atMs);
    if (kind === 'crash' || kind === 'loss' || kind === 'pause') {
      const gone = { atMs, backMs: Infinity, isLost: kind === 'loss' };
      spell.gone.push(gone);
      if (kind !== 'loss') away.set(node, gone);
    } else if (kind === 'restart' || kind === 'resume') {
      const gone = away.get(node);
      if (gone) gone.backMs = untilMs;
      away.delete(node);
    }
  }
  return spells;
}

/** From when until when a process stood still together with its clock. */
export interface Timeless {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** In the order in which they began; one that dies so does not go on. */
export function timelessOf(disturbances: History['disturbances']): Timeless[] {
  const pauses = disturbances.filter(({ isTimeless }) => isTimeless);
  return pauses
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, node }) => {
      const next = disturbances.find((its) => its.node === node && its.atMs > atMs);
      return { fromMs: atMs, untilMs: next?.kind === 'resume' ? next.atMs : atMs };
    });
}
