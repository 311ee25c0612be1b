/**
 * Windows: how a part runs beside the others. What is sent from the next event of all on arrives nowhere
 * sooner than the shortest way takes; so long all parts can run without hearing of each other.
 *
 *     part 0   ──●───────●──│──●────────────│──          ● events    │ mail is exchanged
 *     part 1   ─────●───────│──────●──●─────│──
 *              └── window ──┘
 *
 * A part says when its next event falls and is told when that of all does; how word and mail pass
 * between parts is its driver's. Where windows end changes nothing in what happens.
 */
import type { Part } from './part.ts';

/** What one part says, and, all together, what it hears: the soonest event, the outcomes added up. */
export interface Word {
  nextMs: number;
  /** Calls of programs that have ended, and nobody was told yet. */
  outcomes: number;
}

/** A world of which a part lives here. */
export interface Windowed {
  readonly part: Part | null;
  readonly wheel: { readonly nextMs: number };
  readonly network: { readonly leastMs: number };
  run(untilMs: number): void;
}

/**
 * Runs until `untilMs`, or until nothing is left to happen. Before it goes on after a yield the mail of all
 * others has to be in its wheel.
 * @param outcomes how many there are here
 * @param stops after the millisecond in which anything ends, anywhere
 */
export function* windows(
  world: Windowed,
  untilMs: number,
  outcomes: () => number = () => 0,
  stops = false,
): Generator<Word, void, Word> {
  const { wheel, part } = world;
  for (;;) {
    const nextMs = Math.min(wheel.nextMs, part?.firstMailMs ?? Infinity);
    const all = yield { nextMs, outcomes: outcomes() };
    if (stops && all.outcomes > 0) return;
    if (all.nextMs > untilMs || all.nextMs === Infinity) break;
    const lengthMs = stops ? 1 : world.network.leastMs;
    world.run(Math.min(all.nextMs + lengthMs - 1, untilMs));
  }
  if (untilMs !== Infinity) world.run(untilMs); // time passes where nothing happens, too
}
