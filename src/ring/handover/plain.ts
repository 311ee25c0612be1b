/**
 * Hand-overs with class programs, which know two successors and no predecessor and keep no copies.
 *
 *     we join a plain owner         CON: its items come, T; then its neighbours are told
 *     we leave to a plain heir      DIS: all that our arc holds goes out, values without versions
 *     a plain successor has left    its arc and its successors are ours (class-service.ts)
 */
import type { Address } from '../../core/address.ts';
import { idBefore } from '../../core/arc.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Identity } from '../circle/identity.ts';
import type { Member } from '../circle/member.ts';
import { chained } from '../circle/neighbours.ts';
import { keepItem } from '../copies/keeping.ts';
import { refreshCopies } from '../copies/repair.ts';
import type { Request } from '../dialects/request.ts';
import { moveEnd, setPredecessors, setSuccessors } from '../membership/lists.ts';
import { Operation } from '../routing/operation.ts';
import { type Told, tell } from '../routing/plain-calls.ts';
import type { RingState } from '../state.ts';
import { copyArc, Items } from './snapshot.ts';

/** `CON` to the owner of our place, which is a class program; `failed` when it came to nothing. */
export function joinPlain(
  node: RingState,
  now: number,
  identity: Identity,
  host: Member,
  joined: (now: number, s1: Member, s2: Member | null) => void,
  failed: (now: number, reason: string) => void,
): void {
  const { members } = node.shared;
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

function insertAgain(node: RingState, now: number, key: Uint8Array, value: Uint8Array): void {
  new Operation(node, 'insert', key, value, 'one', null, () => {}).start(now);
}

/** We joined before a plain successor in the text dialect: it has to be told who precedes it. */
export function announcePrevious(
  node: RingState,
  now: number,
  identity: Identity,
  next: Member,
): void {
  if (node.settings.wire !== 'text' || !next.isPlain) return;
  tell(node, now, next, { command: 'updatePrevious', address: identity.member.address }, () => {});
}

/** `DIS`: all that our arc holds goes to the predecessor. */
export function leavePlain(
  node: RingState,
  now: number,
  identity: Identity,
  heir: Member,
  done: (now: number, hasTaken: boolean) => void,
): void {
  const items = new Items(copyArc(node.store, now, identity.hash, identity.end));
  const s1 = identity.successors[0]?.address ?? heir.address;
  const s2 = identity.successors[1]?.address ?? heir.address;
  const { address } = identity.member;
  const request: Request = { command: 'leave', address, s1, s2, count: items.count, items };
  tell(node, now, heir, request, (at, outcome) => {
    done(at, outcome.kind === 'ack' && outcome.isTrue);
  });
}

/** Nobody tells a class program's neighbours who precedes them; they have to ask. */
export function findPredecessor(node: RingState, now: number, identity: Identity): void {
  const before = new Uint8Array(ID_BYTES);
  idBefore(identity.hash, 0, before, 0);
  new Operation(node, 'owner', before, null, 'one', node.waysIn(), (at, _outcome, owner) => {
    if (owner === null || owner === identity.member || !identity.isMember) return;
    const others = identity.predecessors.filter((member) => member !== owner);
    setPredecessors(node, at, identity, [owner, ...others]);
  }).start(now);
}

/** A plain successor has left to us: its arc and successors are ours. */
export function inheritPlain(
  node: RingState,
  now: number,
  identity: Identity,
  leaver: Member,
  s1: Address,
  s2: Address,
): void {
  const { members } = node.shared;
  const isGone = (member: Member) => member === leaver || node.isGone(now, member);
  node.leaveBehind(now, leaver);
  node.memory.forget(leaver);
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
