/**
 * What all streams of a process that speak a class dialect have in common: which dialect it is, how
 * long a value may be, the room for values that are on their way, and the counters.
 */
import type { Allowance } from './allowance.ts';
import type { Command, Wire } from './wire.ts';
import type { WireCounters } from './wire-counters.ts';

/** How much of a dialect is served. */
export const CLASS_COMMANDS = ['all', 'lookups', 'none'] as const;
export type ClassCommands = (typeof CLASS_COMMANDS)[number];

const LOOKUPS: readonly Command[] = ['owner', 'pulse', 'version'];

/** Is a command served? `VER` always is: it is no class program that says it. */
export function isServed(served: ClassCommands, command: Command): boolean {
  if (served === 'all') return true;
  return served === 'none' ? command === 'version' : LOOKUPS.includes(command);
}

export interface Terms {
  readonly served: ClassCommands;
  readonly wire: Wire;
  /** No value is longer, in or out. */
  readonly valueBytesMax: number;
  /** Room for values that are on their way, of all streams together. */
  readonly memory: Allowance;
  readonly counters: WireCounters;
}
