/**
 * What a program hears of a ring node: one outcome per command that it gave, and events. Both are
 * plain values; a failure that can be expected is an outcome with a code, never an exception.
 */
import type { Address } from '../core/address.ts';
import { HOPS_LIMIT } from './bounds.ts';

/** What a program may ask of a ring. */
export type OperationKind = 'owner' | 'get' | 'exists' | 'insert' | 'remove' | 'act' | 'query';

export const OUTCOME_CODES = [
  'ok',
  /** This node has not joined, or has left. */
  'not-a-member',
  /** Nobody answered on the way to the owner. Of a write: it did not happen. */
  'unreachable',
  /** The owner was asked and did not answer in time. Of a write: it may have happened, or yet happen. */
  'unknown',
  /** The write is there, but not on as many copies as were asked for; it may survive or not. */
  'too-few-copies',
  /** A store could not keep it: the disk is full or broken. */
  'store-failed',
  /** The value is larger than the owner takes. */
  'too-large',
  /** Too much is under way here already; nothing was begun. */
  'busy',
  /** The owner is a class program, which can only insert, get and remove. */
  'not-supported',
  /** We, or those that we asked, could not prove that we know the secret; or it gives no such right. */
  'not-permitted',
  /** Too few of those who decide about the key's owner can be heard. Of a write: it did not happen. */
  'unavailable',
  /** Whom a ring was to forget is there. */
  'member-lives',
  /** Nobody has ever met whom a ring was to forget. */
  'no-such-member',
  /** The ring sent us in circles for 32 hops. */
  'too-many-hops',
] as const;
export type OutcomeCode = (typeof OUTCOME_CODES)[number];

/** How a command ended. Bytes belong to whoever hears it. */
export interface RingOutcome {
  readonly code: OutcomeCode;
  /** One line for people; '' when `ok`. */
  readonly message: string;
  /** get, exists: there is such a key. remove: there was one. insert: it replaced one. */
  readonly found: boolean;
  /** get: the value, null when there is none; act, query: what the owner answered. */
  readonly value: Uint8Array | null;
  /** The record's version, 16 bytes that compare as they are ordered; null where there is none. */
  readonly version: Uint8Array | null;
  /** The owner's address; 0 when it was not reached. */
  readonly owner: Address;
  /** insert, remove: durable copies that the owner knew of when it acknowledged. */
  readonly copies: number;
  /** Nodes asked after the first, dead ones not counted. */
  readonly hops: number;
  /** Nodes asked that did not answer: each cost a time-out, or a refused connection. */
  readonly silent: number;
}

export type RingEvent =
  /** The identity owns its arc now. */
  | { readonly kind: 'joined'; readonly identity: Address }
  /** An attempt to join came to nothing; the next one follows by itself. */
  | { readonly kind: 'join-failed'; readonly identity: Address; readonly reason: string }
  /** The ring that was to be joined keeps backups and we do not, or the other way round: no further attempt. */
  | { readonly kind: 'not-admitted'; readonly peer: Address; readonly reason: string }
  | { readonly kind: 'left'; readonly identity: Address }
  /** The identity's first successor changed. */
  | { readonly kind: 'successor'; readonly identity: Address; readonly successor: Address }
  /** Its first predecessor. */
  | { readonly kind: 'predecessor'; readonly identity: Address; readonly predecessor: Address }
  /** The end of its arc moved: 40 hexadecimal digits. */
  | { readonly kind: 'arc'; readonly identity: Address; readonly end: string }
  /** A peer was given up: direct and indirect pulses failed. */
  | { readonly kind: 'lost'; readonly identity: Address; readonly peer: Address }
  /** Copies of an arc have been compared and made equal. */
  | {
      readonly kind: 'repaired';
      readonly identity: Address;
      readonly peer: Address;
      readonly records: number;
      readonly bytes: number;
    }
  /** Somebody's greeting led to nothing: an older version, another ring, no proof of the secret. */
  | { readonly kind: 'rejected'; readonly peer: Address; readonly reason: string }
  /** Our clock is that far ahead of the others' (behind, if negative), who are taken for right; 0: not any more. */
  | { readonly kind: 'clock'; readonly aheadMs: number }
  /** The store could not make something durable. */
  | { readonly kind: 'store-error'; readonly message: string };

/** One step of a command on its way to the owner of its key. */
export interface RingStep {
  /** Somebody is `asked`; what he made of it, or that he was `silent`, follows. */
  readonly kind: 'asked' | 'owner' | 'closer' | 'refused' | 'silent';
  readonly atMs: number;
  readonly to: Address;
  /** Who named him; 0: he was known already. */
  readonly toldBy: Address;
}

export interface RingObserver {
  /** Called once for each command with a call number other than 0, never inside the command itself. */
  onOutcome(call: number, outcome: RingOutcome): void;
  onEvent(event: RingEvent): void;
  /** Sees each step of the commands, within a call into the node. Costs nothing where it is left out. */
  onStep?(call: number, step: RingStep): void;
}

const MESSAGES: { readonly [code in OutcomeCode]: string } = {
  ok: '',
  'not-a-member': 'this node is not a member of a ring',
  unreachable: 'nobody answered on the way to the owner of the key',
  unknown: 'the owner was asked and did not answer: the write may have happened, or not',
  'too-few-copies': 'too few copies could be made or read in time',
  'store-failed': 'the disk of the owner is full, or fails',
  'too-large': 'the value is larger than the owner takes',
  busy: 'too much is under way already',
  'not-supported': 'the owner of the key is a class program, which can only insert, get and remove',
  'not-permitted': 'the ring has a secret, and what was shown does not give the right to do that',
  unavailable: 'too few of those who decide who owns the key can be reached',
  'member-lives': 'it is there; let it leave, or stop it first',
  'no-such-member': 'nobody of the ring has met such a member',
  'too-many-hops': `the owner was not found within ${HOPS_LIMIT} hops`,
};

/** An outcome that is a failure. */
export function failure(code: OutcomeCode): RingOutcome {
  const message = MESSAGES[code];
  const nothing = { found: false, value: null, version: null, owner: 0, copies: 0 };
  return { code, message, ...nothing, hops: 0, silent: 0 };
}
