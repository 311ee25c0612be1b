/**
 * What a view may ask of a source, and what hands may do to a world: they come out of links, files and
 * requests, and are looked through before anything is made of them.
 */
import * as z from 'zod/mini';
import { churnChoice, latencyChoice, lookupRate, lossShare, SceneConfig } from './config.ts';
import {
  ACTS_LENGTH_MAX,
  ACTS_MAX,
  ADDED_MAX,
  MOMENT_MS_MAX,
  NAME_LENGTH_MAX,
  NODE_MAX,
  PACE_MAX,
  STEPS_MAX,
  VALUE_LENGTH_MAX,
} from './limits.ts';
import {
  addressFamily,
  byKind,
  flag,
  integerIn,
  list,
  numberIn,
  oneOf,
  read,
  shape,
  strict,
  textIn,
} from './shape.ts';

const node = integerIn(0, NODE_MAX);
const nodes = list(node, NODE_MAX + 1);
const count = integerIn(1, ADDED_MAX);
const name = textIn(1, NAME_LENGTH_MAX);
const from = z.exactOptional(node);
/** Over which network, of nodes that have addresses in both; otherwise by the key. */
const family = z.exactOptional(addressFamily);
const moment = numberIn(0, MOMENT_MS_MAX);

/** What hands can do to a world. Node numbers; names are hashed, 40 hexadecimal digits taken as they are. */
export const Act = byKind('kind', [
  strict({ kind: z.enum(['crash', 'pause', 'resume', 'leave']), nodes }),
  strict({ kind: z.literal('restart'), nodes, memory: flag }),
  strict({ kind: z.literal('add'), count }),
  /** `nodes` on one side, all others on the other; `oneWay`: only what those send is lost. */
  strict({ kind: z.literal('partition'), nodes, oneWay: flag }),
  strict({ kind: z.literal('heal') }),
  strict({
    kind: z.literal('network'),
    loss: z.exactOptional(lossShare),
    latencyMs: z.exactOptional(latencyChoice),
  }),
  strict({ kind: z.literal('churn'), churn: churnChoice }),
  strict({ kind: z.literal('workload'), lookupsPerSecond: lookupRate }),
  strict({
    kind: z.literal('put'),
    name,
    value: textIn(0, VALUE_LENGTH_MAX),
    from,
    family,
    level: z.exactOptional(oneOf('one', 'quorum', 'all')),
  }),
  strict({ kind: z.enum(['get', 'remove', 'lookup']), name, from, family }),
  /** So many identities of an attacker's choice, closest to the name. */
  strict({ kind: z.literal('sybils'), name, count }),
]);
export type Act = z.infer<typeof Act>;

const timedAct = strict({ atMs: integerIn(0, MOMENT_MS_MAX), act: Act });
export type TimedAct = z.infer<typeof timedAct>;

const actsError = `names and values of at most ${ACTS_LENGTH_MAX} characters in all`;

/** Acts that are done, or were, in the order of their times. */
export const Acts: z.ZodMiniType<readonly TimedAct[]> = list(timedAct, ACTS_MAX).check(
  z.refine((acts) => typedLength(acts) <= ACTS_LENGTH_MAX, { error: actsError }),
  z.overwrite((acts) => [...acts].sort((a, b) => a.atMs - b.atMs)),
);

/** Characters of the names and values of these acts. */
export function typedLength(acts: readonly TimedAct[]): number {
  let length = 0;
  for (const { act } of acts) {
    if ('name' in act) length += act.name.length;
    if (act.kind === 'put') length += act.value.length;
  }
  return length;
}

/** What a view asks of a source. */
export const Command = byKind('do', [
  /** A new world; acts of the past befall it at their times, and it runs to `atMs` at once. */
  shape({ do: z.literal('begin'), config: SceneConfig, acts: Acts, atMs: moment }),
  /** `pace`: virtual ms per second of the viewer's. It pauses by itself, just at `untilMs`. */
  shape({
    do: z.literal('play'),
    pace: numberIn(0, PACE_MAX),
    untilMs: z.exactOptional(moment),
  }),
  shape({ do: z.literal('pause') }),
  /** `message`: to the next datagram or piece of a stream that arrives. */
  shape({ do: z.literal('step'), by: oneOf('message', 'ms'), count: numberIn(0, STEPS_MAX) }),
  /**
   * Back or forth to a moment, paused. What was done later is remembered until something else is done;
   * `acts` are all there are, in place of those that are remembered.
   */
  shape({ do: z.literal('rewind'), toMs: moment, acts: z.exactOptional(Acts) }),
  shape({ do: z.literal('act'), act: Act }),
  /** Look into a node; -1 for none. */
  shape({ do: z.literal('inspect'), node: integerIn(-1, NODE_MAX) }),
  /** All messages to and from these nodes become flights. */
  shape({ do: z.literal('follow'), nodes }),
  shape({ do: z.literal('explain'), flight: integerIn(0, Number.MAX_SAFE_INTEGER) }),
]);
export type Command = z.infer<typeof Command>;

/** @throws TypeError or RangeError that names the field. */
export function checkAct(value: unknown, name = 'act'): Act {
  return read(Act, value, name);
}

/** Acts in the order of their times. @throws TypeError or RangeError that names the field. */
export function checkActs(value: unknown, name = 'acts'): TimedAct[] {
  return [...read(Acts, value, name)];
}

/** @throws TypeError or RangeError that names the field. */
export function checkCommand(value: unknown): Command {
  return read(Command, value, '');
}
