/** What the machine tells of commands becomes the outcome of calls: a result, or an error that says why. */
import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import { formatId } from '../../core/id.ts';
import type { Calls } from '../../io/calls.ts';
import type { Driver } from '../../io/driver.ts';
import { DhtError } from '../../io/errors.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import { pingResult } from './answer.ts';
import type { Desk, LookupOutcome } from './desk.ts';
import type { MainlineEvent } from './events.ts';
import { storedItem } from './item-results.ts';
import { notSent } from './outcomes.ts';
import type { Questions } from './questions.ts';
import type { Peer } from './results.ts';

/** What of a node hears the machine. */
interface Hearing {
  found: Desk['found'];
  questions: Questions;
  calls: Calls;
  driver: Driver;
  /** Where we listen. */
  host: string;
  timeoutMs: number;
  /** A lookup is over and will be used again: what is to be known of it. */
  remember(lookup: Lookup): LookupOutcome;
  /** A lookup that the node began for itself is over. */
  ownLookup(lookup: Lookup): void;
  joined(answered: number): void;
  foreign(contacts: readonly Address[]): void;
  /** Makes the event where somebody looks on. */
  tell(event: () => MainlineEvent): void;
}

export function observerOf(hearing: Hearing): MainlineObserver {
  const { found, questions, calls, driver, host, timeoutMs, remember } = hearing;
  const { ownLookup, joined, foreign, tell } = hearing;
  return {
    onPeer: (call, peer) => found.get(call)?.(peer),
    onLookup: (call, lookup) => {
      const outcome = remember(lookup);
      const { refusal } = driver;
      const isCutOff = outcome.trace.answered === 0 && refusal !== null;
      if (isCutOff && refusal.atMs >= lookup.startedAtMs) calls.fail(call, notSent(refusal, host));
      else calls.settle(call, outcome);
    },
    onAnswer: (call, message, rttMs, from) => {
      if (!questions.answered(call, message, rttMs)) answered(calls, call, message, rttMs, from);
    },
    onSilence: (call, wasSent) => {
      if (questions.answered(call, null, 0)) return;
      const late = new DhtError('TIMEOUT', `no answer within ${timeoutMs} ms`);
      calls.fail(call, wasSent ? late : notSent(driver.refusal, host));
    },
    onJoin: (answered) => {
      joined(answered);
      tell(() => ({ kind: 'joined', answered }));
    },
    onIdentity: (id) => tell(() => ({ kind: 'identity', id: formatId(id) })),
    onReadOnly: (readOnly) => tell(() => ({ kind: 'read-only', readOnly })),
    onAnnounced: (bytes, start, peer, seed) =>
      tell(() => ({
        ...{ kind: 'announced', infoHash: formatId(bytes, start), ...endpointOf(peer), seed },
      })),
    onStored: (item, from) =>
      tell(() => ({ kind: 'stored', item: storedItem(item), from: endpointOf(from) })),
    onOwnLookup: ownLookup,
    onForeign: foreign,
  };
}

const endpointOf = (address: Address): Peer => ({
  host: formatIp(ipOf(address)),
  port: portOf(address),
});

function answered(
  calls: Calls,
  call: number,
  message: Message,
  rttMs: number,
  from: Address,
): void {
  try {
    calls.settle(call, pingResult(message, rttMs, from));
  } catch (error) {
    calls.fail(call, error as Error);
  }
}
