/**
 * What is to befall a world, as plain data: a list of steps, each one thing at one time. A schedule
 * can be a file; the same seed chooses the same nodes, and a step added at its end changes nothing
 * for the others.
 *
 *     [{ at: '5 min', crash: { share: 0.2 } },
 *      { at: '6 min', pause: { disc: { x: 0.3, y: 0.3, radius: 0.2 }, for: '90 s' } },
 *      { at: '10 min', join: { count: 500, within: '10 s' } }]
 *
 *     crash     ends processes without a word
 *     pause     they neither hear nor act, `for` a time or until resumed
 *     resume    lets those who are paused go on
 *     restart   ends processes and begins new ones at once
 *     join      begins those who are down, spread over `within`: a flash crowd
 *     partition cuts the selected off from all others, both ways or one, `for` a time or until healed
 *     clog      stops up what the selected send, `for` a time
 *     heal      ends all partitions and clogs
 */
import { shown } from '../../core/argument.ts';
import { SeededRandom } from '../../core/random.ts';
import { type Duration, durationMs } from '../duration.ts';
import type { ClogKind } from '../network/clogs.ts';
import type { Cut } from '../network/partitions.ts';
import { SeedStream } from '../seed.ts';
import type { Rejoin } from './churn.ts';
import { type Life, State } from './life.ts';
import { checkSelection, SELECTION_KEYS, type Selection, selected } from './selection.ts';

export interface Step {
  /** Since the world began. */
  at: Duration;
  crash?: Selection;
  pause?: Selection & { for?: Duration };
  resume?: Selection;
  restart?: Selection & { rejoin?: Rejoin };
  join?: Selection & { within?: Duration; rejoin?: Rejoin };
  partition?: Selection & { cut?: Cut; for?: Duration };
  clog?: Selection & { kind?: ClogKind; for: Duration; delay?: Duration };
  heal?: true;
}

/** What a step does, and the fields that it has beside those of a selection. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  crash: [],
  pause: ['for'],
  resume: [],
  restart: ['rejoin'],
  join: ['within', 'rejoin'],
  partition: ['cut', 'for'],
  clog: ['kind', 'for', 'delay'],
  heal: [],
};

/** What the fields beside a selection may be. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  rejoin: ['memory', 'blank'],
  cut: ['both', 'out', 'in'],
  kind: ['hold', 'drop', 'delay'],
};

/** Steps of one schedule at most. */
export const STEPS_LIMIT = 10_000;

/**
 * Looks a schedule through before anything happens.
 * @throws TypeError or RangeError that names the field.
 */
export function checkSchedule(schedule: unknown, nodes: number): readonly Step[] {
  if (!Array.isArray(schedule)) {
    throw new TypeError(`"schedule" expected an array of steps, got ${shown(schedule)}`);
  }
  if (schedule.length > STEPS_LIMIT) {
    throw new RangeError(
      `"schedule" expected at most ${STEPS_LIMIT} steps, got ${schedule.length}`,
    );
  }
  for (const [i, step] of schedule.entries()) checkStep(step, `schedule[${i}]`, nodes);
  return schedule;
}

function checkStep(step: unknown, name: string, nodes: number): void {
  if (typeof step !== 'object' || step === null) {
    throw new TypeError(`"${name}" expected an object such as { at, crash }, got ${shown(step)}`);
  }
  durationMs((step as Step).at, `${name}.at`);
  const actions = Object.keys(step).filter((key) => key !== 'at');
  for (const key of actions) {
    if (!Object.hasOwn(ACTIONS, key))
      throw new TypeError(`"${name}.${key}" is nothing that a step can do`);
  }
  if (actions.length !== 1) {
    const known = Object.keys(ACTIONS).join(', ');
    throw new TypeError(`"${name}" expected one of ${known}, got ${actions.length} of them`);
  }
  const action = actions[0];
  const chosen = (step as unknown as Record<string, unknown>)[action];
  if (action === 'heal') {
    if (chosen !== true) throw new TypeError(`"${name}.heal" expected true, got ${shown(chosen)}`);
    return;
  }
  checkSelection(chosen, `${name}.${action}`, nodes);
  checkFields(chosen as Record<string, unknown>, `${name}.${action}`, ACTIONS[action]);
  const { kind, delay, for: clogMs } = chosen as Partial<NonNullable<Step['clog']>>;
  if (action === 'clog' && clogMs === undefined) durationMs(clogMs, `${name}.clog.for`);
  if (kind === 'delay' && delay === undefined) durationMs(delay, `${name}.clog.delay`);
}

