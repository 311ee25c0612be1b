/** What happened to a node, as lines of bounded number. */
import { LOG_SHOWN, type NodeView } from '../../scene.ts';

export type Log = NodeView['log'];

/** One more line, the oldest dropped. */
export function logWith(log: Log | undefined, atMs: number, text: string): Log {
  return [...(log ?? []).slice(-(LOG_SHOWN - 1)), { atMs, text }];
}
