/**
 * Members that do not answer and may be there: stopped, hanging, cut off. Nobody can know which of these from
 * outside; what can be known is said: since when, whether the port takes connections, whether the others
 * still count it among themselves, and who owns its arc if not.
 *
 *     silent, named by others          it owns its arc: who asks for a key of it waits
 *     silent, named by nobody          missed: its arc has another owner, of a later epoch
 */
import type { RingInfo } from '../../ring.ts';
import type { NodeView, Silence } from '../../scene.ts';
import { hashOf } from '../live/names.ts';
import { isSilence, namedBy, type Surveyed } from './survey.ts';

type Facts = NodeView['facts'];

/** What somebody said last of himself, and that he is silent now. */
export interface SilentOne extends Surveyed {
  home: string;
  sign: Silence['how'];
  /** It is elsewhere: of those of this process nobody has to guess. */
  ring: null;
}

/** Those of a survey who are silent. */
export function silentOnes(found: ReadonlyMap<string, Surveyed>): SilentOne[] {
  const silent: SilentOne[] = [];
  for (const [home, one] of found) {
    if (isSilence(one.sign)) silent.push({ ...one, home, sign: one.sign, ring: null });
  }
  return silent;
}

/** What those say of themselves who say it. */
export function infosOf(known: ReadonlyMap<number, { info: RingInfo | null }>): RingInfo[] {
  return [...known.values()].flatMap(({ info }) => info ?? []);
}

/** Do those who answer count it among themselves no more? Where nobody answers nobody misses it. */
export function isMissed(home: string, there: readonly RingInfo[]): boolean {
  return there.length > 0 && !there.some((info) => namedBy(info).includes(home));
}

/** What is said of it when it is looked into. */
export function silenceFacts(one: SilentOne, there: readonly RingInfo[]): Facts {
  const { home } = one;
  const since = new Date(one.sinceMs).toLocaleTimeString('en-GB');
  const port =
    one.sign === 'silent'
      ? 'its port takes connections: a process is there that stands still, hangs or is not heard'
      : 'nor does its port: the way to it is cut, or its machine is gone';
  const heir = isMissed(home, there) ? heirOf(home, there) : null;
  const arc =
    heir === null
      ? 'its own: the others still count it among themselves'
      : `with ${heir.address} now${heir.epoch === null ? '' : `, epoch ${heir.epoch}`}`;
  return [
    { name: 'answers', value: `not since ${since}; ${port}` },
    { name: 'arc', value: arc },
  ];
}

/** The last member at or before it, around the circle. */
function heirOf(
  home: string,
  there: readonly RingInfo[],
): { address: string; epoch: number | null } | null {
  const hash = hashOf(home);
  const members = there
    .flatMap(({ identities }) => identities)
    .filter(({ state }) => state === 'member')
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const heir = members.findLast((one) => one.hash <= hash) ?? members.at(-1);
  return heir === undefined ? null : { address: heir.address, epoch: heir.title?.epoch ?? null };
}
