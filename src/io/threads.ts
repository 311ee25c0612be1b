/**
 * Threads, where there are any: asked for when they are wanted, and not imported, since what asks for them
 * runs in browsers, too.
 */

/** The module `node:worker_threads`, or null outside of Node.js. */
export function threadsHere(): typeof import('node:worker_threads') | null {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads') ?? null;
}