/** The fields of an action that are not those of a selection. */
function checkFields(
  chosen: Record<string, unknown>,
  name: string,
  known: readonly string[],
): void {
  for (const [key, value] of Object.entries(chosen)) {
    if (SELECTION_KEYS.includes(key)) continue;
    const field = `${name}.${key}`;
    if (!known.includes(key)) throw new TypeError(`"${field}" is no field of that`);
    const choices = CHOICES[key];
    if (!choices) durationMs(value, field);
    else if (!choices.includes(value as string)) {
      throw new TypeError(`"${field}" expected ${choices.join(', ')}, got ${shown(value)}`);
    }
  }
}

/** Puts the steps of a schedule on their way. Those whose time has passed are done at once. */
export function follow(life: Life, schedule: readonly Step[]): void {
  const { world } = life;
  const subscriber = world.subscribe((index) => carryOut(life, schedule[index], index));
  for (const [index, step] of schedule.entries()) {
    const atMs = world.now - world.elapsedMs + durationMs(step.at);
    world.schedule(Math.max(world.now, atMs), subscriber, index, 0);
  }
}

/** Does one step now. `number` is its place in the schedule: its chances hang on that and the seed. */
export function carryOut(life: Life, step: Omit<Step, 'at'>, number: number): void {
  const random = new SeededRandom(life.world.seed, SeedStream.steps + number * 0x10000);
  const among = (selection: Selection, ...states: State[]): number[] =>
    choose(life, selection, random, states);
  const { crash, pause, resume, restart, join } = step;
  if (crash) for (const node of among(crash, State.up, State.paused)) life.crash(node);
  if (pause) {
    for (const node of among(pause, State.up)) {
      life.pause(node);
      if (pause.for !== undefined) life.resumeAfter(node, durationMs(pause.for));
    }
  }
  if (resume) for (const node of among(resume, State.paused)) life.resume(node);
  if (restart) {
    const nodes = among(restart, State.up, State.paused);
    for (const node of nodes) life.restart(node, restart.rejoin ?? 'memory');
  }
  if (join) {
    const withinMs = durationMs(join.within ?? 0);
    life.crowd(among(join, State.down), withinMs, join.rejoin ?? 'blank', random);
  }
  disturb(life, step, (selection) => among(selection, State.down, State.up, State.paused));
}

/** The steps that befall the network. */
function disturb(
  { world }: Life,
  { partition, clog, heal }: Omit<Step, 'at'>,
  among: (selection: Selection) => number[],
): void {
  const { network } = world;
  if (partition) {
    const number = network.partition([among(partition)], partition.cut ?? 'both');
    if (partition.for !== undefined) {
      const mend = world.subscribe(() => network.heal(number));
      world.schedule(world.now + durationMs(partition.for), mend, 0, 0);
    }
  }
  if (clog) {
    const { kind = 'hold', delay = 0 } = clog;
    const untilMs = world.now + durationMs(clog.for);
    network.clog({ kind, from: among(clog), to: null, untilMs, delayMs: durationMs(delay) });
  }
  if (heal) {
    network.heal();
    network.unclog();
  }
}

function choose(
  life: Life,
  selection: Selection,
  random: SeededRandom,
  states: readonly State[],
): number[] {
  const { world } = life;
  const isCandidate = (node: number): boolean => states.includes(life.states[node] as State);
  const placeOf = (node: number): { x: number; y: number } => world.network.placeOf(node);
  return selected(selection, world.count, isCandidate, placeOf, random);
}
