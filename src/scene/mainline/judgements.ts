/** What a call came to, in one line for people, by what is so and not by what its asker was told. */
import type { Address } from '../../core/address.ts';
import type { Grade } from '../../lab/results/grade.ts';

export interface Judgement {
  failed: boolean;
  exact: boolean;
  result: string;
}

export function nodesText(count: number): string {
  return count === 1 ? 'one node' : `${count} nodes`;
}

export function judgeLookup({ exact, found, wanted }: Grade): Judgement {
  const all = `found the ${nodesText(wanted)} closest to it, in order`;
  const some = `found ${found} of the ${nodesText(wanted)} closest to it`;
  return { failed: false, exact, result: exact ? all : some };
}

/** @param said nodes that said that they have stored it; `truly` those that did. */
export function judgePut(said: number, truly: number, exact: boolean): Judgement {
  if (said === 0) return { failed: true, exact: false, result: 'nobody stored it' };
  if (truly >= said) return { failed: false, exact, result: `stored at ${nodesText(said)}` };
  const result = `${nodesText(said)} said to have stored it, ${truly} of them truly did`;
  return { failed: false, exact: false, result };
}

/** @param wrong peers that nobody announced, or an adversary. */
export function judgePeers({ size }: ReadonlySet<Address>, wrong: number): Judgement {
  const found = `found ${size === 1 ? 'one peer' : `${size} peers`}`;
  if (wrong === 0) return { failed: false, exact: true, result: found };
  const result =
    size === wrong ? `${found}, and none of them is true` : `${found}, ${wrong} of them false`;
  return { failed: size === wrong, exact: false, result };
}

/** @param isThere is there a living node that keeps some; `isGone` was it announced once. */
export function judgeNothing(isThere: boolean, isGone: boolean): Judgement {
  if (isThere)
    return { failed: true, exact: false, result: 'found no peer, though there are some' };
  const result = isGone ? 'no peer: what was announced is gone' : 'nobody has announced it';
  return { failed: isGone, exact: true, result };
}
