/**
 * The verdict of an exam: what was asked and told, held against what may be told.
 *
 *     echo     what was said comes back
 *     lookup   the owner that is named is the one that the ids of the living say
 *     ring     everybody names his successor, and so all stand on one circle
 *     kv       nothing that was acknowledged is lost, nothing is read that nobody wrote, and in the end
 *              all nodes read the same; where it is asked for, each key is linearizable
 *
 * A write that was not answered may have happened, or yet happen: it is nobody's fault when it is read,
 * and nobody's when it is not. A first example of what is wrong stands beside each check.
 */
import { type Check, check, EXACT } from '../results/experiment.ts';
import { linearizable, type Timed } from '../ring/linearizability.ts';
import type { Asked } from './asked.ts';
import { nameOf, type Task } from './turns.ts';

/** How much of a key-value store is promised. */
export const CONSISTENCIES = ['eventual', 'linearizable'] as const;
export type Consistency = (typeof CONSISTENCIES)[number];

export interface Judging {
  task: Task;
  /** Nothing befell the world: whatever is asked has to be answered rightly, at any time. */
  isCalm: boolean;
  consistency: Consistency;
}

/** A count that has to be 0, with the first of what it counts. */
function none(name: string, found: readonly string[]): Check {
  const result = check(name, 0, EXACT, found.length);
  return found.length === 0 ? result : { ...result, detail: found[0] };
}

export function judge(all: readonly Asked[], { task, isCalm, consistency }: Judging): Check[] {
  const due = isCalm ? all : all.filter(({ isLast }) => isLast);
  const silent = due.filter(({ reply }) => reply === null || reply.error !== undefined);
  const checks = [none('not answered', silent.map(silence))];
  if (task === 'kv') return [...checks, ...judgeValues(all, consistency)];
  const answered = due.filter(({ reply }) => reply !== null && reply.error === undefined);
  if (task === 'echo') return [...checks, none('not what was said', answered.flatMap(echoed))];
  const name = task === 'lookup' ? 'wrong owners' : 'wrong neighbours';
  return [...checks, none(name, answered.flatMap(untrue))];
}

/** "at 12.3 s n4 was asked to read k2": how one request is told. */
function told({ beganMs, node, request }: Asked): string {
  const { op, ...what } = request;
  const words = [op, ...Object.values(what)].join(' ');
  return `at ${seconds(beganMs)} ${nameOf(node)} was asked to ${words}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function silence(asked: Asked): string {
  const { reply } = asked;
  return `${told(asked)} and ${reply === null ? 'did not answer' : `answered the error "${reply.error!.slice(0, 80)}"`}`;
}

function echoed(asked: Asked): string[] {
  const { request, reply } = asked;
  if (request.op !== 'echo' || reply!.value === request.value) return [];
  return [`${told(asked)} and said ${String(reply!.value)}`];
}

/** Right is who says what was so at one end of the request. Who leaves a predecessor out says nothing wrong. */
function untrue(asked: Asked): string[] {
  const { reply, truths } = asked;
  const isRight = truths.some(
    ({ owner, successor, predecessor }) =>
      reply!.owner === owner &&
      reply!.successor === successor &&
      (reply!.predecessor === undefined || reply!.predecessor === predecessor),
  );
  if (isRight) return [];
  const { owner, successor, predecessor } = truths[truths.length - 1];
  const says = (who: typeof reply): string =>
    owner === undefined
      ? `successor ${who!.successor}, predecessor ${who!.predecessor}`
      : String(who!.owner);
  const right = owner ?? `successor ${successor}, predecessor ${predecessor}`;
  return [`${told(asked)} and said ${says(reply)}; it is ${right}`];
}

function judgeValues(all: readonly Asked[], consistency: Consistency): Check[] {
  const byKey = new Map<string, Asked[]>();
  for (const asked of all) {
    if (!('key' in asked.request)) continue;
    const { key } = asked.request;
    byKey.set(key, [...(byKey.get(key) ?? []), asked]);
  }
  const keys = [...byKey.values()];
  const lost = keys.flatMap((acts) => lostReads(acts));
  const checks = [
    none('acknowledged and lost', lost),
    none('read and never written', keys.flatMap(inventedReads)),
    none('keys read in two ways', keys.flatMap(disputed)),
  ];
  if (consistency === 'eventual') return checks;
  return [...checks, none('not linearizable', keys.flatMap(impossible))];
}

const isWrite = ({ request }: Asked): boolean => request.op === 'write';
const isRead = ({ request, reply }: Asked): boolean =>
  request.op === 'read' && reply !== null && reply.error === undefined;
const hasAcknowledged = (asked: Asked): boolean =>
  isWrite(asked) && asked.reply !== null && asked.reply.error === undefined;
const writtenBy = ({ request }: Asked): string => (request as { value: string }).value;

/** Last reads of something that an acknowledged write had certainly replaced before. */
function lostReads(acts: readonly Asked[]): string[] {
  const acknowledged = acts.filter(hasAcknowledged);
  return acts
    .filter((act) => act.isLast && isRead(act))
    .flatMap((read) => {
      const got = read.reply!.value ?? null;
      const source = acts.find((act) => isWrite(act) && writtenBy(act) === got);
      if (got !== null && source === undefined) return [];
      // Who was not acknowledged may have taken effect at any later time.
      const endedMs =
        source === undefined ? -1 : hasAcknowledged(source) ? source.endedMs : Infinity;
      const later = acknowledged.findLast(
        (act) => act.beganMs > endedMs && act.endedMs < read.beganMs,
      );
      if (later === undefined) return [];
      const since = `${writtenBy(later)} was acknowledged by ${nameOf(later.node)} at ${seconds(later.endedMs)}`;
      return [`${told(read)} and said ${String(got)}; ${since}`];
    });
}

function inventedReads(acts: readonly Asked[]): string[] {
  const written = new Set(acts.filter(isWrite).map(writtenBy));
  return acts
    .filter(isRead)
    .filter(({ reply }) => typeof reply!.value === 'string' && !written.has(reply!.value))
    .map((read) => `${told(read)} and said ${read.reply!.value}`);
}

function disputed(acts: readonly Asked[]): string[] {
  const last = acts.filter((act) => act.isLast && isRead(act));
  const other = last.find(({ reply }) => reply!.value !== last[0].reply!.value);
  if (other === undefined) return [];
  const said = `${nameOf(last[0].node)} said ${String(last[0].reply!.value)}`;
  return [`${told(other)} and said ${String(other.reply!.value)}; ${said}`];
}

function impossible(acts: readonly Asked[]): string[] {
  const known = acts.filter((act) => isWrite(act) || isRead(act));
  const timed: Timed[] = known.map((act) => ({
    beganMs: act.beganMs,
    endedMs: isRead(act) || hasAcknowledged(act) ? act.endedMs : Infinity,
    act: isWrite(act)
      ? { do: 'insert', value: writtenBy(act) }
      : { do: 'get', got: act.reply!.value ?? null },
  }));
  const found = linearizable(timed);
  if (found.is === 'possible') return [];
  if (found.is === 'unknown') return ['its history is too long to be judged'];
  const stuck = known[found.stuckAt];
  const said = isRead(stuck) ? ` and said ${String(stuck.reply!.value)}` : '';
  return [`${told(stuck)}${said}, which fits nowhere after ${found.longest.length} others`];
}
