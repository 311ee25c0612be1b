/**
 * The order of a circle, looked at from outside: who stands where, and whether all know it.
 */
import { compareIds, formatId } from '../../src/core/id.ts';
import type { Identity } from '../../src/ring/circle/identity.ts';
import type { Process } from './small-ring.ts';

/** All identities of living processes in the order of the circle. */
export function identitiesOf(
  living: readonly Process[],
): { process: Process; identity: Identity }[] {
  return living
    .flatMap((process) =>
      process.node.identities
        .filter(({ isMember }) => isMember)
        .map((identity) => ({ process, identity })),
    )
    .sort((a, b) => compareIds(a.identity.hash, 0, b.identity.hash, 0));
}

/**
 * The conditions of a whole ring: every arc ends where the next begins; lists name the true
 * neighbours in order and skip nobody (Zave's ordered, complete, principal nodes).
 */
export function ringProblems(living: readonly Process[]): string[] {
  const problems: string[] = [];
  const all = identitiesOf(living);
  all.forEach(({ process, identity }, at) => {
    const who = `${process.number} (${formatId(identity.hash).slice(0, 6)})`;
    const next = all[(at + 1) % all.length].identity;
    if (compareIds(identity.end, 0, next.hash, 0) !== 0) problems.push(`arc of ${who} ends wrong`);
    const check = (list: readonly { address: number }[], step: number, what: string) => {
      list.forEach(({ address }, i) => {
        const index = (at + (i + 1) * step + all.length * (i + 1)) % all.length;
        const right = all[index].identity.member.address;
        if (address !== right) problems.push(`${what} ${i} of ${who} is wrong`);
      });
      const least = Math.min(all.length - 1, process.node.settings.k + 2);
      if (list.length < least) problems.push(`${what}s of ${who} are ${list.length}`);
    };
    check(identity.successors, 1, 'successor');
    check(identity.predecessors, -1, 'predecessor');
  });
  return problems;
}
