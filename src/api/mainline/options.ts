/**
 * What a program may choose about a node in the world, checked by name, and its callbacks, made safe to
 * be called from the middle of things.
 */
import { checkNames, shown, wholeNumber } from '../../core/argument.ts';
import type { DatagramTransport } from '../../core/host.ts';
import type { Random } from '../../core/random.ts';
import { type CallLimits, checkSignal } from '../../io/calls.ts';
import type { Clock } from '../../io/clock.ts';
import { type Teller, watch } from '../../io/guard.ts';
import type { UdpForm } from '../../io/udp.ts';
import { CHOICE_NAMES, type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { REGISTER_LIMIT } from '../../mainline/rows/register.ts';
import type { Settings } from '../../mainline/state.ts';
import type { EntryPoint } from './entrance.ts';
import type { MainlineEvent } from './events.ts';
import type { StateChoice } from './keeper.ts';
import type { Id } from './results.ts';
import { SamePort } from './same-port.ts';

/** Traces of the caller's own lookups that a node remembers unless told otherwise. */
export const LOOKUPS_REMEMBERED = 64;

/** All options but `shareWith`, which is a node itself. */
export interface WorldChoices extends NodeChoices {
  /** IPv4 address or name of a local interface. Default `0.0.0.0`: all of them. */
  host?: string;
  /** UDP port. Default 0: any free one. */
  port?: number;
  /**
   * How datagrams are moved: `auto` takes batches by foreign calls where they work (Linux), `dgram`
   * is node:dgram and nothing else. Default: what `RINGLIGHT_UDP` in the environment says, else `auto`.
   */
  udp?: UdpForm;
  /** Our id, for good unless `secureIds` is true. Default: random until our address is known (BEP 42). */
  id?: Id;
  /**
   * Whom to ask while the table is empty: `host:port`, `ip@host:port` with an address to try beside
   * what the name resolves to, or the `nodes` of a .torrent. Names that fail are resolved again by and
   * by. Default: the public network's routers; false: nobody.
   */
  bootstrap?: readonly EntryPoint[] | false;
  /** Addresses known from an earlier run, asked before the bootstrap list is. Default: none. */
  contacts?: readonly EntryPoint[];
  /**
   * Where the node keeps its id, its contacts and its announcements from one run to the next: a file,
   * or `{ load, save }` of the program's own. With it a start needs no router. Default: nowhere.
   */
  state?: StateChoice;
  /** Gives the opening up when it fires, with ABORTED; a node that is open does not hear of it. */
  signal?: AbortSignal;
  /** Keep a register of every node ever seen; a number is its limit. Default false. */
  register?: boolean | number;
  /** How many traces of our latest lookups `lookups` keeps, 0..10,000. Default 64; false is none. */
  traces?: number | false;
  /** Hears what callbacks of the program throw, and what else nobody waits for. Default: a process warning. */
  onError?: (error: unknown) => void;
  /** Hears what happens to the node, as `watch({ onEvent })` does, from the beginning. */
  onEvent?: (event: MainlineEvent) => void;
  /** Makes this node one of several on one port. Default: it is alone there. */
  samePort?: SamePort;
  /** Stands in for the UDP socket; `host` and `port` are then not used. */
  transport?: DatagramTransport;
  clock?: Clock;
  random?: Random;
}

/** By name, so that the compiler finds one that is missing. */
const NAMES: Record<Exclude<keyof WorldChoices, keyof NodeChoices> | 'shareWith', true> = {
  host: true,
  port: true,
  udp: true,
  id: true,
  bootstrap: true,
  contacts: true,
  state: true,
  signal: true,
  register: true,
  traces: true,
  onError: true,
  onEvent: true,
  samePort: true,
  transport: true,
  clock: true,
  random: true,
  shareWith: true,
};
export const OPTION_NAMES: readonly string[] = [...Object.keys(NAMES), ...CHOICE_NAMES];

/** @throws TypeError for an option that there is not, with the nearest one that there is. */
export function checkOptions(options: object): void {
  checkNames(options, 'options', 'openMainline', OPTION_NAMES);
  const { onError, onEvent, onQuery, identity, signal } = options as WorldChoices;
  checkSignal(signal);
  checkSamePort(options as WorldChoices & { shareWith?: unknown });
  for (const [name, value] of Object.entries({ onError, onEvent, onQuery, identity })) {
    if (value === undefined || typeof value === 'function') continue;
    throw new TypeError(`"${name}" expected a function, got ${shown(value)}`);
  }
}

/** @throws TypeError. */
function checkSamePort(options: WorldChoices & { shareWith?: unknown }): void {
  const { samePort, transport, shareWith } = options;
  if (samePort === undefined) return;
  if (!(samePort instanceof SamePort)) {
    throw new TypeError(`"samePort" expected a SamePort, got ${shown(samePort)}`);
  }
  if (transport !== undefined || shareWith !== undefined) {
    throw new TypeError('"samePort" expected no "transport" and no "shareWith" beside it');
  }
}

/** The settings of the machine; its callbacks into the program tell what goes wrong in them. */
export function guardedSettings(options: WorldChoices, tell: Teller): Settings {
  const { onQuery } = options;
  const settings = settingsFrom(
    onQuery === undefined
      ? options
      : {
          ...options,
          onQuery: (query, next) => {
            const answer = onQuery(query, next);
            // One that fails later would end the process. The machine refuses it by name.
            watch(answer, tell);
            return answer;
          },
        },
  );
  const { identity } = settings;
  if (identity === null) return settings;
  return {
    ...settings,
    identity: (target, to) => {
      try {
        return identity(target, to);
      } catch (error) {
        tell(error);
        return null;
      }
    },
  };
}

const CALL_LIMITS = ['signal', 'timeoutMs'] as const satisfies readonly (keyof CallLimits)[];

/** @throws TypeError or RangeError for limits of a call that mean nothing. */
export function checkLimits(limits: CallLimits, call: string, more: readonly string[] = []): void {
  checkNames(limits, 'options', call, [...CALL_LIMITS, ...more]);
  const { timeoutMs, signal } = limits;
  if (timeoutMs !== undefined) wholeNumber(timeoutMs, 'timeoutMs', 1, 0x7fffffff);
  checkSignal(signal);
}

/** @returns how many traces are kept. */
export function tracesOf(choice: number | false | undefined): number {
  if (choice === undefined) return LOOKUPS_REMEMBERED;
  return choice === false ? 0 : wholeNumber(choice, 'traces', 0, 10_000);
}

/** @returns the register's limit, 0 for none. */
export function registerLimitOf(choice: boolean | number | undefined): number {
  if (choice === undefined || choice === false) return 0;
  return choice === true ? REGISTER_LIMIT : wholeNumber(choice, 'register', 0, REGISTER_LIMIT);
}
