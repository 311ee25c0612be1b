/**
 * Plain members: class programs in our ring. They speak one command per connection, know two
 * successors and no predecessor, and keep no copies; so this file does for them, in their words, what
 * frames do between our own nodes.
 *
 *     a command      OWN until somebody names itself, then GET, INS … to that one
 *     s1 is plain    PUL once a pulse; its ABD tells who follows it, so that the list is filled
 *     it joins       CON: a snapshot goes out, writes to its arc wait, its T switches
 *     we join        CON to a plain owner, T; we leave to one: DIS
 *
 * What a class program has told us of is asked with `VER` first when there is something to say: one
 * that closes or stays silent on it is plain, until it speaks frames itself.
 */
import type { Address } from '../../core/address.ts';
import { idBefore } from '../../core/arc.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { chained } from '../circle/neighbours.ts';
import { refreshCopies } from '../copies/repair.ts';
import { Exchange } from '../dialects/exchange.ts';
import type { JoinListener, Outcome, Request } from '../dialects/request.ts';
import type { ItemSource } from '../dialects/service.ts';
import { Status } from '../frames.ts';
import { moveEnd, setPredecessors, setSuccessors } from '../membership.ts';
import type { RingNode } from '../node.ts';
import { blankRecord, isTombstone, RECORD_HEADER_BYTES } from '../records/record.ts';
import { Operation, type OperationKind } from '../routing.ts';
import { copyArc } from './snapshot.ts';

/** Hears how an exchange with a class program ended. */
export type Told = (now: number, outcome: Outcome) => void;

