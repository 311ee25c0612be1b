/** What the machine tells of commands becomes the outcome of calls: a result, or an error that says why. */
import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import { formatId } from '../../core/id.ts';
import type { Calls } from '../../io/calls.ts';
import type { Driver } from '../../io/driver.ts';
import { DhtError } from '../../io/errors.ts';
import type { Item } from '../../mainline/krpc/item.ts';
import type { Message } from '../../mainline/krpc/message.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import { pingResult } from './answer.ts';
import type { LookupOutcome } from './desk.ts';
import type { MainlineEvent } from './events.ts';
import { storedItem } from './item-results.ts';
import { notSent } from './outcomes.ts';
import type { Questions } from './questions.ts';
import type { Peer } from './results.ts';

/** What of a node hears the machine. */
interface Hearing {
  /** Who hears of the peers that the lookup of a call finds. */
  finderOf(call: number): ((peer: Address) => void) | undefined;
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

export class NodeObserver implements MainlineObserver {
  readonly #hearing: Hearing;

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
  }

  onPeer(call: number, peer: Address): void {
    this.#hearing.finderOf(call)?.(peer);
  }

  onLookup(call: number, lookup: Lookup): void {
    const { calls, driver, host } = this.#hearing;
    const outcome = this.#hearing.remember(lookup);
    const { refusal } = driver;
    const isCutOff = outcome.trace.answered === 0 && refusal !== null;
    if (isCutOff && refusal.atMs >= lookup.startedAtMs) calls.fail(call, notSent(refusal, host));
    else calls.settle(call, outcome);
  }

  onAnswer(call: number, message: Message, rttMs: number, from: Address): void {
    const { calls, questions } = this.#hearing;
    if (!questions.answered(call, message, rttMs)) answered(calls, call, message, rttMs, from);
  }

  onSilence(call: number, wasSent: boolean): void {
    const { calls, driver, host, questions, timeoutMs } = this.#hearing;
    if (questions.answered(call, null, 0)) return;
    const late = new DhtError('TIMEOUT', `no answer within ${timeoutMs} ms`);
    calls.fail(call, wasSent ? late : notSent(driver.refusal, host));
  }

  onJoin(answered: number): void {
    this.#hearing.joined(answered);
    this.#hearing.tell(() => ({ kind: 'joined', answered }));
  }

  onIdentity(id: Uint8Array): void {
    this.#hearing.tell(() => ({ kind: 'identity', id: formatId(id) }));
  }

  onReadOnly(readOnly: boolean): void {
    this.#hearing.tell(() => ({ kind: 'read-only', readOnly }));
  }

  onAnnounced(bytes: Uint8Array, start: number, peer: Address, seed: boolean): void {
    this.#hearing.tell(() => ({
      ...{ kind: 'announced', infoHash: formatId(bytes, start), ...endpointOf(peer), seed },
    }));
  }

  onStored(item: Item, from: Address): void {
    this.#hearing.tell(() => ({
      ...{ kind: 'stored', item: storedItem(item), from: endpointOf(from) },
    }));
  }

  onOwnLookup(lookup: Lookup): void {
    this.#hearing.ownLookup(lookup);
  }

  onForeign(contacts: readonly Address[]): void {
    this.#hearing.foreign(contacts);
  }
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
