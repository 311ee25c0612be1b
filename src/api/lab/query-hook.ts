/**
 * The query hook of a lab: that of a live node (mainline/answering/hook.ts), told which of the nodes was
 * asked. There is one handler for all of them.
 */
import type { Address } from '../../core/address.ts';
import { shown } from '../../core/argument.ts';
import {
  type HookAnswer,
  hookHandler,
  type IncomingQuery,
  type OwnAnswer,
} from '../../mainline/answering/hook.ts';
import type { QueryHandler } from '../../mainline/state.ts';

/** May answer in the place of the node of this number: `next()` is what it would say itself. */
export type LabQueryHook = (
  node: number,
  query: IncomingQuery,
  next: () => OwnAnswer,
) => HookAnswer;

/** @throws TypeError for what is no function. */
export function labHandler(
  onQuery: LabQueryHook,
  numberOf: (address: Address) => number,
): QueryHandler {
  if (typeof onQuery !== 'function') {
    throw new TypeError(`"onQuery" expected a function, got ${shown(onQuery)}`);
  }
  let asked = -1;
  const handler = hookHandler((query, next) => onQuery(asked, query, next));
  return {
    answer(node, now, from, query, out) {
      asked = numberOf(node.address);
      return handler.answer(node, now, from, query, out);
    },
  };
}