/** Asks a class program one thing. */
export function tell(
  node: RingNode,
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
    finished: (at: number, _exchange: Exchange, outcome: Outcome) => told(at, outcome),
  };
  const exchange = new Exchange(world.host, stream, connections.terms, request, hears, now);
  connections.talk(exchange);
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
  node: RingNode,
  now: number,
  to: Member,
  kind: OperationKind,
  key: Uint8Array,
  value: Uint8Array | null,
  done: (now: number, answer: PlainAnswer | null) => void,
): void {
  const none = { status: Status.ok, found: false, value: null, closer: null };
  const askOwner = (at: number) => {
    tell(node, at, to, { command: 'owner', key }, (then, outcome) => {
      if (outcome.kind !== 'address') return done(then, null);
      const closer = node.commons.members.of(outcome.address);
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
  node: RingNode,
  now: number,
  to: Member,
  done: (now: number, isAlive: boolean) => void,
): void {
  tell(node, now, to, { command: 'pulse' }, (at, outcome) => done(at, outcome.kind === 'ack'));
}

/** Our first successor is plain: does it live, and who follows it? */
export function stabilisePlain(node: RingNode, now: number, identity: Identity, s1: Member): void {
  pulsePlain(node, now, s1, (at, isAlive) => {
    if (!isAlive) return node.suspect(at, s1);
    if (identity.successor !== s1) return;
    moveEnd(node, at, identity, s1.hash);
    fillList(node, at, identity, [s1]);
  });
}

/** Walks from successor to successor until the list is as long as it should be. */
function fillList(node: RingNode, now: number, identity: Identity, list: Member[]): void {
  const last = list.at(-1)!;
  const finish = (at: number, rest: readonly Member[]) => {
    if (identity.successor !== list[0]) return;
    const isGone = (member: Member) => node.isGone(at, member);
    const all = [...list.slice(1), ...rest];
    setSuccessors(
      node,
      at,
      identity,
      chained(identity.member, list[0]!, all, node.listProcesses, isGone),
    );
  };
  if (list.length >= node.listProcesses || last === identity.member) return finish(now, []);
  tell(node, now, last, { command: 'abandoned' }, (at, outcome) => {
    // Some have no ABD: then what we knew behind it stays.
    if (outcome.kind !== 'address') {
      const after = identity.successors.indexOf(last);
      return finish(at, after < 0 ? [] : identity.successors.slice(after + 1));
    }
    const next = node.commons.members.of(outcome.address);
    if (list.includes(next) || next === identity.member) return finish(at, []);
    fillList(node, at, identity, [...list, next]);
  });
}

// Joining a plain owner.

/** `CON` to the owner of our place, which is a class program; `failed` when it came to nothing. */
export function joinPlain(
  node: RingNode,
  now: number,
  identity: Identity,
  host: Member,
  joined: (now: number, s1: Member, s2: Member | null) => void,
  failed: (now: number, reason: string) => void,
): void {
  const { members } = node.commons;
  const outside: { key: Uint8Array; value: Uint8Array }[] = [];
  const request: Request = {
    command: 'join',
    address: identity.member.address,
    hash: identity.hash,
    peerHash: host.hash,
    hashOf: (address) => members.of(address).hash,
  };
  const told: Told = (at, outcome) => {
    if (identity.state !== 'joining') return;
    if (outcome.kind !== 'joined') {
      return failed(at, outcome.kind === 'failed' ? outcome.why : 'the owner of our place refused');
    }
    const { s1, s2 } = outcome;
    joined(at, members.of(s1), s2 === 0 ? null : members.of(s2)); // text knows no s2
    // Some hand over the wrong half: those items go back to where they belong.
    for (const { key, value } of outside) insertAgain(node, at, key, value);
  };
  tell(node, now, host, request, told, {
    joinAccepted: () => {},
    joinItem: (at, _exchange, key, value, isOutside) => {
      if (isOutside) outside.push({ key: new Uint8Array(key), value });
      else keepItem(node, at, identity, key, value);
    },
    joinReady: (_at, exchange) => {
      node.flushes.wait((then, error) => {
        if (error === null && identity.state === 'joining') exchange.confirm(then);
        else exchange.abort(then);
        node.connections.spokenTo(exchange);
      });
    },
  });
}

/** An item without a version: what somebody gave us now is newer than all we have. */
export function keepItem(
  node: RingNode,
  now: number,
  identity: Identity,
  key: Uint8Array,
  value: Uint8Array,
): void {
  const record = blankRecord(value);
  const before = node.store.get(key, 0);
  if (before !== null && isSameValue(before, value)) return;
  node.clock.next(now, identity.hash, before, record);
  node.keep(now, key, 0, record);
}

function isSameValue(record: Uint8Array, value: Uint8Array): boolean {
  if (isTombstone(record) || record.length !== RECORD_HEADER_BYTES + value.length) return false;
  return value.every((byte, i) => byte === record[RECORD_HEADER_BYTES + i]);
}

function insertAgain(node: RingNode, now: number, key: Uint8Array, value: Uint8Array): void {
  new Operation(node, 'insert', key, value, 'one', null, () => {}).start(now);
}

/** We joined before a plain successor in the text dialect: it has to be told who precedes it. */
export function announcePrevious(
  node: RingNode,
  now: number,
  identity: Identity,
  next: Member,
): void {
  if (node.settings.wire !== 'text' || !next.isPlain) return;
  tell(node, now, next, { command: 'updatePrevious', address: identity.member.address }, () => {});
}

// Leaving to a plain predecessor.

/** `DIS`: all that our arc holds goes to the predecessor. */
export function leavePlain(
  node: RingNode,
  now: number,
  identity: Identity,
  heir: Member,
  done: (now: number, hasTaken: boolean) => void,
): void {
  const items = new Items(copyArc(node, identity.hash, identity.end));
  const s1 = identity.successors[0]?.address ?? heir.address;
  const s2 = identity.successors[1]?.address ?? heir.address;
  const { address } = identity.member;
  const request: Request = { command: 'leave', address, s1, s2, count: items.count, items };
  tell(node, now, heir, request, (at, outcome) => {
    done(at, outcome.kind === 'ack' && outcome.isTrue);
  });
}

/** Nobody tells a class program's neighbours who precedes them; they have to ask. */
export function findPredecessor(node: RingNode, now: number, identity: Identity): void {
  const before = new Uint8Array(ID_BYTES);
  idBefore(identity.hash, 0, before, 0);
  new Operation(node, 'owner', before, null, 'one', node.waysIn(), (at, _outcome, owner) => {
    if (owner === null || owner === identity.member || !identity.isMember) return;
    const others = identity.predecessors.filter((member) => member !== owner);
    setPredecessors(node, at, identity, [owner, ...others]);
  }).start(now);
}

/** Records to hand over, as items: values without versions, and no tombstones. */
export class Items implements ItemSource {
  readonly #items: readonly { key: Uint8Array; value: Uint8Array }[];
  #at = -1;

  constructor(items: readonly { key: Uint8Array; value: Uint8Array }[]) {
    this.#items = items;
  }

  get count(): number {
    return this.#items.length;
  }

  next(): boolean {
    return ++this.#at < this.#items.length;
  }

  get key(): Uint8Array {
    return this.#items[this.#at]!.key;
  }

  get value(): Uint8Array {
    return this.#items[this.#at]!.value;
  }
}

/** A plain successor has left to us: its arc and successors are ours. */
export function inheritPlain(
  node: RingNode,
  now: number,
  identity: Identity,
  leaver: Member,
  s1: Address,
  s2: Address,
): void {
  const { members } = node.commons;
  const isGone = (member: Member) => member === leaver || node.isGone(now, member);
  node.leaveBehind(now, leaver);
  node.upkeep.forget(leaver);
  const rest = s2 === 0 ? [] : [members.of(s2)];
  const list = chained(identity.member, members.of(s1), rest, node.listProcesses, isGone);
  if (list.length === 0) identity.end = identity.hash;
  setSuccessors(node, now, identity, list);
  const others = identity.predecessors.filter((member) => member !== leaver);
  setPredecessors(node, now, identity, others);
  refreshCopies(node, now, identity);
  moveEnd(node, now, identity, list[0]?.hash ?? identity.hash);
  if (list[0]) announcePrevious(node, now, identity, list[0]);
}
