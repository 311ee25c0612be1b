/** What several nodes of one host come to when all are asked the same; a network without anybody spoils nothing. */
import { DhtError } from '../../io/errors.ts';

/** What each comes to; one that fails is left out where another does not. @throws the first failure of all. */
export async function each<From, Result>(
  from: readonly From[],
  run: (one: From) => PromiseLike<Result>,
): Promise<Awaited<Result>[]> {
  const outcomes = await Promise.allSettled(from.map((one) => run(one)));
  const results = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (results.length > 0) return results;
  const failures = outcomes.map((one) => (one as PromiseRejectedResult).reason as unknown);
  // Why it failed says more than that there is nobody on the other family.
  throw failures.find((error) => !isNobody(error)) ?? failures[0];
}

function isNobody(error: unknown): boolean {
  return error instanceof DhtError && error.code === 'NO_NODES';
}
