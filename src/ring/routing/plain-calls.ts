/**
 * Calls to class programs: one command on a connection of its own, in the dialect of the ring, as a
 * step of ours to the owner of a key or as a sign of life.
 *
 *     a command    GET, INS … to whom we take for the owner; on its `N` we ask it for the owner: OWN
 *     a pulse      PUL, in text TEST
 *
 * That a member is a class program is a guess as long as all that speaks for it is that it had no answer to
 * `VER`: if it has none to its own dialect either, it was one of ours that died, and is greeted the next time.
 */
import type { Member } from '../circle/member.ts';
import { Exchange } from '../dialects/exchange.ts';
import type { Asked, JoinListener, Outcome, Request } from '../dialects/request.ts';
import { Status } from '../frames.ts';
import type { OperationKind } from '../outcome.ts';
import type { RingState } from '../state.ts';

/** Hears how an exchange with a class program ended. */
export type Told = (now: number, outcome: Outcome) => void;

/** Asks a class program one thing. */
export function tell(
  node: RingState,
  now: number,
  to: Member,
  request: Request,
  told: Told,
  listener: Partial<JoinListener> = {},
): void {
  const { connections, world } = node;
  const stream = world.host.connect(node.home, to.address);
  const hears = {
    ...listener,
    finished: (at: number, _exchange: Asked, outcome: Outcome) => {
      settleGuess(to, outcome.kind !== 'failed');
      told(at, outcome);
    },
  };
  const exchange = new Exchange(world.host, stream, connections.terms, request, hears, now);
  connections.talk(exchange);
}

function settleGuess(member: Member, hasAnswered: boolean): void {
  if (!member.isMute || member.isProven) return;
  member.isMute = false;
  member.isPlain = hasAnswered;
  member.isProven = hasAnswered;
}

/** What came of asking a plain member for a command: as a status and, if it is not the owner, who is. */
export interface PlainAnswer {
  status: Status;
  found: boolean;
  value: Uint8Array | null;
  /** Not the owner: this one is closer. */
  closer: Member | null;
}

/** Does one step of a command with a plain member. Null: it did not answer. */
export function askPlain(
  node: RingState,
  now: number,
  to: Member,
  kind: Exclude<OperationKind, 'act' | 'query'>,
  key: Uint8Array,
  value: Uint8Array | null,
  done: (now: number, answer: PlainAnswer | null) => void,
): void {
  const none = { status: Status.ok, found: false, value: null, closer: null };
  const askOwner = (at: number) => {
    tell(node, at, to, { command: 'owner', key }, (then, outcome) => {
      if (outcome.kind !== 'address') return done(then, null);
      const closer = node.shared.members.of(outcome.address);
      const isOwner = closer === to;
      done(then, isOwner ? none : { ...none, status: Status.notOwner, closer });
    });
  };
  if (kind === 'owner') return askOwner(now);
  const request: Request =
    kind === 'insert' ? { command: 'insert', key, value: value! } : { command: kind, key };
  tell(node, now, to, request, (at, outcome) => {
    switch (outcome.kind) {
      case 'refused':
        return askOwner(at);
      case 'value':
        return done(at, { ...none, found: outcome.value !== null, value: outcome.value });
      case 'ack': {
        const isFailed = kind === 'insert' && !outcome.isTrue;
        const status = isFailed ? Status.storeFailed : Status.ok;
        return done(at, { ...none, status, found: kind !== 'insert' && outcome.isTrue });
      }
      default:
        return done(at, null);
    }
  });
}

/** A sign of life of a class program. */
export function pulsePlain(
  node: RingState,
  now: number,
  to: Member,
  done: (now: number, isAlive: boolean) => void,
): void {
  tell(node, now, to, { command: 'pulse' }, (at, outcome) => done(at, outcome.kind === 'ack'));
}
