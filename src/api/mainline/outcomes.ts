/** How a call fails: each way as an error that says why. */
import type { Refusal } from '../../io/driver.ts';
import { DhtError } from '../../io/errors.ts';
import { refusalText } from '../../io/udp-socket.ts';
import type { LookupTrace, NodeWrite } from '../../mainline/trace.ts';
import type { MainlineStats, statsOf } from '../../mainline/views.ts';

/** @param host where we listen. */
export function notSent(refusal: Refusal | null, host: string): DhtError {
  const why = refusal === null ? '' : `: ${refusalText(refusal.code, host)}`;
  return new DhtError('NOT_SENT', `the system refuses to send${why}`);
}

/** @param what it was that nobody took; whoever refused it says more than that nobody answered. */
export function notStored(
  what: string,
  trace: LookupTrace,
  writes: readonly NodeWrite[] = [],
): DhtError {
  const refused = writes.find(({ outcome }) => outcome === 'refused');
  if (refused) {
    const { code, reason } = refused;
    const why = `error ${code}${reason && `: ${reason}`}`;
    return new DhtError('NOT_STORED', `no node stored the ${what}: ${why}`, { krpcCode: code });
  }
  const answered = `${trace.answered} of ${trace.steps.length} nodes answered`;
  return new DhtError('NOT_STORED', `no node stored the ${what} (${answered})`);
}

export function noNodes(): DhtError {
  return new DhtError('NO_NODES', 'the table is empty and no bootstrap node is known');
}

export function busy(): DhtError {
  return new DhtError('BUSY', 'too many requests are under way');
}

export function wasClosed(): DhtError {
  return new DhtError('CLOSED', 'the node was closed');
}

/** What the machine knows of itself, and what the world knows beside it. */
export function wholeStats(
  known: ReturnType<typeof statsOf>,
  beside: Pick<MainlineStats, 'network' | 'uptimeMs'>,
  failures: number,
  refusal: Refusal | null,
): MainlineStats {
  const said = refusal && refusalText(refusal.code, known.host);
  return { ...known, ...beside, out: { ...known.out, failures, refusal: said } };
}
