/**
 * A broken invariant is our own bug, never the network's and never the caller's. It stops the
 * program with a message that says what was believed; the lab adds the seed that leads there.
 */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

export function assert(condition: boolean, belief: string): asserts condition {
  if (!condition) throw new InvariantError(belief);
}
